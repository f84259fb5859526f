// Lives on the agent floor because it runs agents; the run floor knows none.
#include "ninefold/runtime.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "agent/run_body.h"
#include "base/asio.h"
#include "base/loop.h"
#include "boost/asio/executor_work_guard.hpp"
#include "ninefold/status.h"

namespace ninefold {

// Shared by the run, on its loop, and the handle, on any thread.
struct RunHandle::State {
  std::string id;
  std::shared_ptr<EventQueue> events;  // null: no handle reads them

  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  bool cancelled = false;      // before the run had a context
  Loop* loop = nullptr;        // null: the run has ended
  Context* context = nullptr;  // used on the loop only
  absl::StatusOr<Reply> result = absl::InternalError("the run has not ended");
};

namespace {

void SetContext(RunHandle::State& state, Context* context) {
  state.context = context;
  std::lock_guard lock(state.mutex);
  if (context != nullptr && state.cancelled) context->Cancel(absl::CancelledError("cancelled"));
}

void Finish(RunHandle::State& state, absl::StatusOr<Reply> result) {
  if (state.events != nullptr) state.events->Close();
  std::lock_guard lock(state.mutex);
  state.result = std::move(result);
  state.done = true;
  state.loop = nullptr;
  state.ended.notify_all();
}

void CancelRun(const std::shared_ptr<RunHandle::State>& state) {
  std::lock_guard lock(state->mutex);
  state->cancelled = true;
  if (state->loop == nullptr) return;
  state->loop->Post([state] {
    if (state->context != nullptr) state->context->Cancel(absl::CancelledError("cancelled"));
  });
}

}  // namespace

RunHandle::RunHandle() = default;
RunHandle::RunHandle(RunHandle&&) noexcept = default;
RunHandle& RunHandle::operator=(RunHandle&&) noexcept = default;

RunHandle::~RunHandle() {
  if (state_ == nullptr) return;
  Cancel();
  std::unique_lock lock(state_->mutex);
  state_->ended.wait(lock, [&] { return state_->done; });
}

const std::string& RunHandle::id() const {
  static const std::string none;
  return state_ == nullptr ? none : state_->id;
}

void RunHandle::Cancel() {
  if (state_ != nullptr) CancelRun(state_);
}

absl::StatusOr<Reply> RunHandle::Wait() {
  if (state_ == nullptr)
    return absl::FailedPreconditionError("the handle is empty: no run was started with it");
  std::unique_lock lock(state_->mutex);
  state_->ended.wait(lock, [&] { return state_->done; });
  // The state stays: another thread may be about to cancel.
  return std::exchange(state_->result, absl::FailedPreconditionError("Wait was called before"));
}

bool RunHandle::done() const {
  if (state_ == nullptr) return true;
  std::lock_guard lock(state_->mutex);
  return state_->done;
}

std::optional<Event> RunHandle::Next() {
  if (state_ == nullptr || state_->events == nullptr) return std::nullopt;
  return state_->events->Next();
}

struct Runtime::Impl {
  // A loop and, unless the application runs it, the thread that does.
  struct Worker {
    std::unique_ptr<asio::io_context> own_io;
    asio::io_context* io = nullptr;
    std::unique_ptr<Loop> loop;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
    std::thread thread;
  };

  explicit Impl(RuntimeOptions options)
      : store(options.store ? options.store : MemoryStore()),
        pool(MakeBlockingPool(options.blocking_threads)) {
    if (store->blocking()) writer = std::make_shared<StoreWriter>(store);
  }

  void AddOwn() {
    Worker& worker = workers.emplace_back();
    worker.own_io = std::make_unique<asio::io_context>(1);
    worker.io = worker.own_io.get();
    worker.loop = MakeLoop(*worker.io, pool);
    worker.guard.emplace(worker.io->get_executor());
    worker.thread = std::thread([io = worker.io] { io->run(); });
  }

  void Attach(asio::io_context& io) {
    Worker& worker = workers.emplace_back();
    worker.io = &io;
    worker.loop = MakeLoop(io, pool);
  }

  Worker& Pick() {
    const std::size_t i = next.fetch_add(1, std::memory_order_relaxed) % workers.size();
    auto it = workers.begin();
    std::advance(it, i);
    return *it;
  }

  // On the awaiting coroutine's loop if it is one of ours.
  Worker* WorkerOf(const asio::any_io_executor& executor) {
    for (Worker& worker : workers) {
      if (worker.loop->executor() == executor) return &worker;
    }
    return nullptr;
  }

  void Began(const std::shared_ptr<RunHandle::State>& state) {
    std::lock_guard lock(mutex);
    running.insert(state);
  }

  void Ended(const std::shared_ptr<RunHandle::State>& state) {
    std::lock_guard lock(mutex);
    running.erase(state);
    idle.notify_all();
  }

  std::shared_ptr<RunHandle::State> MakeState(RunOptions& options, Worker& worker, bool queued) {
    auto state = std::make_shared<RunHandle::State>();
    if (options.run_id.empty()) options.run_id = NewRunId();
    state->id = options.run_id;
    if (queued) state->events = std::make_shared<EventQueue>(options.events_max);
    state->loop = worker.loop.get();
    return state;
  }

