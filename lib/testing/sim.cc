#include "ninefold/testing/sim.h"

#include <optional>
#include <utility>

#include "agent/run_body.h"
#include "base/asio.h"
#include "base/loop.h"

namespace ninefold::testing {

struct Sim::Impl {
  std::unique_ptr<SimLoop> loop;
  StorePtr store;
  std::vector<Event> events;
  Context* context = nullptr;
};

Sim::Sim(SimOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->loop = MakeSimLoop(options.seed, options.shuffle);
  impl_->store = options.store ? options.store : MemoryStore();
}

Sim::~Sim() = default;

namespace {

// Runs the loop until the run has ended. One that waits for something that never comes is cancelled, which
// every wait heeds.
absl::StatusOr<Reply> RunToEnd(SimLoop& loop, Context*& context,
                               std::optional<absl::StatusOr<Reply>>& result) {
  loop.Run();
  if (result) return *std::move(result);
  const absl::Status stuck = absl::InternalError("stuck: the run waits for something that never comes");
  if (context != nullptr) context->Cancel(stuck);
  loop.Run();
  return stuck;
}

}  // namespace

absl::StatusOr<Reply> Sim::Run(AgentPtr agent, Prompt prompt, RunOptions options) {
  auto setup = std::make_shared<RunSetup>();
  setup->options = std::move(options);
  if (setup->options.run_id.empty()) setup->options.run_id = NewRunId();
  setup->store = impl_->store;
  setup->on_context = [this](Context* context) { impl_->context = context; };
  auto users = setup->options.on_event;
  setup->options.on_event = [this, users](const Event& event) {
    impl_->events.push_back(event);
    if (users) users(event);
  };
  std::string team = setup->options.name.empty() ? agent->card().name : setup->options.name;
  RunBodyFn body = [&](Context& ctx) { return agent->Run(prompt, ctx); };
  std::optional<absl::StatusOr<Reply>> result;
  auto done = [&](std::exception_ptr error, absl::StatusOr<Reply> reply) {
    result = error ? absl::StatusOr<Reply>(absl::InternalError("the run threw")) : std::move(reply);
  };
  std::string goal = TextOf(prompt);
  auto whole = RunWhole(*impl_->loop, setup, std::move(team), std::move(goal), body);
  asio::co_spawn(impl_->loop->executor(), std::move(whole), done);
  return RunToEnd(*impl_->loop, impl_->context, result);
}

absl::Status Sim::Run(std::function<Async<void>(Context&)> body, RunOptions options) {
  AgentFn fn = [&body](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    auto task = body(ctx);
    co_await std::move(task);
    co_return Reply{};
  };
  return Run(MakeFunctionAgent({"sim", ""}, std::move(fn)), Prompt(), std::move(options)).status();
}

absl::Duration Sim::elapsed() const { return impl_->loop->elapsed(); }
const std::vector<Event>& Sim::events() const { return impl_->events; }
const StorePtr& Sim::store() const { return impl_->store; }

}  // namespace ninefold::testing
