// ninefold_chat_server [--port N]: Chat Completions on 127.0.0.1, answered as the offline model does. Prints
// {"port":N}; ends on SIGINT or SIGTERM.
//
//   curl -s http://127.0.0.1:N/v1/chat/completions -d '{"messages":[{"role":"user","content":"What is
//   6*7?"}]}'
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <exception>
#include <string_view>

#include "absl/strings/numbers.h"
#include "ninefold/status.h"
#include "offline_responder.h"

namespace {

constexpr int kPortMax = 65535;

bool ReadPort(int argc, char** argv, int& port) {
  if (argc == 1) return true;
  if (argc != 3 || std::string_view(argv[1]) != "--port") return false;
  return absl::SimpleAtoi(argv[2], &port) && port >= 0 && port <= kPortMax;
}

int Serve(int port) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before the server's thread, which inherits it
  signal(SIGPIPE, SIG_IGN);
  ninefold::testing::ChatServer server(ninefold::testing::AnswerChatOffline, port);
  server.set_keep_seen(false);
  std::printf("{\"port\":%d}\n", server.port());
  std::fflush(stdout);
  int received = 0;
  sigwait(&stop, &received);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  if (!ReadPort(argc, argv, port)) {
    std::fputs("usage: ninefold_chat_server [--port N]\n", stderr);
    return 2;
  }
  try {
    return Serve(port);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ninefold_chat_server: cannot listen on port %d: %s\n", port, error.what());
    return 1;
  }
}
