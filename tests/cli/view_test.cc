// What people see of a run: the frame of the live view, and the words of numbers.
#include "cli/view.h"

#include "cli/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class Story {
 public:
  Story& At(int milliseconds) { return now_ = kStart + absl::Milliseconds(milliseconds), *this; }
  Story& Add(const std::string& path, EventBody body) {
    tree_.Add(Event{std::move(body), std::make_shared<const std::string>(path), now_, ++sequence_});
    return *this;
  }
  std::vector<std::string> Lines(int columns, int rows = 24) const {
    return Frame(tree_, Terminal{.is_terminal = true, .colors = false, .columns = columns, .rows = rows},
                 now_);
  }
  const TaskTree& tree() const { return tree_; }

 private:
  TaskTree tree_;
  absl::Time now_ = kStart;
  std::uint64_t sequence_ = 0;
};

Story Begun() {
  Story story;
  story.Add("", event::RunStarted{"r1", "research", "Why?"})
      .Add("", event::PlanMade{{"facts", "risks", "answer"}, {"facts -> answer", "risks -> answer"}})
      .Add("facts", event::TaskStarted{"facts", "finder"})
      .Add("risks", event::TaskStarted{"risks", "critic"});
  return story;
}

TEST(Frame, ShowsEachTaskWithItsState) {
  Story story = Begun();
  story.At(1500)
      .Add("facts/turn.1", event::TurnStarted{1})
      .Add("facts/turn.1/tool.search.1", event::ToolStarted{"search", "c1", Json{{"query", "object code"}}})
      .Add("risks/turn.2", event::TurnStarted{2})
      .Add("risks/turn.2", event::TextDelta{"first line\nthe second li"});
  EXPECT_THAT(story.Lines(80),
              ElementsAre("research  Why?", "⠴ facts  finder 1.5s   turn 1              search object code",
                          "⠴ risks  critic 1.5s   turn 2              the second li",
                          "· answer                                   needs facts, risks",
                          "  0 of 3 tasks · 2 at once · 1.5s · Ctrl-C stops"));
}

TEST(Frame, ShowsWhatBecameOfTasks) {
  Story story = Begun();
  Cost cost;
  cost.model_calls = 2, cost.tokens.input = 1300, cost.tokens.output = 100;
  story.At(2000)
      .Add("facts", event::TaskEnded{"facts", "done", absl::OkStatus(), cost, "Three passages.\nMore"})
      .Add("risks",
           event::TaskEnded{"risks", "failed", absl::UnavailableError("the server is busy"), Cost(), ""});
  const auto lines = story.Lines(80);
  EXPECT_THAT(lines[1], ::testing::AllOf(HasSubstr("✓ facts"), HasSubstr("1.4k tok"),
                                         HasSubstr("Three passages."), Not(HasSubstr("More"))));
  EXPECT_THAT(lines[2], ::testing::AllOf(HasSubstr("✗ risks"), HasSubstr("the server is busy")));
}

TEST(Frame, FitsAnyTerminal) {
  Story story = Begun();
  story.Add("facts/turn.1", event::TextDelta{std::string(3000, 'x') + "日本語日本語日本語日本語日本語"});
  for (int i = 0; i < 300; ++i) {
    const std::string id = absl::StrCat("worker.", i);
    story.Add("", event::TasksAdded{{id}, {}}).Add(id, event::TaskStarted{id, "日本語のエージェント"});
  }
  for (const int columns : {1, 2, 5, 10, 20, 40, 80, 200}) {
    for (const int rows : {1, 2, 5, 24}) {
      const auto lines = story.Lines(columns, rows);
      EXPECT_LE(int(lines.size()), std::max(3, rows - 1)) << columns << "x" << rows;
      for (const std::string& line : lines)
        EXPECT_LE(WidthOf(line), std::max(3, columns - 1)) << columns << ": " << line;
    }
  }
  EXPECT_THAT(story.Lines(80).back(), HasSubstr("more not shown"));
}

TEST(Frame, LetsNoControlCharacterThrough) {
  Story story;
  story.Add("", event::RunStarted{"r1", "te\x1b[2Jam", "why\x1b]52;c;aGk=\x07?"})
      .Add("", event::PlanMade{{"a"}, {}})
      .Add("a", event::TaskStarted{"a", "ag\rent"})
      .Add("a/turn.1", event::TextDelta{"x\x1b[31mred\u202e\x9b"});
  for (const std::string& line : story.Lines(120)) {
    for (const char c : line) EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << line;
    EXPECT_EQ(line.find("\u202e"), std::string::npos);
  }
}

TEST(TaskTree, NestedTasksStandBelowTheirParents) {
  Story story = Begun();
  story.Add("facts", event::PlanMade{{"one", "two"}, {"one -> two"}})
      .Add("facts/one", event::TaskStarted{"one", "sub"});
  std::vector<std::string> order;
  for (const TaskNode* node : story.tree().Tasks()) order.push_back(absl::StrCat(node->depth, node->id));
  EXPECT_THAT(order, ElementsAre("0facts", "1one", "1two", "0risks", "0answer"));
}

TEST(Words, FitAndPadCountColumns) {
  EXPECT_EQ(WidthOf("abc"), 3);
  EXPECT_EQ(WidthOf("日本"), 4);
  EXPECT_EQ(WidthOf("e\u0301"), 1);
  EXPECT_EQ(Fit("hello world", 8), "hello w…");
  EXPECT_EQ(Fit("hello world", 8, /*tail=*/true), "…o world");
  EXPECT_EQ(Fit("日本語", 4), "日…");
  EXPECT_EQ(Fit("abc", 0), "");
  EXPECT_EQ(Pad("日", 4), "日  ");
}

TEST(Words, NumbersAndTimes) {
  EXPECT_EQ(Tokens(999), "999");
  EXPECT_EQ(Tokens(1400), "1.4k");
  EXPECT_EQ(Tokens(2'100'000), "2.1M");
  EXPECT_EQ(Took(absl::Milliseconds(4)), "4ms");
  EXPECT_EQ(Took(absl::Seconds(3.4)), "3.4s");
  EXPECT_EQ(Took(absl::Seconds(65)), "1m05s");
  EXPECT_EQ(Took(absl::Hours(2)), "2h00m");
  EXPECT_EQ(Count(1, "step"), "1 step");
  EXPECT_EQ(Count(0, "step"), "0 steps");
  EXPECT_EQ(ShellWord("a b'c"), "'a b'\\''c'");
}

}  // namespace
}  // namespace ninefold::cli
