// What the library's own machinery costs: the loop, children, graphs without a model, journals.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/loop.h"
#include "bench/driver.h"
#include "bench/graphs.h"
#include "ninefold/stores.h"

namespace ninefold::bench {
namespace {

void PerItem(benchmark::State& state, double items) {
  state.counters["each"] =
      benchmark::Counter(items, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void LoopPost(benchmark::State& state) {
  boost::asio::io_context io(1);
  const std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
  const int posts = 1000;
  for (auto _ : state) {
    int left = posts;
    for (int i = 0; i < posts; ++i) loop->Post([&left] { --left; });
    io.restart();
    io.run();
    if (left != 0) state.SkipWithError("posts were lost");
  }
  PerItem(state, posts);
}
BENCHMARK(LoopPost);

// Children that end at once, each with a context of its own.
void SpawnAndJoin(benchmark::State& state) {
  Driver driver;
  const auto n = std::size_t(state.range(0));
  const auto spawn = [n](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    auto child = [](std::size_t i, Context&) -> Async<absl::StatusOr<int>> { co_return int(i); };
    const std::vector<absl::StatusOr<int>> all = co_await Settle<int>(ctx, "child", n, child);
    Reply reply;
    reply.data = Json(all.size());
    co_return reply;
  };
  const AgentPtr agent = MakeFunctionAgent({.name = "parent", .description = "spawns"}, spawn);
  for (auto _ : state) benchmark::DoNotOptimize(driver.RunOnce(agent, kQuestion));
  PerItem(state, double(n));
}
BENCHMARK(SpawnAndJoin)->Arg(1)->Arg(1000);

void RunTeam(benchmark::State& state, const AgentPtr& team, double nodes) {
  Driver driver;
  for (auto _ : state) benchmark::DoNotOptimize(driver.RunOnce(team, kQuestion));
  PerItem(state, nodes);
}

void GraphChain(benchmark::State& state) { RunTeam(state, ChainTeam(1000, CountingStep()), 1000); }
BENCHMARK(GraphChain)->Unit(benchmark::kMicrosecond);
void GraphFan(benchmark::State& state) { RunTeam(state, FanTeam(1000, CountingStep()), 1000); }
BENCHMARK(GraphFan)->Unit(benchmark::kMicrosecond);
void GraphLoop(benchmark::State& state) { RunTeam(state, LoopTeam(10'000, CountingStep()), 10'000); }
BENCHMARK(GraphLoop)->Unit(benchmark::kMicrosecond);

// Attempts on the in-process model, of which range(1) differ; nothing ends it early.
void ContemplateVote(benchmark::State& state) {
  const auto attempt = [kinds = state.range(1)](Prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    Reply reply;
    reply.text = absl::StrCat("answer: ", ctx.Random("answer") % std::uint64_t(kinds));
    co_return reply;
  };
  ContemplateOptions options{.solver = MakeFunctionAgent({.name = "solver", .description = ""}, attempt)};
  options.width = int(state.range(0));
  options.pace = Pace::kLatency;
  options.stops = {.decided = false, .settled = 1, .quorum = 1};
  RunTeam(state, Contemplate(options), double(options.width));
}
BENCHMARK(ContemplateVote)
    ->Args({8, 3})
    ->Args({64, 3})
    ->Args({1024, 3})
    ->Args({1024, 1024})
    ->Unit(benchmark::kMicrosecond);

// One commit of range(0) steps.
void RecordSteps(benchmark::State& state, Store& store) {
  const std::int64_t steps = state.range(0);
  std::int64_t written = 0;
  for (auto _ : state) {
    StoreBatch batch;
    for (std::int64_t i = 0; i < steps; ++i) {
      StepRecord record;
      record.path = absl::StrCat("team/step.", ++written, "/turn.1");
      record.kind = "model";
      record.result = absl::StrCat("{\"text\":\"", kAnswer, "\"}");
      batch.steps.push_back({absl::StrCat("run", written / 1000), std::move(record)});
    }
    const absl::Status status = store.Write(batch);
    if (!status.ok())
      state.SkipWithError(std::string(status.message().data(), status.message().size()).c_str());
  }
  PerItem(state, double(steps));
}

void RecordInMemory(benchmark::State& state) { RecordSteps(state, *MemoryStore()); }
BENCHMARK(RecordInMemory)->Arg(1)->Iterations(20'000);  // it keeps them all
BENCHMARK(RecordInMemory)->Arg(100)->Iterations(200);

void RecordInSqlite(benchmark::State& state, Durability durability) {
  std::string folder = "/tmp/ninefold_bench_XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return state.SkipWithError("no folder for the database");
  const std::string path = folder + "/runs.db";
  {
    absl::StatusOr<StorePtr> store = OpenSqliteStore(path, durability);
    if (!store.ok()) Die(store.status());
    RecordSteps(state, **store);
  }
  for (const char* end : {"", "-wal", "-shm", ".lock"}) unlink((path + end).c_str());
  rmdir(folder.c_str());
}
BENCHMARK_CAPTURE(RecordInSqlite, process, Durability::kProcess)->Arg(1)->Arg(100);
BENCHMARK_CAPTURE(RecordInSqlite, power, Durability::kPower)->Arg(1)->Arg(100);

}  // namespace
}  // namespace ninefold::bench
