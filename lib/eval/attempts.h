// The attempts of a contemplation, as a trial keeps them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/eval.h"

namespace ninefold {

// Of the first round, in declared order. `json`: the report as the reply has it; `is_right` grades an answer.
absl::StatusOr<std::vector<EvalAttempt>> AttemptsOf(
    const Contemplation& report, const Json& json,
    const std::function<absl::StatusOr<bool>(const std::string& answer)>& is_right);
// By answer, as compared: the words of the attempt that stands for it in the last round, as the team's reply
// has them: the winner's are its own, the others' its dissent. Those that are cut there are left out.
std::map<std::string, Reply> WordsOfAttempts(const Reply& reply, const Contemplation& report);
Json ToJson(const EvalAttempt& attempt);
EvalAttempt EvalAttemptFromJson(const Json& json);

}  // namespace ninefold
