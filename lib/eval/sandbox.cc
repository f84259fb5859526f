#include "eval/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

namespace fs = std::filesystem;

constexpr rlim_t kMemoryMax = rlim_t(1) << 30;
constexpr rlim_t kFileMax = rlim_t(16) << 20;
constexpr rlim_t kFilesMax = 64;
constexpr rlim_t kProcessesMax = 64;
constexpr unsigned kNobody = 65534, kInside = 1000;
constexpr char kSizes[] = "size=64m,nr_inodes=4096,mode=0755";

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// Adds what is at `path`, with the folders above it.
void Show(SandboxPlan& plan, const std::string& path, bool is_device = false) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  for (const auto& seen : plan.bound) {
    if (path == seen.from || absl::StartsWith(path, seen.from + "/")) return;
  }
  std::string above;
  for (const fs::path& part : fs::path(path).parent_path().relative_path()) {
    above += "/" + part.string();
    if (std::find(plan.folders.begin(), plan.folders.end(), plan.root + above) == plan.folders.end())
      plan.folders.push_back(plan.root + above);
  }
  plan.bound.push_back({path, plan.root + path, IsFolder(path), is_device});
}

// "/bin" is a link to "usr/bin", or a folder.
void ShowSystem(SandboxPlan& plan) {
  Show(plan, "/usr");
  for (const char* path : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) {
      Show(plan, path);
      continue;
    }
    const std::string target = fs::read_symlink(path, error).string();
    if (!error) plan.links.push_back({plan.root + path, target});
  }
  for (const char* path : {"/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"}) Show(plan, path);
  for (const char* path : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
    Show(plan, path, true);
}

// How many threads a user has: the limit of processes is one for all of a user's, outside of a namespace.
rlim_t TasksOf(unsigned uid) {
  rlim_t tasks = 0;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    struct stat status = {};
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (stat(at->path().c_str(), &status) != 0 || status.st_uid != uid) continue;
    std::ifstream in(at->path() / "status");
    for (std::string line; std::getline(in, line);) {
      int threads = 0;
      if (absl::StartsWith(line, "Threads:") && absl::SimpleAtoi(line.substr(8), &threads))
        tasks += rlim_t(threads);
    }
  }
  return tasks;
}

// Since Linux 5.14 a user namespace counts its own processes.
bool NamespacesCountProcesses() {
  utsname system = {};
  int major = 0, minor = 0;
  if (uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 5 || (major == 5 && minor >= 14);
}

// Whether this process is root and may become nobody: not in a namespace that has no other user than root.
bool MayDropRoot() {
  if (geteuid() != 0) return false;
  std::ifstream map("/proc/self/uid_map"), status("/proc/self/status");
  bool is_mapped = false;
  for (std::uint64_t inside = 0, outside = 0, n = 0; map >> inside >> outside >> n;)
    is_mapped = is_mapped || (inside <= kNobody && kNobody - inside < n);
  constexpr std::uint64_t kSetIds = (1 << CAP_SETUID) | (1 << CAP_SETGID);
  std::uint64_t rights = 0;
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, "CapEff:") && !absl::SimpleHexAtoi(line.substr(7), &rights)) rights = 0;
  }
  return is_mapped && (rights & kSetIds) == kSetIds;
}

SandboxPlan BarePlan() {
  SandboxPlan plan;
  plan.root = IsFolder("/tmp") ? "/tmp" : "/mnt";
  ShowSystem(plan);
  for (const char* folder : {"/dev", "/dev/shm", "/proc", "/tmp", kSandboxFolder}) {
    if (std::find(plan.folders.begin(), plan.folders.end(), plan.root + folder) == plan.folders.end())
      plan.folders.push_back(plan.root + folder);
  }
  plan.links.push_back({plan.root + "/dev/fd", "/proc/self/fd"});
  plan.drops_root = MayDropRoot();
  const unsigned uid = plan.drops_root ? kNobody : geteuid(), gid = plan.drops_root ? kNobody : getegid();
  plan.uid_map = absl::StrCat(kInside, " ", uid, " 1");
  plan.gid_map = absl::StrCat(kInside, " ", gid, " 1");
  plan.processes = kProcessesMax;
  return plan;
}

// --- In a child: nothing but system calls
// -------------------------------------------------------------------

bool WriteTo(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool wrote = write(fd, text.data(), text.size()) == ssize_t(text.size());
  close(fd);
  return wrote;
}

