#include "team/contemplate/knockout.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "team/contemplate/attempting.h"

namespace ninefold {

Knockout::Knockout(std::vector<ShownAttempt> candidates, const ContemplateOptions& options, AgentPtr judge)
    : candidates_(std::move(candidates)),
      options_(options),
      judge_(std::move(judge)),
      left_(candidates_.size()) {
  std::iota(left_.begin(), left_.end(), std::size_t(0));
}

void Knockout::CloseLevel() {
  for (const Pair& pair : pairs_) {
    const std::size_t loser = pair.for_other > pair.for_favourite ? pair.favourite : pair.other;
    std::erase(left_, loser);
  }
  pairs_.clear();
}

// The favourite meets the last, and so on inwards; with an odd number the one in the middle goes on unjudged.
std::vector<Task> Knockout::NextLevel() {
  CloseLevel();
  std::vector<Task> tasks;
  if (left_.size() < 2 || has_failed()) return tasks;
  ++level_;
  matches_.clear();
  last_.clear();
  for (std::size_t i = 0; i < left_.size() / 2; ++i) {
    const Pair pair{left_[i], left_[left_.size() - 1 - i]};
    for (int vote = 0; vote < 2 * options_.judge_votes; ++vote) {
      const bool swapped = vote % 2 == 1;
      const Sampling sampling{.seed = std::uint64_t(vote / 2), .cold = options_.judge_votes == 1};
      Task task{.id = absl::StrCat("match.", level_, ".", i + 1, ".", vote + 1),
                .agent = Attempting(judge_, {}, sampling)};
      const ShownAttempt& first = candidates_[swapped ? pair.other : pair.favourite];
      const ShownAttempt& second = candidates_[swapped ? pair.favourite : pair.other];
      task.prompt = MatchPrompt(options_, {first, second});
      task.needs = NeedsOf({candidates_[pair.favourite], candidates_[pair.other]});
      task.on_failure = OnFailure::Skip();
      matches_[task.id] = {pairs_.size(), swapped};
      last_.push_back(task.id);
      tasks.push_back(std::move(task));
    }
    pairs_.push_back(pair);
  }
  open_ = int(tasks.size());
  asked_ += open_;
  return tasks;
}

std::vector<std::string> Knockout::open() const {
  std::vector<std::string> ids;
  for (const auto& [id, match] : matches_) {
    if (!match.has_ended) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void Knockout::TakeResult(const std::string& id, const TaskResult& result) {
  Match& match = matches_.at(id);
  match.has_ended = true;
  --open_;
  if (result.reply == nullptr) {
    if (failure_.ok()) failure_ = result.status;
    return;
  }
  const std::optional<int> better = ReadMatch(*result.reply);
  if (!better) {
    if (failure_.ok()) failure_ = absl::InvalidArgumentError("the judge did not say which attempt is better");
    return;
  }
  ++judged_;
  const bool favourite = (*better == 0) != match.swapped;
  ++(favourite ? pairs_[match.pair].for_favourite : pairs_[match.pair].for_other);
}

}  // namespace ninefold
