#include "graph/known.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

// A few are looked through, many are hashed.
constexpr std::size_t kFew = 16;

class KnownPlaces {
 public:
  explicit KnownPlaces(std::vector<Citation>& places) : places_(places) {}

  void Add(const std::vector<Citation>& more) {
    for (const Citation& place : more) {
      if (IsNew(place)) places_.push_back(place);
    }
  }

 private:
  bool IsNew(const Citation& place) {
    if (places_.size() < kFew) {
      return std::none_of(places_.begin(), places_.end(), [&](const Citation& one) {
        return one.line_begin == place.line_begin && one.line_end == place.line_end &&
               one.source == place.source && one.quote == place.quote;
      });
    }
    if (seen_.empty()) {
      for (const Citation& one : places_) seen_.insert(KeyOf(one));
    }
    return seen_.insert(KeyOf(place)).second;
  }
  static std::string KeyOf(const Citation& place) {
    return absl::StrCat(place.line_begin, "-", place.line_end, " ", place.source, "\n", place.quote);
  }

  std::vector<Citation>& places_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

void AddKnown(const Task& task, const TaskInputs& inputs, Prompt& prompt) {
  if (task.known == Known::kOfPrompt) return;
  KnownPlaces places(prompt.known);
  for (const std::string& need : inputs.needs()) {
    const TaskResult* result = inputs.Find(need);
    if (result != nullptr && result->reply != nullptr) places.Add(result->reply->evidence);
  }
  if (task.known == Known::kAll) places.Add(inputs.goal().known);
}

}  // namespace ninefold
