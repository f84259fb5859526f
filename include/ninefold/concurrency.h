// Structured concurrency: children end before the call that started them returns.
//
//   auto ask = [&](std::size_t i, Context& child) { return members[i]->Run(question, child); };
//   std::vector<absl::StatusOr<Reply>> answers =
//       co_await Settle<Reply>(ctx, "member", members.size(), ask);
//
// The body is called once a child with the child's index and its own Context (path
// "<parent>/<name>.<index+1>"; with name "" the parent's own), and returns an Async<absl::StatusOr<T>>. Name
// the body first and pass the name: it must outlive the await. `width` bounds how many run at once; 0: all.
// Results are in index order, whatever the order of arrival. A body that throws has failed with kInternal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/context.h"

namespace ninefold {

namespace internal {

// Runs children 0..n-1, at most `width` at once, each through start(i, child). finished(i) is asked after
// each child; true: cancel those that run and start no more. Returns when all that started have ended.
// Children never started: not_started(i).
Async<void> RunChildren(Context& ctx, std::string_view name, std::size_t n, std::size_t width,
                        absl::FunctionRef<Async<void>(std::size_t, Context&)> start,
                        absl::FunctionRef<bool(std::size_t)> finished);

}  // namespace internal

// Every outcome. A child that was never started because ctx was cancelled has that status.
template <class T, class Body>
Async<std::vector<absl::StatusOr<T>>> Settle(Context& ctx, std::string_view name, std::size_t n, Body& body,
                                             std::size_t width = 0) {
  std::vector<absl::StatusOr<T>> results(n, absl::CancelledError("not started"));
  auto start = [&](std::size_t i, Context& child) -> Async<void> {
    results[i] = absl::InternalError("the body threw");
    auto task = body(i, child);
    results[i] = co_await std::move(task);
  };
  auto never = [](std::size_t) { return false; };
  co_await internal::RunChildren(ctx, name, n, width, start, never);
  co_return results;
}

// All values, or the first failure, upon which the others are cancelled.
template <class T, class Body>
Async<absl::StatusOr<std::vector<T>>> WhenAll(Context& ctx, std::string_view name, std::size_t n, Body& body,
                                              std::size_t width = 0) {
  std::vector<std::optional<T>> values(n);
  absl::Status failure;
  std::vector<absl::Status> ended(n, absl::InternalError("the body threw"));
  auto start = [&](std::size_t i, Context& child) -> Async<void> {
    auto task = body(i, child);
    absl::StatusOr<T> result = co_await std::move(task);
    ended[i] = result.status();
    if (result.ok()) values[i] = *std::move(result);
  };
  auto stop = [&](std::size_t i) {
    if (failure.ok()) failure = ended[i];
    return !failure.ok();
  };
  co_await internal::RunChildren(ctx, name, n, width, start, stop);
  if (failure.ok()) failure = ctx.status();
  if (!failure.ok()) co_return failure;
  std::vector<T> all;
  all.reserve(n);
  for (auto& value : values) {
    if (!value) co_return absl::CancelledError("not started");
    all.push_back(*std::move(value));
  }
  co_return all;
}

// The first k successes (index and value, in order of arrival); the rest is cancelled. When k can no longer
// be reached, the last failure.
template <class T, class Body>
Async<absl::StatusOr<std::vector<std::pair<std::size_t, T>>>> Quorum(Context& ctx, std::string_view name,
                                                                     std::size_t n, std::size_t k, Body& body,
                                                                     std::size_t width = 0) {
  std::vector<std::pair<std::size_t, T>> arrived;
  std::size_t failed = 0;
  absl::Status failure = absl::InvalidArgumentError("a quorum larger than the number of children");
  std::vector<absl::Status> ended(n, absl::InternalError("the body threw"));
  auto start = [&](std::size_t i, Context& child) -> Async<void> {
    auto task = body(i, child);
    absl::StatusOr<T> result = co_await std::move(task);
    ended[i] = result.status();
    if (result.ok() && arrived.size() < k) arrived.emplace_back(i, *std::move(result));
  };
  auto stop = [&](std::size_t i) {
    if (!ended[i].ok()) {
      ++failed;
      failure = ended[i];
    }
    return arrived.size() >= k || n - failed < k;
  };
  if (k <= n) co_await internal::RunChildren(ctx, name, n, width, start, stop);
  if (arrived.size() >= k) co_return arrived;
  absl::Status own = ctx.status();
  if (!own.ok()) co_return own;
  co_return failure;
}

// The first success; the rest is cancelled. All failed: the last failure.
template <class T, class Body>
Async<absl::StatusOr<T>> WhenAny(Context& ctx, std::string_view name, std::size_t n, Body& body) {
  auto first = co_await Quorum<T>(ctx, name, n, 1, body);
  if (!first.ok()) co_return first.status();
  co_return std::move(first->front().second);
}

}  // namespace ninefold
