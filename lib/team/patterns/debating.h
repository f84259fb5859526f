// What a debate reads from its run so far: what each side holds, what was found of it, what the judge says.
// debate.cc plans; this judges.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ninefold/patterns.h"

namespace ninefold::patterns {

inline constexpr char kForwards[] = "judge.1", kBackwards[] = "judge.2";
std::string StatementId(const std::string& side, int round);
// Of the verifier, asked after `round` of an answer that `side` gives.
std::string VerifyId(const std::string& side, int round);

// What a check in code and a verifier make of an answer.
enum class Checked { kNot, kRight, kWrong };

struct Standpoint {
  const Reply* reply = nullptr;  // of the last statement that went well; null: it never spoke
  int round = 0;                 // of that
  std::string answer;            // as answers compare; "": none
  Checked checked = Checked::kNot;
  bool by_code = false;
  bool verified = false;  // the verifier has looked at the answer
  std::string why;        // the verifier's

  bool holds(const std::string& other) const { return !answer.empty() && answer == other; }
};

// What each side holds after `rounds`, and what is found of it so far.
std::vector<Standpoint> StandpointsOf(const Progress& progress, const DebateOptions& options, int rounds);
// The sides that have spoken, in the order in which a judge sees them.
std::vector<std::size_t> Speakers(const std::vector<Standpoint>& stands, bool backwards);
std::string_view CheckedName(Checked checked);
// Whether those who have spoken give one answer.
bool Agree(const std::vector<Standpoint>& stands);
// Whether those found right give one answer; `by_code`: by code alone.
bool OnlyRight(const std::vector<Standpoint>& stands, bool by_code);
bool AllWrong(const std::vector<Standpoint>& stands);
// "(A check found this answer wrong: why)\n", or "".
std::string CheckNote(const Standpoint& stand);

// A statement as others read it, and as an answer.
std::string CaseOf(const Reply& statement, int tokens);
Reply AnswerFrom(const Reply& statement);

// What the judge says in one order.
struct Judgement {
  bool asked = false, spoke = false;
  std::optional<std::size_t> winner;  // a side; nullopt: no case holds
  std::string why;                    // also why it failed
};
Judgement JudgementOf(const Progress& progress, const std::vector<Standpoint>& stands, bool backwards);

struct Decision {
  std::size_t winner = 0;
  std::string judged;  // "both orders", "one order", "split", "none", "not"
};
// Where the judge does not decide, more evidence does, and then who was declared first; what a check found
// wrong wins only when nothing else is left.
Decision Decide(const std::vector<Standpoint>& stands, const Judgement& first, const Judgement& second);

}  // namespace ninefold::patterns
