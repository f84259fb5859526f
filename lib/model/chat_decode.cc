// Chunks of a Chat Completions stream, and what servers make of them.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/chat.h"
#include "model/in_place.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string_view StringOr(const Json& object, std::string_view key) {
  const std::string* text = GetString(object, key);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

Usage ReadUsage(const Json& json) {
  Usage usage;
  const auto count = [](const Json& object, std::string_view key) -> std::optional<std::int64_t> {
    const auto value = GetInt(object, key);
    return value && *value >= 0 ? value : std::nullopt;
  };
  usage.input = count(json, "prompt_tokens");
  usage.output = count(json, "completion_tokens");
  if (const Json* details = GetMember(json, "prompt_tokens_details"))
    usage.cached_input = count(*details, "cached_tokens");
  if (const Json* details = GetMember(json, "completion_tokens_details"))
    usage.reasoning = count(*details, "reasoning_tokens");
  return usage;
}

}  // namespace

// Nearly all chunks add some text and nothing else, and building a document for each costs ten times as much
// as reading it. A chunk in the usual form is read in place; quotes inside strings are escaped, so the keys
// searched for cannot be text.
bool ChatAssembly::PlainText(std::string_view text, const EmitFn& emit) {
  if (id_.empty() && model_.empty()) return false;  // the first says who answers
  constexpr std::string_view kDelta = "\"delta\":{\"content\":\"";
  const std::size_t delta = FindIn(text, kDelta);
  if (delta == std::string_view::npos) return false;
  std::size_t at = delta + kDelta.size();
  std::string content;
  if (!ReadString(text, at, content) || FindInvalidUtf8(content) != std::string_view::npos) return false;
  const std::string_view rest = text.substr(at);
  // The end of the delta, of the only choice, and of the chunk, whose other members are plain: "usage":null.
  const std::size_t choice_end = FindIn(rest, "}]");
  if (!rest.starts_with("}") || choice_end == std::string_view::npos || !rest.ends_with("}") ||
      choice_end + 2 >= rest.size() || rest.find('{') != std::string_view::npos)
    return false;
  const std::size_t finish = FindIn(rest, "\"finish_reason\":");
  if (finish != std::string_view::npos && rest.substr(finish + 16, 4) != "null") return false;
  const std::string_view head = text.substr(0, delta);
  if (FindIn(head, "\"error\"") != std::string_view::npos ||
      FindIn(rest, "\"error\"") != std::string_view::npos ||
      FindIn(head, "\"usage\":{") != std::string_view::npos)
    return false;
  AddText(std::move(content), emit);
  return true;
}

// A part is never more than the whole, whatever a server says.
void ChatAssembly::TakeUsage(const Usage& usage) {
  usage_ = usage;
  if (usage_.reasoning && usage_.output) usage_.reasoning = std::min(*usage_.reasoning, *usage_.output);
  if (usage_.cached_input && usage_.input)
    usage_.cached_input = std::min(*usage_.cached_input, *usage_.input);
}

absl::Status ChatAssembly::Take(std::string_view, std::string_view text, const EmitFn& emit) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return absl::OkStatus();
  text.remove_prefix(begin);
  constexpr std::string_view kEnd = "[DONE]";
  if (text.starts_with(kEnd) ||
      (finish_ && kEnd.starts_with(text))) {  // cut within the end mark, the answer is whole
    done_ = true;
    return absl::OkStatus();
  }
  if (PlainText(text, emit) || PlainReply(text, emit)) return absl::OkStatus();
  absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) json = ParseJson(MendUtf8(text));
  if (!json.ok() && finish_) return absl::OkStatus();  // cut within the usage, the answer is whole
  if (!json.ok() || !json->is_object()) return NoSense(who_, "Chat Completions", text);
  const Json* error = GetMember(*json, "error");
  if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
  if (const auto id = StringOr(*json, "id"); !id.empty()) id_ = id;
  if (const auto model = StringOr(*json, "model"); !model.empty()) model_ = model;
  if (const Json* usage = GetMember(*json, "usage"); usage != nullptr && usage->is_object())
    TakeUsage(ReadUsage(*usage));
  const Json* choices = GetMember(*json, "choices");
  if (choices == nullptr) {
    const std::string* object = GetString(*json, "object");
    if (object != nullptr && *object == "error") return ServerErrorObject(*json, who_);
    return absl::OkStatus();  // an event of a kind we do not know
  }
  if (!choices->is_array()) return absl::OkStatus();
  for (const Json& choice : *choices) {
    if (GetInt(choice, "index").value_or(0) == 0) CHECK_OK(Choice(choice, emit));
  }
  return absl::OkStatus();
}

absl::Status ChatAssembly::Choice(const Json& choice, const EmitFn& emit) {
  for (const char* key : {"delta", "message"}) {
    const Json* delta = GetMember(choice, key);
    if (delta == nullptr || !delta->is_object()) continue;
    Text(*delta, emit);
    const Json* calls = GetMember(*delta, "tool_calls");
    if (calls == nullptr || !calls->is_array()) continue;
    for (const Json& call : *calls) ToolCall(call, emit);
  }
  if (const std::string* reason = GetString(choice, "finish_reason")) finish_ = *reason;
  // OpenRouter: what the server behind it said.
  if (const std::string* reason = GetString(choice, "native_finish_reason")) native_finish_ = *reason;
  return absl::OkStatus();
}

