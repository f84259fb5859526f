// The Chat Completions dialect (https://platform.openai.com/docs/api-reference/chat, 2026-08), spoken by many
// servers with many deviations, which reading tolerates. A vendor that speaks it is a ChatOptions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/model.h"
#include "ninefold/models.h"

namespace ninefold {

struct HttpHead;

struct ChatOptions {
  std::string vendor;    // "openai"
  std::string base_url;  // "https://api.openai.com/v1"
  std::string key;       // "": none is sent
  std::string key_env;   // the variable to name when the key is refused
  std::string model;
  std::string max_tokens_field = "max_completion_tokens";
  std::vector<std::string> headers;  // beside the usual ones
  ModelCard card;
  ModelOptions wire;  // stream, time-outs, connections_max
};

// No network is touched yet.
ModelPtr MakeChatModel(ChatOptions options);

// ---- parts, for tests ----------------------------------------------------------------------------

// Names as the dialect allows them ([A-Za-z0-9_-]), unique, in the order of the list.
std::vector<std::string> WireNames(const ToolList* tools);

// ,"tools":[…] of a request body.
std::string ChatTools(const ToolList& tools, const std::vector<std::string>& names);
// The body of a request; `tools` from ChatTools or empty.
std::string ChatBody(const ModelRequest& request, const ChatOptions& options,
                     const std::vector<std::string>& names, std::string_view tools);

// Puts a reply together, from the chunks of a stream or from one whole JSON value.
class ChatAssembly {
 public:
  // `who` starts each error: the server's origin.
  explicit ChatAssembly(std::string who) : who_(std::move(who)) {}

  // The text of one event. Deltas go to `emit` when it is set. Errors: what the server said, or that it makes
  // no sense.
  absl::Status Chunk(std::string_view text, const std::function<void(EventBody)>& emit);
  bool done() const { return done_; }  // [DONE] was seen
  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const std::vector<std::string>& names);

 private:
  struct Call {
    std::optional<std::int64_t> index;
    std::string id, name, arguments;
    Json extra;
  };
  bool PlainText(std::string_view text, const std::function<void(EventBody)>& emit);
  bool PlainReply(std::string_view text, const std::function<void(EventBody)>& emit);
  void TakeUsage(const Usage& usage);
  absl::Status Choice(const Json& choice, const std::function<void(EventBody)>& emit);
  void Text(const Json& delta, const std::function<void(EventBody)>& emit);
  void ToolCall(const Json& delta, const std::function<void(EventBody)>& emit);
  Call& CallOf(const Json& delta, std::string_view id, std::string_view name, bool whole);
  std::vector<Part> Calls(const ToolList* tools, const std::vector<std::string>& names, bool cut);

  std::string who_;
  std::string id_, model_, text_, reasoning_, refusal_;
  std::vector<Call> calls_;
  std::optional<std::string> finish_;
  Usage usage_;
  bool done_ = false;
};

// What a server's refusal means; `body` is what it sent. The key is taken out wherever the server echoes it.
absl::Status ChatError(const HttpHead& head, std::string_view body, const ChatOptions& options);
// The same of an error object inside a stream or a reply of status 200.
absl::Status ChatErrorObject(const Json& error, std::string_view who);
// The server's own words in an error body of any known form.
std::string ChatErrorText(std::string_view body);
std::string WithoutKey(std::string text, std::string_view key);

}  // namespace ninefold
