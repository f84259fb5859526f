// The request of the Messages dialect, written once, straight from the messages.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/json_text.h"
#include "model/anthropic.h"
#include "model/body_parts.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::string_view kMark = ",\"cache_control\":{\"type\":\"ephemeral\"}";
// Asked for where neither the request nor the card says how much; thinking comes on top of it.
constexpr std::int64_t kDefaultMaxTokens = 16384;
constexpr std::int64_t kLeastBudget = 1024;  // the server takes no less

class BlockWriter {
 public:
  BlockWriter(std::string& out, const AnthropicOptions& options, const ToolList* tools, const WireTools& wire)
      : out_(out), options_(options), tools_(tools), wire_(wire) {}

  // Neighbours of one role become one message, so results stand before what the user says next.
  void Message(const ninefold::Message& message) {
    const bool assistant = message.role == Role::kAssistant;
    for (const Part& part : message.parts) {
      if (assistant) {
        AssistantPart(part);
      } else if (const auto* result = std::get_if<ToolResult>(&part)) {
        Result(*result);
      } else {
        Content(part, "user");
      }
    }
  }

  // The mark lets the next request of a growing conversation find all of this one in the cache.
  void End() {
    if (role_.empty()) return;
    if (role_ == "user") {
      out_.pop_back();
      out_.append(kMark).append("}");
    }
    out_ += "]}";
  }

 private:
  void Block(std::string_view role) {
    if (nested_) {
      if (!std::exchange(nested_first_, false)) out_ += ',';
      return;
    }
    if (role_ == role) {
      out_ += ',';
      return;
    }
    if (!role_.empty()) out_ += "]},";
    role_ = role;
    out_.append("{\"role\":\"").append(role).append("\",\"content\":[");
  }

  void Content(const Part& part, std::string_view role) {
    const auto* image = std::get_if<Image>(&part);
    const auto* file = std::get_if<File>(&part);
    if (image != nullptr) {
      Block(role);
      out_ += "{\"type\":\"image\",\"source\":";
      if (image->url.empty()) {
        Base64Source(image->media_type, image->bytes);
      } else {
        out_ += "{\"type\":\"url\"";
        AppendField(out_, "url", image->url);
        out_ += '}';
      }
      out_ += '}';
    } else if (file != nullptr && !IsBlank(file->bytes)) {
      Block(role);
      out_ += "{\"type\":\"document\"";
      if (!file->name.empty()) AppendField(out_, "title", file->name);
      out_ += ",\"source\":";
      if (IsTextFile(*file)) {
        out_ += "{\"type\":\"text\",\"media_type\":\"text/plain\"";
        AppendField(out_, "data", file->bytes);
        out_ += '}';
      } else {
        Base64Source(file->media_type, file->bytes);
      }
      out_ += '}';
    } else if (const std::string text = TextForModel(part); file == nullptr && !IsBlank(text)) {
      Block(role);
      out_ += "{\"type\":\"text\"";
      AppendField(out_, "text", text);
      out_ += '}';
    }
  }

  void Base64Source(std::string_view media_type, std::string_view bytes) {
    out_ += "{\"type\":\"base64\"";
    AppendField(out_, "media_type", media_type);
    AppendField(out_, "data", Base64(bytes));
    out_ += '}';
  }

  void AssistantPart(const Part& part) {
    if (const auto* reasoning = std::get_if<Reasoning>(&part)) {
      const Json* block = FromVendorState(reasoning->vendor_state, options_.vendor, "block");
      if (block == nullptr || !block->is_object()) return;
      Block("assistant");
      out_ += DumpJson(*block);
    } else if (const auto* call = std::get_if<ToolCall>(&part)) {
      Block("assistant");
      out_ += "{\"type\":\"tool_use\"";
      AppendField(out_, "id", call->id);
      AppendField(out_, "name", WireNameOf(call->name, tools_, wire_));
      // The server takes objects alone: what was none is shown inside one.
      const Json input = call->arguments.is_object() ? call->arguments : Json{{"arguments", call->arguments}};
      out_.append(",\"input\":").append(DumpJson(input)).append("}");
    } else if (const std::string text = TextForModel(part); !IsBlank(text)) {
      Block("assistant");
      out_ += "{\"type\":\"text\"";
      AppendField(out_, "text", text);
      out_ += '}';
    }
  }

  void Result(const ToolResult& result) {
    Block("user");
    out_ += "{\"type\":\"tool_result\"";
    AppendField(out_, "tool_use_id", result.call_id);
    if (result.is_error) out_ += ",\"is_error\":true";
    out_ += ",\"content\":[";
    nested_ = nested_first_ = true;
    for (const Part& part : result.content) Content(part, "user");
    nested_ = false;
    out_ += "]}";
  }

  std::string& out_;
  const AnthropicOptions& options_;
  const ToolList* tools_;
  const WireTools& wire_;
  std::string_view role_;
  bool nested_ = false, nested_first_ = false;
};

