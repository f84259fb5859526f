// A run of 50 tasks and 100 steps is killed (SIGKILL) 100 times, at random moments of its life: what was
// recorded is never executed again, nothing recorded is lost, and the answer is that of a run which nobody
// killed.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::ninefold::testing::TempFolder;

constexpr int kKills = 100;
constexpr int kSteps = 100;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A store, the effects of the steps that were executed on it, and the child that works on both.
struct Life {
  explicit Life(const std::string& name)
      : store(folder / (name + ".db")), effects(folder / (name + ".effects")), output(folder / "out") {}
  TempFolder folder;
  std::string store, effects, output;

  pid_t Start(bool plain = false) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::execl(NINEFOLD_KILL_CHILD, "kill_child", store.c_str(), effects.c_str(), plain ? "plain" : nullptr,
            nullptr);
    ::_exit(127);
  }
  std::size_t Executed() const {
    struct stat info;
    return ::stat(effects.c_str(), &info) == 0 ? std::size_t(info.st_size) : 0;
  }
  // The results of finished steps, by path.
  std::map<std::string, std::string> Recorded() const {
    std::map<std::string, std::string> finished;
    const auto reader = OpenSqliteReader(store);
    if (!reader.ok()) return finished;  // killed before the store was made
    const auto steps = (*reader)->Steps("fifty");
    if (!steps.ok()) {
      EXPECT_TRUE(absl::IsNotFound(steps.status())) << steps.status();  // killed before the run was recorded
      return finished;
    }
    for (const StepRecord& step : *steps) {
      if (step.state == StepState::kFinished) finished[step.path] = step.result;
    }
    return finished;
  }
};

std::string AnswerOfAnUndisturbedRun() {
  Life life("plain");
  int status = 0;
  ::waitpid(life.Start(/*plain=*/true), &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Lines(ReadAll(life.effects)).size(), std::size_t(kSteps));
  return ReadAll(life.output);
}

TEST(Kill, NothingRecordedIsLostOrRepeated) {
  const std::string expected = AnswerOfAnUndisturbedRun();
  ASSERT_FALSE(expected.empty());
  std::mt19937 random(20260101);
  int kills = 0, lives = 0, repeated_unrecorded = 0;
  while (kills < kKills) {
    Life life(absl::StrCat("life", ++lives));
    std::map<std::string, std::string> recorded;
    bool done = false;
    while (!done) {
      const std::size_t before = life.Executed();
      const pid_t child = life.Start();
      ASSERT_GT(child, 0);
      int status = 0;
      bool ended = false;
      if (kills < kKills) {
        // Some bytes of effects further on (one step writes about 16), and then some microseconds more.
        const std::size_t target = before + random() % 400;
        while (!ended && life.Executed() < target) {
          ended = ::waitpid(child, &status, WNOHANG) == child;
          if (!ended) ::usleep(100);
        }
        if (!ended) {
          ::usleep(random() % 1500);
          ::kill(child, SIGKILL);
        }
      }
      if (!ended) ::waitpid(child, &status, 0);
      // What had been recorded when this child began was not executed by it.
      for (const std::string& line : Lines(ReadAll(life.effects).substr(before))) {
        EXPECT_FALSE(recorded.contains(line)) << line << " was recorded and executed again";
      }
      const std::map<std::string, std::string> now = life.Recorded();
      for (const auto& [path, result] : recorded) {
        ASSERT_TRUE(now.contains(path)) << path << " was recorded and is gone";
        ASSERT_EQ(now.at(path), result) << path;
      }
      recorded = now;
      if (WIFSIGNALED(status)) {
        ++kills;
      } else {
        ASSERT_EQ(WEXITSTATUS(status), 0);
        done = true;
      }
    }
    EXPECT_EQ(ReadAll(life.output), expected);
    EXPECT_EQ(recorded.size(), std::size_t(kSteps));
    const std::vector<std::string> executed = Lines(ReadAll(life.effects));
    EXPECT_EQ(std::set<std::string>(executed.begin(), executed.end()).size(), std::size_t(kSteps));
    repeated_unrecorded += int(executed.size()) - kSteps;
  }
  RecordProperty("kills", kills);
  RecordProperty("runs", lives);
  std::printf(
      "%d kills over %d runs; %d steps were executed, killed before they were recorded, and executed again\n",
      kills, lives, repeated_unrecorded);
  EXPECT_GT(lives, 5);
}

}  // namespace
}  // namespace ninefold
