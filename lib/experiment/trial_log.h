// The file of an experiment's trials: JSON Lines, each written when its trial has ended. It outlives a kill:
// what is torn at its end is cut off.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ninefold/eval.h"

namespace ninefold::experiment {

struct TrialKey {
  std::string variant, item;
  std::uint64_t seed = 0;
  bool operator<(const TrialKey& other) const {
    return std::tie(variant, item, seed) < std::tie(other.variant, other.item, other.seed);
  }
};

// Of what a trial was made of; "": not said.
struct TrialHashes {
  std::string asked;   // the variant, and the item's question
  std::string graded;  // what was expected, and the grader
};

struct LoggedTrial {
  EvalTrial trial;
  TrialHashes hashes;
};

// What a file holds; a torn last line is left out.
struct TrialFile {
  std::map<TrialKey, LoggedTrial> trials;
  std::vector<TrialKey> order;  // as they first stand in the file
  std::size_t whole_bytes = 0;  // up to the end of the last whole line
  bool torn = false;
  // Of all its lines, those that later ones stand for too: the variant, and what was spent on it.
  std::vector<std::pair<std::string, Cost>> spent;
};
// kNotFound; kInvalidArgument with file:line.
absl::StatusOr<TrialFile> ReadTrialFile(const std::string& path);

// For adding to one. Held by one process at a time.
class TrialLog {
 public:
  TrialLog() = default;
  ~TrialLog();
  TrialLog(const TrialLog&) = delete;
  TrialLog& operator=(const TrialLog&) = delete;

  // Makes the file when it is not there; cuts off what is torn, which `note` says. kUnavailable: another
  // process writes to it.
  absl::StatusOr<TrialFile> Open(const std::string& path, std::string& note);
  // `spent`: on it in all, with what grading it and beginning it anew has cost.
  absl::Status Add(const EvalTrial& trial, const TrialHashes& hashes, const Cost& spent);

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace ninefold::experiment
