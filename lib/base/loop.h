// An event loop with a clock: real (an Asio io_context) or virtual (testing: time moves when nothing is
// ready). Everything on one loop runs on one thread; only Post may be called from others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "boost/asio/any_io_executor.hpp"
#include "boost/asio/io_context.hpp"

namespace ninefold {

class Loop {
 public:
  virtual ~Loop() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // Steps with the monotonic clock from the wall time at the loop's birth, so it never goes back.
  virtual absl::Time Now() = 0;
  // Runs `fn` on the loop soon; from any thread.
  virtual void Post(std::function<void()> fn) = 0;
  // Runs `work` off the loop, then `done` on it. A virtual loop runs `work` at once: no thread, one outcome.
  virtual void RunBlocking(std::function<void()> work, std::function<void()> done) = 0;
  // While the returned object lives the loop does not run out of work: for completions that other threads
  // will Post.
  virtual std::shared_ptr<void> KeepAlive() = 0;
  // The io_context for sockets; nullptr: a virtual loop has none.
  virtual boost::asio::io_context* io() = 0;

  // Timers. A callback runs on the loop; it may add and remove timers.
  using TimerId = std::pair<absl::Time, std::uint64_t>;
  TimerId AddTimer(absl::Time when, std::function<void()> fn);
  void RemoveTimer(TimerId id);

  // An object of type T that lives as long as the loop (an HTTP hub), made when first asked for.
  template <class T, class Make>
  T& Service(Make make) {
    std::shared_ptr<void>& slot = services_[ServiceKey<T>()];
    if (!slot) slot = std::shared_ptr<T>(make());
    return *static_cast<T*>(slot.get());
  }

 protected:
  // The earliest timer is now another.
  virtual void TimersChanged() = 0;
  bool HasTimers() const { return !timers_.empty(); }
  absl::Time NextTimer() const { return timers_.begin()->first.first; }
  // Calls what is due at `now`.
  void FireTimers(absl::Time now);
  void ClearServices() { services_.clear(); }

 private:
  template <class T>
  static const void* ServiceKey() {
    static const char key = 0;
    return &key;
  }
  std::map<TimerId, std::function<void()>> timers_;
  std::uint64_t timers_made_ = 0;
  std::map<const void*, std::shared_ptr<void>> services_;
};

// A timer that goes with its scope.
class Timer {
 public:
  Timer(Loop& loop, absl::Time when, std::function<void()> fn)
      : loop_(loop), id_(loop.AddTimer(when, std::move(fn))) {}
  ~Timer() { loop_.RemoveTimer(id_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Loop& loop_;
  Loop::TimerId id_;
};

// A pool of threads for blocking work, shared by loops.
class BlockingPool {
 public:
  virtual ~BlockingPool() = default;
  virtual void Run(std::function<void()> work) = 0;
};
std::shared_ptr<BlockingPool> MakeBlockingPool(int threads);

// On `io`, which somebody runs on one thread and which outlives the loop.
std::unique_ptr<Loop> MakeLoop(boost::asio::io_context& io, std::shared_ptr<BlockingPool> pool);

// Virtual time. Ready work runs in the order it came, or, when `shuffle`, in an order drawn from `seed`.
class SimLoop : public Loop {
 public:
  // Runs until nothing is ready and no timer waits.
  virtual void Run() = 0;
  virtual absl::Duration elapsed() const = 0;
};
std::unique_ptr<SimLoop> MakeSimLoop(std::uint64_t seed, bool shuffle);

}  // namespace ninefold