bool MakeReadOnly(const char* path) {
#ifdef SYS_mount_setattr
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
  if (syscall(SYS_mount_setattr, -1, path, AT_RECURSIVE, &attributes, sizeof(attributes)) == 0) return true;
#endif
  return mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, nullptr) == 0;
}

bool BindAll(const SandboxPlan& plan) {
  for (const auto& each : plan.bound) {
    if (each.is_folder) {
      mkdir(each.to.c_str(), 0755);
    } else {
      const int file = open(each.to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
      if (file < 0) return false;
      close(file);
    }
    if (mount(each.from.c_str(), each.to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) return false;
    if (!each.is_device && !MakeReadOnly(each.to.c_str())) return false;
  }
  return true;
}

void Limit(int what, rlim_t most) {
  const rlimit limit = {most, most};
  setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

// The numbers in /proc/thread-self/children.
void KillListed() {
  const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char bytes[4096];
  pid_t pid = 0;
  for (ssize_t n = 0; (n = read(fd, bytes, sizeof bytes)) > 0;) {
    for (ssize_t i = 0; i < n; ++i) {
      if (bytes[i] >= '0' && bytes[i] <= '9') {
        pid = pid * 10 + (bytes[i] - '0');
      } else if (pid > 0) {
        kill(std::exchange(pid, 0), SIGKILL);
      }
    }
  }
  if (pid > 0) kill(pid, SIGKILL);
  close(fd);
}

[[noreturn]] void TryIsolation(const SandboxPlan& plan) {
  if (!DropRoot(plan) || !EnterNamespaces(plan)) _exit(1);
  const pid_t first = _Fork();
  if (first == 0) _exit(EnterRoot(plan) ? 0 : 1);
  int status = 1;
  while (first > 0 && waitpid(first, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

}  // namespace

SandboxPlan PlanSandbox(const std::string& python, bool isolated) {
  SandboxPlan plan = BarePlan();
  std::error_code error;
  const fs::path real = fs::canonical(python, error);
  // PREFIX/bin/python3 has its library in PREFIX/lib.
  if (!error) Show(plan, real.parent_path().parent_path().string());
  if (!isolated || !NamespacesCountProcesses())
    plan.processes += TasksOf(plan.drops_root ? kNobody : geteuid());
  return plan;
}

bool CanIsolate() {
  static const bool can = [] {
    const SandboxPlan plan = BarePlan();
    const pid_t child = _Fork();
    if (child == 0) TryIsolation(plan);
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }();
  return can;
}

bool DropRoot(const SandboxPlan& plan) {
  if (!plan.drops_root) return true;
  // Not by the C library, which would tell threads that this process does not have.
  syscall(SYS_setgroups, 0, nullptr);
  if (syscall(SYS_setresgid, kNobody, kNobody, kNobody) != 0) return false;
  return syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
}

bool EnterNamespaces(const SandboxPlan& plan) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
    return false;
  prctl(PR_SET_DUMPABLE, 1);  // else its files in /proc are root's
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  WriteTo("/proc/self/setgroups", "deny");
  return WriteTo("/proc/self/uid_map", plan.uid_map) && WriteTo("/proc/self/gid_map", plan.gid_map);
}

bool EnterRoot(const SandboxPlan& plan) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (mount("tmpfs", plan.root.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, kSizes) != 0) return false;
  for (const std::string& folder : plan.folders) mkdir(folder.c_str(), 0755);
  if (!BindAll(plan)) return false;
  for (const auto& link : plan.links) (void)!symlink(link.target.c_str(), link.at.c_str());
  if (chdir(plan.root.c_str()) != 0) return false;
  // Not permitted where parts of the outer one are hidden, as in most containers: then there is none.
  (void)mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  if (syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0) return false;
  return chdir(kSandboxFolder) == 0;
}

void LimitProcess(const SandboxPlan& plan, rlim_t cpu_seconds) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  Limit(RLIMIT_CPU, cpu_seconds);
  Limit(RLIMIT_AS, kMemoryMax);
  Limit(RLIMIT_FSIZE, kFileMax);
  Limit(RLIMIT_NOFILE, kFilesMax);
  Limit(RLIMIT_NPROC, plan.processes);
  Limit(RLIMIT_CORE, 0);
}

void KillChildren() {
  constexpr int kRoundsMost = 400;  // two seconds: what forks faster than it is killed is left to its limits
  for (int round = 0; round < kRoundsMost; ++round) {
    pid_t reaped = 0;
    while ((reaped = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) return;
    KillListed();
    constexpr int kNap = 5;  // milliseconds
    (void)poll(nullptr, 0, kNap);
  }
}

}  // namespace ninefold
