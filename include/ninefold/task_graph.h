// Tasks and what they need. A task starts the moment what it needs is there; results flow along the edges as
// values.
//
//   TaskGraph graph;
//   graph.Add({.id = "facts", .agent = researcher, .prompt = "{{ goal }}"});
//   graph.Add({.id = "risks", .agent = critic, .prompt = "{{ goal }}"});
//   graph.Add({.id = "answer", .agent = writer, .prompt = "Merge:\n{{ facts.text }}\n{{ risks.text }}",
//   .needs = {"facts", "risks"}});
//
// A run never loops: a planner adds tasks to the graph as results arrive (planner.h).
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/agent.h"
#include "ninefold/async.h"
#include "ninefold/context.h"

namespace ninefold {

enum class TaskOutcome { kDone, kFailed, kSkipped, kCancelled };
std::string_view TaskOutcomeName(TaskOutcome outcome);

// What became of a task. A failure is a value: it stands beside the results there are.
struct TaskResult {
  TaskOutcome outcome = TaskOutcome::kSkipped;
  absl::Status status;                 // why it failed, was skipped or cancelled
  std::shared_ptr<const Reply> reply;  // kDone: never null
};

// What a task sees when it starts: the team's goal and the results of what it needs.
class TaskInputs {
 public:
  virtual ~TaskInputs() = default;
  virtual const Prompt& goal() const = 0;
  // The result of a needed task; nullptr when the task does not need `id`.
  virtual const TaskResult* Find(std::string_view id) const = 0;
  // The needed tasks, in the order they were declared.
  virtual const std::vector<std::string>& needs() const = 0;
};

// How a task's prompt is made: text with {{ goal }}, {{ id.text }}, {{ id.data.field }}, {{ id.report }},
// {{ id.evidence }},
// or a function. A text is substituted once, never re-read. The goal's files and images go along unless
// with_files is false, and so does the talk that the goal is part of (Prompt::history) where the text says
// the goal.
class PromptTemplate {
 public:
  using Fn = std::function<absl::StatusOr<Prompt>(const TaskInputs&)>;
  PromptTemplate() : PromptTemplate("{{ goal }}") {}
  PromptTemplate(std::string text,
                 bool with_files = true);  // NOLINT(google-explicit-constructor): a text is a prompt
  PromptTemplate(const char* text) : PromptTemplate(std::string(text)) {}
  PromptTemplate(Fn fn) : fn_(std::move(fn)) {}  // NOLINT(google-explicit-constructor)
  // `uses`: the tasks it asks of.
  PromptTemplate(Fn fn, std::vector<std::string> uses) : fn_(std::move(fn)), uses_(std::move(uses)) {}

  absl::StatusOr<Prompt> Render(const TaskInputs& inputs) const;
  // For a text: whether it parses, and whether it names only `known` ids.
  absl::Status Check(const std::vector<std::string>& known) const;
  // Whether the prompt may say something of task `id`: of a function that does not tell, always.
  bool MayUse(std::string_view id) const;

 private:
  struct Parsed;
  Fn fn_;
  std::optional<std::vector<std::string>> uses_;  // of a function
  std::shared_ptr<const Parsed> parsed_;          // of a text
  bool with_files_ = true;
};

// When a task may start. Needs that were skipped or failed count as ended. Of kAny and kQuorum the task sees
// what has ended by its start; what is still under way is to it a skipped need ("not waited for"), also when
// it ends later. Which those are is recorded: a resumed or replayed run waits for the same.
struct Join {
  enum Kind { kAll, kAny, kQuorum } kind = kAll;
  int quorum = 0;            // of kQuorum: how many must be done
  bool cancel_rest = false;  // of kAny, kQuorum: cancel needs that still run and nothing else waits for
  static Join All() { return {}; }
  static Join Any() { return {kAny, 1, false}; }
  static Join Quorum(int k) { return {kQuorum, k, false}; }
};

struct OnFailure {
  enum Kind {
    kFail,      // the graph fails; what runs is cancelled
    kSkip,      // tasks that need it see a failed result
    kFallback,  // `fallback` is asked the same prompt
  } kind = kFail;
  AgentPtr fallback;
  // Of kSkip and kFallback: the failure is recorded as a result would be, since others are told of it: a
  // resumed run must fail there again, or they would be asked something else. false: it is tried again then.
  bool kept = true;
  static OnFailure Fail() { return {}; }
  static OnFailure Skip() { return {kSkip, nullptr}; }
  static OnFailure Fallback(AgentPtr agent) { return {kFallback, std::move(agent)}; }
};

// Places of others that an answer may cite (Prompt::known).
enum class Known {
  kOfPrompt,  // those that the prompt brings
  kOfNeeds,   // and what the needed tasks have found
  kAll,       // and what the team was told
};

struct Task {
  std::string id;  // [A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}: a path segment
  AgentPtr agent;
  PromptTemplate prompt;
  std::vector<std::string> needs = {};  // ids
  Join join = {};
  OnFailure on_failure = {};
  int attempts =
      1;  // of errors that trying again may mend (kUnavailable, kDeadlineExceeded of its own timeout)
  absl::Duration timeout = absl::InfiniteDuration();  // of one attempt, and of the fallback
  // Asked when the task could start; false: skipped.
  std::function<absl::StatusOr<bool>(const TaskInputs&)> when = nullptr;
  std::string note = "";  // of pictures: what stands beside the id; "": the agent's name
  Known known = Known::kAll;
  // Its answer is one of its needs' as it is: the form that is asked of it is asked of them.
  bool hands_on = false;
  // Of the needs, those that may be for nothing, as when nothing of them is in a brief that a model wrote:
  // said when the graph ran one after another (GraphEnded::serial).
  std::vector<std::string> doubtful = {};
};

class TaskGraph {
 public:
  // kAlreadyExists: the id is taken; kInvalidArgument: a bad id, no agent, a quorum larger than the needs.
  // Needs may be added later; Check() says which are missing.
  absl::Status Add(Task task);
  // Unknown needs (with a did-you-mean) and cycles ("cycle: a, b, c, a").
  absl::Status Check() const;

  // The task whose reply is the graph's; by default the last one added.
  void set_output(std::string id) { output_ = std::move(id); }
  const std::string& output() const { return output_; }

  // When to ask the planner to extend the graph even if no task has ended by then (Extension::ask_again).
  void set_ask_again(absl::Time when) { ask_again_ = when; }
  absl::Time ask_again() const { return ask_again_; }

  // A model has chosen the needs, and not whoever wrote the pipeline or the pattern: when hardly anything ran
  // at once, that is worth a remark (GraphEnded::serial).
  void set_planned(bool planned) { planned_ = planned; }
  bool planned() const { return planned_; }

  const std::deque<Task>& tasks() const { return tasks_; }
  const Task* Find(std::string_view id) const;
  std::optional<std::size_t> IndexOf(std::string_view id) const;
  std::size_t size() const { return tasks_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  std::deque<Task> tasks_;  // references stay good while tasks are added
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
  std::string output_;
  absl::Time ask_again_ = absl::InfiniteFuture();
  bool planned_ = false;
};

// Pictures of a graph.
std::string ToMermaid(const TaskGraph& graph);
std::string ToDot(const TaskGraph& graph);
std::string ToText(const TaskGraph& graph);  // levels from left to right, for a terminal

}  // namespace ninefold
