// Events of a Responses stream, or one whole response.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/in_place.h"
#include "model/responses.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string Said(const Json& object, std::string_view key) {
  const std::string* text = GetString(object, key);
  return text == nullptr ? "" : *text;
}

std::optional<std::int64_t> Tokens(const Json* object, std::string_view key) {
  const auto value = object == nullptr ? std::nullopt : GetInt(*object, key);
  return value && *value >= 0 ? value : std::nullopt;
}

// A part is never more than the whole, whatever a server says.
Usage UsageOf(const Json& json) {
  Usage usage;
  usage.input = Tokens(&json, "input_tokens");
  usage.output = Tokens(&json, "output_tokens");
  usage.cached_input = Tokens(GetMember(json, "input_tokens_details"), "cached_tokens");
  usage.reasoning = Tokens(GetMember(json, "output_tokens_details"), "reasoning_tokens");
  if (usage.reasoning && usage.output) usage.reasoning = std::min(*usage.reasoning, *usage.output);
  if (usage.cached_input && usage.input) usage.cached_input = std::min(*usage.cached_input, *usage.input);
  return usage;
}

// The texts of a list of parts, those of one type or of all.
std::string TextsOf(const Json& item, std::string_view list, std::string_view type,
                    std::string_view separator) {
  std::string all;
  const Json* parts = GetMember(item, list);
  if (parts == nullptr || !parts->is_array()) return all;
  for (const Json& part : *parts) {
    if (!type.empty() && Said(part, "type") != type) continue;
    const std::string text = Said(part, type == "refusal" ? "refusal" : "text");
    if (!all.empty() && !text.empty()) all += separator;
    all += text;
  }
  return all;
}

// Models sometimes invent one call that holds several: {"tool_uses":[{"recipient_name":"functions.look",
// "parameters":{…}}]}.
bool IsWrapper(std::string_view name) { return name == "parallel" || name == "multi_tool_use.parallel"; }

}  // namespace

bool ResponsesAssembly::PlainText(std::string_view type, std::string_view text, const EmitFn& emit) {
  constexpr std::string_view kType = "response.output_text.delta";
  const bool named = type == kType || text.starts_with("{\"type\":\"response.output_text.delta\"");
  if (!named) return false;
  const auto index = IntIn(text, "\"output_index\":");
  const auto item = index ? items_.find(*index) : items_.end();
  std::string delta;
  if (item == items_.end() || !StringIn(text, "\"delta\":\"", delta)) return false;
  item->second.text += delta;
  if (emit && !delta.empty()) emit(event::TextDelta{std::move(delta)});
  return true;
}

absl::Status ResponsesAssembly::Take(std::string_view type, std::string_view text, const EmitFn& emit) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return absl::OkStatus();
  text.remove_prefix(begin);
  constexpr std::string_view kEnd = "[DONE]";
  if (text.starts_with(kEnd) || (ended_ && kEnd.starts_with(text))) return absl::OkStatus();
  if (PlainText(type, text, emit)) return absl::OkStatus();
  absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) json = ParseJson(MendUtf8(text));
  if (!json.ok() || !json->is_object()) return NoSense(who_, "Responses", text);
  const std::string said = Said(*json, "type");
  if (said.empty() && (GetMember(*json, "output") != nullptr || Said(*json, "object") == "response"))
    return End(*json, emit, true);
  if (said.empty()) {
    const Json* error = GetMember(*json, "error");
    if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
  }
  return Event(said, *json, emit);
}

absl::Status ResponsesAssembly::Event(const std::string& type, const Json& event, const EmitFn& emit) {
  const Json* response = GetMember(event, "response");
  if (type == "error") {
    const Json* nested = GetMember(event, "error");
    return ServerErrorObject(nested != nullptr && nested->is_object() ? *nested : event, who_);
  }
  if (response != nullptr && response->is_object()) {
    if (const std::string id = Said(*response, "id"); !id.empty()) id_ = id;
    if (const std::string model = Said(*response, "model"); !model.empty()) model_ = model;
    const bool last =
        type == "response.completed" || type == "response.incomplete" || type == "response.failed";
    return last ? End(*response, emit, false) : absl::OkStatus();
  }
  if (type == "response.output_item.added" || type == "response.output_item.done") {
    const Json* item = GetMember(event, "item");
    if (item == nullptr || !item->is_object()) return absl::OkStatus();
    Item& kept = ItemOf(event);
    kept.type = Said(*item, "type");
    if (const std::string id = Said(*item, "id"); !id.empty()) kept.id = id;
    kept.call_id = Said(*item, "call_id");
    kept.name = Said(*item, "name");
    if (type == "response.output_item.done") kept.done = *item;
    return absl::OkStatus();
  }
  Delta(type, event, emit);
  return absl::OkStatus();
}

