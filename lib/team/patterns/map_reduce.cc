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

constexpr char kPart[] = "part", kReduce[] = "reduce";
constexpr std::size_t kFailuresNamed = 20;

// Tasks by what their results are called in a prompt: the first and the last of the parts they are about.
struct Named {
  std::string id, first, last;
  std::string name() const { return first == last ? first : absl::StrCat(first, " to ", last); }
};

// The key of a reply's report that says: it is no merge, but the results that were to be merged.
constexpr char kUnmerged[] = "unmerged";

// Merges a group. When that fails, nothing is lost: what was to be merged goes on as it is. That comes whole
// as the prompt's last part, which the reducer is not given: in what it reads results are cut.
class Merging : public Agent {
 public:
  Merging(AgentPtr reducer, std::string group)
      : reducer_(KeepsFailure(std::move(reducer))), group_(std::move(group)) {}
  const AgentCard& card() const override { return reducer_->card(); }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    const Json whole = std::get<Data>(prompt.parts.back()).value;
    prompt.parts.pop_back();
    Reply kept;
    kept.evidence = prompt.known;
    absl::StatusOr<Reply> merged = co_await reducer_->Run(std::move(prompt), ctx);
    if (merged.ok() || !ctx.status().ok() || absl::IsCancelled(merged.status())) co_return merged;
    const std::string why = Describe(merged.status());
    ctx.Emit(event::Warning{absl::StrCat("not merged: ", group_, ": ", why)});
    for (const Json& result : whole) {
      if (result.contains("failed")) continue;
      absl::StrAppend(&kept.text, kept.text.empty() ? "" : "\n\n", "## ", patterns::TextAt(result, "name"),
                      "\n", patterns::TextAt(result, "text"));
    }
    kept.report = Json{{kUnmerged, whole}, {"group", group_}, {"why", why}};
    co_return kept;
  }

 private:
  const AgentPtr reducer_;
  const std::string group_;
};

