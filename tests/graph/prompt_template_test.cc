#include <map>

#include "matchers.h"
#include "ninefold/task_graph.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

class Inputs : public TaskInputs {
 public:
  Inputs() : goal_("Why?") {
    goal_.parts.emplace_back(File{"a.txt", "text/plain", "text"});
    Reply facts;
    facts.text = "It {{ risks.text }} is so";
    facts.data = Json{{"items", {"x", "y"}}, {"n", 5}};
    facts.evidence.push_back({"a.txt", 3, 4, "so it is"});
    Put("facts", {TaskOutcome::kDone, absl::OkStatus(), std::make_shared<const Reply>(facts)});
    Put("risks", {TaskOutcome::kFailed, absl::UnavailableError("down"), nullptr});
  }
  const Prompt& goal() const override { return goal_; }
  const TaskResult* Find(std::string_view id) const override {
    const auto it = results_.find(std::string(id));
    return it == results_.end() ? nullptr : &it->second;
  }
  const std::vector<std::string>& needs() const override { return needs_; }

 private:
  void Put(std::string id, TaskResult result) {
    needs_.push_back(id);
    results_.emplace(std::move(id), std::move(result));
  }
  Prompt goal_;
  std::vector<std::string> needs_;
  std::map<std::string, TaskResult> results_;
};

TEST(PromptTemplate, TheTalkGoesWithTheGoal) {
  class Talking : public Inputs {
   public:
    Talking() : goal_("Why?") {
      goal_.history = Conversation().With(UserMessage("Who?")).With(AssistantMessage("He."));
    }
    const Prompt& goal() const override { return goal_; }

   private:
    Prompt goal_;
  } inputs;
  for (const auto& [text, talk] :
       {std::pair("{{ goal }}", 2), std::pair("Of {{ question }}: {{ facts.text }}", 2),
        std::pair("{{ facts.text }} of the goal", 0)}) {
    const auto prompt = PromptTemplate(text).Render(inputs);
    ASSERT_THAT(prompt, IsOk()) << text;
    EXPECT_EQ(prompt->history.size(), std::size_t(talk)) << text;
  }
}

TEST(PromptTemplate, Renders) {
  const struct {
    std::string text, rendered;
  } cases[] = {
      {"{{ goal }}", "Why?"},
      {"Q: {{ question }}!", "Q: Why?!"},
      {"{{ facts.text }}", "It {{ risks.text }} is so"},  // what is put in is not read again
      {"{{facts.data.items[1]}}-{{ facts.data.n }}", "y-5"},
      {"{{ facts.data.items }}", "[\"x\",\"y\"]"},
      {"{{ facts.evidence }}", "\"so it is\" [a.txt:3-4]\n"},
      {"{{ risks.text }} {{ risks.outcome }} {{ risks.error }}", "(failed) failed down"},
      {"no variables }} here", "no variables }} here"},
  };
  for (const auto& c : cases) {
    const auto prompt = PromptTemplate(c.text).Render(Inputs());
    ASSERT_THAT(prompt, IsOk()) << c.text;
    EXPECT_EQ(TextOf(*prompt), c.rendered);
    EXPECT_EQ(prompt->parts.size(), 2u) << "the goal's file goes along";
  }
  EXPECT_EQ(PromptTemplate("{{ goal }}", false).Render(Inputs())->parts.size(), 1u);
}

TEST(PromptTemplate, RefusesWithAReason) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"{{ fcats.text }}", "the task does not need \"fcats\"; it has goal, facts, risks"},
      {"{{ facts.txt }}", "a result has text, data, report, evidence, outcome and error"},
      {"{{ facts.data.none }}", "not in the data"},
      {"{{ facts.data.items[7] }}", "not in the data"},
      {"{{ facts.text", ""},
      {"{{ }}", ""},
      {"{{ a b }}", ""},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(PromptTemplate(c.text).Render(Inputs()),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.why)))
        << c.text;
  }
}

TEST(PromptTemplate, IsCheckedBeforeARun) {
  EXPECT_THAT(PromptTemplate("{{ goal }} {{ facts.text }}").Check({"facts"}), IsOk());
  EXPECT_THAT(PromptTemplate("{{ fact.text }}").Check({"facts"}),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("nothing is called \"fact\"; did you mean \"facts\"?")));
}

}  // namespace
}  // namespace ninefold
