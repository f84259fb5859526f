#include "base/loop.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/asio.h"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/steady_timer.hpp"

namespace ninefold {

Loop::TimerId Loop::AddTimer(absl::Time when, std::function<void()> fn) {
  const TimerId id{when, ++timers_made_};
  const bool earliest = timers_.empty() || id < timers_.begin()->first;
  timers_.emplace(id, std::move(fn));
  if (earliest) TimersChanged();
  return id;
}

// The clock may still ring for a timer that is gone; nothing is due then, and that costs less than setting it
// anew. But the last timer takes the clock with it: an io_context with a clock set would not run out of work
// before it rings.
void Loop::RemoveTimer(TimerId id) {
  if (timers_.erase(id) > 0 && timers_.empty()) TimersChanged();
}

void Loop::FireTimers(absl::Time now) {
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto fn = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    fn();
  }
}

namespace {

class ThreadPool : public BlockingPool {
 public:
  explicit ThreadPool(int threads) : threads_max_(threads < 1 ? 1 : std::size_t(threads)) {}

  ~ThreadPool() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // Threads are made when there is work for them: a run without blocking work has none.
  void Run(std::function<void()> work) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (idle_ < queue_.size() && threads_.size() < threads_max_) threads_.emplace_back([this] { Work(); });
    wake_.notify_one();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (queue_.empty()) return;
      auto work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
  }

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

class AsioLoop : public Loop {
 public:
  AsioLoop(asio::io_context& io, std::shared_ptr<BlockingPool> pool)
      : io_(io),
        executor_(io.get_executor()),
        pool_(std::move(pool)),
        alarm_(io),
        wall_(absl::Now()),
        steady_(std::chrono::steady_clock::now()) {}
  ~AsioLoop() override { ClearServices(); }

  asio::any_io_executor executor() override { return executor_; }
  absl::Time Now() override { return wall_ + absl::FromChrono(std::chrono::steady_clock::now() - steady_); }
  void Post(std::function<void()> fn) override { asio::post(io_, std::move(fn)); }
  asio::io_context* io() override { return &io_; }
  std::shared_ptr<void> KeepAlive() override {
    return std::make_shared<asio::executor_work_guard<asio::io_context::executor_type>>(io_.get_executor());
  }

  void RunBlocking(std::function<void()> work, std::function<void()> done) override {
    // The guard keeps run() from returning while the pool has the work.
    auto guard = asio::make_work_guard(io_);
    pool_->Run(
        [&io = io_, work = std::move(work), done = std::move(done), guard = std::move(guard)]() mutable {
          work();
          work = nullptr;
          asio::post(io, std::move(done));
          guard.reset();
        });
  }

 protected:
  void TimersChanged() override { Arm(); }

 private:
  void Arm() {
    if (!HasTimers()) {
      if (armed_) alarm_.cancel();
      armed_.reset();
      return;
    }
    const absl::Time next = NextTimer();
    if (next == absl::InfiniteFuture() || (armed_ && *armed_ <= next)) return;
    armed_ = next;
    // expires_at cancels the wait before; its handler sees an error and does nothing.
    alarm_.expires_at(steady_ + absl::ToChronoNanoseconds(next - wall_));
    alarm_.async_wait([this](const boost::system::error_code& error) {
      if (error || !armed_) return;
      armed_.reset();
      FireTimers(Now());
      Arm();
    });
  }

  asio::io_context& io_;
  asio::any_io_executor executor_;
  std::shared_ptr<BlockingPool> pool_;
  asio::steady_timer alarm_;
  std::optional<absl::Time> armed_;
  const absl::Time wall_;
  const std::chrono::steady_clock::time_point steady_;
};

}  // namespace

std::shared_ptr<BlockingPool> MakeBlockingPool(int threads) { return std::make_shared<ThreadPool>(threads); }

std::unique_ptr<Loop> MakeLoop(asio::io_context& io, std::shared_ptr<BlockingPool> pool) {
  return std::make_unique<AsioLoop>(io, std::move(pool));
}

}  // namespace ninefold