void ChatAssembly::Text(const Json& delta, const EmitFn& emit) {
  for (const char* key : {"reasoning_content", "reasoning"}) {
    const auto text = StringOr(delta, key);
    if (text.empty()) continue;
    AddReasoning(text, emit);
    break;
  }
  if (const Json* details = GetMember(delta, "reasoning_details"); details != nullptr) Details(*details);
  std::string content(StringOr(delta, "content"));
  if (const Json* parts = GetMember(delta, "content"); parts != nullptr && parts->is_array()) {
    for (const Json& part : *parts) content += StringOr(part, "text");
  }
  AddText(std::move(content), emit);
  refusal_ += StringOr(delta, "refusal");
}

// Servers leave out or repeat each of index, id and name, and none of the three alone tells calls apart.
ChatAssembly::Call& ChatAssembly::CallOf(const Json& delta, std::string_view id, std::string_view name,
                                         bool whole) {
  const auto index = GetInt(delta, "index");
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (index ? call->index != index : call != calls_.rbegin()) continue;
    const bool other_id = !id.empty() && !call->id.empty() && call->id != id;
    const bool other_name = !name.empty() && !call->name.empty() && call->name != name;
    const bool complete = whole && !call->arguments.empty();
    if (!other_id && !other_name && !complete) return *call;
  }
  return calls_.emplace_back(
      Call{.index = index, .id = "", .name = "", .arguments = "", .extra = Json::object()});
}

void ChatAssembly::ToolCall(const Json& delta, const EmitFn& emit) {
  if (!delta.is_object()) return;
  const Json* function = GetMember(delta, "function");
  static const Json kNothing = Json::object();
  if (function == nullptr) function = &kNothing;
  const Json* arguments = GetMember(*function, "arguments");
  const bool whole = arguments != nullptr && arguments->is_object();
  Call& call = CallOf(delta, StringOr(delta, "id"), StringOr(*function, "name"), whole);
  if (const auto id = StringOr(delta, "id"); !id.empty()) call.id = id;
  if (const auto name = StringOr(*function, "name"); !name.empty()) call.name = name;
  std::string piece;
  if (whole) piece = DumpJson(*arguments);
  if (arguments != nullptr && arguments->is_string()) piece = arguments->get_ref<const std::string&>();
  call.arguments += piece;
  for (const auto& [key, value] : delta.items()) {
    if (key != "index" && key != "id" && key != "type" && key != "function") call.extra[key] = value;
  }
  if (emit) emit(event::ToolCallDelta{call.id, call.name, std::move(piece)});
}

std::vector<Part> ChatAssembly::Calls(const ToolList* tools, const WireTools& wire, bool cut) {
  std::vector<Part> parts;
  for (Call& call : calls_) {
    if (call.name.empty() && call.arguments.empty()) continue;
    if (cut && !IsJsonObject(call.arguments)) continue;  // half a call is never run
    ninefold::ToolCall made;
    made.id = call.id.empty() ? absl::StrCat("call_", parts.size() + 1) : call.id;
    made.name = ToolNameOf(call.name, tools, wire);
    made.arguments = ArgumentsOf(call.arguments);
    // What a server put beside a call is for that vendor alone.
    if (!call.extra.empty()) made.vendor_state = VendorState(vendor_, "fields", std::move(call.extra));
    parts.push_back(std::move(made));
  }
  return parts;
}

absl::StatusOr<ModelReply> ChatAssembly::Finish(const ToolList* tools, const WireTools& wire) {
  if (!finish_ && !done_) return BrokenOff(who_, "it has no finish reason");
  EndThought();
  const std::string finish = finish_.value_or("");
  if (finish == "error") return BrokenOff(who_, "it ended with the finish reason \"error\"");
  ModelReply reply;
  reply.message.role = Role::kAssistant;
  reply.usage = usage_;
  reply.model = model_;
  reply.request_id = id_;
  std::vector<Part> calls = Calls(tools, wire, finish == "length");
  reply.stop_reason = StopReason::kStop;
  if (!calls.empty()) reply.stop_reason = StopReason::kToolCalls;
  if (finish == "length") reply.stop_reason = StopReason::kLength;
  if (!refusal_.empty()) reply.stop_reason = StopReason::kRefusal;
  if (finish == "content_filter") reply.stop_reason = StopReason::kFiltered;
  const bool stopped =
      reply.stop_reason == StopReason::kRefusal || reply.stop_reason == StopReason::kFiltered;
  if (stopped) calls.clear();
  if (finish == "content_filter") reply.stop_detail = native_finish_.empty() ? finish : native_finish_;
  if (stopped) reply.stop_detail = StopDetail(reply.stop_detail, refusal_);
  if (text_.empty() && refusal_.empty() && calls.empty() && !stopped)
    return EmptyReply(who_, finish, finish == "length");
  if (!reasoning_.empty() || !details_.empty()) {
    Reasoning reasoning{.text = std::move(reasoning_)};
    if (!details_.empty()) reasoning.vendor_state = VendorState(vendor_, "details", std::move(details_));
    reply.message.parts.push_back(std::move(reasoning));
  }
  text_ += refusal_;
  if (!text_.empty()) reply.message.parts.push_back(ninefold::Text{std::move(text_)});
  for (Part& call : calls) reply.message.parts.push_back(std::move(call));
  return reply;
}

Usage ChatAssembly::SoFar() const {
  std::size_t bytes = text_.size() + reasoning_.size() + held_.size() + refusal_.size();
  for (const Call& call : calls_) bytes += call.arguments.size();
  return WithOutput(usage_, bytes);
}

}  // namespace ninefold
