// Which store a command works on.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/journal.h"

namespace ninefold::cli {

// $XDG_STATE_HOME/ninefold/runs.db, or ~/.local/state/ninefold/runs.db; "" when there is no home
// (https://specifications.freedesktop.org/basedir-spec/).
std::string DefaultStorePath();

// A store that remembers whether a write to it failed, so that the program can tell such an end from others.
class WatchedStore : public Store {
 public:
  explicit WatchedStore(StorePtr store) : store_(std::move(store)) {}
  absl::Status Write(const StoreBatch& batch) override;
  absl::StatusOr<std::vector<RunRecord>> Runs() override { return store_->Runs(); }
  absl::StatusOr<std::vector<StepRecord>> Steps(std::string_view run_id) override {
    return store_->Steps(run_id);
  }
  bool blocking() const override { return store_->blocking(); }
  bool failed() const { return failed_; }
  std::int64_t steps() const { return steps_; }  // finished, written through here

 private:
  StorePtr store_;
  std::atomic<bool> failed_ = false;
  std::atomic<std::int64_t> steps_ = 0;
};

struct ChosenStore {
  std::shared_ptr<WatchedStore> store;
  std::string path;  // "" for memory: nothing outlives the program
};

// For writing. `spec` is that of --store; "" chooses the default, and falls back to memory, with a warning,
// when it cannot be had.
absl::StatusOr<ChosenStore> OpenForRun(const std::string& spec);
// For going on with a run: no falling back.
absl::StatusOr<ChosenStore> OpenForResume(const std::string& spec);
// For looking. kNotFound when there is no store yet.
absl::StatusOr<ChosenStore> OpenForReading(const std::string& spec);

// The run whose id is, or begins with, `id`; "" takes the newest (the newest that has not ended well when
// `unfinished`). kNotFound, or kInvalidArgument when several begin so.
absl::StatusOr<RunRecord> FindRun(Store& store, const std::string& id, bool unfinished);

}  // namespace ninefold::cli