// The output index tells items apart: some proxies change the id from event to event, and some servers send
// no index.
ResponsesAssembly::Item& ResponsesAssembly::ItemOf(const Json& event) {
  if (const auto index = GetInt(event, "output_index")) return items_[*index];
  std::string id = Said(event, "item_id");
  if (const Json* item = GetMember(event, "item"); item != nullptr && id.empty()) id = Said(*item, "id");
  for (auto& [index, item] : items_) {
    if (!id.empty() && item.id == id) return item;
  }
  const bool opens = GetMember(event, "item") != nullptr;
  if (!opens && !items_.empty()) return items_.rbegin()->second;
  Item& fresh = items_[items_.empty() ? 0 : items_.rbegin()->first + 1];
  fresh.id = id;
  return fresh;
}

void ResponsesAssembly::Delta(const std::string& type, const Json& event, const EmitFn& emit) {
  if (type == "response.reasoning_summary_part.added") {
    Item& item = ItemOf(event);
    if (item.text.empty()) return;
    item.text += "\n\n";
    if (emit) emit(event::ReasoningDelta{"\n\n"});
    return;
  }
  const std::string* delta = GetString(event, "delta");
  if (delta == nullptr) return;
  if (type == "response.output_text.delta") {
    Item& item = ItemOf(event);
    if (item.type.empty()) item.type = "message";
    item.text += *delta;
    if (emit && !delta->empty()) emit(event::TextDelta{*delta});
  } else if (type == "response.refusal.delta") {
    ItemOf(event).refusal += *delta;
  } else if (type == "response.reasoning_summary_text.delta" || type == "response.reasoning_text.delta") {
    Item& item = ItemOf(event);
    if (item.type.empty()) item.type = "reasoning";
    item.text += *delta;
    if (emit && !delta->empty()) emit(event::ReasoningDelta{*delta});
  } else if (type == "response.function_call_arguments.delta") {
    Item& item = ItemOf(event);
    item.text += *delta;
    if (emit) emit(event::ToolCallDelta{item.call_id, item.name, *delta});
  }
}

absl::Status ResponsesAssembly::End(const Json& response, const EmitFn& emit, bool whole) {
  if (const std::string id = Said(response, "id"); !id.empty()) id_ = id;
  if (const std::string model = Said(response, "model"); !model.empty()) model_ = model;
  const Json* error = GetMember(response, "error");
  if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
  status_ = Said(response, "status");
  if (status_ == "failed" || status_ == "cancelled")
    return BrokenOff(who_, absl::StrCat("its status is \"", status_, "\""));
  if (const Json* details = GetMember(response, "incomplete_details")) why_ = Said(*details, "reason");
  if (const Json* usage = GetMember(response, "usage"); usage != nullptr && usage->is_object())
    usage_ = UsageOf(*usage);
  ended_ = true;
  // The items of the last event stand in for those whose own never came; often there are none in it.
  const Json* output = GetMember(response, "output");
  if (output == nullptr || !output->is_array()) return absl::OkStatus();
  std::int64_t index = 0;
  for (const Json& done : *output) {
    Item& item = items_[index++];
    if (!done.is_object() || !item.done.is_null()) continue;
    item.type = Said(done, "type");
    item.id = Said(done, "id");
    item.call_id = Said(done, "call_id");
    item.name = Said(done, "name");
    item.done = done;
    if (!whole || !emit) continue;
    const std::string text = TextsOf(done, "content", "output_text", "");
    if (!text.empty()) emit(event::TextDelta{text});
  }
  return absl::OkStatus();
}

void ResponsesAssembly::AddMessage(const Item& item, ModelReply& reply, bool& refused) const {
  std::string text = item.text, refusal = item.refusal;
  if (!item.done.is_null()) {
    text = TextsOf(item.done, "content", "output_text", "");
    refusal = TextsOf(item.done, "content", "refusal", "");
    // It must come back with the message it was on.
    if (const std::string phase = Said(item.done, "phase"); !phase.empty())
      reply.message.parts.push_back(
          Reasoning{.text = "", .vendor_state = VendorState(vendor_, "phase", phase)});
  }
  refused = refused || !refusal.empty();
  text += refusal;
  if (!refusal.empty()) reply.stop_detail = StopDetail(reply.stop_detail, refusal);
  if (!text.empty()) reply.message.parts.push_back(ninefold::Text{std::move(text)});
}

