// Files that are no stores, or are damaged: said, never guessed at, never overwritten.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::ninefold::testing::RunBatch;
using ::ninefold::testing::StepBatch;
using ::ninefold::testing::TempFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Changes a store behind its back.
void Sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << (error == nullptr ? "" : error);
  sqlite3_close(db);
}

// A store with run "r1" of `steps` steps, and run "r2" of one.
void MakeStore(const std::string& path, int steps) {
  auto store = OpenSqliteStore(path, Durability::kProcess);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Write(RunBatch("r1", "done")).ok());
  ASSERT_TRUE((*store)->Write(RunBatch("r2", "done")).ok());
  ASSERT_TRUE((*store)->Write(StepBatch("r1", 1, steps)).ok());
  ASSERT_TRUE((*store)->Write(StepBatch("r2", 1)).ok());
}

TEST(StoreDamage, WhatIsNoStoreIsRefusedAndLeftAlone) {
  TempFolder folder;
  const std::pair<const char*, std::string> cases[] = {
      {"text.db", "just some notes\n"},
      {"long.db", std::string(100'000, 'x')},
      {"short.db", "SQLite"},
      {"zero.db", std::string(8192, '\0')},
      {"head.db", std::string("SQLite format 3\0", 16)},
      {"tail.db", std::string("SQLite format 3\0", 16) + std::string(5000, '\xff')},
  };
  for (const auto& [name, bytes] : cases) {
    const std::string path = folder / name;
    WriteAll(path, bytes);
    for (const auto& store : {OpenSqliteStore(path), OpenSqliteReader(path)}) {
      EXPECT_TRUE(absl::IsDataLoss(store.status())) << name << ": " << store.status();
      EXPECT_THAT(std::string(store.status().message()), AllOf(HasSubstr(path), HasSubstr("choose another")))
          << name;
    }
    EXPECT_EQ(ReadAll(path), bytes) << name;
  }
}

TEST(StoreDamage, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  TempFolder folder;
  const std::string path = folder / "photos.db";
  Sql(path, "CREATE TABLE photos(name TEXT); INSERT INTO photos VALUES('a')");
  const std::string before = ReadAll(path);
  for (const auto& store : {OpenSqliteStore(path), OpenSqliteReader(path)}) {
    EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("not a ninefold store"));
  }
  EXPECT_EQ(ReadAll(path), before);
}

TEST(StoreDamage, AnEmptyFileBecomesAStore) {
  TempFolder folder;
  WriteAll(folder / "new.db", "");
  auto store = OpenSqliteStore(folder / "new.db");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE((*store)->Write(RunBatch("r1")).ok());
}

TEST(StoreDamage, ANewerStoreSaysSo) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  MakeStore(path, 2);
  Sql(path, "PRAGMA user_version = 7");
  for (const auto& store : {OpenSqliteStore(path), OpenSqliteReader(path)}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
    EXPECT_THAT(std::string(store.status().message()),
                AllOf(HasSubstr("newer ninefold (store version 7"), HasSubstr("update")));
  }
  Sql(path, "PRAGMA user_version = -3");
  EXPECT_TRUE(absl::IsDataLoss(OpenSqliteStore(path).status()));
}

TEST(StoreDamage, ADamagedStepIsNamed) {
  TempFolder folder;
  struct {
    const char* sql;
    const char* what;
  } cases[] = {
      {"UPDATE steps SET result = replace(result, 'answer', 'insult') WHERE run = 'r1' AND n = 2",
       "checksum"},
      {"UPDATE steps SET request_hash = request_hash + 1 WHERE run = 'r1' AND n = 2", "checksum"},
      {"UPDATE steps SET started = 9223372036854775807 WHERE run = 'r1' AND n = 2", "checksum"},
      {"UPDATE steps SET state = 17 WHERE run = 'r1' AND n = 2", "unknown state 17"},
      {"UPDATE steps SET state = -4294967295 WHERE run = 'r1' AND n = 2", "unknown state"},
      {"UPDATE steps SET result = x'00ff' WHERE run = 'r1' AND n = 2", "another type"},
      {"UPDATE steps SET finished = 'soon' WHERE run = 'r1' AND n = 2", "another type"},
      {"UPDATE steps SET cost = '[[[' WHERE run = 'r1' AND n = 2", "checksum"},
  };
  for (const auto& c : cases) {
    const std::string path = folder / "runs.db";
    std::filesystem::remove(path);
    MakeStore(path, 5);
    Sql(path, c.sql);
    auto store = OpenSqliteStore(path);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto steps = (*store)->Steps("r1");
    EXPECT_TRUE(absl::IsDataLoss(steps.status())) << c.sql;
    EXPECT_THAT(std::string(steps.status().message()),
                AllOf(HasSubstr("run r1 step task.2/turn.1"), HasSubstr(c.what)))
        << c.sql;
    EXPECT_TRUE((*store)->Steps("r2").ok()) << "the other run is whole";
  }
}

