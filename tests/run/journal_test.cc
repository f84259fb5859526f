#include "ninefold/journal.h"

#include <mutex>
#include <thread>

#include "base/asio.h"
#include "base/loop.h"
#include "gmock/gmock.h"
#include "ninefold/status.h"
#include "run/run_fixture.h"
#include "run/store_writer.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

StepRecord Step(std::string path, std::string result, std::uint64_t hash = 1) {
  StepRecord record;
  record.path = std::move(path);
  record.kind = "model";
  record.request_hash = hash;
  record.request = "what is asked";
  record.result = std::move(result);
  return record;
}

RunRecord MakeRun(std::string id, std::string state) {
  RunRecord record;
  record.id = std::move(id);
  record.state = std::move(state);
  return record;
}

TEST(MemoryStore, KeepsAndReplaces) {
  StorePtr store = MemoryStore();
  StoreBatch batch;
  batch.runs.push_back(MakeRun("r", "running"));
  batch.steps.push_back({"r", Step("a", "1")});
  batch.steps.push_back({"r", Step("b", "2")});
  batch.steps.push_back({"r", Step("a", "3")});
  ASSERT_TRUE(store->Write(batch).ok());
  const auto steps = store->Steps("r");
  ASSERT_EQ(steps->size(), 2u);
  EXPECT_EQ((*steps)[0].result, "3");
  EXPECT_EQ((*store->Runs())[0].steps, 2);
  EXPECT_EQ(store->Steps("no").status().code(), absl::StatusCode::kNotFound);
}

TEST(MemoryStore, ForgetsRunsThatEndedLongAgo) {
  StorePtr store = MemoryStore();
  StoreBatch first;
  first.runs.push_back(MakeRun("running", "running"));
  ASSERT_TRUE(store->Write(first).ok());
  for (int i = 0; i < 1000; ++i) {
    StoreBatch batch;
    batch.runs.push_back(MakeRun(absl::StrCat("r", i), "done"));
    ASSERT_TRUE(store->Write(batch).ok());
  }
  const auto runs = store->Runs();
  EXPECT_LT(runs->size(), 100u);
  EXPECT_EQ(runs->front().id, "r999");
  EXPECT_EQ(runs->back().id, "running") << "what still runs stays";
}

class JournalTest : public RunFixture {};

TEST_F(JournalTest, AResumedRunRecallsItsSteps) {
  run.journal.Open("r", MemoryStore(), nullptr, false);
  run.journal.Restore({Step("answer/turn.1", "result", 5)});
  Context root(run), answer(root, "answer"), turn(answer, "turn.1"), later(answer, "turn.2");
  const auto found = turn.Recall("model", 5, "what is asked");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->result, "result");
  const auto missing = later.Recall("model", 5, "");
  EXPECT_TRUE(missing.ok() && !missing->has_value());
}

TEST_F(JournalTest, AChangedRequestIsNamedWithItsDifference) {
  run.journal.Open("r", MemoryStore(), nullptr, false);
  run.journal.Restore({Step("answer", "result", 5)});
  Context root(run), answer(root, "answer");
  const auto found = answer.Recall("model", 6, "what is wanted");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Describe(found.status()), HasSubstr("run r answer: recorded for another model request"));
  EXPECT_THAT(Describe(found.status()), HasSubstr("recorded \"what is asked\", now \"what is wanted\""));
}

TEST_F(JournalTest, AReplayHasOnlyWhatWasRecorded) {
  run.journal.Open("r", MemoryStore(), nullptr, true);
  Context root(run), answer(root, "answer");
  const auto found = answer.Recall("model", 5, "");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Describe(found.status()), HasSubstr("no such step was recorded"));
}

// A store on a slow disk.
class SlowStore : public Store {
 public:
  absl::Status Write(const StoreBatch& batch) override {
    std::lock_guard lock(mutex);
    ++writes;
    steps += batch.steps.size();
    return fail_after >= 0 && writes > fail_after ? absl::DataLossError("disk on fire") : absl::OkStatus();
  }
  absl::StatusOr<std::vector<RunRecord>> Runs() override { return std::vector<RunRecord>(); }
  absl::StatusOr<std::vector<StepRecord>> Steps(std::string_view) override {
    return std::vector<StepRecord>();
  }

  std::mutex mutex;
  int writes = 0, fail_after = -1;
  std::size_t steps = 0;
};

TEST(StoreWriter, WritesTogetherWhatComesTogether) {
  auto store = std::make_shared<SlowStore>();
  std::atomic<int> durable = 0;
  {
    StoreWriter writer(store);
    std::lock_guard slow(store->mutex);  // the first write waits; the rest gathers
    for (int i = 0; i < 500; ++i) {
      StoreBatch batch;
      batch.steps.push_back({"r", Step(absl::StrCat("s", i), "")});
      writer.Add(std::move(batch), [&](absl::Status status) { durable += status.ok() ? 1 : 0; });
    }
    store->mutex.unlock();
    while (durable < 500) std::this_thread::yield();
    store->mutex.lock();
  }
  EXPECT_EQ(store->steps, 500u);
  EXPECT_LE(store->writes, 3);
}

TEST(StoreWriter, AFailedWriteReachesTheRun) {
  auto store = std::make_shared<SlowStore>();
  store->fail_after = 0;
  auto writer = std::make_shared<StoreWriter>(store);
  asio::io_context io(1);
  auto loop = MakeLoop(io, MakeBlockingPool(1));
  RunState run(*loop);
  run.journal.Open("r", store, writer, false);
  absl::Status status;
  auto body = [&]() -> Async<void> {
    Context root(run);
    StepRecord record = Step("a", "");
    status = co_await root.Record(std::move(record));
  };
  asio::co_spawn(io, body, asio::detached);
  io.run();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Describe(status), HasSubstr("run r: the journal could not be written: disk on fire"));
}

}  // namespace
}  // namespace ninefold
