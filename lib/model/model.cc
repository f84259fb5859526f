#include "ninefold/model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/models.h"
#include "ninefold/status.h"

namespace ninefold {

ToolList::ToolList(std::vector<ToolSpec> specs) : specs_(std::move(specs)) {
  for (const ToolSpec& spec : specs_) {
    hash_ = HashBytes(DumpJson(spec.parameters), HashBytes(spec.description, HashBytes(spec.name, hash_)));
  }
}

namespace {

std::uint64_t HashSettings(const ModelSettings& settings) {
  std::uint64_t h = Mix(11, settings.parallel_tool_calls);
  h = HashBytes(settings.reasoning_effort, h);
  h = HashBytes(absl::StrCat(settings.temperature.value_or(-1), "|", settings.top_p.value_or(-1), "|",
                             settings.max_output_tokens.value_or(-1), "|", settings.seed.value_or(0)),
                h);
  return h;
}

Json SettingsJson(const ModelSettings& settings) {
  Json json = Json::object();
  if (settings.temperature) json["temperature"] = *settings.temperature;
  if (settings.top_p) json["top_p"] = *settings.top_p;
  if (settings.max_output_tokens) json["max_output_tokens"] = *settings.max_output_tokens;
  if (settings.seed) json["seed"] = *settings.seed;
  if (!settings.reasoning_effort.empty()) json["reasoning_effort"] = settings.reasoning_effort;
  if (!settings.parallel_tool_calls) json["parallel_tool_calls"] = false;
  return json;
}

bool IsPlain(const ModelSettings& s) {
  return !s.temperature && !s.top_p && !s.max_output_tokens && !s.seed && s.reasoning_effort.empty() &&
         s.parallel_tool_calls;
}

}  // namespace

std::uint64_t HashOf(const ModelRequest& request) {
  std::uint64_t h = request.conversation.hash();
  if (request.instructions) h = HashBytes(*request.instructions, h);
  if (request.tools) h = Mix(h, request.tools->hash());
  h = Mix(h, std::uint64_t(request.tool_choice));
  if (request.output) h = HashBytes(DumpJson(request.output->schema), HashBytes(request.output->name, h));
  return Mix(h, IsPlain(request.settings) ? 1 : HashSettings(request.settings));
}

Json ToJson(const ModelRequest& request) {
  Json json = Json::object();
  if (request.instructions) json["instructions"] = *request.instructions;
  Json& messages = json["messages"] = Json::array();
  for (const Message* message : request.conversation.messages()) messages.push_back(ToJson(*message));
  if (request.tools) {
    for (const ToolSpec& spec : request.tools->specs())
      json["tools"].push_back(
          {{"name", spec.name}, {"description", spec.description}, {"parameters", spec.parameters}});
  }
  if (request.tool_choice != ToolChoice::kAuto)
    json["tool_choice"] = request.tool_choice == ToolChoice::kNone ? "none" : "required";
  if (request.output) json["output"] = {{"name", request.output->name}, {"schema", request.output->schema}};
  if (!IsPlain(request.settings)) json["settings"] = SettingsJson(request.settings);
  return json;
}

std::string_view StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kStop:
      return "stop";
    case StopReason::kLength:
      return "length";
    case StopReason::kToolCalls:
      return "tool_calls";
    case StopReason::kRefusal:
      return "refusal";
    case StopReason::kFiltered:
      return "filtered";
    case StopReason::kPause:
      return "pause";
  }
  return "stop";
}

Json ToJson(const ModelReply& reply) {
  Json json{{"message", ToJson(reply.message)},
            {"stop_reason", std::string(StopReasonName(reply.stop_reason))},
            {"usage", ToJson(reply.usage)},
            {"model", reply.model},
            {"request_id", reply.request_id}};
  if (!reply.stop_detail.empty()) json["stop_detail"] = reply.stop_detail;
  return json;
}

absl::StatusOr<ModelReply> ModelReplyFromJson(const Json& json) {
  const Json* message = GetMember(json, "message");
  if (message == nullptr) return absl::InvalidArgumentError("/message: missing");
  ModelReply reply;
  absl::StatusOr<Message> parsed = MessageFromJson(*message);
  if (!parsed.ok()) return Annotate(parsed.status(), "/message");
  reply.message = *std::move(parsed);
  if (const std::string* name = GetString(json, "stop_reason")) {
    for (const StopReason reason : {StopReason::kStop, StopReason::kLength, StopReason::kToolCalls,
                                    StopReason::kRefusal, StopReason::kFiltered, StopReason::kPause}) {
      if (StopReasonName(reason) == *name) reply.stop_reason = reason;
    }
  }
  if (const std::string* detail = GetString(json, "stop_detail")) reply.stop_detail = *detail;
  if (const Json* usage = GetMember(json, "usage")) reply.usage = UsageFromJson(*usage);
  if (const std::string* model = GetString(json, "model")) reply.model = *model;
  if (const std::string* id = GetString(json, "request_id")) reply.request_id = *id;
  return reply;
}

namespace {

class FunctionModel : public Model {
 public:
  FunctionModel(ModelCard card, ModelFn fn) : card_(std::move(card)), fn_(std::move(fn)) {}
  const ModelCard& card() const override { return card_; }
  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    CO_TRY(ModelReply reply, fn_(request));
    if (ctx.wants_deltas()) ctx.Emit(event::TextDelta{TextOf(reply.message)});
    co_return reply;
  }

 private:
  ModelCard card_;
  ModelFn fn_;
};

}  // namespace

ModelPtr MakeModel(ModelCard card, ModelFn fn) {
  return std::make_shared<FunctionModel>(std::move(card), std::move(fn));
}

}  // namespace ninefold
