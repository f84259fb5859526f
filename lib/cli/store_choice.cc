#include "cli/store_choice.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "ninefold/stores.h"

namespace ninefold::cli {
namespace {

// The folder and those above it, for their owner only.
absl::Status MakeFolder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      const int error = errno;
      return absl::ErrnoToStatus(error, absl::StrCat("cannot make the folder \"", part, "\""));
    }
    if (slash == std::string::npos) return absl::OkStatus();
  }
}

absl::StatusOr<ChosenStore> Watched(absl::StatusOr<StorePtr> store, const std::string& path) {
  if (!store.ok()) return store.status();
  return ChosenStore{std::make_shared<WatchedStore>(*std::move(store)), path};
}

absl::StatusOr<std::string> DefaultPath() {
  std::string path = DefaultStorePath();
  if (path.empty())
    return absl::NotFoundError(
        "there is no home folder for the store of runs; set HOME, or name one with --store FILE");
  return path;
}

std::string PathOf(const std::string& spec) {
  return absl::StartsWith(spec, "sqlite:") ? spec.substr(7) : spec;
}

absl::StatusOr<ChosenStore> OpenDefault() {
  TRY(const std::string path, DefaultPath());
  CHECK_OK(MakeFolder(path.substr(0, path.rfind('/'))));
  return Watched(OpenSqliteStore(path), path);
}

}  // namespace

std::string DefaultStorePath() { return FileBelow("XDG_STATE_HOME", ".local/state", "ninefold/runs.db"); }

absl::Status WatchedStore::Write(const StoreBatch& batch) {
  absl::Status status = store_->Write(batch);
  if (!status.ok()) failed_ = true;
  for (const StoreBatch::Step& step : batch.steps) {
    if (status.ok() && step.record.state == StepState::kFinished) ++steps_;
  }
  return status;
}

absl::StatusOr<ChosenStore> OpenForRun(const std::string& spec) {
  if (spec == "memory") return ChosenStore{std::make_shared<WatchedStore>(MemoryStore()), ""};
  if (!spec.empty()) return Watched(OpenStore(spec), PathOf(spec));
  absl::StatusOr<ChosenStore> chosen = OpenDefault();
  if (chosen.ok()) return chosen;
  SayWarning(
      absl::StrCat(Describe(chosen.status()), "; this run is kept in memory only and cannot be resumed"));
  return ChosenStore{std::make_shared<WatchedStore>(MemoryStore()), ""};
}

absl::StatusOr<ChosenStore> OpenForResume(const std::string& spec) {
  if (spec == "memory")
    return absl::InvalidArgumentError(
        "--store memory holds no earlier run; name the file the run was stored in");
  if (!spec.empty()) return Watched(OpenStore(spec), PathOf(spec));
  return OpenDefault();
}

absl::StatusOr<ChosenStore> OpenForReading(const std::string& spec) {
  if (spec == "memory")
    return absl::InvalidArgumentError(
        "--store memory holds no earlier run; name the file the run was stored in");
  std::string path = PathOf(spec);
  if (spec.empty()) {
    TRY(path, DefaultPath());
  }
  absl::StatusOr<StorePtr> reader = OpenSqliteReader(path);
  if (spec.empty() && absl::IsNotFound(reader.status())) {
    return absl::NotFoundError(
        absl::StrCat("there are no runs yet in ", ShortPath(path), "; ninefold run makes one"));
  }
  return Watched(std::move(reader), path);
}

absl::StatusOr<RunRecord> FindRun(Store& store, const std::string& id, bool unfinished) {
  TRY(const std::vector<RunRecord> runs, store.Runs());
  if (id.empty()) {
    for (const RunRecord& run : runs) {
      if (!unfinished || (run.state != "done" && run.state != "damaged")) return run;
    }
    return absl::NotFoundError(unfinished ? "no run is left unfinished; \"ninefold runs\" lists all"
                                          : "there are no runs yet");
  }
  const RunRecord* found = nullptr;
  for (const RunRecord& run : runs) {
    if (run.id == id) return run;
    if (!absl::StartsWith(run.id, id)) continue;
    if (found != nullptr)
      return absl::InvalidArgumentError(
          absl::StrCat("several runs begin with \"", id, "\"; give more of the id"));
    found = &run;
  }
  if (found != nullptr) return *found;
  return absl::NotFoundError(
      absl::StrCat("there is no run \"", id, "\"; \"ninefold runs\" lists those there are"));
}

}  // namespace ninefold::cli
