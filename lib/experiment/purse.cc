#include "experiment/purse.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace ninefold::experiment {
namespace {

constexpr double kRoom = 3;            // over the most that a trial has cost
constexpr double kLeast = 1.0 / 1000;  // of the whole: of trials that cost nothing so far

double TokensOf(const Cost& cost) {
  return double(cost.tokens.input.value_or(0) + cost.tokens.output.value_or(0));
}

// What one limit allows of `wanted` now; below 0: nothing is left.
double Allowed(double whole, double spent, double shared, double most, bool known) {
  const double left = whole - spent - shared;
  const double wanted = known ? std::max(kRoom * most, kLeast * whole) : whole - spent;
  if (whole - spent <= kLeast * kLeast * whole) return -1;
  return wanted > left + 1e-12 ? 0 : wanted;
}

}  // namespace

Purse::Answer Purse::Take(const std::string& variant, int in_flight, BudgetLimits& share) {
  share = {};
  const auto found = most_.find(variant);
  const bool known = found != most_.end();
  const Amount most = known ? found->second : Amount();
  double usd = 0, tokens = 0;
  if (whole_.usd) usd = Allowed(*whole_.usd, spent_.usd, shared_.usd, most.usd, known);
  if (whole_.tokens)
    tokens = Allowed(double(*whole_.tokens), spent_.tokens, shared_.tokens, most.tokens, known);
  if (usd < 0 || tokens < 0) return in_flight > 0 ? kWait : kEmpty;
  const bool short_of = (whole_.usd && usd == 0) || (whole_.tokens && tokens == 0);
  if (short_of && in_flight > 0) return kWait;
  // Nothing is in flight: the trial gets all there is, and if that is less than one has cost, it is not
  // begun.
  if (whole_.usd && usd == 0) usd = *whole_.usd - spent_.usd;
  if (whole_.tokens && tokens == 0) tokens = double(*whole_.tokens) - spent_.tokens;
  if (known && ((whole_.usd && usd < most.usd) || (whole_.tokens && tokens < most.tokens))) return kEmpty;
  if (whole_.usd) share.usd = usd, shared_.usd += usd;
  if (whole_.tokens) share.tokens = std::int64_t(tokens), shared_.tokens += double(*share.tokens);
  return kTaken;
}

void Purse::Give(const std::string& variant, const BudgetLimits& share, const Cost& cost) {
  shared_.usd -= share.usd.value_or(0);
  shared_.tokens -= double(share.tokens.value_or(0));
  spent_.usd += cost.usd;
  spent_.tokens += TokensOf(cost);
  Amount& most = most_[variant];
  most.usd = std::max(most.usd, cost.usd);
  most.tokens = std::max(most.tokens, TokensOf(cost));
}

void Purse::Enlarge(const std::string& variant, const BudgetLimits& share) {
  constexpr double kMore = 1.001;  // so that what is left, all of it, is known to be too little
  Amount& most = most_[variant];
  most.usd = std::max(most.usd, kMore * share.usd.value_or(0));
  most.tokens = std::max(most.tokens, kMore * double(share.tokens.value_or(0)));
}

bool Purse::Narrow(const BudgetLimits& share, BudgetLimits& limits) {
  bool narrower = false;
  if (share.usd && (!limits.usd || *share.usd < *limits.usd)) limits.usd = share.usd, narrower = true;
  if (share.tokens && (!limits.tokens || *share.tokens < *limits.tokens))
    limits.tokens = share.tokens, narrower = true;
  return narrower;
}

std::string Purse::WhyEmpty(const std::string& variant) const {
  const auto found = most_.find(variant);
  const Amount most = found == most_.end() ? Amount() : found->second;
  std::vector<std::string> needs;
  const double usd = whole_.usd ? *whole_.usd - spent_.usd : 0;
  const double tokens = whole_.tokens ? double(*whole_.tokens) - spent_.tokens : 0;
  if (whole_.usd && usd > kLeast * kLeast * *whole_.usd && most.usd > usd)
    needs.push_back(absl::StrFormat("%.4g USD, and %.4g are left", most.usd, usd));
  if (whole_.tokens && tokens > kLeast * kLeast * double(*whole_.tokens) && most.tokens > tokens)
    needs.push_back(absl::StrFormat("%.0f tokens, and %.0f are left", std::ceil(most.tokens), tokens));
  if (needs.empty()) return absl::StrCat("the experiment's budget is used up: ", Words());
  return absl::StrCat("the next trial of \"", variant, "\" may need ", absl::StrJoin(needs, "; "), " (",
                      Words(), " are spent); raise the budget");
}

std::string Purse::Words() const {
  std::string words;
  if (whole_.usd) absl::StrAppendFormat(&words, "%.4g of %.4g USD", spent_.usd, *whole_.usd);
  if (whole_.tokens) {
    absl::StrAppendFormat(&words, "%s%.0f of %d tokens", words.empty() ? "" : ", ", spent_.tokens,
                          *whole_.tokens);
  }
  return words;
}

}  // namespace ninefold::experiment
