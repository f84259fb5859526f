// Graphs on a model in this process: what a node costs by itself, and with each step on disk before the next.
#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"
#include "bench/graphs.h"
#include "bench/workloads.h"
#include "ninefold/stores.h"

namespace ninefold::bench {
namespace {

Workload Counting(const Flags& flags, std::string unit, AgentPtr team, StorePtr store, std::string note) {
  auto driver = std::make_shared<Driver>(std::move(store));
  const auto run = [driver, team = std::move(team)]() -> std::uint64_t {
    return driver->RunOnce(team, kQuestion).data->get<std::uint64_t>();
  };
  return {.unit = std::move(unit),
          .units = double(flags.n),
          .warm_up =
              [run, warmup = flags.warmup] {
                for (unsigned i = 0; i < warmup; ++i) run();
              },
          .body = run,
          .note = std::move(note)};
}

Workload Agents(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const AgentPtr agent = MakeAgent({.name = "assistant", .instructions = kSystem, .model = InProcessModel()});
  return {.unit = "run",
          .units = double(flags.n),
          .warm_up = [=] { driver->RunAll(agent, kQuestion, flags.warmup, 1); },
          .body = [=] { return driver->RunAll(agent, kQuestion, flags.n, 1); },
          .note = "each a run of its own"};
}

Workload FanWorkload(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const AgentPtr team = FanTeam(flags.n, AskingStep());
  const auto run = [=]() -> std::uint64_t { return driver->RunOnce(team, kQuestion).text.size(); };
  return {.unit = "node",
          .units = double(flags.n),
          .warm_up =
              [=] {
                for (unsigned i = 0; i < flags.warmup; ++i) run();
              },
          .body = run,
          .note = "tasks of a graph, each model call a journaled step in memory"};
}

Workload OnDisk(const Flags& flags) {
  if (flags.db.empty()) Die(absl::InvalidArgumentError("--db is missing"));
  if (flags.sync != "full" && flags.sync != "normal")
    Die(absl::InvalidArgumentError("--sync is full or normal"));
  const bool full = flags.sync == "full";
  absl::StatusOr<StorePtr> store =
      OpenSqliteStore(flags.db, full ? Durability::kPower : Durability::kProcess);
  if (!store.ok()) Die(store.status());
  return Counting(flags, "step", ChainTeam(flags.n, AskingStep()), *std::move(store),
                  absl::StrCat("SQLite, WAL, synchronous=", full ? "FULL" : "NORMAL"));
}

}  // namespace

std::optional<Workload> GraphWorkload(const Flags& flags) {
  const char* note = "tasks of a graph, each model call a journaled step in memory";
  if (flags.workload == "W5agent") return Agents(flags);
  if (flags.workload == "W5chain")
    return Counting(flags, "node", ChainTeam(flags.n, AskingStep()), nullptr, note);
  if (flags.workload == "W5fan") return FanWorkload(flags);
  if (flags.workload == "W5loop") {
    const AgentPtr team = LoopTeam(flags.n, AskingStep());
    return Counting(flags, "step", team, nullptr, "the planner extends the graph step by step");
  }
  if (flags.workload == "W7") return OnDisk(flags);
  return std::nullopt;
}

}  // namespace ninefold::bench
