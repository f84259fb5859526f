// What keeps code that a model wrote from the rest of the machine, where the system permits namespaces to who
// is not root: a file system of its own, in memory and of limited size, with no more of this one than the
// programs and libraries, read-only; no other processes to see or to signal, and all of its own end with it;
// no network. Where they are not permitted, only limits are left (LimitProcess).
//
// A plan is made before the fork: after it, a process with threads may do nothing but system calls.
#pragma once

#include <sys/resource.h>

#include <string>
#include <vector>

namespace ninefold {

struct SandboxPlan {
  struct Bound {  // what of this file system is seen, read-only unless it is a device
    std::string from, to;
    bool is_folder = false, is_device = false;
  };
  struct Link {
    std::string at, target;
  };
  std::string root;                  // an empty file system is put over this folder
  std::vector<std::string> folders;  // in it, parents first
  std::vector<Bound> bound;
  std::vector<Link> links;
  std::string uid_map, gid_map;
  bool drops_root = false;  // who starts it is root: the code becomes nobody
  rlim_t processes = 0;     // threads count, too
};

constexpr char kSandboxFolder[] = "/work";  // the code's own, in the sandbox
constexpr char kSandboxBytes[] = "64 MiB";  // of all that it writes

// `python` is the program that is run, and seen with its libraries. Not `isolated`: its limits alone are
// used.
SandboxPlan PlanSandbox(const std::string& python, bool isolated);

// Whether this process may make such a sandbox, tried once in a child.
bool CanIsolate();

// In a child. False: it is not permitted.
bool EnterNamespaces(const SandboxPlan& plan);
// Then in its child, the first process of the namespace.
bool EnterRoot(const SandboxPlan& plan);

// Of root, all rights but those of nobody. Before EnterNamespaces, or before the code is run.
bool DropRoot(const SandboxPlan& plan);

// CPU time, memory, size of a file, open files and processes of the calling process and what it starts.
void LimitProcess(const SandboxPlan& plan, rlim_t cpu_seconds);

// Kills what this process, a reaper of orphans, still has for children, and theirs.
void KillChildren();

}  // namespace ninefold
