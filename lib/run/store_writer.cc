#include "run/store_writer.h"

#include <iterator>
#include <utility>

namespace ninefold {

StoreWriter::StoreWriter(StorePtr store) : store_(std::move(store)), thread_(MakeBlockingPool(1)) {}

StoreWriter::~StoreWriter() = default;

void StoreWriter::Add(StoreBatch batch, std::function<void(absl::Status)> done) {
  std::lock_guard lock(mutex_);
  std::move(batch.runs.begin(), batch.runs.end(), std::back_inserter(waiting_.runs));
  std::move(batch.steps.begin(), batch.steps.end(), std::back_inserter(waiting_.steps));
  done_.push_back(std::move(done));
  if (flushing_) return;
  flushing_ = true;
  thread_->Run([this] { Flush(); });
}

void StoreWriter::Flush() {
  while (true) {
    StoreBatch batch;
    std::vector<std::function<void(absl::Status)>> done;
    {
      std::lock_guard lock(mutex_);
      if (done_.empty()) {
        flushing_ = false;
        return;
      }
      std::swap(batch, waiting_);
      done.swap(done_);
    }
    const absl::Status status = store_->Write(batch);
    for (auto& fn : done) fn(status);
  }
}

}  // namespace ninefold
