// An HTTP client on a loop. Connections are kept alive and shared by everything on the loop; TLS is verified
// always; redirects are errors that name where they lead; proxies come from the environment (http_proxy,
// https_proxy, no_proxy), never for loopback hosts.
//
//   auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = base + "/chat/completions", .headers =
//   {"accept: text/event-stream"}}); HttpStream stream(loop, target, body); CO_TRY(const HttpHead* head,
//   co_await stream.Start(cancel)); std::string piece; while (true) {
//     CO_TRY(const bool more, co_await stream.Read(piece));
//     if (!more) break;
//     …
//   }
//
// Errors name the server's scheme, host and port and never the path's query, a header or a body: kUnavailable
// (no connection, broken off), kDeadlineExceeded (which time-out, and its value), kResourceExhausted (a size
// limit), kFailedPrecondition (TLS, redirect), kInvalidArgument (URL), and whatever the CancelNode was fired
// with.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancel.h"
#include "base/loop.h"
#include "ninefold/async.h"

namespace ninefold {

// What requests to one address have in common. Transfers of one target object are cheaper than those of equal
// ones: keep it.
struct HttpTarget {
  std::string url;  // http: or https:
  std::string method = "POST";
  std::vector<std::string> headers;  // "name: value"
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration first_byte_timeout = absl::Seconds(120);  // from the connection to the reply's first byte
  absl::Duration idle_timeout = absl::Seconds(60);  // between bytes of the reply, while somebody reads them
  absl::Duration total_timeout = absl::InfiniteDuration();  // of the whole, waiting for a connection included
  std::size_t head_max = 64u << 10;
  std::size_t body_max = 64u << 20;
  int connections_max = 0;  // requests in flight at once; others wait; 0: as many as the process may have
};

struct HttpHead {
  int status = 0;
  std::string lines;  // as received, without the status line: "name: value\r\n…"
  // The first header of that name, case ignored.
  std::optional<std::string_view> Get(std::string_view name) const;
};

struct HttpResponse {
  HttpHead head;
  std::string body;
};

class HttpHub;
struct HttpTransfer;

// One request and the reply as it comes. Destroying it closes the transfer at once.
class HttpStream {
 public:
  // `loop` is no virtual one and outlives the stream.
  HttpStream(Loop& loop, std::shared_ptr<const HttpTarget> target, std::shared_ptr<const std::string> body);
  ~HttpStream();
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  // Sends the request, returns when the head of the reply is there; it lives as long as the stream. Once.
  // Firing `cancel`, which outlives the stream, ends this and later waits and closes the connection at once.
  Async<absl::StatusOr<const HttpHead*>> Start(CancelNode& cancel);
  // The next piece of the body, in place of what `piece` held; false at its end. Reading slowly slows the
  // server down.
  Async<absl::StatusOr<bool>> Read(std::string& piece);
  // Sends the request and collects the reply: one wake-up.
  Async<absl::StatusOr<HttpResponse>> Collect(CancelNode& cancel);

 private:
  absl::Status Begin(CancelNode& cancel);
  Loop& loop_;
  std::shared_ptr<const HttpTarget> target_;
  std::shared_ptr<const std::string> body_;
  std::shared_ptr<HttpHub> hub_;
  std::unique_ptr<HttpTransfer> transfer_;
  std::optional<CancelHook> hook_;
};

// One request and its whole reply.
Async<absl::StatusOr<HttpResponse>> Fetch(Loop& loop, std::shared_ptr<const HttpTarget> target,
                                          std::shared_ptr<const std::string> body, CancelNode& cancel);

// "http://host:8080" of a URL: what of it may be shown.
std::string OriginOf(std::string_view url);

}  // namespace ninefold
