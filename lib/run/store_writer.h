// Group commit: records of all runs on one store go through one thread; what arrives while a commit is under
// way goes into the next one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "base/loop.h"
#include "ninefold/journal.h"

namespace ninefold {

class StoreWriter {
 public:
  explicit StoreWriter(StorePtr store);
  ~StoreWriter();  // waits for what was added

  const StorePtr& store() const { return store_; }
  // `done` is called from the writer's thread when the batch is durable, or could not be made so.
  void Add(StoreBatch batch, std::function<void(absl::Status)> done);

 private:
  void Flush();

  StorePtr store_;
  std::mutex mutex_;
  StoreBatch waiting_;
  std::vector<std::function<void(absl::Status)>> done_;
  bool flushing_ = false;
  std::shared_ptr<BlockingPool> thread_;  // of one; last, so that it ends before the rest goes
};

}  // namespace ninefold
