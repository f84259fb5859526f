// A server that speaks Chat Completions, for tests: what it answers is decided request by request, faults
// included. It has a thread of its own and listens on 127.0.0.1.
//
//   ChatServer server([](const Json& request) { return ChatScript::Say({"Hel", "lo"}); });
//   OpenModel("openai/any", {.base_url = server.base_url()});
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/json.h"

namespace ninefold::testing {

struct ChatCall {
  std::string id, name;
  std::string arguments;  // JSON text
};

// One reply and what goes wrong with it.
struct ChatScript {
  std::vector<std::string> pieces;  // of the text; streamed, each is a chunk
  std::vector<ChatCall> calls;      // streamed, the arguments come in two pieces
  std::string finish;               // "": "stop" or "tool_calls"
  std::string reasoning;
  int status = 200;
  std::vector<std::string> headers;  // beside the usual ones, "name: value"
  std::optional<std::string> body;   // instead of everything above: the bytes, as they are
  std::string content_type;          // "": what fits
  absl::Duration delay;              // before the head
  absl::Duration gap;                // between chunks
  std::optional<std::size_t> cut;    // closes the connection after that many bytes of the body
  std::optional<std::size_t> stall;  // falls silent after that many bytes of the body
  bool done_marker = true;           // "data: [DONE]"
  bool length_known = false;         // content-length instead of chunks

  static ChatScript Say(std::vector<std::string> pieces);
  static ChatScript Call(std::vector<ChatCall> calls);
  static ChatScript Refuse(int status, std::string body);
  static ChatScript Raw(std::string stream);  // an event stream, as it is
};

// A request as it came.
struct ChatSeen {
  std::string method, path, head;
  std::string body;
};

class ChatServer {
 public:
  // Called on the server's thread, one request at a time.
  using Responder = std::function<ChatScript(const Json& request)>;
  explicit ChatServer(Responder responder, int port = 0);
  ~ChatServer();

  int port() const;
  std::string base_url() const;     // "http://127.0.0.1:PORT/v1"
  std::size_t requests() const;     // of chat completions
  std::size_t connections() const;  // accepted so far
  std::size_t open() const;         // connections open now
  std::vector<ChatSeen> seen() const;
  void set_keep_seen(bool keep);  // off: bodies are not kept
  // Waits until no connection is open, at most `patience`.
  bool WaitUntilClosed(absl::Duration patience) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The body that `script` makes of `request`: an event stream or one value.
std::string ChatBodyOf(const ChatScript& script, const Json& request);

}  // namespace ninefold::testing