  std::shared_ptr<RunSetup> MakeSetup(RunOptions options, const std::shared_ptr<RunHandle::State>& state) {
    auto setup = std::make_shared<RunSetup>();
    setup->options = std::move(options);
    setup->store = store;
    setup->writer = writer;
    setup->queue = state->events;
    setup->on_context = [state](Context* context) { SetContext(*state, context); };
    return setup;
  }

  std::shared_ptr<RunHandle::State> Launch(AgentPtr agent, Prompt prompt, RunOptions options, bool queued);
  void Stop();

  StorePtr store;
  std::shared_ptr<BlockingPool> pool;
  std::shared_ptr<StoreWriter> writer;
  std::list<Worker> workers;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable idle;
  std::unordered_set<std::shared_ptr<RunHandle::State>> running;
};

namespace {

Async<absl::StatusOr<Reply>> RunAgent(Loop& loop, std::shared_ptr<RunSetup> setup, AgentPtr agent,
                                      Prompt prompt) {
  std::string team = setup->options.name.empty() ? agent->card().name : setup->options.name;
  std::string goal = TextOf(prompt);
  RunBodyFn body = [&](Context& ctx) { return agent->Run(std::move(prompt), ctx); };
  co_return co_await RunWhole(loop, std::move(setup), std::move(team), std::move(goal), std::move(body));
}

absl::Status CheckOptions(const RunOptions& options, const AgentPtr& agent) {
  if (agent == nullptr) return absl::InvalidArgumentError("there is no agent to run (null)");
  if (options.mode != RunMode::kFresh && options.run_id.empty()) {
    return absl::InvalidArgumentError("RunOptions::run_id is needed to resume or replay a run");
  }
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<RunHandle::State> Runtime::Impl::Launch(AgentPtr agent, Prompt prompt, RunOptions options,
                                                        bool queued) {
  Worker& worker = Pick();
  const absl::Status checked = CheckOptions(options, agent);
  auto state = MakeState(options, worker, queued);
  if (!checked.ok()) {
    Finish(*state, checked);
    return state;
  }
  Began(state);
  auto setup = MakeSetup(std::move(options), state);
  auto done = [this, state](std::exception_ptr error, absl::StatusOr<Reply> reply) {
    Finish(*state, error ? absl::StatusOr<Reply>(absl::InternalError("the run threw")) : std::move(reply));
    Ended(state);
  };
  asio::co_spawn(worker.loop->executor(),
                 RunAgent(*worker.loop, std::move(setup), std::move(agent), std::move(prompt)),
                 std::move(done));
  return state;
}

// Ends what runs, then the loops.
void Runtime::Impl::Stop() {
  {
    std::unique_lock lock(mutex);
    for (const auto& state : running) CancelRun(state);
    for (const Worker& worker : workers) {
      const bool here = !worker.thread.joinable() && worker.io->get_executor().running_in_this_thread();
      if (here && !running.empty()) {
        std::fprintf(stderr,
                     "ninefold: a Runtime was destroyed on its own io_context while runs were under way\n");
        std::abort();
      }
    }
    idle.wait(lock, [&] { return running.empty(); });
  }
  for (Worker& worker : workers) worker.guard.reset();
  for (Worker& worker : workers) {
    if (worker.thread.joinable()) worker.thread.join();
  }
}

Runtime::Runtime(RuntimeOptions options) : impl_(std::make_unique<Impl>(options)) {
  for (int i = 0; i < std::max(1, options.threads); ++i) impl_->AddOwn();
}

Runtime::Runtime(boost::asio::io_context& io, RuntimeOptions options)
    : impl_(std::make_unique<Impl>(options)) {
  impl_->Attach(io);
}

Runtime::~Runtime() { impl_->Stop(); }

const StorePtr& Runtime::store() const { return impl_->store; }

absl::StatusOr<Reply> Runtime::Run(AgentPtr agent, Prompt prompt, RunOptions options) {
  RunHandle handle;
  handle.state_ = impl_->Launch(std::move(agent), std::move(prompt), std::move(options), /*queued=*/false);
  return handle.Wait();
}

RunHandle Runtime::Start(AgentPtr agent, Prompt prompt, RunOptions options) {
  RunHandle handle;
  handle.state_ = impl_->Launch(std::move(agent), std::move(prompt), std::move(options), /*queued=*/true);
  return handle;
}

Async<absl::StatusOr<Reply>> Runtime::RunAsync(AgentPtr agent, Prompt prompt) {
  return RunAsync(std::move(agent), std::move(prompt), std::make_shared<const RunOptions>());
}

Async<absl::StatusOr<Reply>> Runtime::RunAsync(AgentPtr agent, Prompt prompt,
                                               std::shared_ptr<const RunOptions> options) {
  const absl::Status checked = CheckOptions(*options, agent);
  if (!checked.ok()) co_return checked;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Impl::Worker* worker = impl_->WorkerOf(executor);
  if (worker == nullptr) {
    co_return absl::FailedPreconditionError(
        "RunAsync was awaited on an executor that is not this runtime's; attach the runtime to that "
        "io_context");
  }
  RunOptions own = *options;
  auto state = impl_->MakeState(own, *worker, /*queued=*/false);
  impl_->Began(state);
  auto setup = impl_->MakeSetup(std::move(own), state);
  absl::StatusOr<Reply> reply =
      co_await RunAgent(*worker->loop, std::move(setup), std::move(agent), std::move(prompt));
  Finish(*state, absl::CancelledError("taken"));
  impl_->Ended(state);
  co_return reply;
}

}  // namespace ninefold
