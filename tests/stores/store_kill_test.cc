// A writer killed in the middle of its batches: what it had been told was written is there.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::ninefold::testing::RunBatch;
using ::ninefold::testing::Step;
using ::ninefold::testing::StepBatch;
using ::ninefold::testing::TempFolder;

constexpr int kBatch = 7;

// In the child: writes batches from `first` on, noting each when it is acknowledged, until it is killed.
[[noreturn]] void WriteForever(const std::string& path, int first, std::atomic<int>* acknowledged) {
  auto store = OpenSqliteStore(path);
  if (!store.ok()) ::_exit(3);
  if (first == 1 && !(*store)->Write(RunBatch("r1")).ok()) ::_exit(4);
  for (int i = first;; i += kBatch) {
    if (!(*store)->Write(StepBatch("r1", i, kBatch)).ok()) ::_exit(5);
    acknowledged->store(i + kBatch - 1);
  }
}

TEST(StoreKill, NothingAcknowledgedIsLost) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* acknowledged = new (shared) std::atomic<int>(0);
  int first = 1;
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) WriteForever(path, first, acknowledged);
    // At some batch, at no special moment of it: the child runs on while this process looks.
    const int target = acknowledged->load() + 1 + round * kBatch;
    int status = 0;
    while (acknowledged->load() < target && ::waitpid(child, &status, WNOHANG) == 0) ::usleep(50);
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
    auto store = OpenSqliteStore(path);
    ASSERT_TRUE(store.ok()) << store.status();
    auto steps = (*store)->Steps("r1");
    ASSERT_TRUE(steps.ok()) << steps.status();
    ASSERT_GE(int(steps->size()), acknowledged->load());
    ASSERT_EQ(steps->size() % kBatch, 0u) << "a batch is written whole or not at all";
    for (std::size_t i = 0; i < steps->size(); ++i) ASSERT_EQ((*steps)[i].result, Step(int(i) + 1).result);
    first = int(steps->size()) + 1;
  }
  ::munmap(shared, 4096);
}

}  // namespace
}  // namespace ninefold