void AppendSystem(std::string& out, const ModelRequest& request) {
  if (!request.instructions || IsBlank(*request.instructions)) return;
  out += ",\"system\":[{\"type\":\"text\"";
  AppendField(out, "text", *request.instructions);
  out.append(kMark).append("}]");
}

std::int64_t BudgetOf(std::string_view effort) {
  if (effort == "minimal") return 1024;
  if (effort == "low") return 2048;
  if (effort == "medium") return 8192;
  return effort == "high" ? 16384 : 32768;
}

// Returns whether the model may think.
bool AppendThinking(std::string& out, const ModelRequest& request, const AnthropicOptions& options) {
  const AnthropicFamily& family = options.family;
  const std::string& effort = request.settings.reasoning_effort;
  const bool off = effort == "none";
  const bool budgeted = family.thinking == AnthropicThinking::kBudget;
  // Unless somebody chose it: enough for most answers, and no more than the model can write, which is
  // refused.
  const bool chosen = request.settings.max_output_tokens.has_value();
  const std::int64_t most = options.card.max_output_tokens > 0 ? options.card.max_output_tokens
                                                               : std::numeric_limits<std::int64_t>::max();
  std::int64_t max_tokens = request.settings.max_output_tokens.value_or(std::min(kDefaultMaxTokens, most));
  std::int64_t budget = 0;
  if (budgeted && !effort.empty() && !off) {
    budget = BudgetOf(effort);
    if (!chosen) max_tokens = std::min(max_tokens + budget, most);
    if (budget >= max_tokens) budget = max_tokens / 2;
    if (budget < kLeastBudget) budget = 0;
  }
  absl::StrAppend(&out, ",\"max_tokens\":", max_tokens);
  if (budgeted) {
    if (budget > 0)
      absl::StrAppend(&out, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":", budget, "}");
    return budget > 0;
  }
  if (off && family.can_be_disabled) out += ",\"thinking\":{\"type\":\"disabled\"}";
  if (off) return !family.can_be_disabled;
  if (effort.empty()) return family.thinks_by_default;
  out += ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"}";
  return true;
}

void AppendOutput(std::string& out, const ModelRequest& request, const AnthropicOptions& options) {
  std::string effort = request.settings.reasoning_effort;
  if (effort == "none" || options.family.thinking == AnthropicThinking::kBudget) effort.clear();
  if (effort == "minimal") effort = "low";
  if (effort == "xhigh" && !options.family.xhigh) effort = "high";
  if (effort.empty() && !request.output) return;
  out += ",\"output_config\":{";
  if (!effort.empty()) {
    out += "\"effort\":";
    AppendQuoted(out, effort);
  }
  if (request.output) {
    if (!effort.empty()) out += ',';
    out += "\"format\":{\"type\":\"json_schema\",\"schema\":";
    out.append(DumpJson(request.output->schema)).append("}");
  }
  out += '}';
}

void AppendToolChoice(std::string& out, const ModelRequest& request, bool thinks) {
  std::string_view choice = "auto";
  if (request.tool_choice == ToolChoice::kNone) choice = "none";
  if (request.tool_choice == ToolChoice::kRequired && !thinks) choice = "any";  // refused with thinking
  const bool single = !request.settings.parallel_tool_calls && choice != "none";
  if (choice == "auto" && !single) return;
  out.append(",\"tool_choice\":{\"type\":\"").append(choice).append("\"");
  if (single) out += ",\"disable_parallel_tool_use\":true";
  out += '}';
}

}  // namespace

std::string AnthropicTools(const ToolList& tools, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string out = ",\"tools\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"name\":";
    AppendQuoted(out, names[i]);
    AppendField(out, "description", tools.specs()[i].description);
    out.append(",\"input_schema\":").append(DumpJson(tools.specs()[i].parameters));
    if (i + 1 == names.size()) out += kMark;
    out += '}';
  }
  out += ']';
  return out;
}

std::string AnthropicBody(const ModelRequest& request, const AnthropicOptions& options,
                          const WireTools& tools) {
  std::string out;
  out.reserve(512 + tools.text.size());
  out += "{\"model\":";
  AppendQuoted(out, options.model);
  const bool thinks = AppendThinking(out, request, options);
  AppendSystem(out, request);
  if (!tools.text.empty()) {
    out += tools.text;
    AppendToolChoice(out, request, thinks);
  }
  AppendOutput(out, request, options);
  if (options.family.sampling && !thinks) {
    // From 4.1 on both together are refused.
    if (request.settings.temperature) {
      absl::StrAppend(&out, ",\"temperature\":", std::min(*request.settings.temperature, 1.0));
    } else if (request.settings.top_p) {
      absl::StrAppend(&out, ",\"top_p\":", *request.settings.top_p);
    }
  }
  out += ",\"messages\":[";
  BlockWriter writer(out, options, request.tools.get(), tools);
  for (const Message* message : request.conversation.messages()) writer.Message(*message);
  writer.End();
  out += ']';
  if (options.wire.stream) out += ",\"stream\":true";
  out += '}';
  out.shrink_to_fit();  // it is held until the reply has come
  return out;
}

}  // namespace ninefold
