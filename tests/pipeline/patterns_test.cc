// Each pattern as a block of a step, with all of its keys, on models that play their parts.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/pipeline.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Responding;
using testing::Say;
using testing::Sim;

// An answer by the form that is asked for; a text where none is.
std::string Play(const std::string& who, const ModelRequest& request) {
  const std::string asked = TextOf(request.conversation.back());
  const std::string form = request.output ? request.output->name : "";
  if (form == "verdict") {
    const bool good = absl::StrContains(asked, "Draft: second");
    return good ? R"({"accepted":true,"problems":[]})" : R"({"accepted":false,"problems":["too short"]})";
  }
  if (form == "statement") return absl::StrCat(R"({"answer":")", who, R"(","argument":"why )", who, R"("})");
  if (form == "judgement")
    return absl::StrContains(asked, "## A\nAnswer: b") ? R"({"winner":"A","why":""})"
                                                       : R"({"winner":"B","why":""})";
  if (form == "finding") return R"({"finding":"unknown","why":""})";
  if (form == "turn") {
    return who == "a" ? R"({"answer":"so far","hand_to":"b","why":"yours"})"
                      : R"({"answer":"b answers","hand_to":"nobody","why":""})";
  }
  if (form == "briefs") {
    return absl::StrContains(asked, "Reports on") ? R"({"tasks":[],"answer":"led"})"
                                                  : R"({"tasks":[{"agent":"b","brief":"Go"}],"answer":""})";
  }
  if (form == "choice") return R"({"agent":"b","why":""})";
  if (absl::StrContains(asked, "A critic holds against")) return "second draft";
  if (absl::StrContains(asked, "Reports on the parts")) return absl::StrCat("merged by ", who);
  return absl::StrCat(who, " says");
}

absl::StatusOr<Pipeline> Parse(const std::string& block, const std::string& agents = "",
                               std::vector<Diagnostic>* diagnostics = nullptr) {
  PipelineOptions options;
  options.open_model = [](std::string_view name, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding([who = std::string(name)](const ModelRequest& request) {
      return testing::After(absl::Seconds(1), Say(Play(who, request)));
    }));
  };
  const std::string text =
      absl::StrCat("version: 1\nname: t\nagents: {a: {model: a}, b: {model: b}, c: {model: c}", agents,
                   "}\nsteps:\n  - id: s\n    ", block, "\noutput: \"{{ s.text }} | {{ s.report }}\"\n");
  return ParsePipeline(text, "t.yaml", options, diagnostics);
}

struct Ran {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  std::string picture;
  absl::Duration took;
};

// One step with `block`; the answer is its text and its report.
Ran RunStep(const std::string& block, std::vector<File> files = {}, const std::string& agents = "") {
  const absl::StatusOr<Pipeline> pipeline = Parse(block, agents);
  Ran ran;
  if (!pipeline.ok()) {
    ran.reply = pipeline.status();
    return ran;
  }
  ran.picture = ToText(pipeline->graph);
  Sim sim;
  ran.reply = sim.Run(pipeline->team, *pipeline->MakePrompt("What?", {}, std::move(files)));
  ran.took = sim.elapsed();
  return ran;
}

TEST(PatternSteps, EachRunsWithAllItsKeys) {
  const std::vector<File> lines{{"l.txt", "text/plain", "one\ntwo\nthree\n"}};
  const struct {
    std::string block;
    std::vector<File> files;
    std::string says, data, note;
  } cases[] = {
      {"critique: {author: a, critic: b, rounds: 4, criteria: brief, draft_tokens: 900}",
       {},
       "second draft |",
       R"("stop":"accepted")",
       "s (critique: a, b)"},
      {"map_reduce: {mapper: a, reducer: b, over: lines, ask: Read it, batch: 2, chunk_tokens: 100, "
       "overlap_tokens: 5, parts_max: 9, merge_most: 3, result_tokens: 200, width: 2}",
       lines, "merged by b |", R"("parts":2)", "s (map_reduce: a, b)"},
      {"map_reduce: {mapper: a}", lines, "a says |", R"("parts":1)", "s (map_reduce: a)"},
      {"debate: {sides: [{agent: a, stance: yes it is, name: pro}, b], judge: c, verifier: c, rounds: 1, "
       "statement_tokens: 500, width: 1}",
       {},
       "b\n\nwhy b |",
       R"("winner":"b")",
       "s (debate: a, b, c)"},
      {"hand_off: {agents: [c, a, b], first: a, may: {a: [b]}, hand_offs: 2, talk_tokens: 300}",
       {},
       "b answers |",
       R"("agent":"b")",
       "s (hand_off: c, a, b)"},
      {"supervisor: {lead: a, agents: [b, c], rounds: 2, tasks_max: 3, result_tokens: 300, width: 4}",
       {},
       "led |",
       R"("stop":"answered")",
       "s (supervisor: a, b, c)"},
      {"group_chat: {agents: [a, b], may: {b: [a, b]}, moderator: c, turns: 2, until: DONE, closing: c, "
       "talk_tokens: 400}",
       {},
       "c says |",
       R"("stop":"turns")",
       "s (group_chat: a, b, c)"},
  };
  for (const auto& c : cases) {
    const Ran ran = RunStep(c.block, c.files);
    EXPECT_THAT(ran.reply, Says(AllOf(::testing::StartsWith(c.says), HasSubstr(c.data)))) << c.block;
    EXPECT_THAT(ran.picture, HasSubstr(c.note));
  }
}

