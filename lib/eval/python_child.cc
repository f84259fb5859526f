#include "eval/python_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr rlim_t kMemoryMax = rlim_t(1) << 30;
constexpr rlim_t kFileMax = rlim_t(16) << 20;
constexpr rlim_t kFilesMax = 64;
constexpr std::size_t kSaidMax = 64u << 10;

// A file that the tests' last line makes: `sys.exit(0)` in the code is not passing them.
constexpr char kDoneName[] = "done";

absl::StatusOr<std::string> FindPython() {
  // Not by PATH: what runs as a grader should not depend on the caller's folder.
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return absl::NotFoundError(
      "python3: the grader \"code\" runs it, and it is in none of /usr/bin, /usr/local/bin and /bin; install "
      "it");
}

class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "ninefold-eval-XXXXXX").string();
    if (!error && mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void Limit(int what, rlim_t most) {
  const rlimit limit = {most, most};
  setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

struct ChildPlan {
  std::string python, folder, program, said;
  rlim_t cpu_seconds;
};

// In the child: nothing but system calls, since other threads may hold any lock.
[[noreturn]] void BecomePython(const ChildPlan& plan) {
  char* const arguments[] = {const_cast<char*>(plan.python.c_str()), const_cast<char*>("-I"),
                             const_cast<char*>(plan.program.c_str()), nullptr};
  char* const environment[] = {const_cast<char*>("PYTHONHASHSEED=0"), const_cast<char*>("LC_ALL=C.UTF-8"),
                               nullptr};
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int said = open(plan.said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (nothing < 0 || said < 0 || chdir(plan.folder.c_str()) != 0) _exit(126);
  dup2(nothing, 0), dup2(nothing, 1), dup2(said, 2);
  syscall(SYS_close_range, 3u, ~0u, 0u);
  Limit(RLIMIT_CPU, plan.cpu_seconds);
  Limit(RLIMIT_AS, kMemoryMax);
  Limit(RLIMIT_FSIZE, kFileMax);
  Limit(RLIMIT_NOFILE, kFilesMax);
  Limit(RLIMIT_CORE, 0);
  execve(plan.python.c_str(), arguments, environment);
  _exit(127);
}

// A process between: when it is killed, all that the code started dies with the first process of its own
// space of processes.
[[noreturn]] void BeChild(const ChildPlan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Where it is not permitted, it runs without: documented as limited.
  (void)unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC);
  const pid_t inner = _Fork();
  if (inner < 0) _exit(126);
  if (inner == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    BecomePython(plan);
  }
  int status = 0;
  while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool PollFor(pollfd* handles, nfds_t n, int milliseconds) {
  int ready = -1;
  while ((ready = poll(handles, n, milliseconds)) < 0 && errno == EINTR) {
  }
  return ready > 0;
}

// Waits without reaping, at most so long. Where the system has no handles of processes, it looks every few
// milliseconds.
bool EndsWithin(pid_t child, int milliseconds) {
  const int handle = int(syscall(SYS_pidfd_open, child, 0));
  if (handle >= 0) {
    pollfd ended = {handle, POLLIN, 0};
    const bool ready = PollFor(&ended, 1, milliseconds);
    close(handle);
    return ready;
  }
  constexpr int kStep = 5;
  for (int waited = 0; waited <= milliseconds; waited += kStep) {
    siginfo_t info = {};
    if (waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
      return true;
    PollFor(nullptr, 0, kStep);
  }
  return false;
}

// Whether it ended in time; then `code` is how.
bool WaitFor(pid_t child, absl::Duration time, int& code) {
  const bool in_time =
      EndsWithin(child, int(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(time), 1, 3'600'000)));
  kill(-child, SIGKILL);  // also what it left running in its group, while the group's number is still its own
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return in_time;
}

std::string LastSaid(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(0, std::ios::end);
  const auto size = std::streamoff(in.tellg());
  in.seekg(std::max<std::streamoff>(0, size - std::streamoff(kSaidMax)));
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!absl::StripAsciiWhitespace(line).empty()) last = line;
  }
  return last.substr(0, 200);
}

}  // namespace

std::string LastBlock(std::string_view text) {
  std::string last;
  std::size_t at = 0;
  while ((at = text.find("```", at)) != std::string_view::npos) {
    const std::size_t begin = text.find('\n', at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find("```", begin);
    if (end == std::string_view::npos) break;  // cut off: what was whole before it counts
    last = std::string(text.substr(begin + 1, end - begin - 1));
    at = end + 3;
  }
  return last;
}

std::string ProgramOf(std::string_view code, std::string_view tests) {
  return absl::StrCat("from __future__ import annotations\n", ToAbsl(code), "\n\n", ToAbsl(tests),
                      "\nopen(\"", kDoneName, "\", \"w\").close()\n");
}

absl::StatusOr<PythonEnd> RunPython(const std::string& program, absl::Duration time) {
  TRY(std::string python, FindPython());
  const ScratchFolder folder;
  if (folder.path().empty())
    return absl::UnavailableError("no folder for the code that is graded; make room in the temporary folder");
  const ChildPlan plan = {std::move(python), folder.path(), folder.path() + "/program.py",
                          folder.path() + "/said",
                          rlim_t(std::max<std::int64_t>(1, absl::ToInt64Seconds(time) + 1))};
  std::ofstream(plan.program, std::ios::binary) << program;
  const pid_t child = _Fork();
  if (child < 0)
    return absl::UnavailableError(
        absl::StrCat("no process for the code that is graded: ", std::strerror(errno)));
  if (child == 0) BeChild(plan);
  setpgid(child, child);  // by whoever is first
  int code = 0;
  if (!WaitFor(child, time, code))
    return PythonEnd{false, absl::StrCat("not done after ", absl::FormatDuration(time))};
  if (code == 0 && access((folder.path() + "/" + kDoneName).c_str(), F_OK) == 0) return PythonEnd{true, ""};
  if (code == 0) return PythonEnd{false, "it ended before its tests"};
  if (code > 128) return PythonEnd{false, absl::StrCat("ended by signal ", code - 128)};
  const std::string said = LastSaid(plan.said);
  return PythonEnd{false, said.empty() ? absl::StrCat("ended with ", code) : said};
}

}  // namespace ninefold
