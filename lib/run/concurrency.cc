#include "ninefold/concurrency.h"

#include <exception>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/one_shot.h"
#include "ninefold/status.h"

namespace ninefold::internal {
namespace {

struct Group {
  Context& ctx;  // of the group: cancelling it reaches every child
  std::string_view name;
  std::size_t n;
  absl::FunctionRef<Async<void>(std::size_t, Context&)> start;
  absl::FunctionRef<bool(std::size_t)> finished;
  ChainPlace chain;  // where the first ones begin
  std::size_t next = 0;
  std::size_t workers = 0;
  bool stopped = false;
  OneShot<std::monostate> ended;
};

// Takes the next child as long as there is one: its children come one after another.
Async<void> Work(Group& group) {
  ChainPlace chain = group.chain;
  while (group.next < group.n && !group.stopped && !group.ctx.cancelled()) {
    const std::size_t i = group.next++;
    const std::string segment = group.name.empty() ? "" : absl::StrCat(ToAbsl(group.name), ".", i + 1);
    Context child(group.ctx, segment);
    child.BeginChain(chain);
    try {
      co_await group.start(i, child);
    } catch (const std::exception&) {
      // The header has noted the child as failed before it began.
    }
    chain = child.chain();
    if (!group.stopped && group.finished(i)) {
      group.stopped = true;
      group.ctx.Cancel(absl::CancelledError("the others have decided"));
    }
  }
}

}  // namespace

Async<void> RunChildren(Context& ctx, std::string_view name, std::size_t n, std::size_t width,
                        absl::FunctionRef<Async<void>(std::size_t, Context&)> start,
                        absl::FunctionRef<bool(std::size_t)> finished) {
  if (n == 0) co_return;
  Context scope(ctx, "");
  asio::any_io_executor executor = ctx.executor();
  Group group{scope, name, n, start, finished, scope.chain(), 0, 0, false, OneShot<std::monostate>(executor)};
  group.workers = width == 0 ? n : std::min(width, n);
  if (group.workers == 1) {
    co_await Work(group);
    co_return;
  }
  const std::size_t workers = group.workers;
  for (std::size_t i = 0; i < workers; ++i) {
    asio::co_spawn(executor, Work(group), [&group](std::exception_ptr) {
      if (--group.workers == 0) group.ended.Set({});
    });
  }
  co_await group.ended.Wait();
}

}  // namespace ninefold::internal