TEST(PatternSteps, WidthIsHowManyRunAtOnce) {
  const std::vector<File> lines{{"l.txt", "text/plain", "one\ntwo\nthree\nfour\n"}};
  const auto took = [&](const std::string& width) {
    const Ran ran = RunStep("map_reduce: {mapper: a, over: lines" + width + "}", lines);
    EXPECT_THAT(ran.reply, IsOk());
    return ran.took;
  };
  EXPECT_EQ(took(""), absl::Seconds(1));
  EXPECT_EQ(took(", width: 2"), absl::Seconds(2));
}

TEST(PatternSteps, NobodySpeaksTwiceInARowAndOnlyWhoMay) {
  const Ran ran =
      RunStep("group_chat: {agents: [a, b, c], may: {a: [c], c: [a]}, no_repeat: true, turns: 3}");
  EXPECT_THAT(ran.reply, Says(HasSubstr(R"("turns":[{"who":"a"},{"who":"c"},{"who":"a"}])")));
}

TEST(PatternSteps, AnAgentMayBeATeam) {
  const Ran ran = RunStep("supervisor: {lead: a, agents: [b, checked]}", {},
                          ", checked: {description: Reviewed answers, critique: {author: a, critic: b}}");
  EXPECT_THAT(ran.reply, Says(HasSubstr("led |")));
  const Ran inner = RunStep("route: {agents: [checked]}", {},
                            ", checked: {description: Reviewed answers, critique: {author: a, critic: b}}");
  EXPECT_THAT(inner.reply, Says(AllOf(HasSubstr("second draft |"), HasSubstr(R"("stop":"accepted")"))));
}

TEST(PatternSteps, ATeamMayBeNamedAmongTheAgents) {
  const auto pipeline = ParsePipeline(R"(
version: 1
name: t
agents:
  author: {instructions: Write}
  critic: {instructions: Look for faults}
  checked: {description: Reviewed answers, critique: {author: author, critic: critic}}
steps: [{id: s, agent: checked}]
)",
                                      "t.yaml");
  EXPECT_THAT(pipeline, IsOk());
}

TEST(PatternSteps, OddSettingsAreSaid) {
  const struct {
    std::string block, agents, says;
  } cases[] = {
      {"critique: {author: a, critic: a}", "", "warning: the critic is the author"},
      {"debate: {sides: [a, a], judge: b}", "", "warning: two sides of \"a\" with the same stance"},
      {"debate: {sides: [{agent: a, name: x}, {agent: b, name: x}], judge: b}", "",
       "warning: two sides are called \"x\""},
      {"map_reduce: {mapper: a, chunk_tokens: 100, overlap_tokens: 90}", "",
       "warning: an overlap of 90 tokens is more than half of a chunk: it is 50"},
      {"hand_off: {agents: [a, nobody]}", ", nobody: {}", "error: an agent cannot be called \"nobody\" here"},
      {"group_chat: {agents: [a, nobody]}", ", nobody: {}",
       "error: an agent cannot be called \"nobody\" here"},
      {"route: {agents: [a, none], model: a}", ", none: {}",
       "error: an agent cannot be called \"none\" here"},
      {"group_chat: {agents: [a], no_repeat: true}", "", "error: no_repeat, and only one agent"},
      {"group_chat: {agents: [a, b], may: {a: [bb]}}", "", "the agent \"bb\" is not among the step's agents"},
      {"critique: {author: a, critic: b, width: 2}", "", "unknown key \"width\" in a critique"},
      {"agent: t", ", t: {instructions: x, critique: {author: a, critic: b}}",
       "error: agent \"t\" is a team by \"critique\", beside which it has no \"instructions\""},
      {"agent: t", ", t: {route: {agents: [a]}, critique: {author: a, critic: b}}",
       "beside which there can be no"},
      {"agent: t", ", t: {critique: {author: t, critic: b}}", "agents call each other without end: t, t"},
  };
  for (const auto& c : cases) {
    std::vector<Diagnostic> found;
    (void)Parse(c.block, c.agents, &found);
    std::string all;
    for (const Diagnostic& one : found) absl::StrAppend(&all, Format(one), "\n");
    EXPECT_THAT(all, HasSubstr(c.says)) << c.block;
  }
}

}  // namespace
}  // namespace ninefold
