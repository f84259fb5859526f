// Single agents on a model server, each question a run of its own.
#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"
#include "bench/workloads.h"

namespace ninefold::bench {

struct LookupArguments {
  double x = 0;
};
NINEFOLD_DESCRIBE(LookupArguments, (x, "The number to look up"))

namespace {

AgentPtr Assistant(ModelPtr model, std::vector<ToolPtr> tools = {}) {
  return MakeAgent(
      {.name = "assistant", .instructions = kSystem, .model = std::move(model), .tools = std::move(tools)});
}

Workload Calls(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const AgentPtr agent = Assistant(ServerModel(flags.base_url, "mock-lat0-len64", false));
  return {.unit = "call",
          .units = double(flags.n),
          .warm_up = [=] { driver->RunAll(agent, kQuestion, flags.warmup, flags.concurrency); },
          .body = [=] { return driver->RunAll(agent, kQuestion, flags.n, flags.concurrency); },
          .note = "not streamed; each call a run of its own"};
}

Workload ToolRuns(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const auto lookup = [](const LookupArguments& arguments) { return absl::StrCat("ok:", arguments.x); };
  const ToolPtr tool = MakeTool("lookup", "Looks x up.", lookup, {.effect = Effect::kPure, .quick = true});
  const AgentPtr agent = Assistant(ServerModel(flags.base_url, "mock-tools2-lat0-len64", false), {tool});
  return {.unit = "run",
          .units = double(flags.n),
          .warm_up = [=] { driver->RunAll(agent, kQuestion, flags.warmup, flags.concurrency); },
          .body = [=] { return driver->RunAll(agent, kQuestion, flags.n, flags.concurrency); },
          .note = "not streamed; the tool is called on the loop"};
}

Workload Streams(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const std::string name = absl::StrCat("mock-lat0-chunks", flags.n, "-size20-gap", flags.gap);
  const AgentPtr agent = Assistant(ServerModel(flags.base_url, name, true));
  const auto round = [=]() -> std::uint64_t {
    const std::uint64_t before = driver->delta_bytes();
    driver->RunAll(agent, kQuestion, flags.streams, flags.streams);
    return driver->delta_bytes() - before;
  };
  return {.unit = "chunk",
          .units = double(flags.n) * flags.streams,
          .warm_up =
              [=] {
                for (unsigned i = 0; i < flags.warmup; ++i) round();
              },
          .body = round,
          .note = "each delta is an event"};
}

Workload Waiting(const Flags& flags) {
  auto driver = std::make_shared<Driver>();
  const AgentPtr warm = Assistant(ServerModel(flags.base_url, "mock-lat0-len64", false));
  const AgentPtr agent = Assistant(ServerModel(flags.base_url, "mock-lat2000-len64", false));
  return {.unit = "run",
          .units = double(flags.n),
          .warm_up = [=] { driver->RunAll(warm, kQuestion, flags.warmup, flags.warmup); },
          .body = [=] { return driver->RunAll(agent, kQuestion, flags.n, flags.n); },
          .note = "each a run of its own, with its own journal and budget"};
}

}  // namespace

std::optional<Workload> ModelWorkload(const Flags& flags) {
  if (flags.workload == "W1") return Calls(flags);
  if (flags.workload == "W2") return ToolRuns(flags);
  if (flags.workload == "W4") return Streams(flags);
  if (flags.workload == "W6") return Waiting(flags);
  return std::nullopt;
}

}  // namespace ninefold::bench
