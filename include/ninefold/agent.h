// An Agent turns a prompt into a reply. Most agents are a model with instructions and tools:
//
//   AgentPtr critic = MakeAgent({.name = "critic",
//                                .instructions = "Find what is wrong with the argument.",
//                                .model = *OpenModel("auto"),
//                                .tools = {search}});
//
// A team (team.h) is an agent, and any agent can be a tool of another: AsTool(critic).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/message.h"
#include "ninefold/model.h"
#include "ninefold/tool.h"

namespace ninefold {

// What is asked: text, files and images, and perhaps the talk so far.
struct Prompt {
  Prompt() = default;
  Prompt(std::string text);  // NOLINT(google-explicit-constructor): a question is a prompt
  Prompt(const char* text) : Prompt(std::string(text)) {}
  explicit Prompt(std::vector<Part> parts_in, Conversation history_in = {});

  std::vector<Part> parts;
  Conversation history;         // before `parts`; must end with an assistant message or be empty
  std::vector<Citation> known;  // places in what others found, which the answer may cite as [source:lines]
  // When set, the form of this one answer, in place of the agent's own. A team hands it on to the task whose
  // answer is its own; an agent that is no model may pass it over: who asks checks Reply::data.
  std::shared_ptr<const OutputSchema> output;
  // When set, holds the talk so far while the agent runs, and after it has failed: at each moment valid for
  // any vendor.
  std::shared_ptr<Conversation> transcript;
};
std::string TextOf(const Prompt& prompt);

// An opinion that did not make it into the answer.
struct Dissent {
  std::string who;   // the agent or task
  std::string text;  // what it held, in its words
};

struct Reply {
  std::string text;
  std::optional<Json> data;        // when the agent has an output schema: conforms to it
  std::optional<Json> report;      // of a team: how it came to this (patterns.h, contemplate.h)
  std::vector<Citation> evidence;  // the places that support the text
  std::vector<Dissent> dissent;
  Cost cost;                  // of this reply and all it stands on
  // The whole talk, valid for any vendor: continue it with Prompt::history. Of a team: the talk so far, what
  // it was asked and its answer, without what its members said to each other.
  Conversation conversation;
};
Json ToJson(const Reply& reply);  // without the conversation
absl::StatusOr<Reply> ReplyFromJson(const Json& json);

struct AgentCard {
  std::string name;         // [A-Za-z0-9_-]{1,64}
  std::string description;  // what it is good at: planners and models choose by it
  std::shared_ptr<const OutputSchema> output = nullptr;  // the form of its answers; null: text
};

class Agent {
 public:
  virtual ~Agent() = default;
  virtual const AgentCard& card() const = 0;
  // Errors: those of its model and tools, and kResourceExhausted for a limit of its own. Agents are shared by
  // concurrent runs.
  virtual Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const = 0;
};
using AgentPtr = std::shared_ptr<const Agent>;

struct AgentLimits {
  int turns = 25;            // model calls in one Run
  int tool_calls = 100;      // in one Run; further calls get an error result and the model is asked to answer
  int parallel_tools = 16;   // of one turn at once
  int repairs = 2;           // of an output that misses its schema
  BudgetLimits budget = {};  // of one Run and the agents that it calls, as a part of the run's
  ToolLimits tool = {};
};

struct AgentOptions {
  std::string name;
  std::string description = "";
  std::string instructions = "";  // the system prompt
  ModelPtr model = nullptr;
  std::vector<ToolPtr> tools = {};
  std::shared_ptr<const OutputSchema> output = nullptr;  // Output<T>() in schema.h
  ModelSettings settings = {};
  AgentLimits limits = {};
};

// Dies (CHECK-like message on stderr, abort) on a programming mistake: no name, no model, two tools of one
// name. Configuration from outside goes through CheckAgent first.
AgentPtr MakeAgent(AgentOptions options);
absl::Status CheckAgent(const AgentOptions& options);

// A talk with an agent over several questions. A question that failed or was cancelled leaves the talk valid,
// with what was done.
class Session {
 public:
  explicit Session(AgentPtr agent) : agent_(std::move(agent)) {}
  Async<absl::StatusOr<Reply>> Ask(Prompt prompt, Context& ctx);  // one at a time
  const Conversation& conversation() const { return conversation_; }

 private:
  AgentPtr agent_;
  Conversation conversation_;
};

// An agent from a coroutine function, for steps without a model.
using AgentFn = std::function<Async<absl::StatusOr<Reply>>(Prompt prompt, Context& ctx)>;
AgentPtr MakeFunctionAgent(AgentCard card, AgentFn fn);

// The agent as a tool with one argument, {"task": "…"}: its reply's text is the output, its evidence the
// citations.
ToolPtr AsTool(AgentPtr agent);

}  // namespace ninefold
