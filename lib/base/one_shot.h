// One value, set once, awaited once: what every wait in ninefold is made of. It lives in the awaiting
// coroutine's frame; who sets it must be gone, or know, before it goes (a CancelHook and a timer unlink
// themselves).
//
//   OneShot<absl::Status> done(ctx.executor());
//   CancelHook hook(ctx.cancel_node(), [&](const absl::Status& why) { done.Set(why); });
//   … start something that calls done.Set(status) …
//   absl::Status status = co_await done.Wait();
#pragma once

#include <optional>
#include <utility>

#include "base/asio.h"
#include "ninefold/async.h"

namespace ninefold {

template <class T>
class OneShot {
 public:
  explicit OneShot(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  bool has_value() const { return value_.has_value(); }

  // Later values are dropped. The waiter goes on from the loop's queue, never inside Set.
  void Set(T value) {
    if (value_) return;
    value_.emplace(std::move(value));
    if (!waiter_) return;
    Handler waiter;
    waiter.swap(waiter_);
    asio::post(executor_, [waiter = std::move(waiter)]() mutable { std::move(waiter)(); });
  }

  Async<T> Wait() {
    if (!value_) co_await Suspend();
    co_return *std::move(value_);
  }

 private:
  using Handler = asio::any_completion_handler<void()>;
  Async<void> Suspend() {
    auto start = [this](auto handler) {
      Handler erased(std::move(handler));
      waiter_.swap(erased);  // move assignment recurses for ever in Boost 1.81
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  }

  boost::asio::any_io_executor executor_;
  std::optional<T> value_;
  Handler waiter_;
};

}  // namespace ninefold
