// A run that goes on after its process died: steps that were recorded are not done again.
//
//   first life:   ask ──> tool (recorded) ──> the model is gone: the run fails
//   second life:  ask ──> tool (from the journal) ──> answer
//
#include <cstdio>
#include <filesystem>

#include "ninefold/ninefold.h"
#include "ninefold/stores.h"
#include "ninefold/testing/scripted.h"

using namespace ninefold;

struct Order {
  std::string what;
};
NINEFOLD_DESCRIBE(Order, (what, "What to order"))

// `calls` counts how often the world was really changed.
AgentPtr Buyer(ModelPtr model, int& calls) {
  auto order = [&calls](const Order& order) {
    ++calls;
    return "ordered " + order.what;
  };
  return MakeAgent(
      {.name = "buyer",
       .model = std::move(model),
       .tools = {MakeTool("order", "Orders something", order, {.effect = Effect::kIdempotent})}});
}

int main() {
  const auto folder = std::filesystem::temp_directory_path() / "ninefold-example-resume";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "runs.db").string();
  int calls = 0;
  std::string id;
  {
    Runtime runtime({.store = *OpenSqliteStore(path)});
    ModelPtr dies = testing::Scripted(
        {testing::Ask("order", {{"what", "tea"}}), testing::Fail(absl::UnavailableError("power cut"))});
    RunHandle run = runtime.Start(Buyer(dies, calls), "Order tea.");
    id = run.id();
    std::printf("first life: %s\n", Describe(run.Wait().status()).c_str());
  }
  {
    Runtime runtime({.store = *OpenSqliteStore(path)});
    ModelPtr lives =
        testing::Scripted({testing::Say("Tea is on its way.")});  // the first answer comes from the journal
    absl::StatusOr<Reply> reply =
        runtime.Run(Buyer(lives, calls), "Order tea.", {.mode = RunMode::kResume, .run_id = id});
    std::printf("second life: %s\n", reply.ok() ? reply->text.c_str() : Describe(reply.status()).c_str());
    std::printf("the tool was called %d time(s)\n", calls);
  }
  std::filesystem::remove_all(folder);
}
