// part.1, part.2, … at once; reduce.LEVEL.GROUP as soon as the group's parts have ended; answer. The graph is
// whole from the start but for the answer, which says what is not covered.
#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "team/condense.h"
#include "team/keeps_failure.h"
#include "team/patterns/parts.h"
#include "team/patterns/slices.h"

namespace ninefold {
namespace {

using patterns::Numbered;
using patterns::ReplyOf;
using patterns::Slice;

constexpr char kPart[] = "part";
constexpr std::size_t kFailuresNamed = 20;

// Tasks by what their results are called in a prompt: the first and the last of the parts they are about.
struct Named {
  std::string id, first, last;
  std::string name() const { return first == last ? first : absl::StrCat(first, " to ", last); }
};

// What the merging agent would have been given, as it is: so that a group whose merge fails is not lost.
AgentPtr SideBySide() {
  return MakeFunctionAgent({"side_by_side", "Hands on the results of a merge that failed"},
                           [](Prompt prompt, Context&) -> Async<absl::StatusOr<Reply>> {
                             Reply reply;
                             reply.text = TextOf(std::vector<Part>{prompt.parts[1]});
                             reply.evidence = std::move(prompt.known);
                             co_return reply;
                           });
}

class MapReducePlan : public Planner {
 public:
  explicit MapReducePlan(MapReduceOptions options) : options_(std::move(options)) {}

  Async<absl::StatusOr<TaskGraph>> Plan(const Goal& goal, const Roster&, Context&) const override {
    absl::StatusOr<std::vector<Slice>> slices = patterns::SlicesOf(goal, options_);
    if (!slices.ok()) co_return slices.status();
    TaskGraph graph;
    std::vector<Named> level;
    for (const Slice& slice : *slices) {
      const std::string id = Numbered(kPart, int(level.size()) + 1);
      CO_CHECK_OK(graph.Add(Map(id, slice, slices->size())));
      level.push_back({id, slice.name, slice.name});
    }
    for (int number = 1; options_.reducer != nullptr && level.size() > 1; ++number) {
      std::vector<Named> next;
      const std::size_t most = std::size_t(options_.merge_most), groups = (level.size() + most - 1) / most;
      for (std::size_t i = 0; i < groups; ++i) {
        // Groups of nearly one size.
        const auto from = level.begin() + std::ptrdiff_t(level.size() * i / groups);
        const auto to = level.begin() + std::ptrdiff_t(level.size() * (i + 1) / groups);
        if (to - from == 1) {  // nothing to merge
          next.push_back(*from);
          continue;
        }
        Task task = Reduce(absl::StrCat("reduce.", number, ".", i + 1), std::vector<Named>(from, to));
        next.push_back({task.id, from->first, std::prev(to)->last});
        CO_CHECK_OK(graph.Add(std::move(task)));
      }
      level = std::move(next);
    }
    co_return graph;
  }

  Async<absl::StatusOr<Extension>> Extend(const Progress& progress, Context&) const override {
    if (progress.running() > 0 || patterns::HasEnded(progress)) co_return Extension();
    co_return End(progress);
  }

