// A trial as a line of a file, so that a measurement can be added to and summed up again.
#include <cmath>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/try.h"
#include "eval/attempts.h"
#include "eval/graders.h"
#include "ninefold/answer.h"
#include "ninefold/eval.h"
#include "ninefold/status.h"
#include "team/contemplate/report.h"

namespace ninefold {
namespace {

// The last line "confidence: 0.8" or "confidence: 80 %"; below 0: none.
double StatedConfidence(const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const std::size_t begin = std::min(line->find_first_not_of(" \t*#>-_"), line->size());
    std::string rest = line->substr(begin);
    if (!absl::StartsWithIgnoreCase(rest, "confidence")) continue;
    const std::size_t number = rest.find_first_of("0123456789.");
    if (number == std::string::npos) continue;
    const std::size_t end = std::min(rest.find_first_not_of("0123456789.", number), rest.size());
    double value = 0;
    if (!absl::SimpleAtod(rest.substr(number, end - number), &value)) continue;
    // "0.9 (90%)" is no 0.9 %.
    const std::size_t sign = rest.find_first_not_of(' ', end);
    if (sign != std::string::npos && rest[sign] == '%') value /= 100;
    if (value >= 0 && value <= 1) return value;
  }
  return -1;
}

// Whether it can grade an answer in the form that votes are compared in, which has lost its case and marks.
bool IsForVotes(const std::string& grader) {
  return grader == "normalized" || grader == "choice" || grader == "contains" ||
         absl::StartsWith(grader, "number");
}

std::string TextField(const Json& json, std::string_view key) {
  const std::string* text = GetString(json, key);
  return text == nullptr ? "" : *text;
}

Grade GradeFromJson(const Json& json) {
  Grade grade;
  grade.score = GetNumber(json, "score").value_or(0);
  grade.right = GetBool(json, "right").value_or(false);
  grade.why = TextField(json, "why");
  grade.judge_agreed = GetBool(json, "judge_agreed");
  grade.agreement = GetNumber(json, "agreement");
  return grade;
}

// What grading needs of a reply.
Json KeptJson(const Reply& reply) {
  Json json = {{"text", reply.text}};
  if (reply.data) json["data"] = *reply.data;
  for (const Dissent& opinion : reply.dissent)
    json["dissent"].push_back({{"who", opinion.who}, {"text", opinion.text}});
  return json;
}

std::optional<Reply> Kept(const Reply& reply) {
  constexpr std::size_t kReplyMost = std::size_t(64) << 10;
  if (DumpJson(KeptJson(reply)).size() > kReplyMost) return std::nullopt;
  Reply kept;
  kept.text = reply.text, kept.data = reply.data, kept.dissent = reply.dissent;
  return kept;
}

// Each distinct answer once. Where its words are not known, it is graded in the form that votes are compared
// in, if the grader can; else nothing is known of the attempts.
absl::Status GradeAttempts(const EvalItem& item, const Reply& reply, const Contemplation& report,
                           const GradeOptions& options, EvalTrial& trial) {
  const std::map<std::string, Reply> words = WordsOfAttempts(reply, report);
  std::map<std::string, bool> graded;
  bool all_known = true;
  const auto is_right = [&](const std::string& answer) -> absl::StatusOr<bool> {
    if (const auto found = graded.find(answer); found != graded.end()) return found->second;
    const auto found = words.find(answer);
    Reply attempt;
    attempt.text = answer;
    if (found != words.end()) attempt = found->second;
    all_known = all_known && (found != words.end() || IsForVotes(GraderOf(item, options)));
    if (!all_known) return false;
    TRY(const Grade grade, GradeReply(item, attempt, options));
    return graded[answer] = grade.right;
  };
  for (const Contemplation::Vote& vote : report.votes) {
    TRY(const bool right, is_right(vote.answer));
    trial.attempts_cast += vote.count;
    trial.attempts_right += right ? vote.count : 0;
  }
  TRY(trial.attempts, AttemptsOf(report, *reply.report, is_right));
  if (!all_known) trial.attempts_cast = trial.attempts_right = 0, trial.attempts.clear();
  return absl::OkStatus();
}

}  // namespace

std::optional<Reply> ReplyOf(const EvalTrial& trial) {
  if (!trial.reply) return std::nullopt;
  Reply reply = *trial.reply;
  reply.cost = trial.cost;
  if (trial.report) reply.report = ToJson(*trial.report);
  return reply;
}

absl::Status FillTrial(const EvalItem& item, const Reply& reply, const GradeOptions& options,
                       EvalTrial& trial) {
  trial.item = item.id;
  trial.tags = item.tags;
  trial.cost = reply.cost;
  trial.reply = Kept(reply);
  trial.answer = NormalizeAnswer(WithoutConfidence(reply.text));
  trial.confidence = StatedConfidence(reply.text);
  trial.attempts_cast = trial.attempts_right = 0, trial.attempts.clear();
  absl::StatusOr<Contemplation> report = ContemplationOf(reply);
  if (!report.ok()) return absl::OkStatus();
  trial.answer = report->answer;
  trial.confidence = report->confidence;
  const bool is_refused = GraderOf(item, options) == "code" && !options.allow_code;
  if (!NeedsJudge(item, options) && !is_refused)
    CHECK_OK(GradeAttempts(item, reply, *report, options, trial));
  trial.report = *std::move(report);
  return absl::OkStatus();
}

