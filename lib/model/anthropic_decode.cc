// Events of a Messages stream, or one whole message.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/anthropic.h"
#include "model/in_place.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string Said(const Json& object, std::string_view key) {
  const std::string* text = GetString(object, key);
  return text == nullptr ? "" : *text;
}

}  // namespace

bool AnthropicAssembly::PlainText(std::string_view text, const EmitFn& emit) {
  if (!text.starts_with("{\"type\":\"content_block_delta\",\"index\":")) return false;
  constexpr std::string_view kText = "\"delta\":{\"type\":\"text_delta\",\"text\":\"";
  const std::size_t delta = FindIn(text, kText);
  if (delta == std::string_view::npos) return false;
  std::size_t at = delta + kText.size();
  std::string piece;
  if (!ReadString(text, at, piece) || FindInvalidUtf8(piece) != std::string_view::npos) return false;
  if (text.substr(at).substr(0, 2) != "}}") return false;
  const auto index = IntIn(text, "\"index\":");
  const auto block = index ? blocks_.find(*index) : blocks_.end();
  if (block == blocks_.end()) return false;
  block->second.text += piece;
  if (emit && !piece.empty()) emit(event::TextDelta{std::move(piece)});
  return true;
}

absl::Status AnthropicAssembly::Take(std::string_view, std::string_view text, const EmitFn& emit) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return absl::OkStatus();
  if (PlainText(text, emit)) return absl::OkStatus();
  absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) json = ParseJson(MendUtf8(text));
  if (!json.ok() || !json->is_object()) return NoSense(who_, "Messages", text);
  const Json* error = GetMember(*json, "error");
  if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
  const std::string type = Said(*json, "type");
  const std::int64_t index = GetInt(*json, "index").value_or(0);
  if (type == "message") return Start(*json, emit);
  if (type == "message_start") {
    const Json* message = GetMember(*json, "message");
    return message == nullptr ? NoSense(who_, "Messages", text) : Start(*message, emit);
  }
  if (type == "content_block_start") {
    const Json* shell = GetMember(*json, "content_block");
    if (shell != nullptr && shell->is_object()) Open(index, *shell, emit);
  } else if (type == "content_block_delta") {
    Delta(*json, emit);
  } else if (type == "content_block_stop") {
    if (const auto block = blocks_.find(index); block != blocks_.end()) block->second.stopped = true;
  } else if (type == "message_delta") {
    if (const Json* delta = GetMember(*json, "delta")) TakeStop(*delta);
    TakeUsage(GetMember(*json, "usage"));
  } else if (type == "message_stop") {
    ended_ = true;
  }
  return absl::OkStatus();
}

// Proxies repeat the first event; a second message is no part of this reply.
absl::Status AnthropicAssembly::Start(const Json& message, const EmitFn& emit) {
  const std::string id = Said(message, "id");
  if (!id_.empty()) {
    return id == id_ ? absl::OkStatus() : BrokenOff(who_, "another message began inside it");
  }
  id_ = id;
  model_ = Said(message, "model");
  TakeUsage(GetMember(message, "usage"));
  const std::string reason = Said(message, "stop_reason");
  const Json* content = GetMember(message, "content");
  if (reason.empty() || content == nullptr || !content->is_array()) return absl::OkStatus();
  std::int64_t index = 0;
  for (const Json& shell : *content) {
    if (shell.is_object()) Open(index++, shell, emit);
  }
  for (auto& [at, block] : blocks_) block.stopped = true;
  TakeStop(message);
  ended_ = true;
  return absl::OkStatus();
}

void AnthropicAssembly::Open(std::int64_t index, const Json& shell, const EmitFn& emit) {
  Block block{.shell = shell, .type = Said(shell, "type")};
  block.text = Said(shell, block.type == "thinking" ? "thinking" : "text");
  block.signature = Said(shell, "signature");
  if (emit && !block.text.empty()) {
    if (block.type == "thinking") emit(event::ReasoningDelta{block.text});
    if (block.type == "text") emit(event::TextDelta{block.text});
  }
  blocks_[index] = std::move(block);
}

void AnthropicAssembly::Delta(const Json& event, const EmitFn& emit) {
  const auto at = blocks_.find(GetInt(event, "index").value_or(0));
  const Json* delta = GetMember(event, "delta");
  if (at == blocks_.end() || delta == nullptr) return;
  Block& block = at->second;
  const std::string type = Said(*delta, "type");
  if (type == "text_delta") {
    std::string piece = Said(*delta, "text");
    block.text += piece;
    if (emit && !piece.empty()) emit(event::TextDelta{std::move(piece)});
  } else if (type == "thinking_delta") {
    std::string piece = Said(*delta, "thinking");
    block.text += piece;
    if (emit && !piece.empty()) emit(event::ReasoningDelta{std::move(piece)});
  } else if (type == "signature_delta") {
    block.signature = Said(*delta, "signature");
  } else if (type == "input_json_delta") {
    std::string piece = Said(*delta, "partial_json");
    block.input += piece;
    if (emit && block.type == "tool_use")
      emit(event::ToolCallDelta{Said(block.shell, "id"), Said(block.shell, "name"), std::move(piece)});
  }
}

