// Processes: this one; one that waits for the code and kills what it leaves; in a sandbox its first process,
// with which all others of the sandbox die; python3.
#include "eval/python_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/try.h"
#include "eval/sandbox.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kSaidMax = 64u << 10;
constexpr absl::Duration kGrace = absl::Seconds(5);  // for the end, beyond the code's own time

// Runs the program in the main module, with nothing of its own in it. The token shows that its last line was
// reached: to leave early, with whatever code or file, is not to pass.
constexpr char kBoot[] = R"(
def _run():
    import os, sys
    token = os.read(0, 64)
    with open(4, "rb") as program:
        code = compile(program.read(), "program.py", "exec")
    main = sys.modules["__main__"].__dict__
    del main["_run"]
    main["__file__"] = "program.py"
    exec(code, main)
    os.write(3, token)
_run()
)";

absl::StatusOr<std::string> FindPython() {
  // Not by PATH: what runs as a grader should not depend on the caller's folder.
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return absl::NotFoundError(
      "python3: the grader \"code\" runs it, and it is in none of /usr/bin, /usr/local/bin and /bin; install "
      "it");
}

// Open files that outlive the fork, above those that the child numbers anew.
class Handle {
 public:
  Handle() = default;
  explicit Handle(int fd) : fd_(fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 16)) {
    if (fd >= 0) close(fd);
  }
  ~Handle() {
    if (fd_ >= 0) close(fd_);
  }
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// A file in memory that holds `text`.
Handle MemoryFile(const std::string& text) {
  Handle file(memfd_create("ninefold-eval", MFD_CLOEXEC));
  for (std::size_t at = 0; file.fd() >= 0 && at < text.size();) {
    const ssize_t wrote = pwrite(file.fd(), text.data() + at, text.size() - at, off_t(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Handle();
    at += std::size_t(wrote);
  }
  return file;
}

std::string ReadEnd(int fd, std::size_t most) {
  const off_t size = lseek(fd, 0, SEEK_END);
  std::string text(size < 0 ? 0 : std::min(std::size_t(size), most), '\0');
  const ssize_t n = pread(fd, text.data(), text.size(), size - off_t(text.size()));
  text.resize(n < 0 ? 0 : std::size_t(n));
  return text;
}

class ScratchFolder {
 public:
  explicit ScratchFolder(bool wanted, bool for_nobody) {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "ninefold-eval-XXXXXX").string();
    if (!wanted || error || mkdtemp(name.data()) == nullptr) return;
    path_ = name;
    constexpr unsigned kNobody = 65534;
    if (for_nobody) (void)!chown(path_.c_str(), kNobody, kNobody);
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

// While one is there, no process of this user can read this one's memory or environment. It is a property of
// the whole process, hence the count.
class Unreadable {
 public:
  explicit Unreadable(bool wanted) : wanted_(wanted) {
    std::lock_guard lock(mutex);
    if (wanted_ && count++ == 0) before = prctl(PR_GET_DUMPABLE), prctl(PR_SET_DUMPABLE, 0);
  }
  ~Unreadable() {
    std::lock_guard lock(mutex);
    if (wanted_ && --count == 0 && before == 1) prctl(PR_SET_DUMPABLE, 1);
  }
  Unreadable(const Unreadable&) = delete;
  Unreadable& operator=(const Unreadable&) = delete;

 private:
  static inline std::mutex mutex;
  static inline int count = 0, before = 0;
  const bool wanted_;
};

// Shared with the child, and not with the code.
struct Outcome {
  enum State { kLost, kNotIsolated, kTimedOut, kEnded } state = kLost;
  int status = 0;  // of python3, as waitpid gives it
};

struct ChildPlan {
  std::string python, folder, home, tmp;
  SandboxPlan sandbox;
  bool isolated = false;
  int nothing = -1, said = -1, done = -1, program = -1, token = -1;
  rlim_t cpu_seconds = 1;
  int milliseconds = 0;
  Outcome* outcome = nullptr;
};

// --- In the child: nothing but system calls, since other threads may hold any lock
// ---------------------------

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

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

[[noreturn]] void BecomePython(const ChildPlan& plan) {
  char* const arguments[] = {const_cast<char*>(plan.python.c_str()),
                             const_cast<char*>("-I"),
                             const_cast<char*>("-B"),
                             const_cast<char*>("-c"),
                             const_cast<char*>(kBoot),
                             nullptr};
  char* const environment[] = {const_cast<char*>("PYTHONHASHSEED=0"),
                               const_cast<char*>("LC_ALL=C.UTF-8"),
                               const_cast<char*>("OMP_NUM_THREADS=1"),
                               const_cast<char*>("OPENBLAS_NUM_THREADS=1"),
                               const_cast<char*>(plan.home.c_str()),
                               const_cast<char*>(plan.tmp.c_str()),
                               nullptr};
  const int numbered[] = {plan.token, plan.nothing, plan.said, plan.done, plan.program};
  for (int i = 0; i < 5; ++i) {
    if (dup2(numbered[i], i) < 0) _exit(126);
  }
  syscall(SYS_close_range, 5u, ~0u, 0u);
  if (chdir(plan.folder.c_str()) != 0) _exit(126);
  LimitProcess(plan.sandbox, plan.cpu_seconds);
  execve(plan.python.c_str(), arguments, environment);
  _exit(127);
}

// The first process of the sandbox, which its orphans come to.
[[noreturn]] void BeFirst(const ChildPlan& plan) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!EnterRoot(plan.sandbox)) {
    plan.outcome->state = Outcome::kNotIsolated;
    _exit(1);
  }
  const pid_t python = _Fork();
  if (python == 0) BecomePython(plan);
  pid_t ended = -1;
  int status = 0;
  while (python > 0 && ended != python) ended = waitpid(-1, &status, 0);
  if (python > 0) *plan.outcome = {Outcome::kEnded, status};
  _exit(0);
}

[[noreturn]] void BePythonUnderLimits(const ChildPlan& plan) {
  if (!DropRoot(plan.sandbox)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  BecomePython(plan);
}

[[noreturn]] void Supervise(const ChildPlan& plan) {
  setpgid(0, 0);
  plan.outcome->state = Outcome::kNotIsolated;
  if (plan.isolated && (!DropRoot(plan.sandbox) || !EnterNamespaces(plan.sandbox))) _exit(1);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  plan.outcome->state = Outcome::kLost;
  const pid_t child = _Fork();
  if (child < 0) _exit(1);
  if (child == 0) plan.isolated ? BeFirst(plan) : BePythonUnderLimits(plan);
  const bool in_time = EndsWithin(child, plan.milliseconds);
  if (!in_time) kill(child, SIGKILL);
  const int status = WaitFor(child);
  if (!in_time) plan.outcome->state = Outcome::kTimedOut;
  if (in_time && !plan.isolated) *plan.outcome = {Outcome::kEnded, status};
  KillChildren();
  _exit(0);
}

// --- In this process ---------------------------------------------------------------------------------------

std::string LastSaid(int fd) {
  std::string last;
  for (const auto& line : absl::StrSplit(ReadEnd(fd, kSaidMax), '\n')) {
    if (!absl::StripAsciiWhitespace(line).empty()) last = std::string(line);
  }
  return last.substr(0, 200);
}

PythonEnd EndOf(const Outcome& outcome, bool is_done, int said, absl::Duration time) {
  if (outcome.state == Outcome::kTimedOut)
    return {false, absl::StrCat("not done after ", absl::FormatDuration(time))};
  if (outcome.state != Outcome::kEnded) return {false, "it ended the process that watches it"};
  if (WIFSIGNALED(outcome.status)) return {false, absl::StrCat("ended by signal ", WTERMSIG(outcome.status))};
  const int code = WEXITSTATUS(outcome.status);
  if (code == 0 && is_done) return {true, ""};
  if (code == 0) return {false, "it ended before its tests"};
  const std::string last = LastSaid(said);
  return {false, last.empty() ? absl::StrCat("ended with ", code) : last};
}

// Of random bytes, as hexadecimal digits.
std::string MakeToken() {
  char bytes[16] = {};
  (void)!getrandom(bytes, sizeof bytes, 0);
  return absl::BytesToHexString(absl::string_view(bytes, sizeof bytes));
}

// A pipe with the token in it; its other end is closed, so that the code reads no more than that.
Handle PipeOf(const std::string& token) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return Handle();
  const bool wrote = write(ends[1], token.data(), token.size()) == ssize_t(token.size());
  close(ends[1]);
  Handle out(ends[0]);
  return wrote ? std::move(out) : Handle();
}

absl::Status RunSupervised(const ChildPlan& plan) {
  const Unreadable unreadable(!plan.isolated);
  const pid_t supervisor = _Fork();
  if (supervisor < 0)
    return absl::UnavailableError(
        absl::StrCat("no process for the code that is graded: ", std::strerror(errno)));
  if (supervisor == 0) Supervise(plan);
  setpgid(supervisor, supervisor);  // by whoever is first
  EndsWithin(supervisor, plan.milliseconds + int(absl::ToInt64Milliseconds(kGrace)));
  kill(-supervisor, SIGKILL);  // while the group's number is still its own
  kill(supervisor, SIGKILL);
  WaitFor(supervisor);
  return absl::OkStatus();
}

// kAborted: no sandbox this time.
absl::StatusOr<PythonEnd> RunOnce(const std::string& program, absl::Duration time, Isolation isolation) {
  ChildPlan plan;
  TRY(plan.python, FindPython());
  plan.isolated = isolation == Isolation::kWherePermitted && CanIsolate();
  plan.sandbox = PlanSandbox(plan.python, plan.isolated);
  const ScratchFolder folder(!plan.isolated, plan.sandbox.drops_root);
  const std::string token = MakeToken();
  const Handle nothing(open("/dev/null", O_RDWR | O_CLOEXEC)),
      said = MemoryFile(""), done = MemoryFile(""), source = MemoryFile(program), token_end = PipeOf(token);
  void* const shared =
      mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (nothing.fd() < 0 || said.fd() < 0 || done.fd() < 0 || source.fd() < 0 || token_end.fd() < 0 ||
      shared == MAP_FAILED || (!plan.isolated && folder.path().empty())) {
    if (shared != MAP_FAILED) munmap(shared, sizeof(Outcome));
    return absl::UnavailableError(
        "no room for the code that is graded; make some in memory and in the temporary folder");
  }
  plan.outcome = new (shared) Outcome;
  plan.folder = plan.isolated ? kSandboxFolder : folder.path();
  plan.home = "HOME=" + plan.folder;
  plan.tmp = plan.isolated ? "TMPDIR=/tmp" : "TMPDIR=" + plan.folder;
  plan.nothing = nothing.fd(), plan.said = said.fd(), plan.done = done.fd(), plan.program = source.fd();
  plan.token = token_end.fd();
  plan.milliseconds = int(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(time), 1, 3'600'000));
  plan.cpu_seconds = rlim_t(plan.milliseconds / 1000 + 2);
  const absl::Status ran = RunSupervised(plan);
  const Outcome outcome = *plan.outcome;
  munmap(shared, sizeof(Outcome));
  CHECK_OK(ran);
  if (outcome.state == Outcome::kNotIsolated)
    return absl::AbortedError("the sandbox for the code that is graded could not be made; try it again");
  return EndOf(outcome, ReadEnd(done.fd(), token.size() + 1) == token, said.fd(), time);
}

}  // namespace

std::string MissingCodeIsolation() {
  if (CanIsolate()) return "";
  const bool as_nobody = PlanSandbox("", false).drops_root;
  return absl::StrCat(
      "the system permits this user no sandbox (unprivileged user namespaces), so code that is graded ",
      as_nobody ? "reads what the user \"nobody\" may"
                : "reads and writes what you may, can end your processes,",
      " and reaches the network; run the whole measurement in a container or a virtual machine");
}

absl::StatusOr<PythonEnd> RunPython(const std::string& program, absl::Duration time, Isolation isolation) {
  constexpr int kTries = 4, kPause = 100;  // milliseconds: others may hold all namespaces that are allowed
  for (int i = 1; i < kTries; ++i) {
    absl::StatusOr<PythonEnd> end = RunOnce(program, time, isolation);
    if (!absl::IsAborted(end.status())) return end;
    PollFor(nullptr, 0, kPause);
  }
  return RunOnce(program, time, isolation);
}

}  // namespace ninefold
