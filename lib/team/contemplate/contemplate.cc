// The agent: a team made anew for each run, since its plan remembers what it has seen.
#include "ninefold/contemplate.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "graph/decision.h"
#include "ninefold/status.h"
#include "ninefold/team.h"
#include "team/contemplate/attempting.h"
#include "team/contemplate/plan.h"
#include "team/contemplate/report.h"
#include "team/keeps_failure.h"

namespace ninefold {
namespace {

constexpr int kWidthMost = 1024, kRoundsMost = 100, kDigestsMost = 64;
constexpr int kTasksMost = 4 * kWidthMost * (kRoundsMost + 1);  // with their checks, digests and judges

class ContemplatingAgent : public Agent {
 public:
  explicit ContemplatingAgent(ContemplateOptions options)
      : options_(std::move(options)), card_{options_.name, options_.description} {
    if (options_.solvers.empty()) options_.solvers.push_back(options_.solver);
    if (options_.judge == nullptr) options_.judge = options_.solvers[0];
    // What became of their failures, a resumed run must decide again: whose turn it is, what others are
    // shown.
    for (AgentPtr* agent :
         {&options_.judge, &options_.triage, &options_.digester, &options_.verifier, &options_.same}) {
      if (*agent != nullptr) *agent = KeepsFailure(std::move(*agent));
    }
    if (options_.normalize) {
      options_.ask_for_answer_line = false;
    } else {
      options_.normalize = [](const Reply& reply) {
        return NormalizeAnswer(reply.data ? DumpJson(*reply.data) : reply.text);
      };
    }
  }
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    if (options_.width == 1) {
      const AgentPtr single = Attempting(options_.solvers[0], options_.each, {});
      co_return co_await single->Run(std::move(prompt), ctx);
    }
    const absl::Time began = ctx.Now();
    auto plan = std::make_shared<const ContemplatePlan>(options_, ctx);
    TeamOptions team;
    team.name = options_.name;
    team.description = options_.description;
    team.planner = plan;
    team.limits.tasks_max = kTasksMost;
    const AgentPtr made = MakeTeam(std::move(team));
    const std::uint64_t hash = HashBytes(TextOf(prompt));
    absl::StatusOr<Reply> reply = co_await made->Run(std::move(prompt), ctx);
    if (!reply.ok()) co_return reply;
    Contemplation report = plan->report();
    const Usage& tokens = reply->cost.tokens;
    if (tokens.input && tokens.output) report.tokens_total = *tokens.input + *tokens.output;
    report.tokens_sequential = reply->cost.tokens_sequential;
    report.latency = ctx.Now() - began;
    co_return co_await WithReport(*std::move(reply), std::move(report), hash, ctx);
  }

 private:
  // The report is recorded too: what was cancelled leaves no other record, and a replay must say the same.
  static Async<absl::StatusOr<Reply>> WithReport(Reply reply, Contemplation report, std::uint64_t hash,
                                                 Context& ctx) {
    Context own(ctx, "report");
    CO_TRY(std::optional<Json> recorded, RecallDecision(hash, own));
    Json json = recorded ? *std::move(recorded) : ToJson(report);
    if (!recorded) CO_CHECK_OK(co_await RecordDecision(json, hash, own));
    reply.report = std::move(json);
    co_return reply;
  }

  ContemplateOptions options_;
  const AgentCard card_;
};

absl::Status InRange(const char* what, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", value, ", and must be ", least, " to ", most));
}

absl::Status IsShare(const char* what, double value) {
  if (value >= 0 && value <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", value, ", and must be 0 to 1"));
}

}  // namespace

std::string_view AggregateName(Aggregate aggregate) {
  constexpr std::string_view kNames[] = {"vote", "weighted_vote", "knockout", "synthesize", "auto"};
  return kNames[std::size_t(aggregate)];
}

std::string_view ModeName(Mode mode) {
  constexpr std::string_view kNames[] = {"instant", "thinking", "contemplating"};
  return kNames[std::size_t(mode)];
}

ContemplateOptions WithMode(Mode mode, ContemplateOptions options) {
  options.width = mode == Mode::kInstant ? 1 : mode == Mode::kThinking ? 5 : 8;
  options.rounds = mode == Mode::kContemplating ? 1 : 0;
  options.pace = mode == Mode::kContemplating ? Pace::kLatency : Pace::kBalanced;
  return options;
}

absl::Status CheckContemplate(const ContemplateOptions& options) {
  if (options.solver == nullptr && options.solvers.empty())
    return absl::InvalidArgumentError("there is no solver");
  for (const AgentPtr& solver : options.solvers) {
    if (solver == nullptr) return absl::InvalidArgumentError("one of the solvers is null");
  }
  CHECK_OK(InRange("width", options.width, 1, kWidthMost));
  CHECK_OK(InRange("rounds", options.rounds, 0, kRoundsMost));
  CHECK_OK(InRange("digests", options.digests, 1, kDigestsMost));
  CHECK_OK(InRange("digest_bytes", std::int64_t(options.digest_bytes), 100, 1 << 20));
  CHECK_OK(InRange("judge_votes", options.judge_votes, 1, 64));
  CHECK_OK(InRange("merge_most", options.merge_most, 2, 64));
  CHECK_OK(InRange("settled_least", options.stops.settled_least, 1, kWidthMost));
  for (const double temperature : options.temperatures) {
    if (!(temperature >= 0 && temperature <= 2)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a temperature is ", temperature, ", and must be 0 to 2"));
    }
  }
  CHECK_OK(IsShare("settled", options.stops.settled));
  CHECK_OK(IsShare("quorum", options.stops.quorum));
  CHECK_OK(IsShare("time_share", options.stops.time_share));
  if (!(options.stops.tail_cut >= 0))
    return absl::InvalidArgumentError(
        absl::StrCat("tail_cut is ", options.stops.tail_cut, ", and must be 0 or more"));
  return absl::OkStatus();
}

AgentPtr Contemplate(ContemplateOptions options) {
  const absl::Status checked = CheckContemplate(options);
  if (!checked.ok()) {
    std::fprintf(stderr, "ninefold: Contemplate: %s\n", std::string(checked.message()).c_str());
    std::abort();
  }
  return std::make_shared<ContemplatingAgent>(std::move(options));
}

}  // namespace ninefold
