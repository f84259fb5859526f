#include "team/contemplate/report.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

std::string TextIn(const Json& json, const char* key) {
  const std::string* text = GetString(json, key);
  return text == nullptr ? "" : *text;
}

int CountIn(const Json& json, const char* key) { return int(GetInt(json, key).value_or(0)); }

double NumberIn(const Json& json, const char* key) {
  const Json* number = GetMember(json, key);
  return number != nullptr && number->is_number() ? number->get<double>() : 0;
}

bool FlagIn(const Json& json, const char* key) {
  const Json* flag = GetMember(json, key);
  return flag != nullptr && flag->is_boolean() && flag->get<bool>();
}

std::vector<std::string> TextsIn(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const Json* list = GetMember(json, key);
  for (std::size_t i = 0; list != nullptr && list->is_array() && i < list->size(); ++i) {
    if ((*list)[i].is_string()) texts.push_back((*list)[i].get<std::string>());
  }
  return texts;
}

}  // namespace

Json ToJson(const Contemplation& report) {
  Json votes = Json::array();
  for (const Contemplation::Vote& vote : report.votes) {
    Json json = {{"answer", vote.answer}, {"count", vote.count}, {"whose", vote.whose}};
    if (vote.weight != vote.count) json["weight"] = vote.weight;
    if (vote.verified) json["verified"] = true;
    if (vote.refuted) json["refuted"] = true;
    votes.push_back(std::move(json));
  }
  Json attempts = Json::array();
  for (const Contemplation::Attempt& attempt : report.attempts) {
    Json json = {{"id", attempt.id}, {"outcome", attempt.outcome}, {"seconds", attempt.seconds}};
    if (!attempt.answer.empty()) json["answer"] = attempt.answer;
    attempts.push_back(std::move(json));
  }
  Json json = {{"answer", report.answer},
               {"votes", std::move(votes)},
               {"confidence", report.confidence},
               {"stop", report.stop},
               {"aggregate", report.aggregate},
               {"width", report.width},
               {"rounds", report.rounds},
               {"started", report.started},
               {"cast", report.cast},
               {"abstained", report.abstained},
               {"failed", report.failed},
               {"cancelled", report.cancelled},
               {"attempts", std::move(attempts)},
               {"latency_seconds", absl::ToDoubleSeconds(report.latency)}};
  if (report.tie) json["tie"] = true;
  if (!report.fallbacks.empty()) json["fallbacks"] = report.fallbacks;
  if (!report.cited.empty()) json["cited"] = report.cited;
  if (!report.left_out.empty()) json["left_out"] = report.left_out;
  if (report.tokens_total) json["tokens_total"] = *report.tokens_total;
  if (report.tokens_sequential) json["tokens_sequential"] = *report.tokens_sequential;
  return json;
}

absl::StatusOr<Contemplation> ContemplationFromJson(const Json& json) {
  const Json* votes = json.is_object() ? GetMember(json, "votes") : nullptr;
  if (votes == nullptr || !votes->is_array() || GetString(json, "stop") == nullptr)
    return absl::InvalidArgumentError("no report of a contemplation: it has neither /votes nor /stop");
  Contemplation report;
  report.answer = TextIn(json, "answer");
  for (const Json& item : *votes) {
    Contemplation::Vote vote;
    vote.answer = TextIn(item, "answer");
    vote.count = CountIn(item, "count");
    vote.weight = GetMember(item, "weight") == nullptr ? vote.count : NumberIn(item, "weight");
    vote.verified = FlagIn(item, "verified");
    vote.refuted = FlagIn(item, "refuted");
    vote.whose = TextsIn(item, "whose");
    report.votes.push_back(std::move(vote));
  }
  report.confidence = NumberIn(json, "confidence");
  report.tie = FlagIn(json, "tie");
  report.stop = TextIn(json, "stop");
  report.aggregate = TextIn(json, "aggregate");
  report.fallbacks = TextsIn(json, "fallbacks");
  report.cited = TextsIn(json, "cited");
  report.left_out = TextsIn(json, "left_out");
  report.width = CountIn(json, "width");
  report.rounds = CountIn(json, "rounds");
  report.started = CountIn(json, "started");
  report.cast = CountIn(json, "cast");
  report.abstained = CountIn(json, "abstained");
  report.failed = CountIn(json, "failed");
  report.cancelled = CountIn(json, "cancelled");
  const Json* attempts = GetMember(json, "attempts");
  for (std::size_t i = 0; attempts != nullptr && attempts->is_array() && i < attempts->size(); ++i) {
    const Json& one = (*attempts)[i];
    report.attempts.push_back(
        {TextIn(one, "id"), TextIn(one, "outcome"), TextIn(one, "answer"), NumberIn(one, "seconds")});
  }
  report.tokens_total = GetInt(json, "tokens_total");
  report.tokens_sequential = GetInt(json, "tokens_sequential");
  report.latency = absl::Seconds(NumberIn(json, "latency_seconds"));
  return report;
}

absl::StatusOr<Contemplation> ContemplationOf(const Reply& reply) {
  if (!reply.report) return absl::InvalidArgumentError("no report of a contemplation: the reply has none");
  return ContemplationFromJson(*reply.report);
}

}  // namespace ninefold
