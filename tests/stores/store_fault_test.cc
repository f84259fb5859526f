// Disks that fill up, fail, and lose power.
#include <sqlite3.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stores/faulty_disk.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::ninefold::testing::DiskImage;
using ::ninefold::testing::FaultyDisk;
using ::ninefold::testing::RunBatch;
using ::ninefold::testing::Step;
using ::ninefold::testing::StepBatch;
using ::ninefold::testing::TempFolder;
using ::testing::HasSubstr;

constexpr int kSteps = 12;

// Writes a run step by step; how many steps were acknowledged, or -1 when the run was not.
int WriteRun(const std::string& path, absl::Status& failure) {
  auto store = OpenSqliteStore(path);
  failure = store.status();
  if (!store.ok()) return -1;
  failure = (*store)->Write(RunBatch("r1"));
  if (!failure.ok()) return -1;
  for (int i = 1; i <= kSteps; ++i) {
    failure = (*store)->Write(StepBatch("r1", i));
    if (failure.ok()) continue;
    EXPECT_EQ((*store)->Write(StepBatch("r1", i)), failure) << "a store that failed stays failed";
    EXPECT_EQ((*store)->Steps("r1").status(), failure);
    return i - 1;
  }
  return kSteps;
}

void ExpectHolds(const std::string& path, int acknowledged, const std::string& what) {
  auto store = OpenSqliteStore(path);
  ASSERT_TRUE(store.ok()) << what << ": " << store.status();
  if (acknowledged < 0) return;
  auto steps = (*store)->Steps("r1");
  ASSERT_TRUE(steps.ok()) << what << ": " << steps.status();
  ASSERT_GE(int(steps->size()), acknowledged) << what;
  for (std::size_t i = 0; i < steps->size(); ++i)
    ASSERT_EQ((*steps)[i].result, Step(int(i) + 1).result) << what;
  ASSERT_TRUE((*store)->Write(StepBatch("r1", 100)).ok()) << what << ": and goes on";
}

struct Fault {
  FaultyDisk::Call call;
  int code;
  absl::StatusCode status;
  const char* words;
};

class StoreFault : public ::testing::TestWithParam<Fault> {};

// The n-th call fails, for every n: a precise error, nothing acknowledged is lost, and after the disk is
// mended the store goes on.
TEST_P(StoreFault, LosesNothingWhereverItStrikes) {
  const Fault fault = GetParam();
  FaultyDisk disk;
  int failures = 0;
  for (int n = 1; n < 400; ++n) {
    TempFolder folder;
    const std::string path = folder / "runs.db";
    disk.FailFrom(fault.call, n, fault.code);
    absl::Status failure;
    const int acknowledged = WriteRun(path, failure);
    disk.FailNever();
    if (!failure.ok()) {
      ++failures;
      EXPECT_EQ(failure.code(), fault.status) << "n = " << n << ": " << failure;
      EXPECT_THAT(std::string(failure.message()), HasSubstr(fault.words)) << "n = " << n;
    }
    ExpectHolds(path, acknowledged, absl::StrCat("n = ", n));
    if (HasFatalFailure() || failure.ok()) break;
  }
  EXPECT_GT(failures, kSteps);
}

INSTANTIATE_TEST_SUITE_P(
    All, StoreFault,
    ::testing::Values(Fault{FaultyDisk::Call::kWrite, SQLITE_FULL, absl::StatusCode::kResourceExhausted,
                            "the disk is full; free some space"},
                      Fault{FaultyDisk::Call::kWrite, SQLITE_IOERR_WRITE, absl::StatusCode::kDataLoss,
                            "the disk failed to read or write"},
                      Fault{FaultyDisk::Call::kWrite, SQLITE_READONLY, absl::StatusCode::kPermissionDenied,
                            "may not be written"},
                      Fault{FaultyDisk::Call::kSync, SQLITE_IOERR_FSYNC, absl::StatusCode::kDataLoss,
                            "could not confirm a write"}));

TEST(StoreFault, AFileThatCannotBeOpened) {
  FaultyDisk disk;
  TempFolder folder;
  disk.FailFrom(FaultyDisk::Call::kOpen, 1, SQLITE_CANTOPEN);
  const auto store = OpenSqliteStore(folder / "runs.db");
  EXPECT_TRUE(absl::IsPermissionDenied(store.status())) << store.status();
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("check the rights"));
}

// A power cut at every write and every sync of a run.
struct Cuts {
  FaultyDisk* disk;
  int acknowledged = 0;
  std::vector<std::pair<DiskImage, int>> images;
};

int LostSteps(Durability durability, int steps) {
  FaultyDisk disk;
  TempFolder folder;
  Cuts cuts{&disk, 0, {}};
  {
    auto store = OpenSqliteStore(folder / "runs.db", durability);
    EXPECT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)->Write(RunBatch("r1")).ok());
    disk.OnChange(
        [](void* argument) {
          auto& c = *static_cast<Cuts*>(argument);
          c.images.emplace_back(c.disk->Cut(c.images.size()), c.acknowledged);
        },
        &cuts);
    for (int i = 1; i <= steps; ++i) {
      EXPECT_TRUE((*store)->Write(StepBatch("r1", i)).ok());
      cuts.acknowledged = i;
    }
    disk.OnChange(nullptr, nullptr);
  }
  EXPECT_GT(cuts.images.size(), std::size_t(steps));
  int lost = 0;
  for (const auto& [image, acknowledged] : cuts.images) {
    TempFolder after;
    for (const auto& [name, content] : image) {
      std::ofstream(after / std::filesystem::path(name).filename().string(), std::ios::binary) << content;
    }
    auto store = OpenSqliteStore(after / "runs.db", durability);
    if (!store.ok()) {
      ++lost;
      continue;
    }
    auto found = (*store)->Steps("r1");
    if (!found.ok() || int(found->size()) < acknowledged) ++lost;
  }
  return lost;
}

TEST(StorePowerCut, FullDurabilityLosesNothing) { EXPECT_EQ(LostSteps(Durability::kPower, 50), 0); }

// What kProcess gives up, and that the test above can fail.
TEST(StorePowerCut, ProcessDurabilityMayLoseTheLastSteps) {
  EXPECT_GT(LostSteps(Durability::kProcess, 50), 0);
}

}  // namespace
}  // namespace ninefold
