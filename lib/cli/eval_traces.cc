#include "cli/eval_traces.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/hash.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kWrongMax = 1000, kRightMax = 300;

}  // namespace

TraceFolder::TraceFolder(std::string folder, const std::vector<EvalItem>& items)
    : folder_(std::move(folder)) {
  for (const EvalItem& item : items) items_[item.id] = &item;
}

std::string TraceFolder::PathOf(const EvalTrial& trial) const {
  const std::uint64_t hash = HashBytes(trial.variant, HashBytes(trial.item, trial.seed));
  return absl::StrCat(folder_, "/", absl::StrFormat("%016x", hash), ".html");
}

// One that cannot be written is missing from the page, and nothing else.
void TraceFolder::Add(const EvalTrial& trial, const std::vector<Event>& events) {
  std::size_t& written = trial.grade.right ? right_ : wrong_;
  if (events.empty() || written >= (trial.grade.right ? kRightMax : kWrongMax)) return;
  std::error_code error;
  if (wrong_ + right_ == 0) std::filesystem::create_directories(folder_, error);
  ++written;
  const auto item = items_.find(trial.item);
  std::ofstream(PathOf(trial), std::ios::binary)
      << TraceToHtml(trial, item == items_.end() ? nullptr : item->second, events);
}

std::string TraceFolder::LinkTo(const EvalTrial& trial, const std::string& page_folder) const {
  const std::string path = PathOf(trial);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return "";
  const std::filesystem::path link = std::filesystem::proximate(path, page_folder, error);
  return error ? "" : link.generic_string();
}

}  // namespace ninefold::cli
