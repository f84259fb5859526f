// Coroutines. An Async<T> is lazy: it starts when it is awaited, on the awaiting coroutine's loop.
//
//   Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
//     absl::Status slept = co_await ctx.Sleep(absl::Seconds(1));
//     if (!slept.ok()) co_return slept;
//     co_return TextOutput("done");
//   }
//
// It is Boost.Asio's awaitable, so an Asio operation can be awaited in it with use_awaitable.
//
// g++ 12 miscompiles co_await in conditions, in braces, in ?:, and beside lambdas that capture by
// value: await in a statement of its own, on a call whose arguments are names, literals or
// constructor calls (docs/embedding.md, "Writing coroutines").
//
// Concurrency is a scope: Settle, WhenAll, WhenAny and Quorum (concurrency.h) return when every child
// has ended, and a child is cancelled through its own Context.
#pragma once

#include "boost/asio/awaitable.hpp"

namespace ninefold {

template <class T>
using Async = boost::asio::awaitable<T>;

}  // namespace ninefold
