// Measured in a process of its own, against a server in another.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "testing/chat_server.h"

namespace ninefold::bench {

struct Figures {
  double wall_s = 0;  // of one repeat, the best
  double cpu_s = 0;   // of one repeat, the mean
  double grown_kb = 0;
  std::uint64_t check = 0;
};

// Runs `body` in a process of its own, once to warm up, then measured.
Figures Apart(unsigned repeat, const std::function<std::uint64_t()>& body);

// A model server in a process of its own, until this object goes.
class ServerProcess {
 public:
  explicit ServerProcess(const testing::ChatServer::Responder& responder);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  std::string base_url() const;  // "http://127.0.0.1:PORT/v1"
  int port() const { return port_; }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
  int end_ = -1;
};

}  // namespace ninefold::bench
