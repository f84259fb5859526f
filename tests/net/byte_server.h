// A server that answers each request with given bytes, for tests of the HTTP client: what is on the wire is
// in the test.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/asio.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/read_until.hpp"
#include "boost/asio/write.hpp"
#include "ninefold/async.h"

namespace ninefold {

struct ByteReply {
  std::string bytes;
  bool close = false;    // after the bytes
  bool silence = false;  // after the bytes: neither close nor read on
};

class ByteServer {
 public:
  explicit ByteServer(std::function<ByteReply(const std::string& request)> answer)
      : answer_(std::move(answer)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    acceptor_.listen(4096);
    asio::co_spawn(io_, Accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ByteServer() {
    io_.stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  int connections() const { return connections_; }
  int open() const { return open_; }
  int requests() const { return requests_; }
  std::string last() const {
    std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  using Socket = asio::ip::tcp::socket;
  static constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
  struct Count {
    std::atomic<int>& open;
    ~Count() { --open; }
  };

  Async<void> Accept() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error) co_return;
      ++connections_;
      ++open_;
      asio::co_spawn(io_, Serve(std::move(socket)), asio::detached);
    }
  }

  Async<void> Serve(Socket socket) {
    Count count{open_};
    std::string input;
    while (true) {
      auto [error, size] =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(input), "\r\n\r\n", kTuple);
      if (error) co_return;
      const std::size_t at = input.find("ontent-Length: ");
      const std::size_t body = at < size ? std::stoul(input.substr(at + 15)) : 0;
      if (input.size() < size + body) {
        const std::size_t rest = size + body - input.size();
        co_await asio::async_read(socket, asio::dynamic_buffer(input), asio::transfer_exactly(rest), kTuple);
      }
      ++requests_;
      const ByteReply reply = answer_(input);
      {
        std::lock_guard lock(mutex_);
        last_ = std::exchange(input, std::string());
      }
      auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(reply.bytes), kTuple);
      if (write_error || reply.close) co_return;
      if (!reply.silence) continue;
      char byte = 0;
      co_await socket.async_read_some(asio::buffer(&byte, 1), kTuple);
      co_return;
    }
  }

  std::function<ByteReply(const std::string&)> answer_;
  std::atomic<int> connections_{0}, open_{0}, requests_{0};
  mutable std::mutex mutex_;
  std::string last_;
  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace ninefold
