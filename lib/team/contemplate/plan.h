// The plan of one contemplation, which grows its graph stage by stage. It lives as long as the run it is
// for, and is used by that alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ninefold/contemplate.h"
#include "ninefold/planner.h"
#include "team/contemplate/round.h"

namespace ninefold {

class ContemplatePlan : public Planner {
 public:
  // `options`, which have passed CheckContemplate, and `ctx`, of the run, outlive this.
  ContemplatePlan(const ContemplateOptions& options, Context& ctx);

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster& roster, Context& ctx) const override;
  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context& ctx) const override;

  // What is known of the run, when it is over but for cost and latency.
  const Contemplation& report() const;

 private:
  struct State;
  Async<absl::Status> EndTriage(const Progress& progress, Context& ctx, Extension& extension) const;
  void TakeSingle(const Progress& progress, absl::Time now) const;
  Async<absl::Status> BeginRound(int number, std::optional<Attempt> kept) const;
  Async<absl::Status> Solve(Context& ctx, Extension& extension) const;
  Async<absl::Status> EndRound(const std::string& why, absl::Time now, Extension& extension) const;
  const std::shared_ptr<State> state_;
};

}  // namespace ninefold
