#include "team/patterns/debating.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/answer.h"
#include "ninefold/status.h"
#include "team/condense.h"
#include "team/patterns/parts.h"

namespace ninefold::patterns {
namespace {

// The verifier's findings, by answer: the latest counts.
std::map<std::string, const Reply*> FindingsOf(const Progress& progress, const DebateOptions& options,
                                               int rounds) {
  std::map<std::string, const Reply*> findings;
  for (int round = 1; round <= rounds; ++round) {
    for (const DebateSide& side : options.sides) {
      const Reply* found = ReplyOf(progress, VerifyId(side.name, round));
      const Reply* statement = nullptr;
      for (int r = round; r >= 1 && statement == nullptr; --r)
        statement = ReplyOf(progress, StatementId(side.name, r));
      if (found != nullptr && statement != nullptr)
        findings[NormalizeAnswer(TextAt(*statement->data, "answer"))] = found;
    }
  }
  return findings;
}

}  // namespace

std::string StatementId(const std::string& side, int round) { return absl::StrCat(side, ".", round); }
std::string VerifyId(const std::string& side, int round) { return absl::StrCat("verify.", side, ".", round); }

std::vector<Standpoint> StandpointsOf(const Progress& progress, const DebateOptions& options, int rounds) {
  const std::map<std::string, const Reply*> findings = FindingsOf(progress, options, rounds);
  std::vector<Standpoint> stands(options.sides.size());
  for (std::size_t i = 0; i < stands.size(); ++i) {
    Standpoint& stand = stands[i];
    for (int round = 1; round <= rounds; ++round) {
      const Reply* reply = ReplyOf(progress, StatementId(options.sides[i].name, round));
      if (reply != nullptr) stand.reply = reply, stand.round = round;
    }
    if (stand.reply == nullptr) continue;
    stand.answer = NormalizeAnswer(TextAt(*stand.reply->data, "answer"));
    const auto found = findings.find(stand.answer);
    if (found != findings.end() && !stand.answer.empty()) {
      const std::string& finding = TextAt(*found->second->data, "finding");
      if (finding == "correct") stand.checked = Checked::kRight;
      if (finding == "incorrect") stand.checked = Checked::kWrong;
      stand.verified = true;
      stand.why = TextAt(*found->second->data, "why");
    }
    // Code has the last word.
    if (!options.check) continue;
    const absl::StatusOr<bool> right = options.check(progress.goal(), AnswerFrom(*stand.reply));
    if (!right.ok()) continue;
    const Checked by_code = *right ? Checked::kRight : Checked::kWrong;
    if (by_code != stand.checked) stand.why.clear();
    stand.checked = by_code;
    stand.by_code = true;
  }
  return stands;
}

std::vector<std::size_t> Speakers(const std::vector<Standpoint>& stands, bool backwards) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < stands.size(); ++i) {
    if (stands[i].reply != nullptr) order.push_back(i);
  }
  if (backwards) std::reverse(order.begin(), order.end());
  return order;
}

std::string_view CheckedName(Checked checked) {
  if (checked == Checked::kNot) return "not checked";
  return checked == Checked::kRight ? "right" : "wrong";
}

bool Agree(const std::vector<Standpoint>& stands) {
  const std::string& first = stands[Speakers(stands, false)[0]].answer;
  return std::all_of(stands.begin(), stands.end(),
                     [&](const Standpoint& stand) { return stand.reply == nullptr || stand.holds(first); });
}

bool OnlyRight(const std::vector<Standpoint>& stands, bool by_code) {
  std::string right;
  for (const Standpoint& stand : stands) {
    if (stand.checked != Checked::kRight || (by_code && !stand.by_code)) continue;
    if (!right.empty() && stand.answer != right) return false;
    right = stand.answer;
  }
  return !right.empty();
}

bool AllWrong(const std::vector<Standpoint>& stands) {
  return std::all_of(stands.begin(), stands.end(), [](const Standpoint& stand) {
    return stand.reply == nullptr || stand.checked == Checked::kWrong;
  });
}

std::string CheckNote(const Standpoint& stand) {
  if (stand.checked == Checked::kNot) return "";
  return absl::StrCat("(A check found this answer ", ToAbsl(CheckedName(stand.checked)),
                      stand.why.empty() ? "" : ": ", stand.why, ")\n");
}

std::string CaseOf(const Reply& statement, int tokens) {
  Reply readable;
  readable.text =
      absl::StrCat("Answer: ", TextAt(*statement.data, "answer"), "\n", TextAt(*statement.data, "argument"));
  readable.evidence = statement.evidence;
  return Condense(readable, tokens);
}

Reply AnswerFrom(const Reply& statement) {
  Reply reply;
  reply.text = TextAt(*statement.data, "answer");
  const std::string& argument = TextAt(*statement.data, "argument");
  if (!argument.empty() && argument != reply.text) absl::StrAppend(&reply.text, "\n\n", argument);
  reply.evidence = statement.evidence;
  return reply;
}

Judgement JudgementOf(const Progress& progress, const std::vector<Standpoint>& stands, bool backwards) {
  const char* const id = backwards ? kBackwards : kForwards;
  Judgement judgement;
  if (progress.graph().Find(id) == nullptr) return judgement;
  judgement.asked = true;
  const Reply* reply = ReplyOf(progress, id);
  judgement.spoke = reply != nullptr;
  judgement.why = reply != nullptr ? TextAt(*reply->data, "why") : WhyNot(progress, id);
  if (reply == nullptr) return judgement;
  // Judges know no names, only letters in the order shown.
  const std::vector<std::size_t> order = Speakers(stands, backwards);
  const std::string& winner = TextAt(*reply->data, "winner");
  const std::size_t at = winner.size() == 1 ? std::size_t(winner[0] - 'A') : order.size();
  if (at < order.size()) judgement.winner = order[at];
  return judgement;
}

Decision Decide(const std::vector<Standpoint>& stands, const Judgement& first, const Judgement& second) {
  // Sides that give one answer are one in this: a judge may name any of them.
  const auto is_for = [&](const Judgement& judgement, std::size_t i) {
    return judgement.winner && (*judgement.winner == i || stands[i].holds(stands[*judgement.winner].answer));
  };
  Decision decision;
  const bool both = first.spoke && second.spoke;
  if (!first.spoke && !second.spoke) {
    decision.judged = "not";
  } else if (!first.winner && !second.winner) {
    decision.judged = "none";
  } else if (!both) {
    decision.judged = "one order";
  } else {
    decision.judged = second.winner && is_for(first, *second.winner) ? "both orders" : "split";
  }
  const auto rank = [&](std::size_t i) {
    const Checked checked = stands[i].checked;
    const int standing = checked == Checked::kRight ? 2 : checked == Checked::kNot ? 1 : 0;
    return std::make_tuple(standing, int(is_for(first, i)) + int(is_for(second, i)),
                           stands[i].reply->evidence.size());
  };
  const std::vector<std::size_t> order = Speakers(stands, false);
  decision.winner = order[0];
  for (const std::size_t i : order) {
    if (rank(i) > rank(decision.winner)) decision.winner = i;
  }
  return decision;
}

}  // namespace ninefold::patterns
