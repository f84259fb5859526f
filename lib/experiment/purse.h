// The budget of an experiment, shared out to its trials: each gets what one of its variant may cost, as far
// as that is known, so that all together stay within the whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "ninefold/budget.h"

namespace ninefold::experiment {

class Purse {
 public:
  explicit Purse(const BudgetLimits& whole) : whole_(whole) {}
  // Before anything is taken: what an earlier trial of `variant` has cost.
  void Spend(const std::string& variant, const Cost& cost) { Give(variant, {}, cost); }

  enum Answer { kTaken, kWait, kEmpty };
  // A share for one more trial of `variant`: all that is left when nothing is known of it. kWait: until one
  // of those in flight gives change.
  Answer Take(const std::string& variant, int in_flight, BudgetLimits& share);
  // The trial is over.
  void Give(const std::string& variant, const BudgetLimits& share, const Cost& cost);
  // The share was too small for the variant.
  void Enlarge(const std::string& variant, const BudgetLimits& share);
  // Sets the share over what a team allows itself; true: the share is the smaller one.
  static bool Narrow(const BudgetLimits& share, BudgetLimits& limits);

  std::string Words() const;  // "0.98 of 1 USD"
  // Why kEmpty: "used up: …", or what the next trial of `variant` needs and is not left.
  std::string WhyEmpty(const std::string& variant) const;

 private:
  struct Amount {
    double usd = 0, tokens = 0;
  };
  const BudgetLimits whole_;
  Amount spent_, shared_;
  std::map<std::string, Amount> most_;  // that a trial of each variant has cost
};

}  // namespace ninefold::experiment
