#include "run/run_journal.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/one_shot.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// Where two requests part, for a person: "…recorded text" against "…text now".
std::string Difference(std::string_view recorded, std::string_view now) {
  if (recorded.empty() || now.empty()) return "";
  std::size_t same = 0;
  while (same < recorded.size() && same < now.size() && recorded[same] == now[same]) ++same;
  const std::size_t from = same > 30 ? same - 30 : 0;
  const auto piece = [&](std::string_view s) { return MendUtf8(s.substr(std::min(from, s.size()), 90)); };
  return absl::StrCat("; recorded \"", piece(recorded), "\", now \"", piece(now), "\"");
}

constexpr char kMismatchUrl[] = "ninefold/journal";

bool IsFailure(const StepRecord& step) {
  const bool is_there =
      step.path == kFailureSegment || absl::EndsWith(step.path, absl::StrCat("/", kFailureSegment));
  return is_there && step.kind == "plan";
}

}  // namespace

bool IsJournalMismatch(const absl::Status& status) { return status.GetPayload(kMismatchUrl).has_value(); }

absl::Status JournalMismatch(std::string_view message) {
  absl::Status status = absl::FailedPreconditionError(ToAbsl(message));
  status.SetPayload(kMismatchUrl, absl::Cord());
  return status;
}

void RunJournal::Open(std::string run_id, StorePtr store, std::shared_ptr<StoreWriter> writer,
                      bool replaying) {
  run_id_ = std::move(run_id);
  store_ = std::move(store);
  writer_ = std::move(writer);
  replaying_ = replaying;
}

void RunJournal::Restore(std::vector<StepRecord> steps) {
  for (auto step = steps.rbegin(); step != steps.rend() && IsFailure(*step); ++step)
    last_failures_.insert(step->path);
  for (StepRecord& step : steps) {
    ++recorded_;
    std::string path = step.path;
    earlier_.insert_or_assign(std::move(path), std::move(step));
  }
}

absl::StatusOr<std::optional<StepRecord>> RunJournal::Recall(const std::string& path, std::string_view kind,
                                                             std::uint64_t request_hash,
                                                             std::string_view request) const {
  if (earlier_.empty() && !replaying_) return std::nullopt;
  const auto it = earlier_.find(path);
  if (it == earlier_.end()) {
    if (!replaying_) return std::nullopt;
    return absl::NotFoundError(
        absl::StrCat("run ", run_id_, " ", path,
                     ": no such step was recorded; the pipeline or its input has changed, or the "
                     "run ended before it: use resume to go on"));
  }
  const StepRecord& step = it->second;
  if (step.kind != kind || step.request_hash != request_hash) {
    return JournalMismatch(absl::StrCat("run ", run_id_, " ", path, ": recorded for another ", step.kind,
                                        " request", Difference(step.request, request),
                                        "; start a new run, or restore what was changed"));
  }
  return step;
}

Async<absl::Status> RunJournal::Record(StepRecord record, Loop& loop) {
  if (store_ == nullptr || replaying_) co_return absl::OkStatus();
  ++recorded_;
  StoreBatch batch;
  batch.steps.push_back({run_id_, std::move(record)});
  co_return co_await Write(std::move(batch), loop);
}

Async<absl::Status> RunJournal::RecordRun(RunRecord record, Loop& loop) {
  if (store_ == nullptr || replaying_) co_return absl::OkStatus();
  record.id = run_id_;
  record.steps = recorded_;
  StoreBatch batch;
  batch.runs.push_back(std::move(record));
  co_return co_await Write(std::move(batch), loop);
}

// Not cancelled: what is on its way to the disk is waited for.
Async<absl::Status> RunJournal::Write(StoreBatch batch, Loop& loop) {
  absl::Status status;
  if (writer_ == nullptr || loop.io() == nullptr) {
    status = store_->Write(batch);
  } else {
    OneShot<absl::Status> written(loop.executor());
    std::shared_ptr<void> alive = loop.KeepAlive();
    writer_->Add(std::move(batch), [&written, &loop, alive = std::move(alive)](absl::Status result) {
      loop.Post([&written, result = std::move(result)] { written.Set(result); });
    });
    status = co_await written.Wait();
  }
  co_return Annotate(status, absl::StrCat("run ", run_id_, ": the journal could not be written"));
}

}  // namespace ninefold