void AnthropicAssembly::TakeStop(const Json& json) {
  if (const std::string reason = Said(json, "stop_reason"); !reason.empty()) stop_reason_ = reason;
  if (const Json* details = GetMember(json, "stop_details"))
    stop_detail_ = StopDetail(Said(*details, "category"), Said(*details, "explanation"));
}

// Counts are running totals: the last that was said holds.
void AnthropicAssembly::TakeUsage(const Json* usage) {
  if (usage == nullptr || !usage->is_object()) return;
  const auto take = [](const Json& object, std::string_view key, std::optional<std::int64_t>& into) {
    if (const auto value = GetInt(object, key); value && *value >= 0) into = value;
  };
  take(*usage, "input_tokens", fresh_);
  take(*usage, "cache_creation_input_tokens", cache_write_);
  take(*usage, "cache_read_input_tokens", cache_read_);
  take(*usage, "output_tokens", output_);
  if (const Json* details = GetMember(*usage, "output_tokens_details"))
    take(*details, "thinking_tokens", thinking_);
}

void AnthropicAssembly::Add(Block&& block, ModelReply& reply, bool cut, const ToolList* tools,
                            const WireTools& wire) const {
  std::vector<Part>& parts = reply.message.parts;
  const Json* given = GetMember(block.shell, "input");
  if (block.input.empty() && given != nullptr && given->is_object() && !given->empty())
    block.input = DumpJson(*given);
  if (block.type == "text") {
    if (!block.text.empty()) parts.push_back(Text{std::move(block.text)});
  } else if (block.type == "tool_use") {
    if (cut && !IsJsonObject(block.input)) return;  // half a call is never run
    std::string id = Said(block.shell, "id");
    if (id.empty()) id = absl::StrCat("call_", parts.size() + 1);
    parts.push_back(ToolCall{.id = std::move(id),
                             .name = ToolNameOf(Said(block.shell, "name"), tools, wire),
                             .arguments = ArgumentsOf(block.input.empty() ? "{}" : block.input)});
  } else {
    Json shell = std::move(block.shell);
    Reasoning reasoning;
    if (block.type == "thinking") {
      shell["thinking"] = block.text;
      shell["signature"] = block.signature;
      reasoning.text = std::move(block.text);
    } else if (!block.input.empty()) {
      shell["input"] = ArgumentsOf(block.input);
    }
    reasoning.vendor_state = VendorState(vendor_, "block", std::move(shell));
    parts.push_back(std::move(reasoning));
  }
}

Usage AnthropicAssembly::UsageSaid() const {
  Usage usage;
  if (fresh_) usage.input = *fresh_ + cache_write_.value_or(0) + cache_read_.value_or(0);
  usage.cached_input = cache_read_;
  usage.output = output_;
  usage.reasoning = thinking_;
  if (thinking_ && output_) usage.reasoning = std::min(*thinking_, *output_);
  return usage;
}

Usage AnthropicAssembly::SoFar() const {
  std::size_t bytes = 0;
  for (const auto& [index, block] : blocks_) bytes += block.text.size() + block.input.size();
  return WithOutput(UsageSaid(), bytes);
}

absl::StatusOr<ModelReply> AnthropicAssembly::Finish(const ToolList* tools, const WireTools& wire) {
  if (!ended_) return BrokenOff(who_, "\"message_stop\" never came");
  ModelReply reply;
  reply.message.role = Role::kAssistant;
  reply.model = model_;
  reply.request_id = id_;
  reply.usage = UsageSaid();
  const bool cut = stop_reason_ == "max_tokens" || stop_reason_ == "model_context_window_exceeded";
  for (auto& [index, block] : blocks_) Add(std::move(block), reply, cut, tools, wire);
  const bool calls = !ToolCallsOf(reply.message).empty();
  if (calls) reply.stop_reason = StopReason::kToolCalls;
  if (cut) reply.stop_reason = StopReason::kLength;
  if (stop_reason_ == "pause_turn") reply.stop_reason = StopReason::kPause;
  if (stop_reason_ == "refusal") {
    reply.stop_reason = StopReason::kRefusal;
    reply.stop_detail = stop_detail_;
    std::erase_if(reply.message.parts,
                  [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
  } else if (reply.stop_reason != StopReason::kPause && !calls && TextOf(reply.message).empty()) {
    return EmptyReply(who_, stop_reason_, cut);
  }
  return reply;
}

namespace {

class AnthropicDialect : public Dialect {
 public:
  explicit AnthropicDialect(AnthropicOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {}

  std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const override {
    return AnthropicTools(tools, names);
  }
  std::string Body(const ModelRequest& request, const WireTools& tools) const override {
    return AnthropicBody(request, options_, tools);
  }
  std::unique_ptr<Assembly> NewReply() const override {
    return std::make_unique<AnthropicAssembly>(origin_, options_.vendor);
  }

 private:
  const AnthropicOptions options_;
  const std::string origin_;
};

}  // namespace

ModelPtr MakeAnthropicModel(AnthropicOptions options) {
  options.path = "/v1/messages";
  WireOptions wire = options;
  return MakeWireModel(std::move(wire), std::make_unique<AnthropicDialect>(std::move(options)));
}

}  // namespace ninefold
