// The Chat Completions dialect (https://platform.openai.com/docs/api-reference/chat, 2026-08), spoken by many
// servers with many deviations, which reading tolerates. A vendor that speaks it is a ChatOptions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/wire.h"

namespace ninefold {

struct ChatOptions : WireOptions {
  std::string max_tokens_field = "max_completion_tokens";
  bool think_tags = false;         // text that begins with <think> is reasoning up to </think>
  bool reasoning_details = false;  // OpenRouter's list of reasoning, sent back as it came
};

ModelPtr MakeChatModel(ChatOptions options);

// ---- parts, for tests ----------------------------------------------------------------------------

// ,"tools":[…] of a request body.
std::string ChatTools(const ToolList& tools, const std::vector<std::string>& names);
std::string ChatBody(const ModelRequest& request, const ChatOptions& options, const WireTools& tools);

class ChatAssembly : public Assembly {
 public:
  // `who` starts each error: the server's origin.
  explicit ChatAssembly(std::string who, const ChatOptions& options = {})
      : who_(std::move(who)),
        vendor_(options.vendor),
        thought_(options.think_tags ? Thought::kMayCome : Thought::kOver),
        keeps_details_(options.reasoning_details) {}

  absl::Status Take(std::string_view type, std::string_view text, const EmitFn& emit) override;
  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) override;
  Usage SoFar() const override;
  bool done() const { return done_; }  // [DONE] was seen

 private:
  struct Call {
    std::optional<std::int64_t> index;
    std::string id, name, arguments;
    Json extra;
  };
  bool PlainText(std::string_view text, const EmitFn& emit);
  bool PlainReply(std::string_view text, const EmitFn& emit);
  void TakeUsage(const Usage& usage);
  absl::Status Choice(const Json& choice, const EmitFn& emit);
  void Text(const Json& delta, const EmitFn& emit);
  void AddText(std::string piece, const EmitFn& emit);
  void AddReasoning(std::string_view piece, const EmitFn& emit);
  void SplitThought(const EmitFn& emit);
  void Details(const Json& details);
  void EndThought();
  void ToolCall(const Json& delta, const EmitFn& emit);
  Call& CallOf(const Json& delta, std::string_view id, std::string_view name, bool whole);
  std::vector<Part> Calls(const ToolList* tools, const WireTools& wire, bool cut);

  // Where the text stands to <think>…</think>.
  enum class Thought { kMayCome, kInside, kOver };

  std::string who_, vendor_;
  Thought thought_;
  const bool keeps_details_;
  std::string held_;  // text that may be a part of a tag
  Json details_ = Json::array();
  std::string id_, model_, text_, reasoning_, refusal_;
  std::vector<Call> calls_;
  std::optional<std::string> finish_;
  std::string native_finish_;
  Usage usage_;
  bool done_ = false;
};

}  // namespace ninefold
