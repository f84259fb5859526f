// The transcript is extended only by whole exchanges: a model's message with tool calls goes in together with
// the message of all their results, whatever became of them. So it is valid for any vendor at each moment.
#include "agent/turn_loop.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/dissent.h"
#include "agent/evidence.h"
#include "agent/structured_output.h"
#include "base/suggest.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/concurrency.h"
#include "ninefold/model_error.h"
#include "ninefold/status.h"

namespace ninefold {

TurnSpec MakeTurnSpec(AgentOptions options) {
  TurnSpec spec;
  if (!options.instructions.empty()) {
    spec.instructions = std::make_shared<const std::string>(std::move(options.instructions));
  }
  spec.model = std::move(options.model);
  spec.tools = std::move(options.tools);
  if (!spec.tools.empty()) {
    std::vector<ToolSpec> specs;
    for (const ToolPtr& tool : spec.tools) specs.push_back(tool->spec());
    spec.tool_list = std::make_shared<const ToolList>(std::move(specs));
  }
  spec.output = std::move(options.output);
  spec.settings = std::move(options.settings);
  spec.limits = options.limits;
  return spec;
}

namespace {

constexpr std::size_t kRefusalShown = 300;

// What one Run keeps from turn to turn.
struct Talk {
  const TurnSpec& spec;
  Conversation conversation;
  Sources sources;  // what the answer may cite
  std::shared_ptr<Conversation> transcript;
  std::shared_ptr<const OutputSchema> output;  // of this answer; null: text
  std::set<std::string> call_ids = {};
  int tool_calls = 0;
  int repairs = 0;

  void Extend(Message message) {
    conversation = conversation.With(std::move(message));
    if (transcript) *transcript = conversation;
  }
};

// Ids that are missing or repeated get one of ours: every vendor refuses a transcript in which two calls
// share one.
void MendCallIds(Message& message, Talk& talk) {
  for (Part& part : message.parts) {
    auto* call = std::get_if<ToolCall>(&part);
    if (call == nullptr) continue;
    const bool usable = !call->id.empty() && call->id.size() <= 64 && !talk.call_ids.contains(call->id);
    if (!usable) call->id = absl::StrCat("call_", talk.conversation.size(), "_", talk.call_ids.size());
    talk.call_ids.insert(call->id);
  }
}

const Tool* FindTool(const TurnSpec& spec, std::string_view name) {
  for (const ToolPtr& tool : spec.tools) {
    if (tool->spec().name == name) return tool.get();
  }
  return nullptr;
}

ToolOutput UnknownTool(const TurnSpec& spec, const std::string& name) {
  std::vector<std::string> names;
  for (const ToolPtr& tool : spec.tools) names.push_back(tool->spec().name);
  std::string all;
  for (const std::string& known : names) absl::StrAppend(&all, all.empty() ? "" : ", ", known);
  return ErrorOutput(
      absl::StrCat("there is no tool \"", name, "\"", DidYouMean(name, names), " Tools: ", all));
}

Async<absl::StatusOr<ToolOutput>> CallOne(const TurnSpec& spec, const ToolCall& call, std::size_t number,
                                          Context& ctx) {
  const std::string segment =
      absl::StrCat("tool.", call.name.empty() ? "unnamed" : call.name.substr(0, 64), ".", number + 1);
  const Tool* tool = FindTool(spec, call.name);
  if (tool == nullptr) {
    ctx.Emit(
        event::Repaired{absl::StrCat("the model asked for a tool that is not there: \"", call.name, "\"")});
    co_return UnknownTool(spec, call.name);
  }
  Context own(ctx, segment);
  absl::StatusOr<ToolOutput> output = co_await CallTool(*tool, call, spec.limits.tool, own);
  co_return output;
}

// The results of all calls of a message, in its order. The status is what ends the run, if anything does; the
// message is whole in any case.
struct ToolTurn {
  Message results{Role::kTool, {}};
  absl::Status status;
};

ToolTurn Collect(const std::vector<const ToolCall*>& calls, std::vector<absl::StatusOr<ToolOutput>>& outputs,
                 Talk& talk) {
  ToolTurn turn;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ToolOutput output;
    if (i >= outputs.size()) {
      output = ErrorOutput("not run: the limit of tool calls is used up; answer with what you have");
    } else if (outputs[i].ok()) {
      output = *std::move(outputs[i]);
    } else {
      output = ErrorOutput(absl::StrCat("not finished: ", Describe(outputs[i].status())));
      if (turn.status.ok() || turn.status.code() == absl::StatusCode::kCancelled)
        turn.status = outputs[i].status();
    }
    for (Citation& citation : output.citations) talk.sources.Add(std::move(citation));
    turn.results.parts.emplace_back(
        ToolResult{calls[i]->id, calls[i]->name, std::move(output.parts), output.is_error});
  }
  return turn;
}

// `message` is the model's, with its calls; it joins the transcript together with the results.
Async<absl::Status> CallTools(Message message, Talk& talk, Context& ctx) {
  const TurnSpec& spec = talk.spec;
  const std::vector<const ToolCall*> calls = ToolCallsOf(message);
  const std::size_t left = std::size_t(std::max(0, spec.limits.tool_calls - talk.tool_calls));
  const std::size_t run = std::min(left, calls.size());
  talk.tool_calls += int(run);
  auto body = [&](std::size_t i, Context& child) -> Async<absl::StatusOr<ToolOutput>> {
    absl::StatusOr<ToolOutput> output = co_await CallOne(spec, *calls[i], i, child);
    if (!output.ok()) ctx.Cancel(output.status());
    co_return output;
  };
  const std::size_t width = std::size_t(std::max(1, spec.limits.parallel_tools));
  std::vector<absl::StatusOr<ToolOutput>> outputs = co_await Settle<ToolOutput>(ctx, "", run, body, width);
  ToolTurn turn = Collect(calls, outputs, talk);
  if (run < calls.size())
    ctx.Emit(event::Warning{absl::StrCat("the limit of ", spec.limits.tool_calls, " tool calls is used up")});
  talk.conversation = talk.conversation.With(std::move(message));
  talk.Extend(std::move(turn.results));
  co_return turn.status;
}

// In the vendor's words and, where they are others, the model's.
absl::Status Refused(const ModelReply& reply, const std::string& text, const Context& ctx) {
  std::string why(CutUtf8(reply.stop_detail, kRefusalShown));
  if (reply.stop_detail.find(text) == std::string::npos)
    absl::StrAppend(&why, why.empty() ? "" : "; it said: ", ToAbsl(CutUtf8(text, kRefusalShown)));
  const absl::Status refused = absl::FailedPreconditionError(
      absl::StrCat(ctx.path(), ": the model refused (", ToAbsl(StopReasonName(reply.stop_reason)), ")",
                   why.empty() ? ", and its vendor does not say why" : ": ", why));
  return WithModelError(refused, ModelError::kContentPolicy);
}

// The texts within a value, each a paragraph.
void AppendTexts(const Json& value, std::string& to) {
  if (value.is_string()) absl::StrAppend(&to, value.get_ref<const std::string&>(), "\n\n");
  if (!value.is_structured()) return;
  for (const Json& inner : value) AppendTexts(inner, to);
}

// The reply, or nullopt when the model is asked again for an output that fits its schema.
absl::StatusOr<std::optional<Reply>> Finish(ModelReply model_reply, Talk& talk, Context& ctx) {
  Reply reply;
  reply.text = TextOf(model_reply.message);
  talk.Extend(std::move(model_reply.message));
  if (model_reply.stop_reason == StopReason::kRefusal || model_reply.stop_reason == StopReason::kFiltered) {
    return Refused(model_reply, reply.text, ctx);
  }
  if (talk.output != nullptr) {
    absl::StatusOr<Json> data = ParseOutput(reply.text, talk.output->schema);
    if (!data.ok()) {
      if (talk.repairs++ >= talk.spec.limits.repairs) {
        return absl::InvalidArgumentError(
            absl::StrCat(ctx.path(), ": the output does not fit its schema \"", talk.output->name,
                         "\" after ", talk.spec.limits.repairs, " repairs: ", Describe(data.status())));
      }
      ctx.Emit(event::Repaired{absl::StrCat("output: ", Describe(data.status()))});
      talk.Extend(UserMessage(RepairRequest(Describe(data.status()))));
      return std::nullopt;
    }
    reply.data = *std::move(data);
  }
  // Of a value its texts: in the JSON, the marks of quotes and the ends of lines are escaped.
  std::string said;
  if (reply.data) AppendTexts(*reply.data, said);
  reply.evidence = talk.sources.CitedIn(said);
  if (reply.evidence.empty()) reply.evidence = talk.sources.CitedIn(reply.text);
  reply.dissent = DissentIn(reply.data ? said : reply.text);
  reply.conversation = talk.conversation;
  return reply;
}

ModelSettings Varied(ModelSettings settings, const Sampling& sampling) {
  if (sampling.temperature) settings.temperature = sampling.temperature;
  if (sampling.cold && settings.temperature) settings.temperature = 0;
  if (settings.seed) *settings.seed += sampling.seed;
  return settings;
}

}  // namespace

