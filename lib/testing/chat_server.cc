#include "testing/chat_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/asio.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/read_until.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/write.hpp"
#include "ninefold/async.h"
#include "ninefold/status.h"

namespace ninefold::testing {
namespace {

// Chat Completions, and the paths of other dialects, whose replies scripts bring themselves.
bool IsModelPath(std::string_view path) {
  path = path.substr(0, path.find('?'));
  for (const std::string_view end : {"/chat/completions", "/responses", "/messages", "/api/chat",
                                     ":generateContent", ":streamGenerateContent"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBodyMax = 64u << 20;

std::string HeaderOf(const std::string& head, const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(head);
  const std::size_t at = lower.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 3;
  return std::string(absl::StripAsciiWhitespace(head.substr(begin, head.find("\r\n", begin) - begin)));
}

}  // namespace

struct ChatServer::Impl {
  Impl(Responder r, int port)
      : responder(std::move(r)),
        acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), std::uint16_t(port)), true) {}

  Responder responder;
  std::atomic<std::size_t> requests{0}, connections{0}, open{0};
  std::atomic<bool> keep_seen{true};
  mutable std::mutex mutex;
  std::vector<ChatSeen> seen;
  asio::io_context io{1};  // destroyed before what its coroutines count
  tcp::acceptor acceptor;
  std::thread thread;

  Async<void> Accept() {
    while (true) {
      auto [error, socket] = co_await acceptor.async_accept(kTuple);
      if (error) co_return;
      ++connections;
      ++open;
      asio::co_spawn(io, Serve(std::move(socket)), asio::detached);
    }
  }

  struct OpenCount {
    std::atomic<std::size_t>& open;
    ~OpenCount() { --open; }
  };

  Async<void> Serve(tcp::socket socket) {
    OpenCount count{open};
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::string input;
    bool alive = true;
    while (alive) {
      auto [error, size] =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(input, kBodyMax), "\r\n\r\n", kTuple);
      if (error) co_return;
      ChatSeen request;
      request.head = input.substr(0, size);
      input.erase(0, size);
      const std::size_t length = std::min<std::size_t>(
          std::strtoull(HeaderOf(request.head, "content-length").c_str(), nullptr, 10), kBodyMax);
      if (input.size() < length) {
        const std::size_t missing = length - input.size();
        auto [read_error, read_size] = co_await asio::async_read(socket, asio::dynamic_buffer(input),
                                                                 asio::transfer_exactly(missing), kTuple);
        if (read_error) co_return;
      }
      request.body = input.substr(0, length);
      input.erase(0, length);
      alive = co_await Answer(socket, std::move(request));
    }
  }

  ChatScript ScriptFor(const ChatSeen& request, Json& json) {
    if (request.path.ends_with("/models")) {
      ChatScript script =
          ChatScript::Refuse(200, R"({"object":"list","data":[{"id":"test-model","object":"model"}]})");
      return script;
    }
    if (!IsModelPath(request.path) || request.method != "POST") {
      return ChatScript::Refuse(404, R"({"error":{"message":"no such path","type":"not_found_error"}})");
    }
    ++requests;
    absl::StatusOr<Json> parsed = ParseJson(request.body);
    if (!parsed.ok() || !parsed->is_object()) {
      return ChatScript::Refuse(
          400, R"({"error":{"message":"the body is no JSON object","type":"invalid_request_error"}})");
    }
    json = *std::move(parsed);
    return responder(json);
  }

  // False: the connection is to be closed.
  Async<bool> Answer(tcp::socket& socket, ChatSeen request) {
    request.method = request.head.substr(0, request.head.find(' '));
    const std::size_t path = request.method.size() + 1;
    request.path = request.head.substr(path, request.head.find(' ', path) - path);
    Json json = Json::object();
    const ChatScript script = ScriptFor(request, json);
    if (keep_seen) {
      std::lock_guard lock(mutex);
      seen.push_back(std::move(request));
    }
    co_await Pause(script.delay);
    const bool alive = co_await Send(socket, script, json);
    co_return alive;
  }

