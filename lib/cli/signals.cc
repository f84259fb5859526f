#include "cli/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace ninefold::cli {
namespace {

// A signal handler reaches nothing but what is global.
std::atomic<int> stop_signal{0};
std::atomic<bool> cursor_hidden{false};
int wake_pipe[2] = {-1, -1};

constexpr int kStopping[] = {SIGINT, SIGTERM, SIGHUP};
struct sigaction earlier[4];

void OnSignal(int signal) {
  const int saved = errno;
  if (signal != SIGWINCH) {
    int none = 0;
    if (!stop_signal.compare_exchange_strong(none, signal)) {
      constexpr char kShow[] = "\x1b[?25h\n";
      if (cursor_hidden) (void)!::write(STDERR_FILENO, kShow, sizeof kShow - 1);
      ::_exit(128 + signal);
    }
  }
  (void)!::write(wake_pipe[1], "!", 1);
  errno = saved;
}

}  // namespace

Signals::Signals() {
  std::signal(SIGPIPE, SIG_IGN);
  stop_signal = 0;
  if (::pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe[0] = wake_pipe[1] = -1;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  int i = 0;
  for (const int signal : kStopping) {
    ::sigaction(signal, nullptr, &earlier[i]);
    // Started under nohup, a hang-up stays ignored.
    if (earlier[i].sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
    ++i;
  }
  ::sigaction(SIGWINCH, &action, &earlier[i]);
}

Signals::~Signals() {
  int i = 0;
  for (const int signal : kStopping) ::sigaction(signal, &earlier[i++], nullptr);
  ::sigaction(SIGWINCH, &earlier[i], nullptr);
  for (int& fd : wake_pipe) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
}

int Signals::fd() const { return wake_pipe[0]; }

void Signals::Clear() {
  char buffer[64];
  while (::read(wake_pipe[0], buffer, sizeof buffer) > 0) {
  }
}

int Signals::stop() const { return stop_signal; }

void SetCursorHidden(bool hidden) { cursor_hidden = hidden; }

}  // namespace ninefold::cli
