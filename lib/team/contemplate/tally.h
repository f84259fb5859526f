// Counting votes, and when counting may end. Nothing here depends on the order of arrival.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ninefold/contemplate.h"

namespace ninefold {

enum class Finding { kNone, kRight, kWrong };

struct Ballot {
  std::string_view answer;  // as compared; not ""
  std::size_t attempt;      // in declared order
  double weight = 1;        // 0 to 1
  Finding finding = Finding::kNone;
};

// Those who gave one answer.
struct Cluster {
  std::string answer;
  int count = 0;
  double weight = 0;
  Finding finding = Finding::kNone;   // the best of its ballots'
  std::vector<std::size_t> attempts;  // in declared order
};

struct Tally {
  // The best first: found right, then not found wrong, then by weight or count, then by the other, then by
  // who was declared first.
  std::vector<Cluster> clusters;
  int cast = 0;
  bool weighted = false;
  bool tie = false;  // between the first two, but for the order of declaration

  double Lead() const { return clusters.empty() ? 0 : Score(0); }
  double RunnerUp() const { return clusters.size() < 2 ? 0 : Score(1); }
  double Others() const;  // all but the first together

 private:
  double Score(std::size_t i) const { return weighted ? clusters[i].weight : clusters[i].count; }
};
Tally CountVotes(std::vector<Ballot> ballots, bool weighted);

// The odds that an answer given a times will beat one given b times in the long run, when before all
// counting nothing was known of them: P(Beta(a+1, b+1) > 1/2). P. Aggarwal et al., "Let's Sample Step by
// Step", arXiv 2305.11860.
double OddsOfLead(int a, int b);

// Whether the leader's odds suffice.
bool IsSettled(int leader, int runner_up, int cast, const ContemplateStops& stops);

// How many more votes, all for the leader, would end the counting, of `left` that may still come; at most
// `left`. 0: it has ended. `may_merge`: the other answers may turn out to be one, written differently.
int VotesToEnd(const Tally& tally, int left, bool by_vote, const ContemplateStops& stops, bool may_merge);

}  // namespace ninefold
