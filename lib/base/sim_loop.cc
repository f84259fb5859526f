// Virtual time: a ready list, the loop's timers, and a clock that jumps to the next timer when nothing is
// ready. The executor is what Asio's coroutines ask for and no more: execute, context, blocking.never,
// equality.
#include <random>
#include <vector>

#include "base/asio.h"
#include "base/loop.h"
#include "boost/asio/execution.hpp"
#include "boost/asio/execution_context.hpp"

namespace ninefold {
namespace {

// The start of virtual time: a fixed date, so that runs print alike.
constexpr std::int64_t kEpochSeconds = 1'735'689'600;  // 2025-01-01T00:00:00Z

struct Ready {
  virtual ~Ready() = default;
  virtual void Run() = 0;
};

template <class F>
struct ReadyFn : Ready {
  explicit ReadyFn(F f) : fn(std::move(f)) {}
  void Run() override { std::move(fn)(); }
  F fn;
};

class ReadyList : public asio::execution_context {
 public:
  ReadyList(std::uint64_t seed, bool shuffle) : random_(seed), shuffle_(shuffle) {}
  ~ReadyList() { Clear(); }

  void Add(std::unique_ptr<Ready> ready) { ready_.push_back(std::move(ready)); }
  bool empty() const { return next_ == ready_.size(); }

  std::unique_ptr<Ready> Take() {
    if (shuffle_) std::swap(ready_[next_], ready_[next_ + random_() % (ready_.size() - next_)]);
    std::unique_ptr<Ready> taken = std::move(ready_[next_++]);
    if (next_ == ready_.size() || next_ > 4096) {
      ready_.erase(ready_.begin(), ready_.begin() + std::ptrdiff_t(next_));
      next_ = 0;
    }
    return taken;
  }

  // Destroying work can make more ready.
  void Clear() {
    while (!ready_.empty()) {
      auto dropped = std::move(ready_);
      ready_.clear();
      next_ = 0;
    }
  }
  void Shutdown() {
    Clear();
    shutdown();
    Clear();
  }

 private:
  std::mt19937_64 random_;
  const bool shuffle_;
  std::vector<std::unique_ptr<Ready>> ready_;
  std::size_t next_ = 0;
};

class SimExecutor {
 public:
  explicit SimExecutor(ReadyList& list) : list_(&list) {}

  template <class F>
  void execute(F f) const {
    list_->Add(std::make_unique<ReadyFn<F>>(std::move(f)));
  }
  asio::execution_context& query(asio::execution::context_t) const noexcept { return *list_; }
  static constexpr asio::execution::blocking_t::never_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking_t::never_t();
  }
  bool operator==(const SimExecutor& other) const noexcept { return list_ == other.list_; }
  bool operator!=(const SimExecutor& other) const noexcept { return list_ != other.list_; }

 private:
  ReadyList* list_;
};

class VirtualLoop : public SimLoop {
 public:
  VirtualLoop(std::uint64_t seed, bool shuffle)
      : list_(seed, shuffle), executor_(SimExecutor(list_)), now_(absl::FromUnixSeconds(kEpochSeconds)) {}
  ~VirtualLoop() override {
    ClearServices();
    list_.Shutdown();
  }

  asio::any_io_executor executor() override { return executor_; }
  absl::Time Now() override { return now_; }
  void Post(std::function<void()> fn) override { SimExecutor(list_).execute(std::move(fn)); }
  asio::io_context* io() override { return nullptr; }
  std::shared_ptr<void> KeepAlive() override { return nullptr; }
  void RunBlocking(std::function<void()> work, std::function<void()> done) override {
    work();
    Post(std::move(done));
  }

  void Run() override {
    while (true) {
      while (!list_.empty()) {
        const std::unique_ptr<Ready> ready = list_.Take();
        ready->Run();
      }
      if (!HasTimers() || NextTimer() == absl::InfiniteFuture()) return;
      now_ = std::max(now_, NextTimer());
      FireTimers(now_);
    }
  }
  absl::Duration elapsed() const override { return now_ - absl::FromUnixSeconds(kEpochSeconds); }

 protected:
  void TimersChanged() override {}

 private:
  ReadyList list_;
  asio::any_io_executor executor_;
  absl::Time now_;
};

}  // namespace

std::unique_ptr<SimLoop> MakeSimLoop(std::uint64_t seed, bool shuffle) {
  return std::make_unique<VirtualLoop>(seed, shuffle);
}

}  // namespace ninefold
