// The journal of one run: what was recorded before (when resuming or replaying), and the way to the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/loop.h"
#include "ninefold/async.h"
#include "ninefold/journal.h"
#include "run/store_writer.h"

namespace ninefold {

// The segment below an agent's path at which its failure is recorded.
inline constexpr char kFailureSegment[] = "failed";

// A status of which IsJournalMismatch is true.
absl::Status JournalMismatch(std::string_view message);

class RunJournal {
 public:
  // `writer` is null for a store that does not block.
  void Open(std::string run_id, StorePtr store, std::shared_ptr<StoreWriter> writer, bool replaying);
  // What an earlier life of the run recorded.
  void Restore(std::vector<StepRecord> steps);

  absl::StatusOr<std::optional<StepRecord>> Recall(const std::string& path, std::string_view kind,
                                                   std::uint64_t request_hash,
                                                   std::string_view request) const;
  Async<absl::Status> Record(StepRecord record, Loop& loop);
  Async<absl::Status> RecordRun(RunRecord record, Loop& loop);

  // Whether anything but failures was recorded after this step, so that somebody may have been told of it.
  bool IsFollowed(const std::string& path) const { return !last_failures_.contains(path); }

  bool durable() const { return store_ != nullptr && store_->blocking(); }
  bool replaying() const { return replaying_; }
  std::int64_t recorded() const { return recorded_; }

 private:
  Async<absl::Status> Write(StoreBatch batch, Loop& loop);

  std::string run_id_;
  StorePtr store_;
  std::shared_ptr<StoreWriter> writer_;
  bool replaying_ = false;
  std::int64_t recorded_ = 0;
  std::unordered_map<std::string, StepRecord> earlier_;
  std::unordered_set<std::string> last_failures_;
};

}  // namespace ninefold
