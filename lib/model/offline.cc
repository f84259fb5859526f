#include "model/offline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "ninefold/models.h"

namespace ninefold {
namespace {

using offline::Reading;

constexpr int kToolTurnsMax = 3;

constexpr std::string_view kNoText =
    "I am ninefold's offline model: I quote from texts I am given, and know nothing myself. Give me a "
    "document, or use a real model.";

ModelReply TextReply(std::string text, std::size_t bytes_in) {
  ModelReply reply;
  reply.usage.input = std::int64_t(bytes_in / 4 + 1);
  reply.usage.output = std::int64_t(text.size() / 4 + 1);
  reply.model = "offline";
  reply.message = AssistantMessage(std::move(text));
  return reply;
}

ModelReply CallReply(std::vector<ToolCall> calls, std::size_t bytes_in) {
  ModelReply reply = TextReply("", bytes_in);
  reply.message.parts.clear();
  reply.stop_reason = StopReason::kToolCalls;
  for (ToolCall& call : calls) reply.message.parts.emplace_back(std::move(call));
  return reply;
}

bool HasTools(const ModelRequest& request) {
  return request.tools != nullptr && !request.tools->specs().empty() &&
         request.tool_choice != ToolChoice::kNone;
}

// Whether every result is an answer in itself: short, or a sub-agent's with its quotes.
bool AreAnswers(const Reading& reading) {
  std::size_t answers = 0, quoted = 0;
  for (const offline::Result& result : reading.results) {
    if (result.is_error) continue;
    ++answers;
    const bool marks =
        result.text.find("\" [") != std::string::npos || result.text.rfind(offline::kNotFound, 0) == 0;
    quoted += marks ? 1 : 0;
  }
  return answers > 0 && quoted == answers;
}

std::string ResultsAsText(const Reading& reading) {
  std::string text;
  for (const offline::Result& result : reading.results) {
    if (result.is_error) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", result.tool, ": ",
                    std::string(CutUtf8(result.text, 2000)));
  }
  return text;
}

std::string FailureText(const Reading& reading) {
  const offline::Result& last = reading.results.back();
  return absl::StrCat("the tool ", last.tool, " failed: ", FoldWhiteSpace(CutUtf8(last.text, 400)));
}

// The answer from what tools gave; "" when they gave none.
std::string FromResults(Reading& reading) {
  if (AreAnswers(reading)) {
    for (const offline::Result& result : reading.results) {
      if (!result.is_error) reading.members.push_back({result.tool, result.text});
    }
    if (reading.members.size() == 1) return reading.members[0].text;
    return offline::Merge(reading);
  }
  const offline::Answer& answer = offline::AnswerFromFound(reading);
  if (answer.found()) return offline::Render(reading, answer);
  // Small results that are no passages (a number, a status) are shown as they are.
  bool passages = false;
  std::size_t bytes = 0;
  for (const offline::Result& result : reading.results) {
    bytes += result.is_error ? 0 : result.text.size();
    passages = passages || (!result.is_error && !result.text.empty() &&
                            (result.text[0] == '[' || result.text.rfind("no passage", 0) == 0));
  }
  return bytes > 0 && bytes < 1000 && !passages ? ResultsAsText(reading) : "";
}

std::string TextAnswer(Reading& reading) {
  if (reading.members.size() > 1) return offline::Merge(reading);
  if (!reading.draft.empty()) return offline::Refine(reading);
  if (!reading.results.empty()) {
    const std::string text = FromResults(reading);
    if (!text.empty()) return text;
    return reading.results.back().is_error ? FailureText(reading) : offline::Render(reading, {});
  }
  if (!reading.sources.empty()) {
    const offline::Answer& answer = offline::AnswerFromSources(reading);
    if (answer.found()) return offline::Render(reading, answer);
  }
  if (const std::string sum = offline::FindSum(reading.question); !sum.empty()) {
    const std::string value = offline::Calculate(sum).value_or("");
    return absl::StrCat(sum, " = ", value,
                        offline::WantsAnswerLine(reading) ? absl::StrCat("\nanswer: ", value) : "");
  }
  if (!reading.sources.empty()) return offline::Render(reading, {});
  return std::string(kNoText);
}

// Calls that should come before an answer.
std::vector<ToolCall> CallsBefore(Reading& reading, const ModelRequest& request) {
  if (!HasTools(request) || reading.tool_turns >= kToolTurnsMax || reading.members.size() > 1) return {};
  const bool must = request.tool_choice == ToolChoice::kRequired;
  if (!must && !reading.draft.empty()) return {};
  if (!must && !reading.sources.empty() && offline::AnswerFromSources(reading).found()) return {};
  if (!must && !reading.results.empty()) {
    if (AreAnswers(reading) || offline::AnswerFromFound(reading).found()) return {};
    const bool failed = reading.results.back().is_error;
    const bool looks = std::any_of(reading.found.begin(), reading.found.end(),
                                   [](const offline::Source& s) { return s.text.size() > 200; });
    if (!failed && !looks && reading.results.size() == reading.calls.size() && reading.tool_turns > 1)
      return {};
  }
  return offline::ChooseCalls(reading, request);
}

ModelReply Structured(Reading& reading, const Json& schema) {
  Json value;
  std::optional<Json> role = offline::PlanAsRole(reading, schema);
  if (!role) role = offline::AnswerAsRole(reading, schema);
  if (role) {
    value = *std::move(role);
  } else if (offline::IsPlanSchema(schema)) {
    value = offline::MakePlan(reading, schema);
  } else if (offline::IsRouteSchema(schema)) {
    value = offline::MakeRoute(reading, schema);
  } else {
    value = offline::Fill(reading, schema);
  }
  return TextReply(DumpJson(value), reading.bytes);
}

// A few pieces that cut no word.
std::vector<std::string_view> Pieces(std::string_view text) {
  constexpr std::size_t kPieces = 6;
  std::vector<std::string_view> pieces;
  const std::size_t size = std::max<std::size_t>(text.size() / kPieces, 16);
  while (!text.empty()) {
    std::size_t end = text.size() <= size ? text.size() : text.find(' ', size);
    end = end == std::string_view::npos ? text.size() : std::min(end + 1, text.size());
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

class Offline : public Model {
 public:
  Offline() {
    card_.name = "offline";
    card_.price = Price{};
    card_.free = true;
  }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    absl::Status stopped = ctx.status();
    if (!stopped.ok()) co_return stopped;
    ModelReply reply = AnswerOffline(request);
    if (!ctx.wants_deltas()) co_return reply;
    const std::string text = TextOf(reply.message);
    for (const std::string_view piece : Pieces(text)) {
      ctx.Emit(event::TextDelta{std::string(piece)});
      absl::Status drained = co_await ctx.Drain();
      if (!drained.ok()) co_return drained;
    }
    co_return reply;
  }

 private:
  ModelCard card_;
};

}  // namespace

ModelReply AnswerOffline(const ModelRequest& request) {
  Reading reading;
  offline::Read(request, reading);
  if (request.output != nullptr &&
      (offline::IsPlanSchema(request.output->schema) || offline::IsRouteSchema(request.output->schema))) {
    return Structured(reading, request.output->schema);
  }
  if (request.output != nullptr) offline::ReadAsRole(request.output->schema, reading);
  std::vector<ToolCall> calls = CallsBefore(reading, request);
  if (!calls.empty()) return CallReply(std::move(calls), reading.bytes);
  if (request.output != nullptr) return Structured(reading, request.output->schema);
  std::string text = TextAnswer(reading);
  return TextReply(std::move(text), reading.bytes);
}

ModelPtr OfflineModel() { return std::make_shared<Offline>(); }

}  // namespace ninefold
