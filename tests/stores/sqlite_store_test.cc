// A store keeps what it was given, for one process at a time.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::ninefold::testing::RunBatch;
using ::ninefold::testing::Step;
using ::ninefold::testing::StepBatch;
using ::ninefold::testing::TempFolder;
using ::ninefold::testing::TheRun;
using ::testing::AllOf;
using ::testing::HasSubstr;

StorePtr Open(const std::string& path, Durability durability = Durability::kPower) {
  absl::StatusOr<StorePtr> store = OpenSqliteStore(path, durability);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *store : MemoryStore();
}

void ExpectSame(const StepRecord& a, const StepRecord& b) {
  EXPECT_EQ(a.path, b.path);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.request_hash, b.request_hash);
  EXPECT_EQ(a.request, b.request);
  EXPECT_EQ(a.result, b.result);
  EXPECT_EQ(a.cost, b.cost);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.finished, b.finished);
}

TEST(SqliteStore, GivesBackWhatItWasGivenAfterReopening) {
  TempFolder folder;
  RunRecord run = TheRun("r1", "done");
  run.goal = std::string("why \xff\0 \"' -- ; DROP TABLE runs", 30);
  run.answer = R"({"text":"42"})";
  run.message = "ä€🙂";
  run.cost = Json::parse(R"({"usd":0.25})");
  run.finished = absl::InfiniteFuture();
  StepRecord step = Step(1);
  step.request_hash = ~std::uint64_t{0};
  step.cost = Cost{.tokens = {.input = 7}, .usd = 1e-9, .model_calls = 1};
  step.started = absl::InfinitePast();
  StepRecord empty;
  empty.path = "'; DELETE FROM steps; --";
  empty.state = StepState::kStarted;
  {
    StorePtr store = Open(folder / "runs.db");
    StoreBatch batch;
    batch.runs.push_back(run);
    batch.steps = {{"r1", step}, {"r1", empty}};
    ASSERT_TRUE(store->Write(batch).ok());
  }
  for (const bool reader : {false, true}) {
    StorePtr store = reader ? *OpenSqliteReader(folder / "runs.db") : Open(folder / "runs.db");
    auto runs = store->Runs();
    ASSERT_TRUE(runs.ok()) << runs.status();
    ASSERT_EQ(runs->size(), 1u);
    const RunRecord& back = runs->front();
    EXPECT_EQ(back.goal, run.goal);
    EXPECT_EQ(back.answer, run.answer);
    EXPECT_EQ(back.message, run.message);
    EXPECT_EQ(back.state, "done");
    EXPECT_EQ(back.setup, run.setup);
    EXPECT_EQ(back.cost, run.cost);
    EXPECT_EQ(back.started, run.started);
    EXPECT_EQ(back.finished, absl::InfiniteFuture());
    EXPECT_EQ(back.steps, 2);
    auto steps = store->Steps("r1");
    ASSERT_TRUE(steps.ok()) << steps.status();
    ASSERT_EQ(steps->size(), 2u);
    ExpectSame((*steps)[0], step);
    ExpectSame((*steps)[1], empty);
  }
}

class Encoded : public StepValue {
 public:
  std::string Encode() const override { return R"({"made":"late"})"; }
};

TEST(SqliteStore, EncodesAValueThatHasNoTextYet) {
  TempFolder folder;
  StorePtr store = Open(folder / "runs.db");
  StoreBatch batch = RunBatch("r1");
  batch.steps.push_back({"r1", Step(1)});
  batch.steps.back().record.value = std::make_shared<Encoded>();
  ASSERT_TRUE(store->Write(batch).ok());
  auto steps = store->Steps("r1");
  ASSERT_TRUE(steps.ok()) << steps.status();
  EXPECT_EQ(steps->front().result, R"({"made":"late"})");
  EXPECT_EQ(steps->front().value, nullptr);
}