  Async<void> Pause(absl::Duration time) {
    if (time <= absl::ZeroDuration()) co_return;
    asio::steady_timer timer(io);
    timer.expires_after(absl::ToChronoNanoseconds(time));
    co_await timer.async_wait(kTuple);
  }

  static std::string HeadOf(const ChatScript& script, std::size_t length, bool stream) {
    std::string type = script.content_type;
    if (type.empty()) type = stream ? "text/event-stream" : "application/json";
    std::string head = absl::StrCat("HTTP/1.1 ", script.status, " Status\r\ncontent-type: ", type,
                                    "\r\nx-request-id: req_test_1\r\n");
    for (const std::string& header : script.headers) absl::StrAppend(&head, header, "\r\n");
    if (script.length_known) {
      absl::StrAppend(&head, "content-length: ", length, "\r\n\r\n");
    } else {
      head += "transfer-encoding: chunked\r\n\r\n";
    }
    return head;
  }

  Async<bool> Write(tcp::socket& socket, std::string text) {
    auto [error, size] = co_await asio::async_write(socket, asio::buffer(text), kTuple);
    co_return !error;
  }

  // Waits for the client to go.
  Async<void> UntilClosed(tcp::socket& socket) {
    char byte = 0;
    co_await socket.async_read_some(asio::buffer(&byte, 1), kTuple);
  }

  Async<bool> Send(tcp::socket& socket, const ChatScript& script, const Json& json) {
    const bool stream = GetBool(json, "stream") == true;
    const std::string body = ChatBodyOf(script, json);
    const std::size_t limit = std::min(script.cut.value_or(body.size()), script.stall.value_or(body.size()));
    std::string out = HeadOf(script, body.size(), stream);
    const bool paced = script.gap > absl::ZeroDuration();
    std::size_t at = 0;
    while (at < limit) {
      std::size_t end = limit;
      if (paced && body.find("\n\n", at) != std::string::npos)
        end = std::min(limit, body.find("\n\n", at) + 2);
      const std::string piece = body.substr(at, end - at);
      if (script.length_known) {
        out += piece;
      } else {
        absl::StrAppend(&out, absl::Hex(piece.size()), "\r\n", piece, "\r\n");
      }
      at = end;
      if (!paced) continue;
      const bool sent = co_await Write(socket, std::exchange(out, std::string()));
      if (!sent) co_return false;
      co_await Pause(script.gap);
    }
    if (limit == body.size() && !script.length_known && !script.cut && !script.stall) out += "0\r\n\r\n";
    const bool sent = co_await Write(socket, std::move(out));
    if (!sent || script.cut) co_return false;
    if (script.stall) {
      co_await UntilClosed(socket);
      co_return false;
    }
    co_return true;
  }
};

ChatServer::ChatServer(Responder responder, int port)
    : impl_(std::make_unique<Impl>(std::move(responder), port)) {
  impl_->acceptor.listen(4096);
  asio::co_spawn(impl_->io, impl_->Accept(), asio::detached);
  impl_->thread = std::thread([impl = impl_.get()] { impl->io.run(); });
}

ChatServer::~ChatServer() {
  impl_->io.stop();
  impl_->thread.join();
}

int ChatServer::port() const { return impl_->acceptor.local_endpoint().port(); }
std::string ChatServer::base_url() const { return absl::StrCat("http://127.0.0.1:", port(), "/v1"); }
std::size_t ChatServer::requests() const { return impl_->requests; }
std::size_t ChatServer::connections() const { return impl_->connections; }
std::size_t ChatServer::open() const { return impl_->open; }
void ChatServer::set_keep_seen(bool keep) { impl_->keep_seen = keep; }

std::vector<ChatSeen> ChatServer::seen() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

bool ChatServer::WaitUntilClosed(absl::Duration patience) const {
  const absl::Time until = absl::Now() + patience;
  while (impl_->open > 0) {
    if (absl::Now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace ninefold::testing
