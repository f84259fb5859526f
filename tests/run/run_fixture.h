// A run on a virtual loop, without agents: for the tests of this floor.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/asio.h"
#include "base/loop.h"
#include "gtest/gtest.h"
#include "ninefold/context.h"
#include "run/run_state.h"

namespace ninefold {

class RunFixture : public ::testing::Test {
 protected:
  RunFixture() : loop(MakeSimLoop(1, true)), run(*loop) {
    run.id = "test";
    run.on_event = [this](const Event& event) { events.push_back(event); };
  }

  // Runs `body` in a root context until nothing is left to do; whether it came to its end.
  bool Go(std::function<Async<void>(Context&)> body) {
    Context root(run);
    bool ended = false;
    auto task = body(root);
    asio::co_spawn(loop->executor(), std::move(task), [&](std::exception_ptr error) {
      ended = true;
      EXPECT_FALSE(error);
    });
    loop->Run();
    if (!ended) {
      root.Cancel();
      loop->Run();
      return false;
    }
    return true;
  }

  absl::Duration elapsed() const { return loop->elapsed(); }

  std::unique_ptr<SimLoop> loop;
  std::vector<Event> events;
  RunState run;
};

}  // namespace ninefold
