#include "ninefold/testing/oracle.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/draws.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/model_error.h"
#include "ninefold/status.h"

namespace ninefold::testing {
namespace {

constexpr std::string_view kQuestion = "Oracle, what is number ";
constexpr std::int64_t kApart = 1000;  // between right answers; wrong ones lie between

class Dice : public Draws {
 public:
  using Draws::Draws;
  // Box and Muller.
  double Normal() { return std::sqrt(-2 * std::log(Even())) * std::cos(2 * M_PI * Even()); }
  // G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", 2000.
  double Gamma(double shape) {
    if (shape < 1) {
      const double power = std::pow(Even(), 1 / shape);
      return Gamma(shape + 1) * power;
    }
    const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    while (true) {
      const double x = Normal(), root = 1 + c * x;
      if (root <= 0) continue;
      const double v = root * root * root;
      if (std::log(Even()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
  }
};

absl::Duration Drawn(const Latency& latency, Dice& dice) {
  switch (latency.law) {
    case Latency::kConstant:
      return latency.mean;
    case Latency::kExponential:
      return latency.mean * -std::log(dice.Even());
    case Latency::kLognormal:
      return latency.mean * std::exp(latency.sigma * dice.Normal() - latency.sigma * latency.sigma / 2);
    case Latency::kStragglers:
      return latency.mean * (dice.Happens(0.01) ? 20 : 1);
  }
  return latency.mean;
}

struct ShownAnswer {
  std::int64_t number = 0;
  bool is_refuted = false;
};

// The numbers after "answer: " in a prompt, in order.
std::vector<ShownAnswer> AnswersIn(std::string_view text) {
  constexpr std::string_view kLabel = "answer: ", kRefuted = "(A check found this answer wrong";
  std::vector<ShownAnswer> answers;
  for (std::size_t at = text.find(kLabel); at != std::string_view::npos; at = text.find(kLabel, at + 1)) {
    const std::string_view rest = text.substr(at + kLabel.size());
    ShownAnswer shown;
    const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (!absl::SimpleAtoi(ToAbsl(rest.substr(0, end)), &shown.number)) continue;
    shown.is_refuted = rest.substr(0, rest.find(kLabel)).find(kRefuted) != std::string_view::npos;
    answers.push_back(shown);
  }
  return answers;
}

// What most say of what was not found wrong; of equals one is drawn. nullopt: all were.
std::optional<std::int64_t> MostOf(const std::vector<ShownAnswer>& answers, Dice& dice) {
  std::map<std::int64_t, int> counts;
  int most = 0;
  for (const ShownAnswer& answer : answers) {
    if (!answer.is_refuted) most = std::max(most, ++counts[answer.number]);
  }
  std::vector<std::int64_t> best;
  for (const auto& [answer, count] : counts) {
    if (count == most) best.push_back(answer);
  }
  if (best.empty()) return std::nullopt;
  return best[dice.Below(best.size())];
}

class OracleModel : public Model {
 public:
  explicit OracleModel(OracleOptions options) : options_(options) {
    card_.name = "oracle";
    card_.free = true;
  }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    Dice dice(Mix(options_.seed, ctx.Random("oracle")));
    Dice waiting(Mix(options_.seed, ctx.Random("latency")));  // so that another law changes no answer
    const std::string prompt = TextOf(request.conversation.back());
    const double tokens = double(options_.output_tokens) * (0.5 + waiting.Even());
    const std::int64_t input = std::int64_t(prompt.size() / 4);
    const absl::Duration takes = Drawn(options_.latency, waiting);
    const absl::Time began = ctx.Now();
    const absl::Status slept = co_await ctx.Sleep(takes);
    if (!slept.ok()) {
      // A server bills what it has written until it is cut off.
      const double share = takes > absl::ZeroDuration() ? absl::FDivDuration(ctx.Now() - began, takes) : 1;
      const Usage used{
          .input = input, .cached_input = {}, .output = std::int64_t(tokens * share), .reasoning = {}};
      co_return WithUsage(slept, used);
    }
    if (dice.Happens(options_.fails)) co_return absl::UnavailableError("the oracle is silent");
    const absl::StatusOr<std::string> said = Say(prompt, dice);
    CO_CHECK_OK(said.status());
    ModelReply reply;
    reply.message = AssistantMessage(*said);
    reply.model = "oracle";
    reply.usage = {.input = input, .cached_input = {}, .output = std::int64_t(tokens), .reasoning = {}};
    ctx.Emit(event::TextDelta{*said});
    co_return reply;
  }

 private:
  absl::StatusOr<std::string> Say(const std::string& prompt, Dice& dice) const {
    const std::size_t at = prompt.find(kQuestion);
    std::int64_t number = 0;
    const std::string rest = at == std::string::npos ? "" : prompt.substr(at + kQuestion.size());
    if (!absl::SimpleAtoi(rest.substr(0, rest.find_first_not_of("0123456789")), &number))
      return absl::InvalidArgumentError("the oracle answers OracleQuestion(…) only");
    const std::int64_t right = number * kApart;
    const std::vector<ShownAnswer> shown = AnswersIn(prompt);
    if (absl::StrContains(prompt, "\nanswer: A\n") && shown.size() >= 2) return Judged(right, shown, dice);
    if (absl::StrContains(prompt, "\nanswer: correct\nor\nanswer: incorrect") && !shown.empty()) {
      const bool accepts =
          dice.Happens(shown[0].number == right ? options_.accepts_right : options_.accepts_wrong);
      return accepts ? "answer: correct" : "answer: incorrect";
    }
    if (dice.Happens(options_.abstains)) return "I don't know";
    const std::int64_t answer = shown.empty() ? Attempted(number, dice) : Refined(number, shown, dice);
    const double sure = answer == right ? options_.sure_right : options_.sure_wrong;
    if (sure <= 0) return absl::StrCat("answer: ", answer);
    const double said = std::clamp(sure + 0.2 * (dice.Even() - 0.5), 0.0, 1.0);
    return absl::StrFormat("answer: %d\nconfidence: %.3f", answer, said);
  }

  std::string Judged(std::int64_t right, const std::vector<ShownAnswer>& shown, Dice& dice) const {
    const bool first_right = shown[0].number == right, second_right = shown[1].number == right;
    if (dice.Happens(options_.picks_first)) return "answer: A";
    if (first_right == second_right) return dice.Happens(0.5) ? "answer: A" : "answer: B";
    return first_right == dice.Happens(options_.judges_right) ? "answer: A" : "answer: B";
  }

  std::int64_t Wrong(std::int64_t right, Dice& dice) const {
    return right + 1 + std::int64_t(dice.Below(std::uint64_t(options_.wrong_answers)));
  }

  std::int64_t Attempted(std::int64_t number, Dice& dice) const {
    const std::int64_t right = number * kApart;
    return dice.Happens(OracleChance(options_, number)) ? right : Wrong(right, dice);
  }

  std::int64_t Refined(std::int64_t number, const std::vector<ShownAnswer>& shown, Dice& dice) const {
    const std::int64_t right = number * kApart;
    const std::optional<std::int64_t> most = MostOf(shown, dice);
    if (!most) return Attempted(number, dice);
    if (*most == right) return dice.Happens(options_.spoils) ? Wrong(right, dice) : right;
    return dice.Happens(options_.mends) ? right : *most;
  }

  const OracleOptions options_;
  ModelCard card_;
};

}  // namespace

ModelPtr Oracle(OracleOptions options) { return std::make_shared<OracleModel>(options); }

std::string OracleQuestion(std::int64_t number) { return absl::StrCat(ToAbsl(kQuestion), number, "?"); }
std::string OracleAnswer(std::int64_t number) { return absl::StrCat(number * kApart); }

double OracleChance(const OracleOptions& options, std::int64_t number) {
  const double p = options.right, rho = options.correlation;
  if (rho <= 0 || p <= 0 || p >= 1) return p;
  Dice dice(Mix(options.seed, std::uint64_t(number) + 0x51ed));
  if (rho >= 1) return dice.Happens(p) ? 1 : 0;
  const double a = dice.Gamma(p * (1 - rho) / rho), b = dice.Gamma((1 - p) * (1 - rho) / rho);
  return a + b > 0 ? a / (a + b) : p;
}

}  // namespace ninefold::testing