TEST(StoreDamage, AMissingStepIsNoticed) {
  TempFolder folder;
  for (const auto& [sql, what] :
       {std::pair{"DELETE FROM steps WHERE run = 'r1' AND n = 1", "step 1 of 5 is missing"},
        std::pair{"DELETE FROM steps WHERE run = 'r1' AND n = 3", "step 3 of 5 is missing"},
        std::pair{"DELETE FROM steps WHERE run = 'r1' AND n = 5", "step 5 of 5 is missing"},
        std::pair{"DELETE FROM steps WHERE run = 'r1'", "step 1 of 5 is missing"}}) {
    const std::string path = folder / "runs.db";
    std::filesystem::remove(path);
    MakeStore(path, 5);
    Sql(path, sql);
    auto store = OpenSqliteStore(path);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto steps = (*store)->Steps("r1");
    EXPECT_TRUE(absl::IsDataLoss(steps.status())) << sql;
    EXPECT_THAT(std::string(steps.status().message()), HasSubstr(what)) << sql;
  }
}

TEST(StoreDamage, ADamagedRunIsListedAsDamagedAndHidesNoOther) {
  TempFolder folder;
  const std::string path = folder / "runs.db";
  MakeStore(path, 2);
  Sql(path, "UPDATE runs SET goal = 'another' WHERE id = 'r1'");
  auto store = OpenSqliteStore(path);
  ASSERT_TRUE(store.ok()) << store.status();
  const auto runs = (*store)->Runs();
  ASSERT_TRUE(runs.ok()) << runs.status();
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ((*runs)[0].state, "done");
  EXPECT_EQ((*runs)[1].id, "r1");
  EXPECT_EQ((*runs)[1].state, "damaged");
  EXPECT_THAT((*runs)[1].message, HasSubstr("run r1: the record is damaged"));
  EXPECT_TRUE(absl::IsDataLoss((*store)->Steps("r1").status()));
  EXPECT_TRUE((*store)->Steps("r2").ok());
}

// Every reading of a file with some bytes gone or turned ends in the truth or in an error.
TEST(StoreDamage, TruncatedAndFlippedFilesNeverLie) {
  TempFolder folder;
  MakeStore(folder / "whole.db", 40);
  const std::string whole = ReadAll(folder / "whole.db");
  auto good = (*OpenSqliteReader(folder / "whole.db"))->Steps("r1");
  ASSERT_TRUE(good.ok());
  std::vector<std::string> variants;
  for (std::size_t size = 1; size < whole.size(); size += 509) variants.push_back(whole.substr(0, size));
  for (std::size_t at = 0; at < whole.size(); at += 127) {
    variants.push_back(whole);
    variants.back()[at] = char(variants.back()[at] ^ (1 << (at % 8)));
  }
  int refused = 0;
  for (const std::string& bytes : variants) {
    const std::string path = folder / "bad.db";
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(absl::StrCat(path, end));
    WriteAll(path, bytes);
    auto store = OpenSqliteStore(path, Durability::kProcess);
    if (!store.ok()) {
      ++refused;
      continue;
    }
    auto steps = (*store)->Steps("r1");
    if (!steps.ok()) {
      ++refused;
      EXPECT_FALSE(steps.status().message().empty());
      continue;
    }
    ASSERT_EQ(steps->size(), good->size());
    for (std::size_t i = 0; i < steps->size(); ++i) EXPECT_EQ((*steps)[i].result, (*good)[i].result);
  }
  EXPECT_GT(refused, int(variants.size()) / 4);
}

TEST(StoreDamage, FoldersThatAreMissingOrMayNotBeWritten) {
  TempFolder folder;
  const auto missing = OpenSqliteStore(folder / "no/such/runs.db");
  EXPECT_TRUE(absl::IsNotFound(missing.status())) << missing.status();
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("create it first"));
  const auto directory = OpenSqliteStore(folder.path());
  EXPECT_TRUE(absl::IsInvalidArgument(directory.status())) << directory.status();
  EXPECT_THAT(std::string(directory.status().message()), HasSubstr("is a folder"));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenSqliteStore("").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenSqliteStore(std::string("a\0b", 3)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenSqliteStore("/dev/null").status()));
  const auto below = OpenSqliteStore("/dev/null/runs.db");
  EXPECT_FALSE(below.ok());
  EXPECT_THAT(std::string(below.status().message()), HasSubstr("/dev/null/runs.db"));
  const auto none = OpenSqliteReader(folder / "none.db");
  EXPECT_TRUE(absl::IsNotFound(none.status())) << none.status();
  EXPECT_FALSE(std::filesystem::exists(folder / "none.db")) << "looking makes no file";
}

TEST(StoreDamage, ReadOnlyFolder) {
  if (::geteuid() == 0) {
    // The superuser may write anywhere; /proc refuses even them.
    const auto store = OpenSqliteStore("/proc/self/runs.db");
    EXPECT_FALSE(store.ok());
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("/proc/self/runs.db"));
    return;
  }
  TempFolder folder;
  std::filesystem::permissions(folder.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto store = OpenSqliteStore(folder / "runs.db");
  EXPECT_TRUE(absl::IsPermissionDenied(store.status())) << store.status();
}

}  // namespace
}  // namespace ninefold