Async<absl::StatusOr<Reply>> RunTurns(const TurnSpec& spec, Prompt prompt, Context& ctx) {
  Talk talk{.spec = spec,
            .conversation = prompt.history,
            .sources = Sources(std::move(prompt.known)),
            .transcript = prompt.transcript,
            .output = prompt.output ? prompt.output : spec.output};
  talk.sources.AddFiles(prompt.parts);
  // Also what was given earlier in the talk.
  for (const Message* said : prompt.history.messages()) talk.sources.AddFiles(said->parts);
  Message question{Role::kUser, std::move(prompt.parts)};
  talk.conversation = talk.conversation.With(std::move(question));
  ModelRequest request{.instructions = spec.instructions,
                       .tools = spec.tool_list,
                       .output = talk.output,
                       .settings = Varied(spec.settings, ctx.sampling())};
  for (int turn = 1; turn <= spec.limits.turns; ++turn) {
    const std::string segment = absl::StrCat("turn.", turn);
    Context own(ctx, segment);
    own.Emit(event::TurnStarted{turn});
    request.conversation = talk.conversation;
    const bool last = turn == spec.limits.turns || talk.tool_calls >= spec.limits.tool_calls;
    if (last && spec.tool_list) request.tool_choice = ToolChoice::kNone;
    absl::StatusOr<ModelReply> reply = co_await CallModel(*spec.model, request, own);
    if (!reply.ok()) co_return reply.status();
    MendCallIds(reply->message, talk);
    const bool asks_for_tools = !ToolCallsOf(reply->message).empty();
    if (asks_for_tools) {
      CO_CHECK_OK(co_await CallTools(std::move(reply->message), talk, own));
      continue;
    }
    if (reply->stop_reason == StopReason::kPause) {
      talk.Extend(std::move(reply->message));
      continue;
    }
    CO_TRY(std::optional<Reply> done, Finish(*std::move(reply), talk, own));
    if (done) co_return *std::move(done);
  }
  const absl::Status endless =
      absl::ResourceExhaustedError(absl::StrCat("no final answer after ", spec.limits.turns,
                                                " turns; raise limits.turns or give the agent fewer tools"));
  co_return AsOwnLimit(Annotate(endless, ctx.path()));
}

}  // namespace ninefold
