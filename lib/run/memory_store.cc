// Journals in memory. Ended runs are kept for a while, so that an application can look at them, and then
// forgotten: a server that lives for a million runs must not grow.
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ninefold/journal.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kEndedRunsKept = 64;

class InMemoryStore : public Store {
 public:
  absl::Status Write(const StoreBatch& batch) override {
    std::lock_guard lock(mutex_);
    for (const RunRecord& run : batch.runs) Put(run);
    for (const StoreBatch::Step& step : batch.steps) {
      Kept& kept = runs_[step.run_id];
      const auto [it, fresh] = kept.index.emplace(step.record.path, kept.steps.size());
      if (fresh) {
        kept.steps.push_back(step.record);
      } else {
        kept.steps[it->second] = step.record;
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<RunRecord>> Runs() override {
    std::lock_guard lock(mutex_);
    std::vector<RunRecord> all;
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
      const Kept& kept = runs_.at(it->second);
      all.push_back(kept.run);
      all.back().steps = std::int64_t(kept.steps.size());
    }
    return all;
  }

  absl::StatusOr<std::vector<StepRecord>> Steps(std::string_view run_id) override {
    std::lock_guard lock(mutex_);
    const auto it = runs_.find(std::string(run_id));
    if (it == runs_.end())
      return absl::NotFoundError(absl::StrCat("no run \"", ToAbsl(run_id), "\" in memory"));
    return it->second.steps;
  }

  bool blocking() const override { return false; }

 private:
  struct Kept {
    RunRecord run;
    std::vector<StepRecord> steps;
    std::unordered_map<std::string, std::size_t> index;
    bool listed = false;
    std::uint64_t number = 0;  // in order_
  };

  void Put(const RunRecord& run) {
    Kept& kept = runs_[run.id];
    const bool ended = run.state != "running";
    const bool was_ended = kept.listed && kept.run.state != "running";
    kept.run = run;
    if (!kept.listed) {
      kept.number = ++listed_;
      order_.emplace(kept.number, run.id);
    }
    kept.listed = true;
    if (ended && !was_ended) ended_.push_back(run.id);
    while (ended_.size() > kEndedRunsKept) {
      Forget(ended_.front());
      ended_.pop_front();
    }
  }

  void Forget(const std::string& id) {
    const auto it = runs_.find(id);
    if (it == runs_.end()) return;
    order_.erase(it->second.number);
    runs_.erase(it);
  }

  std::mutex mutex_;
  std::unordered_map<std::string, Kept> runs_;
  std::map<std::uint64_t, std::string> order_;  // of starting
  std::uint64_t listed_ = 0;
  std::deque<std::string> ended_;  // of ending
};

}  // namespace

StorePtr MemoryStore() { return std::make_shared<InMemoryStore>(); }

}  // namespace ninefold