 private:
  Task Map(const std::string& id, const Slice& slice, std::size_t of) const {
    Task task{.id = id, .agent = KeepsFailure(patterns::InWholeFile(options_.mapper, slice))};
    task.note = slice.name;
    task.prompt = PromptTemplate([slice, of, ask = options_.ask](const TaskInputs& inputs) {
      std::string text = ask.empty() ? TextOf(inputs.goal()) : ask;
      if (of > 1) {
        absl::StrAppend(&text, "\n\nYou are given one of ", of, " parts of a whole, ", slice.name,
                        ". Answer for this part alone; say so when it has nothing to do with the question.");
      }
      Prompt prompt = patterns::AskWithImages(inputs.goal(), std::move(text));
      prompt.parts.push_back(slice.part);
      return absl::StatusOr<Prompt>(std::move(prompt));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Reduce(std::string id, std::vector<Named> group) const {
    Task task{.id = std::move(id), .agent = KeepsFailure(options_.reducer)};
    for (const Named& one : group) task.needs.push_back(one.id);
    task.prompt = PromptTemplate([group = std::move(group), ask = options_.ask,
                                  tokens = options_.result_tokens](const TaskInputs& inputs) {
      Prompt prompt(absl::StrCat("Question: ", ask.empty() ? TextOf(inputs.goal()) : ask,
                                 "\n\nReports on the parts of a whole:"));
      prompt.parts.emplace_back(Text{Results(group, tokens, inputs)});
      prompt.parts.emplace_back(Text{
          "Merge these reports into one answer to the question. Leave out what a part has nothing on. Keep "
          "quotes with their places, written as \"quote\" [source:lines]. Where reports contradict each "
          "other, say so in a line of its own for each: \"Dissent: NAME: what it holds\"."});
      return absl::StatusOr<Prompt>(std::move(prompt));
    });
    task.on_failure = OnFailure::Fallback(SideBySide());
    return task;
  }

  static std::string Results(const std::vector<Named>& group, int tokens, const TaskInputs& inputs) {
    std::string text;
    for (const Named& one : group) {
      const Reply* reply = ReplyOf(inputs, one.id);
      const std::string said = reply != nullptr
                                   ? Condense(*reply, tokens)
                                   : absl::StrCat("(no report: ", Describe(inputs.Find(one.id)->status), ")");
      absl::StrAppend(&text, text.empty() ? "" : "\n\n", "## ", one.name(), "\n", said);
    }
    return text;
  }

  // The last task that was planned has merged all; without a reducer, the results stand side by side.
  absl::StatusOr<Extension> End(const Progress& progress) const {
    const TaskGraph& graph = progress.graph();
    Reply reply;
    Json failed = Json::array();
    std::string not_covered, all;
    std::vector<std::string> needs;
    const TaskResult* first_failure = nullptr;
    for (const Task& task : graph.tasks()) {
      needs.push_back(task.id);
      if (task.id.rfind(kPart, 0) != 0) continue;
      const TaskResult* result = progress.result(task.id);
      if (result->reply != nullptr) {
        absl::StrAppend(&all, all.empty() ? "" : "\n\n", "## ", task.note, "\n", result->reply->text);
        patterns::AddEvidence(*result->reply, reply);
        reply.dissent.insert(reply.dissent.end(), result->reply->dissent.begin(),
                             result->reply->dissent.end());
        continue;
      }
      if (first_failure == nullptr) first_failure = result;
      failed.push_back({{"part", task.note}, {"why", Describe(result->status)}});
      if (failed.size() > kFailuresNamed) continue;
      absl::StrAppend(&not_covered, failed.size() == 1 ? "" : "; ", task.note, " (", Describe(result->status),
                      ")");
    }
    const int parts = patterns::CountOf(graph, kPart);
    if (failed.size() == std::size_t(parts)) {
      absl::Status none(first_failure->status.code(),
                        absl::StrCat("none of the ", parts, " parts gave a result: ", not_covered));
      first_failure->status.ForEachPayload(
          [&](absl::string_view url, const absl::Cord& payload) { none.SetPayload(url, payload); });
      return none;
    }
    const Reply* merged = ReplyOf(progress, graph.tasks().back().id);
    if ((options_.reducer != nullptr || parts == 1) && merged != nullptr) {
      reply = *merged;
      reply.conversation = Conversation();
    } else {
      reply.text = std::move(all);
    }
    if (failed.size() > kFailuresNamed)
      absl::StrAppend(&not_covered, "; and ", failed.size() - kFailuresNamed, " more");
    if (!failed.empty()) absl::StrAppend(&reply.text, "\n\nNot covered: ", not_covered);
    Json report = {{"parts", parts}, {"done", parts - int(failed.size())}, {"failed", std::move(failed)}};
    reply.report = std::move(report);
    return patterns::Ending(std::move(reply), std::move(needs), "map_reduce");
  }

  MapReduceOptions options_;
};

}  // namespace

PlannerPtr MapReducePlanner(MapReduceOptions options) {
  patterns::Require(options.mapper != nullptr, "MapReducePlanner: there is no mapper");
  patterns::Require(options.batch >= 1 && options.merge_most >= 2,
                    "MapReducePlanner: batch must be at least 1, and merge_most at least 2");
  return std::make_shared<MapReducePlan>(std::move(options));
}

}  // namespace ninefold
