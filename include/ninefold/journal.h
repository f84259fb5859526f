// What a run has done, step by step. Each model call and each tool call is a step with a stable path; its
// result is recorded before it is used. Resuming after a crash and replaying offline read the same record.
//
// A Store keeps journals: in memory (MemoryStore), or in SQLite (stores.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/event.h"
#include "ninefold/json.h"

namespace ninefold {

// A step's result as the code holds it; its text form is made only when a store needs it.
class StepValue {
 public:
  virtual ~StepValue() = default;
  virtual std::string Encode() const = 0;  // JSON text
};

enum class StepState { kStarted, kFinished };

struct StepRecord {
  std::string path;  // unique within the run
  std::string kind;  // "model", "tool", "plan", "input"
  StepState state = StepState::kFinished;
  std::uint64_t request_hash = 0;          // of what was asked; resuming with another request is an error
  std::string request;                     // what was asked, for people: may be empty, bounded
  std::shared_ptr<const StepValue> value;  // set in the process that made it
  std::string result;                      // JSON text: set when read back from a store
  std::optional<Cost> cost = {};           // with what was called within
  absl::Time started, finished;
};

struct RunRecord {
  std::string id;
  std::string name;  // of the team or pipeline
  std::string goal;
  std::string state;     // "running", "done", "failed", "cancelled"
  std::string message;   // of the failure
  std::string answer;    // JSON text of the Reply
  Json setup = nullptr;  // what is needed to make the same run again: pipeline path, inputs, options
  Json cost = nullptr;
  absl::Time started, finished;
  std::int64_t steps = 0;  // recorded
};

// Where journals are kept. Its functions may block (disk) and are called off the loop when blocking() says
// so; they may be called from any thread, one call at a time a store. What Write was given is durable when it
// returns.
struct StoreBatch {
  struct Step {
    std::string run_id;
    StepRecord record;
  };
  std::vector<RunRecord> runs;  // inserted, or replaced by id
  std::vector<Step> steps;      // inserted, or replaced by (run, path)
};

class Store {
 public:
  virtual ~Store() = default;
  virtual absl::Status Write(const StoreBatch& batch) = 0;
  virtual absl::StatusOr<std::vector<RunRecord>> Runs() = 0;  // newest first
  virtual absl::StatusOr<std::vector<StepRecord>> Steps(
      std::string_view run_id) = 0;  // in order of recording
  virtual bool blocking() const { return true; }
};
using StorePtr = std::shared_ptr<Store>;

StorePtr MemoryStore();

// Whether `status` says that the record does not fit the run: it has another request at the same path, or a
// kOnce tool was started and its end was not recorded. Nobody may take that for a failure and go on: the run
// ends with it.
bool IsJournalMismatch(const absl::Status& status);

}  // namespace ninefold
