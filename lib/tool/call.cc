// One tool call as a step of a run: checked, permitted, counted, journaled, timed, cut to size.
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/json_schema.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"
#include "run/run_state.h"
#include "tool/output_cap.h"

namespace ninefold {
namespace {

constexpr std::size_t kRequestBytesMax = 2'000;
constexpr std::size_t kPreviewBytesMax = 200;

class OutputValue : public StepValue {
 public:
  explicit OutputValue(ToolOutput output) : output_(std::move(output)) {}
  std::string Encode() const override { return DumpJson(ToJson(output_)); }
  const ToolOutput& output() const { return output_; }

 private:
  ToolOutput output_;
};

// The arguments as the tool may see them, or what to tell the model.
absl::StatusOr<Json> CheckedArguments(const ToolSpec& spec, const Json& arguments) {
  Json value = arguments;
  if (const auto* text =
          arguments.get_ptr<const std::string*>()) {  // the model's text was not JSON, or JSON in a string
    JsonLimits limits;
    limits.refuse_duplicates = true;
    TRY(value, ParseJson(*text, limits));
  }
  if (value.is_null()) value = Json::object();
  if (!value.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(Shown(value), " is not an object of named arguments"));
  }
  DropNulls(spec.parameters, value);
  CHECK_OK(ValidateJson(spec.parameters, value));
  return value;
}

// What a call came to in an earlier life of the run.
struct Earlier {
  ToolOutput output;
  Cost cost;
};

// A step of this path that is already recorded; nullopt: the tool must be called.
absl::StatusOr<std::optional<Earlier>> Recorded(const ToolSpec& spec, std::uint64_t hash,
                                                const std::string& request, Context& ctx) {
  TRY(std::optional<StepRecord> record, ctx.Recall("tool", hash, request));
  if (!record) return std::nullopt;
  if (record->state == StepState::kStarted) {
    if (spec.effect != Effect::kOnce) return std::nullopt;
    const absl::Status why = JournalMismatch(absl::StrCat(
        ctx.path(), ": tool \"", spec.name,
        "\" was started and its end was not recorded, and it must not be repeated; find out whether it "
        "took effect, then start a new run"));
    ctx.run().Stop(why);
    return why;
  }
  const Cost cost = record->cost.value_or(Cost());
  if (const auto* value = dynamic_cast<const OutputValue*>(record->value.get()))
    return Earlier{value->output(), cost};
  JsonLimits limits;
  limits.bytes_max = 256u << 20;
  limits.depth_max = 160;  // the output's own 64, within parts within results
  absl::StatusOr<Json> json = ParseJson(record->result, limits);
  absl::Status status = json.status();
  if (json.ok()) {
    absl::StatusOr<ToolOutput> output = ToolOutputFromJson(*json);
    if (output.ok()) return Earlier{*std::move(output), cost};
    status = output.status();
  }
  return absl::DataLossError(absl::StrCat(ctx.path(), ": the recorded output of tool \"", spec.name,
                                          "\" is damaged: ", Describe(status)));
}

// OK: go on. kPermissionDenied: the model is told why. Else the run ends.
Async<absl::Status> Permit(const ToolSpec& spec, const Json& arguments, Context& ctx) {
  const Action action{spec, arguments, ctx.path()};
  Decision decision = ctx.policy().Decide(action);
  if (decision.verdict == Verdict::kAllow) co_return absl::OkStatus();
  const bool asks = decision.verdict == Verdict::kAsk;
  ctx.Emit(event::Decided{spec.name, asks ? "ask" : "deny", decision.why});
  const std::string denied = absl::StrCat("tool \"", spec.name, "\" was not permitted: ", decision.why);
  if (!asks) co_return absl::PermissionDeniedError(denied);
  const std::string shown = EscapeForTerminal(CutUtf8(DumpJson(arguments), kRequestBytesMax), true);
  std::string question =
      absl::StrCat("May ", ctx.path(), " call tool \"", spec.name, "\" with ", shown, "? ", decision.why);
  absl::StatusOr<std::string> answer = co_await ctx.Ask(std::move(question));
  if (!answer.ok() && answer.status().code() != absl::StatusCode::kFailedPrecondition)
    co_return answer.status();
  if (!answer.ok()) co_return absl::PermissionDeniedError(absl::StrCat(denied, "; nobody could be asked"));
  const std::string word = absl::AsciiStrToLower(absl::StripAsciiWhitespace(*answer));
  const bool yes = word == "y" || word == "yes";
  ctx.Emit(event::Decided{spec.name, yes ? "allow" : "deny", "a person decided"});
  if (yes) co_return absl::OkStatus();
  co_return absl::PermissionDeniedError(
      absl::StrCat("tool \"", spec.name, "\" was not permitted: a person said no"));
}

bool EndsRun(const absl::Status& status) {
  return status.code() == absl::StatusCode::kCancelled ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kPermissionDenied;
}

Async<absl::StatusOr<ToolOutput>> CallTimed(const Tool& tool, const Json& arguments, const ToolLimits& limits,
                                            Context& ctx) {
  const std::string& name = tool.spec().name;
  const absl::Duration timeout = tool.spec().timeout.value_or(limits.timeout);
  Context child(ctx, "", timeout);
  absl::StatusOr<ToolOutput> result = absl::UnknownError("");
  try {
    auto task = tool.Call(arguments, child);
    result = co_await std::move(task);
  } catch (const std::exception& error) {
    result = absl::InternalError(absl::StrCat("it threw: ", MendUtf8(error.what())));
  } catch (...) {
    result = absl::InternalError("it threw something that is no std::exception");
  }
  absl::Status own = ctx.status();
  if (!own.ok()) co_return own;
  if (result.ok()) {
    CapOutput(*result, limits.output_bytes_max);
    co_return result;
  }
  if (child.cancelled()) {
    std::string late =
        absl::StrCat("tool \"", name, "\" gave no result within ", absl::FormatDuration(timeout));
    co_return ErrorOutput(std::move(late));
  }
  if (EndsRun(result.status())) {
    const absl::Status why = Annotate(result.status(), absl::StrCat("tool \"", name, "\""));
    co_return Annotate(why, ctx.path());
  }
  ToolOutput failed = ErrorOutput(absl::StrCat("tool \"", name, "\" failed: ", Describe(result.status())));
  CapOutput(failed, limits.output_bytes_max);
  co_return failed;
}

// Permission, budget and the call itself, between its two records.
Async<absl::StatusOr<ToolOutput>> CallAnew(const Tool& tool, const Json& arguments, const ToolLimits& limits,
                                           StepRecord record, Context& ctx) {
  const ToolSpec& spec = tool.spec();
  record.started = ctx.Now();
  absl::StatusOr<ToolOutput> output = absl::UnknownError("");
  absl::Status permitted = co_await Permit(spec, arguments, ctx);
  if (permitted.code() == absl::StatusCode::kPermissionDenied) {
    output = ErrorOutput(Describe(permitted));
  } else {
    if (!permitted.ok()) co_return permitted;
    CO_CHECK_OK(Annotate(ctx.budget().CountToolCall(), ctx.path()));
    Cost one;
    one.tool_calls = 1;
    ctx.Charge(one);
    if (spec.effect == Effect::kIdempotent || spec.effect == Effect::kOnce) {
      StepRecord begun = record;
      begun.state = StepState::kStarted;
      CO_CHECK_OK(co_await ctx.Record(std::move(begun)));
    }
    output = co_await CallTimed(tool, arguments, limits, ctx);
    if (!output.ok()) co_return output;
  }
  // With what agents within have used: where the call is recalled, their own steps are not.
  record.cost = ctx.cost();
  record.value = std::make_shared<OutputValue>(*output);
  record.finished = ctx.Now();
  CO_CHECK_OK(co_await ctx.Record(std::move(record)));
  co_return output;
}

Async<absl::StatusOr<ToolOutput>> CallOrRecall(const Tool& tool, const ToolCall& call,
                                               const ToolLimits& limits, Context& ctx) {
  const ToolSpec& spec = tool.spec();
  CO_CHECK_OK(ctx.status());
  absl::StatusOr<Json> arguments = CheckedArguments(spec, call.arguments);
  if (!arguments.ok()) {
    co_return ErrorOutput(
        absl::StrCat("bad arguments for tool \"", spec.name, "\": ", Describe(arguments.status())));
  }
  const std::string dumped = DumpJson(*arguments);
  StepRecord record;
  record.path = ctx.path();
  record.kind = "tool";
  record.request_hash = HashBytes(dumped, HashBytes(spec.name));
  if (ctx.durable()) {
    record.request = absl::StrCat(spec.name, " ", ToAbsl(CutUtf8(dumped, kRequestBytesMax)));
  }
  CO_TRY(std::optional<Earlier> recorded, Recorded(spec, record.request_hash, record.request, ctx));
  if (recorded) {
    ctx.Charge(recorded->cost);
    ctx.budget().Restore(recorded->cost);
    ctx.Emit(event::StepReused{"tool"});
    tool.Recalled(*arguments, recorded->output);
    co_return std::move(recorded->output);
  }
  co_return co_await CallAnew(tool, *arguments, limits, std::move(record), ctx);
}

}  // namespace

Async<absl::StatusOr<ToolOutput>> CallTool(const Tool& tool, const ToolCall& call, const ToolLimits& limits,
                                           Context& ctx) {
  const absl::Time begin = ctx.Now();
  ctx.Emit(event::ToolStarted{call.name, call.id, call.arguments});
  absl::StatusOr<ToolOutput> output = co_await CallOrRecall(tool, call, limits, ctx);
  event::ToolEnded ended{call.name, call.id};
  ended.is_error = !output.ok() || output->is_error;
  const std::string text = output.ok() ? TextOf(output->parts) : Describe(output.status());
  ended.preview = MendUtf8(CutUtf8(text, kPreviewBytesMax));
  ended.took = ctx.Now() - begin;
  for (std::size_t i = 0; output.ok() && ctx.wants_events() && i < output->parts.size(); ++i) {
    if (const auto* image = std::get_if<Image>(&output->parts[i]))
      ended.images.push_back(std::make_shared<const Image>(*image));
  }
  ctx.Emit(std::move(ended));
  co_return output;
}

}  // namespace ninefold
