// For files, pipes and terminals that cannot move the cursor: a line an event, with the time since the start.
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/utf8.h"
#include "cli/view.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kPreview = 160;  // bytes

struct Line {
  const Event& event;
  const TaskTree& tree;

  // "" for what is not worth a line.
  std::string operator()(const event::RunStarted& e) const {
    return absl::StrCat("run ", OneLine(e.run_id), " of ", OneLine(e.team), ": ", Preview(e.goal));
  }
  std::string operator()(const event::PlanMade& e) const { return absl::StrCat("plan: ", Names(e.tasks)); }
  std::string operator()(const event::TasksAdded& e) const {
    return absl::StrCat("plan grows: ", Names(e.tasks));
  }
  std::string operator()(const event::TaskStarted& e) const {
    return absl::StrCat("started (", OneLine(e.agent), ")");
  }
  std::string operator()(const event::TaskEnded& e) const {
    std::string out = e.outcome;
    if (e.cost.model_calls + e.cost.tool_calls > 0) absl::StrAppend(&out, " (", CostWords(e.cost), ")");
    const std::string said = e.status.ok() ? Preview(e.summary) : Preview(Describe(e.status));
    if (!said.empty()) absl::StrAppend(&out, ": ", said);
    return out;
  }
  std::string operator()(const event::ToolStarted& e) const {
    return absl::StrCat("calls ", OneLine(e.name), " ", Preview(DumpJson(e.arguments)));
  }
  std::string operator()(const event::ToolEnded& e) const {
    return absl::StrCat(OneLine(e.name), e.is_error ? " failed" : " answered", " in ", Took(e.took), ": ",
                        Preview(e.preview));
  }
  std::string operator()(const event::ModelEnded& e) const {
    if (e.status.ok()) return "";
    return absl::StrCat("model ", OneLine(e.model), " failed: ", Preview(Describe(e.status)));
  }
  std::string operator()(const event::Repaired& e) const { return absl::StrCat("repairs ", Preview(e.what)); }
  std::string operator()(const event::Retried& e) const {
    return absl::StrCat("attempt ", e.attempt, " failed, again in ", Took(e.delay), ": ",
                        Preview(Describe(e.status)));
  }
  std::string operator()(const event::Queued& e) const {
    if (e.waited < absl::Seconds(1)) return "";
    return absl::StrCat("waited ", Took(e.waited), " for its turn at the model");
  }
  std::string operator()(const event::Decided& e) const {
    return e.verdict == "allow"
               ? ""
               : absl::StrCat(OneLine(e.action), ": ", OneLine(e.verdict), ", ", Preview(e.why));
  }
  std::string operator()(const event::Warning& e) const { return absl::StrCat("warning: ", OneLine(e.text)); }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }

  static std::string Preview(const std::string& text) {
    const std::string line = FirstLine(text);
    const std::string_view cut = CutUtf8(line, kPreview);
    return cut.size() < line.size() ? absl::StrCat(ToAbsl(cut), "…") : line;
  }
  static std::string Names(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 12;
    const std::vector<std::string> first(names.begin(),
                                         names.begin() + std::ptrdiff_t(std::min(names.size(), kMost)));
    const std::string rest = names.size() > kMost ? absl::StrCat(" and ", names.size() - kMost, " more") : "";
    return absl::StrCat(OneLine(absl::StrJoin(first, ", ")), rest);
  }
};

class Plain : public View {
 public:
  void OnEvent(const Event& event, const TaskTree& tree) override {
    const std::string line = std::visit(Line{event, tree}, static_cast<const EventBody&>(event.body));
    if (line.empty()) return;
    const double seconds = absl::ToDoubleSeconds(event.time - tree.root().started);
    Say(absl::StrFormat("[%7.3f] %s%s%s\n", seconds, OneLine(*event.path), event.path->empty() ? "" : ": ",
                        line));
  }
  void Note(const std::string& line) override { Say(absl::StrCat(line, "\n")); }
};

}  // namespace

std::unique_ptr<View> PlainView() { return std::make_unique<Plain>(); }

}  // namespace ninefold::cli