bool IsUnmerged(const Reply& reply) { return reply.report && reply.report->contains(kUnmerged); }

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
        Task task = Reduce(absl::StrCat(kReduce, ".", number, ".", i + 1), std::vector<Named>(from, to));
        next.push_back({task.id, from->first, std::prev(to)->last});
        CO_CHECK_OK(graph.Add(std::move(task)));
      }
      level = std::move(next);
    }
    if (level.size() == 1) graph.set_output(level[0].id);
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
      Prompt prompt = slice.beside == Slice::kFiles ? patterns::AskWithFiles(inputs.goal(), std::move(text))
                                                    : patterns::AskWithImages(inputs.goal(), std::move(text));
      if (slice.beside == Slice::kNothing) prompt.parts.resize(1);
      prompt.parts.push_back(slice.part);
      return absl::StatusOr<Prompt>(std::move(prompt));
    });
    task.on_failure = OnFailure::Skip();
    return task;
  }

  Task Reduce(std::string id, std::vector<Named> group) const {
    Task task{.id = std::move(id)};
    task.agent =
        std::make_shared<Merging>(options_.reducer, Named{"", group[0].first, group.back().last}.name());
    task.known = Known::kOfNeeds;
    for (const Named& one : group) task.needs.push_back(one.id);
    task.prompt = PromptTemplate([group = std::move(group), ask = options_.ask, most = options_.merge_most,
                                  tokens = options_.result_tokens](const TaskInputs& inputs) {
      const std::vector<Result> results = ResultsOf(group, inputs);
      // A group that was not merged comes as its results: some more than there is room for get smaller
      // shares.
      const std::size_t room = 2 * std::size_t(most);
      const int share = results.size() <= room ? tokens : int(std::size_t(tokens) * room / results.size());
      std::string text;
      Json whole = Json::array();
      for (const Result& result : results) {
        absl::StrAppend(&text, text.empty() ? "" : "\n\n", "## ", result.name, "\n",
                        Condense(result.reply, share));
        whole.push_back({{"name", result.name}, {"text", result.reply.text}});
        if (result.failed) whole.back()["failed"] = true;
      }
      std::vector<Part> parts{
          Text{absl::StrCat("Question: ", ask.empty() ? TextOf(inputs.goal()) : ask,
                            "\n\nReports on the parts of a whole:")},
          Text{std::move(text)},
          Text{"Merge these reports into one answer to the question. Leave out what a part has nothing on. "
               "Keep "
               "quotes with their places, written as \"quote\" [source:lines]. Where reports contradict each "
               "other, say so in a line of its own for each: \"Dissent: NAME: what it holds\"."},
          Data{std::move(whole), "whole"}};
      return absl::StatusOr<Prompt>(Prompt(std::move(parts), inputs.goal().history));
    });
    return task;
  }

  // One report in the prompt of a merge.
  struct Result {
    std::string name;
    Reply reply;  // its text is what is read
    bool failed = false;
  };

  static std::vector<Result> ResultsOf(const std::vector<Named>& group, const TaskInputs& inputs) {
    std::vector<Result> results;
    for (const Named& one : group) {
      const Reply* reply = ReplyOf(inputs, one.id);
      if (reply == nullptr) {
        results.push_back({one.name(), {}, true});
        results.back().reply.text = absl::StrCat("(no report: ", Describe(inputs.Find(one.id)->status), ")");
        continue;
      }
      Json list = Json::array({{{"name", one.name()}, {"text", Readable(*reply)}}});
      if (IsUnmerged(*reply)) list = reply->report->at(kUnmerged);
      for (const Json& json : list) {
        results.push_back({patterns::TextAt(json, "name"), {}, json.contains("failed")});
        results.back().reply.text = patterns::TextAt(json, "text");
        results.back().reply.evidence = reply->evidence;
      }
    }
    return results;
  }

  // What came of the parts.
  struct Parts {
    int count = 0;
    std::string side_by_side, not_covered;
    Reply all;  // evidence and dissent
    Json failed = Json::array();
    const TaskResult* first_failure = nullptr;
  };

  static Parts PartsOf(const Progress& progress) {
    Parts parts;
    for (const Task& task : progress.graph().tasks()) {
      if (task.id.rfind(kPart, 0) != 0) continue;
      ++parts.count;
      const TaskResult* result = progress.result(task.id);
      if (result->reply != nullptr) {
        absl::StrAppend(&parts.side_by_side, parts.side_by_side.empty() ? "" : "\n\n", "## ", task.note, "\n",
                        Readable(*result->reply));
        patterns::AddEvidence(*result->reply, parts.all);
        parts.all.dissent.insert(parts.all.dissent.end(), result->reply->dissent.begin(),
                                 result->reply->dissent.end());
        continue;
      }
      if (parts.first_failure == nullptr) parts.first_failure = result;
      parts.failed.push_back({{"part", task.note}, {"why", Describe(result->status)}});
      if (parts.failed.size() > kFailuresNamed) continue;
      absl::StrAppend(&parts.not_covered, parts.failed.size() == 1 ? "" : "; ", task.note, " (",
                      Describe(result->status), ")");
    }
    if (parts.failed.size() > kFailuresNamed)
      absl::StrAppend(&parts.not_covered, "; and ", parts.failed.size() - kFailuresNamed, " more");
    return parts;
  }

  static absl::Status NothingDone(const Parts& parts) {
    const absl::Status& first = parts.first_failure->status;
    absl::Status none(first.code(),
                      absl::StrCat("none of the ", parts.count, " parts gave a result: ", parts.not_covered));
    first.ForEachPayload(
        [&](absl::string_view url, const absl::Cord& payload) { none.SetPayload(url, payload); });
    return none;
  }

  // The last task that was planned has merged all; without a reducer, or where the merge has failed, the
  // results stand side by side.
  absl::StatusOr<Extension> End(const Progress& progress) const {
    Parts parts = PartsOf(progress);
    const int failed = int(parts.failed.size());
    if (failed == parts.count) return NothingDone(parts);
    const Reply* merged = ReplyOf(progress, progress.graph().tasks().back().id);
    Reply reply = std::move(parts.all);
    if ((options_.reducer != nullptr || parts.count == 1) && merged != nullptr) {
      reply = *merged;
      reply.conversation = Conversation();
    } else {
      reply.text = std::move(parts.side_by_side);
    }
    if (merged != nullptr && IsUnmerged(*merged)) {
      absl::StrAppend(&reply.text, "\n\nNot merged: ", patterns::TextAt(*merged->report, "group"), " (",
                      patterns::TextAt(*merged->report, "why"), ")");
    }
    if (failed > 0) absl::StrAppend(&reply.text, "\n\nNot covered: ", parts.not_covered);
    Json report = {
        {"parts", parts.count}, {"done", parts.count - failed}, {"failed", std::move(parts.failed)}};
    std::vector<std::string> needs;
    for (const Task& task : progress.graph().tasks()) {
      needs.push_back(task.id);
      const Reply* group = ReplyOf(progress, task.id);
      if (task.id.rfind(kReduce, 0) != 0 || group == nullptr || !IsUnmerged(*group)) continue;
      report["merge_failed"].push_back(
          {{"group", group->report->at("group")}, {"why", group->report->at("why")}});
    }
    reply.report = std::move(report);
    return patterns::Ending(std::move(reply), std::move(needs), "map_reduce");
  }

  MapReduceOptions options_;
};

}  // namespace

PlannerPtr MapReducePlanner(MapReduceOptions options) {
  patterns::Require(options.mapper != nullptr, "MapReducePlanner: there is no mapper");
  patterns::Require(options.batch >= 1 && options.merge_most >= 2 && options.chunk_tokens >= 1,
                    "MapReducePlanner: batch and chunk_tokens must be at least 1, and merge_most at least 2");
  return std::make_shared<MapReducePlan>(std::move(options));
}

}  // namespace ninefold
