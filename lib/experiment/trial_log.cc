#include "experiment/trial_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/json.h"
#include "ninefold/status.h"
#include "pipeline/files.h"

namespace ninefold::experiment {
namespace {

constexpr std::size_t kTrialsBytesMax = std::size_t(4) << 30;

absl::Status Failed(const std::string& path, const char* what) {
  return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot ", what));
}

absl::StatusOr<TrialFile> ParseTrials(const std::string& text, const std::string& path) {
  TrialFile file;
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++line;
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) {  // the program was killed while it wrote this
      file.torn = true;
      break;
    }
    const std::string_view bytes = std::string_view(text).substr(at, end - at);
    at = end + 1;
    file.whole_bytes = at;
    if (bytes.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const absl::StatusOr<Json> json = ParseJson(bytes);
    absl::StatusOr<EvalTrial> trial = json.ok() ? EvalTrialFromJson(*json) : json.status();
    if (!trial.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", Describe(trial.status()),
                                                     "; remove the line, and its trial is asked again"));
    }
    const std::string *asked = GetString(*json, "hash"), *graded = GetString(*json, "graded");
    const Json* spent = GetMember(*json, "spent");
    file.spent.emplace_back(trial->variant,
                            spent != nullptr && spent->is_object() ? CostFromJson(*spent) : trial->cost);
    TrialKey key{trial->variant, trial->item, trial->seed};
    if (file.trials.count(key) == 0) file.order.push_back(key);
    file.trials[std::move(key)] = {*std::move(trial),
                                   {asked == nullptr ? "" : *asked, graded == nullptr ? "" : *graded}};
  }
  return file;
}

}  // namespace

absl::StatusOr<TrialFile> ReadTrialFile(const std::string& path) {
  absl::StatusOr<std::string> text = pipeline::ReadFile(path, kTrialsBytesMax);
  CHECK_OK(text.status());  // it names the path
  return ParseTrials(*text, path);
}

TrialLog::~TrialLog() {
  if (fd_ >= 0) ::close(fd_);
}

absl::StatusOr<TrialFile> TrialLog::Open(const std::string& path, std::string& note) {
  path_ = path;
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0644);
  if (fd_ < 0) return Failed(path, "open it");
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": another process adds to it; wait for it, or give another --out"));
  }
  TRY(TrialFile file, ReadTrialFile(path));
  if (file.torn) {
    note = absl::StrCat(path, ": its last line was torn and is cut off; that trial is asked again");
    if (::ftruncate(fd_, off_t(file.whole_bytes)) != 0) return Failed(path, "cut off its torn end");
  }
  return file;
}

absl::Status TrialLog::Add(const EvalTrial& trial, const TrialHashes& hashes, const Cost& spent) {
  if (fd_ < 0) return absl::OkStatus();
  Json json = ToJson(trial);
  json["hash"] = hashes.asked, json["graded"] = hashes.graded;
  if (!(spent == trial.cost)) json["spent"] = ToJson(spent);
  const std::string line = absl::StrCat(DumpJson(json), "\n");
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t wrote = ::write(fd_, line.data() + at, line.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed(path_, "write to it");
    at += std::size_t(wrote);
  }
  return absl::OkStatus();
}

}  // namespace ninefold::experiment

namespace ninefold {

absl::StatusOr<std::vector<EvalTrial>> ReadTrials(const std::string& path, std::string* note) {
  TRY(experiment::TrialFile file, experiment::ReadTrialFile(path));
  if (file.torn && note != nullptr) *note = absl::StrCat(path, ": its last line is torn and left out");
  std::vector<EvalTrial> trials;
  for (const experiment::TrialKey& key : file.order) trials.push_back(std::move(file.trials[key].trial));
  return trials;
}

}  // namespace ninefold
