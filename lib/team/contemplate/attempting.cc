#include "team/contemplate/attempting.h"

#include <memory>
#include <utility>

namespace ninefold {
namespace {

class AttemptingAgent : public Agent {
 public:
  AttemptingAgent(AgentPtr agent, const BudgetLimits& limits, const Sampling& sampling)
      : agent_(std::move(agent)), limits_(limits), sampling_(sampling) {}
  const AgentCard& card() const override { return agent_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Context own(ctx, "");
    if (HasLimit(limits_)) own.LimitBudget(limits_, "each attempt");
    own.Vary(sampling_);
    co_return co_await agent_->Run(std::move(prompt), own);
  }

 private:
  const AgentPtr agent_;
  const BudgetLimits limits_;
  const Sampling sampling_;
};

}  // namespace

AgentPtr Attempting(AgentPtr agent, const BudgetLimits& limits, const Sampling& sampling) {
  return std::make_shared<AttemptingAgent>(std::move(agent), limits, sampling);
}

}  // namespace ninefold
