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

struct Ran {
  absl::StatusOr<Reply> reply = absl::InternalError("not run");
  std::string picture;
};

// One step with `block`; the answer is its text, and what `then` names.
Ran RunStep(const std::string& block, std::vector<File> files = {}) {
  PipelineOptions options;
  options.open_model = [](std::string_view name, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return ModelPtr(Responding(
        [who = std::string(name)](const ModelRequest& request) { return Say(Play(who, request)); }));
  };
  const std::string text = absl::StrCat(
      "version: 1\nname: t\nagents: {a: {model: a}, b: {model: b}, c: {model: c}}\nsteps:\n  - id: s\n    ",
      block, "\noutput: \"{{ s.text }} | {{ s.report }}\"\n");
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(text, "t.yaml", options);
  Ran ran;
  if (!pipeline.ok()) {
    ran.reply = pipeline.status();
    return ran;
  }
  ran.picture = ToText(pipeline->graph);
  Sim sim;
  ran.reply = sim.Run(pipeline->team, *pipeline->MakePrompt("What?", {}, std::move(files)));
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
       "overlap_tokens: 5, parts_max: 9, merge_most: 3, result_tokens: 200}",
       lines, "merged by b |", R"("parts":2)", "s (map_reduce: a, b)"},
      {"map_reduce: {mapper: a}", lines, "a says |", R"("parts":1)", "s (map_reduce: a)"},
      {"debate: {sides: [{agent: a, stance: yes it is, name: pro}, b], judge: c, verifier: c, rounds: 1, "
       "statement_tokens: 500}",
       {},
       "b\n\nwhy b |",
       R"("winner":"b")",
       "s (debate: a, b, c)"},
      {"hand_off: {agents: [c, a, b], first: a, may: {a: [b]}, hand_offs: 2, talk_tokens: 300}",
       {},
       "b answers |",
       R"("agent":"b")",
       "s (hand_off: c, a, b)"},
      {"supervisor: {lead: a, agents: [b, c], rounds: 2, tasks_max: 3, result_tokens: 300}",
       {},
       "led |",
       R"("stop":"answered")",
       "s (supervisor: a, b, c)"},
      {"group_chat: {agents: [a, b], moderator: c, turns: 2, until: DONE, closing: c, talk_tokens: 400}",
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

}  // namespace
}  // namespace ninefold
