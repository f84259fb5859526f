// A run without a Runtime: one context on a virtual loop.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/asio.h"
#include "base/loop.h"
#include "ninefold/context.h"
#include "ninefold/tool.h"
#include "run/run_state.h"

namespace ninefold {

class Harness {
 public:
  // `store` keeps the journal; what it holds is restored, as by a resume.
  explicit Harness(StorePtr store = nullptr) : loop(MakeSimLoop(1, false)), run(*loop) {
    run.id = "r1";
    run.on_event = [this](const Event& event) { events.push_back(event); };
    if (store == nullptr) return;
    run.journal.Open("r1", store, nullptr, false);
    StoreBatch batch;
    batch.runs.resize(1);
    batch.runs[0].id = "r1";
    if (!store->Write(batch).ok()) return;
    absl::StatusOr<std::vector<StepRecord>> steps = store->Steps("r1");
    if (steps.ok()) run.journal.Restore(*std::move(steps));
  }

  // The call's output, or nullopt: it waits for ever.
  std::optional<absl::StatusOr<ToolOutput>> Try(const Tool& tool, Json arguments, ToolLimits limits = {}) {
    std::optional<absl::StatusOr<ToolOutput>> result;
    Context root(run);
    Context step(root, "step");
    current = &step;
    ToolCall call;
    call.id = "c1";
    call.name = tool.spec().name;
    call.arguments = std::move(arguments);
    auto task = CallTool(tool, call, limits, step);
    auto done = [&](std::exception_ptr, absl::StatusOr<ToolOutput> output) {
      result.emplace(std::move(output));
    };
    asio::co_spawn(loop->executor(), std::move(task), done);
    loop->Run();
    if (!result) {  // the frames must go before the contexts do
      step.Cancel();
      loop->Run();
      result.reset();
    }
    current = nullptr;
    return result;
  }
  absl::StatusOr<ToolOutput> Call(const Tool& tool, Json arguments, ToolLimits limits = {}) {
    return Try(tool, std::move(arguments), limits).value_or(absl::InternalError("stuck"));
  }
  // "text", "error: text" or "status: message".
  std::string Say(const Tool& tool, Json arguments, ToolLimits limits = {}) {
    const absl::StatusOr<ToolOutput> output = Call(tool, std::move(arguments), limits);
    if (!output.ok()) return "status: " + std::string(output.status().message());
    return (output->is_error ? "error: " : "") + TextOf(output->parts);
  }

  std::unique_ptr<SimLoop> loop;
  RunState run;
  std::vector<Event> events;
  Context* current = nullptr;
};

}  // namespace ninefold