Json ToJson(const EvalTrial& trial) {
  Json grade = {{"score", trial.grade.score}, {"right", trial.grade.right}};
  if (!trial.grade.why.empty()) grade["why"] = trial.grade.why;
  if (trial.grade.judge_agreed) grade["judge_agreed"] = *trial.grade.judge_agreed;
  if (trial.grade.agreement) grade["agreement"] = *trial.grade.agreement;
  Json json = {{"variant", trial.variant},
               {"item", trial.item},
               {"seed", trial.seed},
               {"answer", trial.answer},
               {"grade", std::move(grade)},
               {"cost", ToJson(trial.cost)},
               {"latency_seconds", absl::ToDoubleSeconds(trial.latency)}};
  if (!trial.run_id.empty()) json["run_id"] = trial.run_id;
  if (!trial.judge_run_id.empty()) json["judge_run_id"] = trial.judge_run_id;
  if (trial.reply) json["reply"] = KeptJson(*trial.reply);
  if (!trial.error.empty()) json["error"] = trial.error;
  if (!trial.tags.empty()) json["tags"] = trial.tags;
  if (trial.confidence >= 0) json["confidence"] = trial.confidence;
  if (trial.report) json["report"] = ToJson(*trial.report);
  if (trial.attempts_cast > 0) {
    json["attempts_cast"] = trial.attempts_cast;
    json["attempts_right"] = trial.attempts_right;
  }
  for (const EvalAttempt& attempt : trial.attempts) json["attempts"].push_back(ToJson(attempt));
  if (trial.queued > absl::ZeroDuration()) json["queued_seconds"] = absl::ToDoubleSeconds(trial.queued);
  return json;
}

absl::StatusOr<EvalTrial> EvalTrialFromJson(const Json& json) {
  const Json* grade = GetMember(json, "grade");
  const std::string *variant = GetString(json, "variant"), *item = GetString(json, "item");
  if (variant == nullptr || item == nullptr || grade == nullptr || !grade->is_object()) {
    return absl::InvalidArgumentError(
        "no trial: it needs the texts \"variant\" and \"item\" and the object \"grade\"");
  }
  EvalTrial trial;
  trial.variant = *variant, trial.item = *item, trial.grade = GradeFromJson(*grade);
  if (const Json* seed = GetMember(json, "seed"); seed != nullptr && seed->is_number_unsigned())
    trial.seed = seed->get<std::uint64_t>();
  trial.answer = TextField(json, "answer");
  trial.run_id = TextField(json, "run_id");
  trial.judge_run_id = TextField(json, "judge_run_id");
  if (const Json* reply = GetMember(json, "reply"); reply != nullptr) {
    absl::StatusOr<Reply> read = ReplyFromJson(*reply);
    if (!read.ok()) return Annotate(read.status(), "/reply");
    trial.reply = *std::move(read);
  }
  trial.error = TextField(json, "error");
  const Json* tags = GetMember(json, "tags");
  for (std::size_t i = 0; tags != nullptr && tags->is_array() && i < tags->size(); ++i) {
    if ((*tags)[i].is_string()) trial.tags.push_back((*tags)[i].get<std::string>());
  }
  if (const Json* report = GetMember(json, "report"); report != nullptr) {
    absl::StatusOr<Contemplation> read = ContemplationFromJson(*report);
    if (!read.ok()) return Annotate(read.status(), "/report");
    trial.report = *std::move(read);
  }
  const auto cast = GetInt(json, "attempts_cast").value_or(0);
  const auto right = GetInt(json, "attempts_right").value_or(0);
  if (cast < 0 || right < 0 || right > cast || cast > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError(
        "/attempts_right: more than /attempts_cast, or below 0; remove the line and measure it again");
  }
  trial.attempts_cast = int(cast), trial.attempts_right = int(right);
  const Json* attempts = GetMember(json, "attempts");
  for (std::size_t i = 0; attempts != nullptr && attempts->is_array() && i < attempts->size(); ++i)
    trial.attempts.push_back(EvalAttemptFromJson((*attempts)[i]));
  trial.queued = absl::Seconds(GetNumber(json, "queued_seconds").value_or(0));
  trial.confidence = GetNumber(json, "confidence").value_or(-1);
  if (const Json* cost = GetMember(json, "cost"); cost != nullptr) trial.cost = CostFromJson(*cost);
  trial.latency = absl::Seconds(GetNumber(json, "latency_seconds").value_or(0));
  return trial;
}

}  // namespace ninefold
