#include "ninefold/context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/cancel.h"
#include "base/hash.h"
#include "base/loop.h"
#include "base/one_shot.h"
#include "base/try.h"
#include "run/run_state.h"

namespace ninefold {

struct Context::DeadlineTimer {
  Timer timer;
};

Context::Context(RunState& run)
    : run_(run),
      parent_(nullptr),
      path_(std::make_shared<const std::string>()),
      deadline_(run.deadline),
      budget_(&run.budget),
      cancel_(std::make_unique<CancelNode>(nullptr)) {
  run.root = this;
  if (deadline_ == absl::InfiniteFuture()) return;
  auto late = [this] { Cancel(absl::DeadlineExceededError("the run's deadline has passed")); };
  timer_.reset(new DeadlineTimer{Timer(run_.loop, deadline_, std::move(late))});
}

Context::Context(Context& parent, std::string_view segment, absl::Duration timeout)
    : run_(parent.run_),
      parent_(&parent),
      deadline_(parent.deadline_),
      depth_(parent.depth_),
      in_call_(parent.in_call_),
      chain_begin_(parent.chain_),
      chain_(parent.chain_),
      budget_(parent.budget_),
      sampling_(parent.sampling_),
      cancel_(std::make_unique<CancelNode>(parent.cancel_.get())),
      tapped_(parent.tapped_) {
  path_ = segment.empty() ? parent.path_ : std::make_shared<const std::string>(parent.PathOf(segment));
  if (timeout == absl::InfiniteDuration()) return;
  const absl::Time until = Now() + timeout;
  if (until >= deadline_) return;  // the parent's timer comes first
  deadline_ = until;
  auto late = [this, timeout] {
    timed_out_ = !cancelled();
    Cancel(absl::DeadlineExceededError(absl::StrCat("no result within ", absl::FormatDuration(timeout))));
  };
  timer_.reset(new DeadlineTimer{Timer(run_.loop, until, std::move(late))});
}

Context::~Context() {
  if (run_.root == this) run_.root = nullptr;
}

std::string Context::PathOf(std::string_view segment) const {
  if (path_->empty()) return std::string(segment);
  std::string longer;
  longer.reserve(path_->size() + 1 + segment.size());
  longer.append(*path_).append(1, '/').append(segment);
  return longer;
}

absl::Time Context::Now() const { return run_.loop.Now(); }
Loop& Context::loop() const { return run_.loop; }
boost::asio::any_io_executor Context::executor() const { return run_.loop.executor(); }
const Policy& Context::policy() const { return *run_.policy; }

void Context::LimitBudget(const BudgetLimits& limits, std::string whose) {
  own_budgets_.push_back(std::make_unique<Budget>(limits, std::move(whose), *budget_));
  budget_ = own_budgets_.back().get();
}

// Attempts of attempts: the number of the outer one goes before that of the inner one, far from overflow.
void Context::Vary(const Sampling& sampling) {
  constexpr std::uint64_t kAttemptsMost = 1024, kSeeds = 1 << 30;
  if (sampling.temperature) sampling_.temperature = sampling.temperature;
  sampling_.cold = sampling_.cold || sampling.cold;
  sampling_.seed = (sampling_.seed * kAttemptsMost + sampling.seed) % kSeeds;
}

std::uint64_t Context::Random(std::string_view purpose) const {
  return Mix(HashBytes(*path_, run_.seed), HashBytes(purpose));
}

absl::Status Context::status() const { return cancel_->status(); }
void Context::Cancel(absl::Status why) { cancel_->Fire(why.ok() ? absl::CancelledError("cancelled") : why); }

Async<absl::Status> Context::Sleep(absl::Duration duration) {
  absl::Status status = cancel_->status();
  if (!status.ok()) co_return status;
  OneShot<absl::Status> over(executor());
  Timer timer(run_.loop, Now() + duration, [&over] { over.Set(absl::OkStatus()); });
  CancelHook hook(*cancel_, [&over](const absl::Status& why) { over.Set(why); });
  status = co_await over.Wait();
  co_return status;
}

// The call refers to the caller's frame, so it is waited for whatever happens.
Async<absl::Status> Context::Blocking(std::function<void()> fn) {
  absl::Status status = cancel_->status();
  if (!status.ok()) co_return status;
  OneShot<std::string> over(executor());
  std::string thrown;
  auto work = [fn = std::move(fn), &thrown] {
    try {
      fn();
    } catch (const std::exception& error) {
      thrown = absl::StrCat("the function threw: ", error.what());
    } catch (...) {
      thrown = "the function threw";
    }
  };
  run_.loop.RunBlocking(std::move(work), [&over, &thrown] { over.Set(std::move(thrown)); });
  const std::string failure = co_await over.Wait();
  if (!failure.empty()) co_return absl::InternalError(failure);
  co_return cancel_->status();
}

void Context::Emit(EventBody body) {
  if (!wants_events()) return;
  Context* tapped = tapped_;
  while (tapped != nullptr) {
    if ((*tapped->tap_)(body)) return;
    tapped = tapped->parent_ == nullptr ? nullptr : tapped->parent_->tapped_;
  }
  run_.Emit(std::move(body), path_);
}

void Context::Tap(std::function<bool(const EventBody&)> tap) {
  tap_ = std::make_unique<std::function<bool(const EventBody&)>>(std::move(tap));
  tapped_ = this;
}

void RunState::Emit(EventBody body, const std::shared_ptr<const std::string>& path) {
  if (!on_event && queue == nullptr) return;
  const Event event{std::move(body), path, loop.Now(), ++events};
  if (on_event) on_event(event);
  if (queue != nullptr) queue->Push(event);
}

bool Context::wants_events() const { return run_.on_event != nullptr || run_.queue != nullptr; }

bool Context::wants_deltas() const {
  return run_.on_event != nullptr || (run_.queue != nullptr && run_.queue->has_reader());
}

Async<absl::Status> Context::Drain() {
  if (run_.queue != nullptr) {
    OneShot<absl::Status> room(executor());
    // The reader may answer after a cancellation has ended the wait: it must not reach this frame then.
    auto live = std::make_shared<OneShot<absl::Status>*>(&room);
    std::shared_ptr<void> alive = run_.loop.KeepAlive();
    auto resume = [live, &loop = run_.loop, alive = std::move(alive)] {
      loop.Post([live] {
        if (*live != nullptr) (*live)->Set(absl::OkStatus());
      });
    };
    if (!run_.queue->HasRoomOr(std::move(resume))) {
      CancelHook hook(*cancel_, [&room](const absl::Status& why) { room.Set(why); });
      if (cancel_->fired()) room.Set(cancel_->status());
      absl::Status status = co_await room.Wait();
      *live = nullptr;
      co_return status;
    }
  }
  co_return cancel_->status();
}

// A context has come as far as the farthest below it.
void Context::Charge(const Cost& cost) {
  const std::optional<std::int64_t> sequential =
      cost.tokens_sequential ? cost.tokens_sequential : cost.tokens.output;
  const std::int64_t reached = chain_.tokens + sequential.value_or(0);
  for (Context* context = this; context != nullptr; context = context->parent_) {
    const bool known = sequential || context->cost_.tokens_sequential;
    context->cost_ = context->cost_ + cost;
    context->chain_.tokens = std::max(context->chain_.tokens, reached);
    context->cost_.tokens_sequential.reset();
    if (known) context->cost_.tokens_sequential = context->chain_.tokens - context->chain_begin_.tokens;
  }
}

void Context::ChargeQueued(absl::Duration waited) {
  const absl::Duration reached = chain_.queued + waited;
  for (Context* context = this; context != nullptr; context = context->parent_)
    context->chain_.queued = std::max(context->chain_.queued, reached);
}

void Context::BeginChain(const ChainPlace& at) { chain_begin_ = chain_ = at; }

ChainPlace Farther(const ChainPlace& a, const ChainPlace& b) {
  return {std::max(a.tokens, b.tokens), std::max(a.queued, b.queued)};
}

absl::StatusOr<std::optional<StepRecord>> Context::Recall(std::string_view kind, std::uint64_t request_hash,
                                                          std::string_view request) {
  absl::StatusOr<std::optional<StepRecord>> found = run_.journal.Recall(*path_, kind, request_hash, request);
  if (IsJournalMismatch(found.status())) run_.Stop(found.status());
  return found;
}

void RunState::Stop(const absl::Status& why) {
  if (root != nullptr) root->Cancel(why);
}

Async<absl::Status> Context::Record(StepRecord record) {
  if (record.path.empty()) record.path = *path_;
  return run_.journal.Record(std::move(record), run_.loop);
}

bool Context::durable() const { return run_.journal.durable(); }
bool Context::replaying() const { return run_.journal.replaying(); }

Async<absl::StatusOr<std::string>> Context::Ask(std::string question) {
  if (!run_.on_ask) {
    co_return absl::FailedPreconditionError(
        absl::StrCat(*path_, ": a person must decide (", question,
                     ") and nobody can be asked here; set RunOptions::on_ask"));
  }
  std::string answer;
  auto ask = [&] { answer = run_.on_ask(question); };
  CO_CHECK_OK(co_await Blocking(ask));
  co_return answer;
}

}  // namespace ninefold
