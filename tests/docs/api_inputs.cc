// What a C++ application is told: by the functions that make things, and by runs that end early.
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "docs/bad_inputs.h"
#include "docs/shell.h"
#include "ninefold/ninefold.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold::docs {
namespace {

struct Trip {
  std::string city;
  int nights = 1;
};
NINEFOLD_DESCRIBE(Trip, (city, "Where to"), (nights, "How many", Min(1), Max(30)))

struct Pause {
  double seconds = 1;
};
NINEFOLD_DESCRIBE(Pause, (seconds, "How long"))

Async<absl::StatusOr<std::string>> Wait(const Pause& pause, Context& ctx) {
  absl::Status slept = co_await ctx.Sleep(absl::Seconds(pause.seconds));
  if (!slept.ok()) co_return slept;
  co_return std::string("waited");
}

absl::StatusOr<std::string> Refuse(const Pause&) {
  return absl::PermissionDeniedError("the badge has expired");
}

AgentPtr Says(std::vector<testing::ScriptStep> steps) {
  return MakeAgent({.name = "clerk", .model = testing::Scripted(std::move(steps))});
}

// Asks for a tool again and again.
AgentOptions Restless() {
  auto respond = [](const ModelRequest&) { return testing::Ask("wait", {{"seconds", 60}}); };
  return {.name = "clerk", .model = testing::Responding(respond), .tools = {MakeTool("wait", "Waits", Wait)}};
}

absl::Status Ran(AgentPtr agent, RunOptions options = {}) {
  testing::Sim sim;
  return sim.Run(std::move(agent), "Work.", std::move(options)).status();
}

absl::Status Graph(std::vector<std::pair<std::string, std::vector<std::string>>> tasks) {
  TaskGraph graph;
  for (auto& [id, needs] : tasks) {
    const absl::Status added = graph.Add({.id = id, .agent = Says({}), .needs = needs});
    if (!added.ok()) return added;
  }
  return graph.Check();
}

// "RESOURCE_EXHAUSTED" is kResourceExhausted in C++.
std::string CodeName(absl::StatusCode code) {
  std::string name = "k";
  bool first = true;
  for (const char c : absl::StatusCodeToString(code)) {
    if (c != '_') name += first ? c : absl::ascii_tolower(static_cast<unsigned char>(c));
    first = c == '_';
  }
  return name;
}

struct Case {
  const char* done;
  std::function<absl::Status()> run;
};

std::vector<Case> Cases() {
  return {
      {"`.budget = {.model_calls = 5}`, and the sixth call",
       [] { return Ran(MakeAgent(Restless()), {.budget = {.model_calls = 5}}); }},
      {"`.budget = {.tool_calls = 2}`, and the third",
       [] { return Ran(MakeAgent(Restless()), {.budget = {.tool_calls = 2}}); }},
      {"`.budget = {.tokens = 100}`, and a call that may take more",
       [] { return Ran(MakeAgent(Restless()), {.budget = {.tokens = 100}}); }},
      {"`.deadline = absl::Minutes(2)`, and it passes",
       [] { return Ran(MakeAgent(Restless()), {.deadline = absl::Minutes(2)}); }},
      {"`.limits = {.turns = 3}`, and no answer by then",
       [] {
         AgentOptions options = Restless();
         options.limits.turns = 3;
         return Ran(MakeAgent(std::move(options)));
       }},
      {"a model that breaks off",
       [] { return Ran(Says({testing::Fail(absl::UnavailableError("power cut"))})); }},
      {"a model that misses its schema three times",
       [] {
         const testing::ScriptStep bad = testing::Say(R"({"city": "Lisbon", "nights": 300})");
         return Ran(MakeAgent(
             {.name = "clerk", .model = testing::Scripted({bad, bad, bad}), .output = Output<Trip>()}));
       }},
      {"a tool that returns `kPermissionDenied`",
       [] {
         return Ran(MakeAgent({.name = "clerk",
                               .model = testing::Scripted({testing::Ask("door")}),
                               .tools = {MakeTool("door", "Opens the door", Refuse, {.quick = true})}}));
       }},
      {"`CheckAgent` of one without a model", [] { return CheckAgent({.name = "clerk"}); }},
      {"`CheckAgent` of one with two tools of a name",
       [] {
         AgentOptions options = Restless();
         options.tools.push_back(options.tools[0]);
         return CheckAgent(options);
       }},
      {"`TaskGraph`: a need that is not there", [] { return Graph({{"facts", {}}, {"answer", {"fact"}}}); }},
      {"`TaskGraph`: tasks that wait for each other",
       [] { return Graph({{"a", {"c"}}, {"b", {"a"}}, {"c", {"b"}}}); }},
      {"`TaskGraph`: an id twice", [] { return Graph({{"facts", {}}, {"facts", {}}}); }},
      {"`OpenModel(\"offlin\")`", [] { return OpenModel("offlin").status(); }},
      {"`FileTools(\"no/such\")`", [] { return FileTools("no/such").status(); }},
      {"`ParseJson` of `{\"a\": [1, 2}`", [] { return ParseJson(R"({"a": [1, 2})").status(); }},
      {"`FromJson<Trip>` of `{\"city\": 7}`", [] { return FromJson<Trip>(Json{{"city", 7}}).status(); }},
  };
}

}  // namespace

BadInputs ApiInputs() {
  BadInputs group{
      .title = "C++", .about = "What the `absl::Status` of a call or a run holds.", .code = 0, .all = {}};
  for (const Case& one : Cases()) {
    const absl::Status status = one.run();
    EXPECT_FALSE(status.ok()) << one.done;
    group.all.push_back({one.done, absl::StrCat(CodeName(status.code()), ": ", Describe(status), "\n"), 0});
  }
  return group;
}

}  // namespace ninefold::docs