TEST(SqliteStore, KeepsTheOrderOfFirstRecordingWhenAStepIsReplaced) {
  TempFolder folder;
  StorePtr store = Open(folder / "runs.db");
  ASSERT_TRUE(store->Write(RunBatch("r1")).ok());
  StoreBatch started = StepBatch("r1", 1, 3);
  for (auto& step : started.steps) step.record.state = StepState::kStarted;
  ASSERT_TRUE(store->Write(started).ok());
  ASSERT_TRUE(store->Write(StepBatch("r1", 2)).ok());
  ASSERT_TRUE(store->Write(StepBatch("r1", 4)).ok());
  auto steps = store->Steps("r1");
  ASSERT_TRUE(steps.ok()) << steps.status();
  ASSERT_EQ(steps->size(), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ((*steps)[std::size_t(i)].path, Step(i + 1).path);
  EXPECT_EQ((*steps)[0].state, StepState::kStarted);
  EXPECT_EQ((*steps)[1].state, StepState::kFinished);
}

TEST(SqliteStore, ListsRunsNewestFirstAndCountsTheirSteps) {
  TempFolder folder;
  StorePtr store = Open(folder / "runs.db");
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(store->Write(RunBatch(id)).ok());
  StoreBatch mixed = StepBatch("a", 1, 2);
  mixed.steps.push_back({"c", Step(1)});
  mixed.steps.push_back({"a", Step(3)});
  mixed.runs.push_back(TheRun("a", "done"));
  ASSERT_TRUE(store->Write(mixed).ok());
  auto runs = store->Runs();
  ASSERT_TRUE(runs.ok()) << runs.status();
  ASSERT_EQ(runs->size(), 3u);
  EXPECT_EQ((*runs)[0].id, "c");
  EXPECT_EQ((*runs)[0].steps, 1);
  EXPECT_EQ((*runs)[1].steps, 0);
  EXPECT_EQ((*runs)[2].id, "a");
  EXPECT_EQ((*runs)[2].state, "done");
  EXPECT_EQ((*runs)[2].steps, 3);
}

TEST(SqliteStore, AnUnknownRunIsNotFound) {
  TempFolder folder;
  const auto steps = Open(folder / "runs.db")->Steps("nope");
  EXPECT_TRUE(absl::IsNotFound(steps.status()));
  EXPECT_THAT(std::string(steps.status().message()), HasSubstr("no run \"nope\""));
}

TEST(SqliteStore, ASecondOpenerIsToldWhoHasIt) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  EXPECT_EQ(SqliteStoreUser(path), "");
  StorePtr first = Open(path);
  ASSERT_EQ(::symlink(path.c_str(), (folder / "link.db").c_str()), 0);
  for (const std::string& name : {path, folder / "link.db", folder / "./runs.db"}) {
    const auto second = OpenSqliteStore(name);
    EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
    EXPECT_THAT(std::string(second.status().message()),
                AllOf(HasSubstr(name), HasSubstr(absl::StrCat("in use by process ", ::getpid())),
                      HasSubstr("wait until it has ended")));
  }
  EXPECT_THAT(SqliteStoreUser(folder / "link.db"), HasSubstr(absl::StrCat("process ", ::getpid())));
  first.reset();
  EXPECT_EQ(SqliteStoreUser(path), "");
  EXPECT_TRUE(OpenSqliteStore(path).ok());
}

TEST(SqliteStore, ASecondProcessIsRefusedAndTheLockDiesWithItsHolder) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = OpenSqliteStore(path);
    (void)!::write(ready[1], store.ok() ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const auto refused = OpenSqliteStore(path);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(absl::StrCat("process ", child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(OpenSqliteStore(path).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(SqliteStore, AReaderLooksWhileTheWriterWritesAndCannotWrite) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  StorePtr writer = Open(path);
  ASSERT_TRUE(writer->Write(RunBatch("r1")).ok());
  auto reader = OpenSqliteReader(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(writer->Write(StepBatch("r1", i)).ok());
    auto steps = (*reader)->Steps("r1");
    ASSERT_TRUE(steps.ok()) << steps.status();
    ASSERT_EQ(steps->size(), std::size_t(i));
  }
  EXPECT_TRUE(absl::IsFailedPrecondition((*reader)->Write(RunBatch("r2"))));
  writer.reset();
  EXPECT_EQ((*reader)->Steps("r1")->size(), 20u);
}

TEST(SqliteStore, IsReadableByItsOwnerOnly) {
  TempFolder folder;
  StorePtr store = Open(folder / "runs.db");
  ASSERT_TRUE(store->Write(RunBatch("r1")).ok());
  for (const char* name : {"runs.db", "runs.db-wal", "runs.db.lock"}) {
    struct stat info;
    ASSERT_EQ(::stat((folder / name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST(SqliteStore, DurabilityChoosesWhenTheDiskIsAsked) {
  TempFolder folder;
  for (const auto& [durability, name] :
       {std::pair{Durability::kPower, "power.db"}, std::pair{Durability::kProcess, "process.db"}}) {
    StorePtr store = Open(folder / name, durability);
    EXPECT_TRUE(store->Write(RunBatch("r1")).ok());
    EXPECT_EQ(store->Runs()->size(), 1u);
  }
}

TEST(OpenStore, TakesItsForms) {
  TempFolder folder;
  EXPECT_FALSE((*OpenStore("memory"))->blocking());
  EXPECT_TRUE(OpenStore(folder / "a.db").ok());
  EXPECT_TRUE(OpenStore(absl::StrCat("sqlite:", folder / "b.sqlite")).ok());
  for (const char* bad : {"", "postgres://x", "runs.txt", "Memory"}) {
    const auto store = OpenStore(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(store.status())) << bad;
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("sqlite:FILE")) << bad;
  }
}

}  // namespace
}  // namespace ninefold