void ResponsesAssembly::AddCall(const Item& item, ModelReply& reply, const ToolList* tools,
                                const WireTools& wire) const {
  const std::string* final_arguments = GetString(item.done, "arguments");
  const std::string& arguments = final_arguments != nullptr ? *final_arguments : item.text;
  // Half a call is never run.
  if (status_ == "incomplete" && !IsJsonObject(arguments)) return;
  Json parsed = ArgumentsOf(arguments);
  const Json* uses = IsWrapper(item.name) ? GetMember(parsed, "tool_uses") : nullptr;
  if (uses != nullptr && uses->is_array()) {
    int n = 0;
    for (const Json& use : *uses) {
      std::string name = Said(use, "recipient_name");
      if (name.starts_with("functions.")) name.erase(0, 10);
      const Json* parameters = GetMember(use, "parameters");
      reply.message.parts.push_back(ninefold::ToolCall{
          .id = absl::StrCat(item.call_id.substr(0, 60), "_", ++n),
          .name = ToolNameOf(name, tools, wire),
          .arguments = parameters != nullptr && parameters->is_object() ? *parameters : Json::object()});
    }
    return;
  }
  ninefold::ToolCall call{.id = item.call_id.empty() ? item.id : item.call_id,
                          .name = ToolNameOf(item.name, tools, wire),
                          .arguments = std::move(parsed)};
  if (!item.id.empty() && item.id != call.id) call.vendor_state = VendorState(vendor_, "id", item.id);
  reply.message.parts.push_back(std::move(call));
}

void ResponsesAssembly::Add(Item&& item, ModelReply& reply, bool& refused, const ToolList* tools,
                            const WireTools& wire) const {
  if (item.type == "message") return AddMessage(item, reply, refused);
  if (item.type == "function_call") return AddCall(item, reply, tools, wire);
  if (item.done.is_null() && item.text.empty()) return;
  Reasoning reasoning;
  if (item.type == "reasoning") {
    reasoning.text = std::move(item.text);
    if (reasoning.text.empty()) reasoning.text = TextsOf(item.done, "summary", "", "\n\n");
    if (reasoning.text.empty()) reasoning.text = TextsOf(item.done, "content", "", "\n\n");
  }
  if (!item.done.is_null()) reasoning.vendor_state = VendorState(vendor_, "item", std::move(item.done));
  reply.message.parts.push_back(std::move(reasoning));
}

absl::StatusOr<ModelReply> ResponsesAssembly::Finish(const ToolList* tools, const WireTools& wire) {
  if (!ended_) return BrokenOff(who_, "\"response.completed\" never came");
  ModelReply reply;
  reply.message.role = Role::kAssistant;
  reply.usage = usage_;
  reply.model = model_;
  reply.request_id = id_;
  bool refused = false;
  for (auto& [index, item] : items_) Add(std::move(item), reply, refused, tools, wire);
  const bool cut = status_ == "incomplete" && why_ != "content_filter";
  const bool calls = !ToolCallsOf(reply.message).empty();
  reply.stop_reason = calls ? StopReason::kToolCalls : StopReason::kStop;
  if (cut) reply.stop_reason = StopReason::kLength;
  if (refused) reply.stop_reason = StopReason::kRefusal;
  if (status_ == "incomplete" && why_ == "content_filter") {
    reply.stop_reason = StopReason::kFiltered;
    reply.stop_detail = StopDetail(why_, reply.stop_detail);
  }
  const bool stopped =
      reply.stop_reason == StopReason::kRefusal || reply.stop_reason == StopReason::kFiltered;
  if (stopped) {
    std::erase_if(reply.message.parts,
                  [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
  } else if (!calls && TextOf(reply.message).empty()) {
    return EmptyReply(who_, why_.empty() ? status_ : why_, cut);
  }
  return reply;
}

namespace {

class ResponsesDialect : public Dialect {
 public:
  explicit ResponsesDialect(ResponsesOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {}

  std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const override {
    return ResponsesTools(tools, names);
  }
  std::string Body(const ModelRequest& request, const WireTools& tools) const override {
    return ResponsesBody(request, options_, tools);
  }
  std::unique_ptr<Assembly> NewReply() const override {
    return std::make_unique<ResponsesAssembly>(origin_, options_.vendor);
  }

 private:
  const ResponsesOptions options_;
  const std::string origin_;
};

}  // namespace

ModelPtr MakeResponsesModel(ResponsesOptions options) {
  options.path = "/responses";
  WireOptions wire = options;
  return MakeWireModel(std::move(wire), std::make_unique<ResponsesDialect>(std::move(options)));
}

Usage ResponsesAssembly::SoFar() const {
  std::size_t bytes = 0;
  for (const auto& [index, item] : items_) bytes += item.text.size() + item.refusal.size();
  return WithOutput(usage_, bytes);
}

}  // namespace ninefold
