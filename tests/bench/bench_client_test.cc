// The driver's line of JSON and the requests it makes, which those who compare clients rely on.
#include <array>
#include <cstdio>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/json.h"
#include "testing/chat_server.h"

namespace ninefold {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Outcome {
  std::string out;
  int code = -1;
};

Outcome RunClient(const std::string& flags) {
  Outcome outcome;
  FILE* pipe = popen((std::string(NINEFOLD_BENCH_CLIENT) + " " + flags + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> piece;
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe))
    outcome.out.append(piece.data(), n);
  outcome.code = pclose(pipe);
  return outcome;
}

Json LineOf(const Outcome& outcome) {
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_EQ(outcome.out.find('\n'), outcome.out.size() - 1) << "exactly one line: " << outcome.out;
  absl::StatusOr<Json> json = ParseJson(outcome.out);
  EXPECT_TRUE(json.ok()) << outcome.out;
  return json.ok() ? *std::move(json) : Json::object();
}

TEST(BenchClient, CountsTheStepsOfGraphs) {
  const struct {
    const char* flags;
    const char* unit;
    int units, check;
  } cases[] = {
      {"--workload W5agent --n 3 --repeat 2 --warmup 1", "run", 6, 384},
      {"--workload W5chain --n 10 --repeat 3 --warmup 1", "node", 30, 30},
      {"--workload W5fan --n 5 --repeat 1", "node", 5, 320},
      {"--workload W5fan --n 20000 --repeat 1", "node", 20000, 1280000},  // workers do not nest
      {"--workload W5loop --n 7 --repeat 2", "step", 14, 14},
  };
  for (const auto& c : cases) {
    const Json line = LineOf(RunClient(c.flags));
    EXPECT_EQ(line.value("peer", ""), "ninefold");
    EXPECT_EQ(line.value("unit", ""), c.unit) << c.flags;
    EXPECT_EQ(line.value("units", 0), c.units) << c.flags;
    EXPECT_EQ(line.value("check", 0), c.check) << c.flags;
    for (const char* key : {"version", "workload", "n", "repeat", "cpu_user_s", "cpu_sys_s", "wall_s",
                            "walls_s", "rss_base_kb", "rss_peak_kb", "note"}) {
      EXPECT_TRUE(line.contains(key)) << key;
    }
    EXPECT_THAT(line.value("walls_s", Json::array()), SizeIs(line.value("repeat", 0u)));
  }
}

TEST(BenchClient, MakesAsManyRequestsAsItSays) {
  const struct {
    const char* flags;
    std::size_t requests;
    int check;
  } cases[] = {
      {"--workload W1 --n 5 --concurrency 2 --repeat 2 --warmup 3", 13, 640},
      {"--workload W6 --n 6 --repeat 1 --warmup 2", 8, 384},
      {"--workload W3 --n 4 --repeat 2 --warmup 1", 18, 640},
      {"--workload W2 --n 3 --repeat 1 --warmup 1", 8, 192},
      {"--workload W4 --n 4 --streams 3 --repeat 2 --warmup 1", 9, 480},
  };
  const std::string answer(64, 'a');
  for (const auto& c : cases) {
    testing::ChatServer server([&](const Json& request) {
      const std::string model = request.value("model", "");
      if (model.find("plan") != std::string::npos) {
        return testing::ChatScript::Say({R"({"tasks":["task 0","task 1","task 2","task 3"]})"});
      }
      if (model.find("chunks") != std::string::npos) {
        const std::string piece(20, 'b');
        return testing::ChatScript::Say({piece, piece, piece, piece});
      }
      const bool first = request["messages"].size() == 2;
      if (model.find("tools") != std::string::npos && first) {
        return testing::ChatScript::Call({{"c1", "lookup", R"({"x":1})"}, {"c2", "lookup", R"({"x":2})"}});
      }
      return testing::ChatScript::Say({answer});
    });
    const Json line = LineOf(RunClient(std::string(c.flags) + " --base-url " + server.base_url()));
    EXPECT_EQ(server.requests(), c.requests) << c.flags;
    EXPECT_EQ(line.value("check", 0), c.check) << c.flags;
  }
}

TEST(BenchClient, SaysWhatItSkips) {
  EXPECT_EQ(LineOf(RunClient("--workload W99 --n 1")).value("skipped", ""), "unknown workload");
}

TEST(BenchClient, RefusesWhatItCannotRead) {
  for (const char* flags :
       {"--workload W1 --n 1", "--workload W1 --n x", "--colour red", "--workload", "--workload W7 --n 1"}) {
    const Outcome outcome = RunClient(flags);
    EXPECT_NE(outcome.code, 0) << flags;
    EXPECT_THAT(outcome.out, IsEmpty()) << flags;
  }
}

}  // namespace
}  // namespace ninefold
