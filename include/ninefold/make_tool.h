// MakeTool: a tool from a function over a described struct (schema.h, which includes this).
//
//   ToolPtr weather = MakeTool("weather", "Forecast for a city",
//       [](const Query& q) -> absl::StatusOr<std::string> { return "sunny in " + q.city; });
//   ToolPtr wait = MakeTool("wait", "Waits", [](const Pause& p, Context& ctx) ->
//   Async<absl::StatusOr<std::string>> {
//     absl::Status slept = co_await ctx.Sleep(absl::Seconds(p.seconds));
//     if (!slept.ok()) co_return slept;
//     co_return std::string("done");
//   }, {.effect = Effect::kPure});
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/schema.h"
#include "ninefold/tool.h"

namespace ninefold {

struct ToolOptions {
  Effect effect = Effect::kRead;
  Capabilities capabilities = {};
  // Of plain functions: true calls it on the loop, for what takes microseconds. Otherwise it runs on the
  // thread pool, so it may block and must be safe to call from any thread; a time-out shows only when it
  // returns.
  bool quick = false;
};

namespace internal {

// What a callable takes and gives: R(Arguments) or R(Arguments, Context&).
template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class A, class... More>
struct Signature<R (*)(A, More...)> {
  using Result = R;
  using Arguments = std::remove_cvref_t<A>;
  static constexpr bool kTakesContext = (sizeof...(More) == 1) && (std::is_same_v<More, Context&> && ...);
  static constexpr bool kTakesOne = sizeof...(More) == 0;
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};

template <class T>
struct Awaited {
  using Value = T;
  static constexpr bool kIsAsync = false;
};
template <class T>
struct Awaited<Async<T>> {
  using Value = T;
  static constexpr bool kIsAsync = true;
};

template <class T>
absl::StatusOr<ToolOutput> ToOutput(T value) {
  if constexpr (std::is_same_v<T, ToolOutput>) {
    return value;
  } else if constexpr (std::is_convertible_v<T, std::string> && !std::is_same_v<T, Json>) {
    return TextOutput(std::move(value));
  } else if constexpr (std::is_same_v<T, absl::Status>) {
    if (!value.ok()) return value;
    return TextOutput("done");
  } else {
    return DataOutput(ValueToJson(value));
  }
}
template <class T>
absl::StatusOr<ToolOutput> ToOutput(absl::StatusOr<T> value) {
  if (!value.ok()) return value.status();
  return ToOutput<T>(*std::move(value));
}

template <class Arguments, class Fn>
Async<absl::StatusOr<ToolOutput>> CallTyped(const Fn& fn, const Json& json, Context& ctx) {
  absl::StatusOr<Arguments> arguments = FromJson<Arguments>(json);
  if (!arguments.ok()) co_return arguments.status();
  auto task = fn(*arguments, ctx);
  auto result = co_await std::move(task);
  co_return ToOutput(std::move(result));
}

ToolPtr MakeQuickTool(ToolSpec spec, BlockingToolFn fn);

template <class Fn>
ToolPtr MakeToolOfArguments(ToolSpec spec, Fn fn, bool quick) {
  using Takes = Signature<std::decay_t<Fn>>;
  using Arguments = typename Takes::Arguments;
  using Gives = Awaited<typename Takes::Result>;
  static_assert(DescribedStruct<Arguments>,
                "the function's parameter must be a struct with NINEFOLD_DESCRIBE");
  spec.parameters = SchemaOf<Arguments>();
  if constexpr (Gives::kIsAsync) {
    static_assert(Takes::kTakesContext, "a coroutine function takes (const Arguments&, Context&)");
    auto call = [fn = std::move(fn)](const Json& json, Context& ctx) {
      return CallTyped<Arguments>(fn, json, ctx);
    };
    return MakeDynamicTool(std::move(spec), std::move(call));
  } else {
    static_assert(Takes::kTakesOne,
                  "a plain function takes (const Arguments&); only a coroutine function has the Context");
    auto call = [fn = std::move(fn)](const Json& json) -> absl::StatusOr<ToolOutput> {
      absl::StatusOr<Arguments> arguments = FromJson<Arguments>(json);
      if (!arguments.ok()) return arguments.status();
      return ToOutput(fn(*arguments));
    };
    if (quick) return MakeQuickTool(std::move(spec), std::move(call));
    return MakeBlockingTool(std::move(spec), std::move(call));
  }
}

}  // namespace internal

// `fn` is a plain function, R(const Arguments&) or R(), or a coroutine function, Async<R>(const Arguments&,
// Context&); R is ToolOutput, std::string, Json, anything schema.h can write, absl::Status, or absl::StatusOr
// of one. A non-OK status is told to the model, but for kCancelled, kResourceExhausted and kPermissionDenied,
// which end the run.
template <class Fn>
ToolPtr MakeTool(std::string name, std::string description, Fn fn, ToolOptions options = {}) {
  ToolSpec spec;
  spec.name = std::move(name);
  spec.description = std::move(description);
  spec.effect = options.effect;
  spec.capabilities = options.capabilities;
  if constexpr (std::is_invocable_v<const Fn&>) {
    auto call = [fn = std::move(fn)](const Json&) { return internal::ToOutput(fn()); };
    if (options.quick) return internal::MakeQuickTool(std::move(spec), std::move(call));
    return MakeBlockingTool(std::move(spec), std::move(call));
  } else {
    return internal::MakeToolOfArguments(std::move(spec), std::move(fn), options.quick);
  }
}

}  // namespace ninefold
