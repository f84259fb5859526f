#include "cli/recorded.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/try.h"
#include "cli/command.h"
#include "ninefold/status.h"

namespace ninefold::cli {

absl::StatusOr<Reply> RecordedReply(const RunRecord& record) {
  if (record.state != "done") {
    return absl::FailedPreconditionError(absl::StrCat("run ", record.id, " has no answer: it is ",
                                                      record.state, "; go on with: ninefold resume ",
                                                      record.id));
  }
  absl::StatusOr<Json> json = ParseJson(record.answer);
  absl::StatusOr<Reply> reply = json.ok() ? ReplyFromJson(*json) : absl::StatusOr<Reply>(json.status());
  if (reply.ok()) return reply;
  return absl::DataLossError(
      absl::StrCat("run ", record.id, ": its recorded answer is damaged: ", Describe(reply.status())));
}

int ReportRecorded(const RunRecord& record, const ChosenStore& store, const ReportOptions& options) {
  Performed performed;
  performed.reply = RecordedReply(record);
  if (!performed.reply.ok()) return Refuse(performed.reply.status(), kExitStore);
  performed.run_id = record.id;
  performed.cost = performed.reply->cost;
  performed.steps = record.steps;
  performed.reused = std::size_t(record.steps);
  performed.elapsed = record.finished - record.started;
  performed.first_event = SinceStart();
  return Report(performed, store, options);
}

std::string StateWord(const RunRecord& record, bool store_is_used) {
  return record.state == "running" && !store_is_used ? "interrupted" : record.state;
}

std::string ModelsDifference(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  return absl::StrCat("models: were ", absl::StrJoin(before, ", "), ", are now ", absl::StrJoin(now, ", "));
}

}  // namespace ninefold::cli
