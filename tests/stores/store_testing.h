// What the tests of stores share: a folder of their own, and records to put into a store.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ninefold/stores.h"

namespace ninefold::testing {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ninefold-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return absl::StrCat(path_, "/", name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline StepRecord Step(int i) {
  StepRecord step;
  step.path = absl::StrCat("task.", i, "/turn.1");
  step.kind = "model";
  step.request_hash = 0xfedcba9876543210u + std::uint64_t(i);
  step.request = "what?";
  step.result = absl::StrCat(R"({"text":"answer )", i, R"("})");
  step.started = absl::FromUnixNanos(1'700'000'000'123'456'789 + i);
  step.finished = step.started + absl::Milliseconds(3);
  return step;
}

inline RunRecord TheRun(const std::string& id, const std::string& state = "running") {
  RunRecord run;
  run.id = id;
  run.name = "team";
  run.goal = "why?";
  run.state = state;
  run.setup = Json::parse(R"({"pipeline":"team.yaml"})");
  run.started = absl::FromUnixSeconds(1'700'000'000);
  return run;
}

inline StoreBatch RunBatch(const std::string& id, const std::string& state = "running") {
  StoreBatch batch;
  batch.runs.push_back(TheRun(id, state));
  return batch;
}

inline StoreBatch StepBatch(const std::string& id, int first, int count = 1) {
  StoreBatch batch;
  for (int i = first; i < first + count; ++i) batch.steps.push_back({id, Step(i)});
  return batch;
}

}  // namespace ninefold::testing
