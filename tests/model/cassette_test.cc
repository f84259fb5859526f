// Calls that are written down and played again: what is in the file, what is not, what is no cassette.
#include "ninefold/cassette.h"

#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/acting_model.h"
#include "ninefold/make_tool.h"
#include "ninefold/models.h"
#include "ninefold/runtime.h"
#include "ninefold/team.h"
#include "ninefold/testing/scripted.h"
#include "stores/store_testing.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Sim;
using testing::TempFolder;

class CassetteTest : public ::testing::Test {
 protected:
  ModelPtr Record(ModelPtr model, CassetteMode mode = CassetteMode::kRecord) {
    auto cassette = Cassette::Open(path_, mode);
    EXPECT_TRUE(cassette.ok()) << cassette.status();
    return WithCassette(std::move(model), *cassette);
  }
  absl::StatusOr<ModelPtr> Replay() const { return OpenModel("replay:" + path_); }
  absl::StatusOr<Reply> Ask(const ModelPtr& model, std::string question) {
    Sim sim;
    return sim.Run(MakeAgent({.name = "a", .instructions = "Be brief.", .model = model}),
                   std::move(question));
  }
  std::string Read() const {
    std::ifstream in(path_);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void Write(const std::string& text) const { std::ofstream(path_) << text; }

  TempFolder folder_;
  const std::string path_ = folder_ / "calls.jsonl";
};

// A team whose members all ask the same: as many replies as there were calls, tools among them.
TEST_F(CassetteTest, AWholeTeamIsPlayedAgain) {
  const auto team = [](const ModelPtr& model) {
    ToolPtr clock = MakeTool("clock", "tells the time", [] { return std::string("noon"); });
    Roster members;
    for (const char* name : {"a", "b", "c"})
      members.push_back(MakeAgent({.name = name, .instructions = "Look.", .model = model, .tools = {clock}}));
    return FanOut(members, MakeAgent({.name = "joins", .model = model}));
  };
  const auto answer = [](const ModelRequest& request) {
    if (!request.tools) return testing::Say("joined: " + TextOf(request.conversation.back()));
    if (request.conversation.back().role == Role::kTool) return testing::Stream({"it is ", "noon"});
    return testing::Ask("clock");
  };
  Sim live;
  const auto first = live.Run(team(Record(testing::Responding(answer))), "What time is it?");
  ASSERT_TRUE(first.ok()) << first.status();
  auto cassette = Cassette::Open(path_, CassetteMode::kReplay);
  ASSERT_TRUE(cassette.ok()) << cassette.status();
  EXPECT_EQ((*cassette)->size(), 7u);
  Sim again;
  const auto second = again.Run(team(WithCassette(nullptr, *cassette)), "What time is it?");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->text, first->text);
  EXPECT_EQ(DumpJson(ToJson(second->cost)), DumpJson(ToJson(first->cost)));
  EXPECT_EQ((*cassette)->unused(), 0u);
}

TEST_F(CassetteTest, ARequestThatChangedIsShownBesideTheNearest) {
  const ModelPtr model = Record(testing::Responding([](const ModelRequest&) { return testing::Say("yes"); }));
  ASSERT_TRUE(Ask(model, "Is it far to the old harbour by the sea on foot?").ok());
  ASSERT_TRUE(Ask(model, "Something else altogether").ok());
  const auto reply = Ask(*Replay(), "Is it far to the old harbour by the sea by bus?");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(reply.status().message()),
      AllOf(HasSubstr("this request is not recorded; the nearest one differs:\n  /messages/0/parts/0/text: "
                      "recorded \"… harbour by the sea on foot?\""),
            HasSubstr("now \"… harbour by the sea by bus?\"")));
}

TEST_F(CassetteTest, OnceMoreThanRecorded) {
  ASSERT_TRUE(Ask(Record(testing::Scripted({testing::Say("one")})), "q").ok());
  const ModelPtr again = *Replay();
  EXPECT_EQ(Ask(again, "q")->text, "one");
  EXPECT_THAT(std::string(Ask(again, "q").status().message()), HasSubstr("once more than it was recorded"));
}

TEST_F(CassetteTest, FailuresArePlayedAndAskedAgainWhenItGoesOn) {
  const absl::Status busy = absl::ResourceExhaustedError("no money left");
  EXPECT_FALSE(Ask(Record(testing::Scripted({testing::Fail(busy)})), "q").ok());
  const auto played = Ask(*Replay(), "q");
  EXPECT_EQ(played.status().code(), busy.code());
  EXPECT_THAT(std::string(played.status().message()), HasSubstr("no money left"));

  auto server = testing::Scripted({testing::Say("paid"), testing::Say("other")});
  EXPECT_EQ(Ask(Record(server, CassetteMode::kResume), "q")->text, "paid");
  const ModelPtr on = Record(server, CassetteMode::kResume);
  EXPECT_FALSE(Ask(*Replay(), "q").ok()) << "the failure comes first";
  EXPECT_EQ(Ask(on, "another")->text, "other");
  EXPECT_EQ(server->unused(), 0u);
  EXPECT_EQ((*Cassette::Open(path_, CassetteMode::kReplay))->size(), 3u);
}

TEST_F(CassetteTest, ALineThatACrashCutShortIsLeftOut) {
  const ModelPtr model = Record(testing::Responding([](const ModelRequest&) { return testing::Say("yes"); }));
  ASSERT_TRUE(Ask(model, "one").ok() && Ask(model, "two").ok());
  const std::string whole = Read();
  for (std::size_t size = whole.find('\n') + 1; size < whole.size(); size += 7) {
    Write(whole.substr(0, size));
    auto cassette = Cassette::Open(path_, CassetteMode::kResume);
    ASSERT_TRUE(cassette.ok()) << size << cassette.status();
    ASSERT_TRUE(Ask(WithCassette(testing::Scripted({testing::Say("3")}), *cassette), "three").ok());
    const auto read = Cassette::Open(path_, CassetteMode::kReplay);
    ASSERT_TRUE(read.ok()) << size << read.status();
    EXPECT_EQ((*read)->size(), (*cassette)->size());
  }
}

TEST_F(CassetteTest, WhatIsNoCassette) {
  const std::string head = "{\"ninefold_cassette\":1}\n";
  const struct {
    std::string text, says;
  } cases[] = {
      {"", "is empty, and no cassette"},
      {"hello\n", ":1: no cassette: its first line is {\"ninefold_cassette\":1}"},
      {"{\"ninefold_cassette\":2}\n", ":1: no cassette"},
      {head + "nonsense\n", ":2: 1:2: not JSON"},
      {head + "7\n", ":2: /request: missing"},
      {head + "{\"request\":{}}\n", ":2: neither /reply nor /error"},
      {head + "\n{\"request\":{},\"reply\":{}}\n", ":3: /message: missing"},
      {head + "{\"request\":{},\"error\":{\"code\":0,\"message\":\"\"}}\n", ":2: /error: not {"},
      {head + "{\"request\":{},\"error\":{\"code\":99,\"message\":\"\"}}\n", ":2: /error: not {"},
  };
  for (const auto& c : cases) {
    Write(c.text);
    const auto model = Replay();
    EXPECT_EQ(model.status().code(), absl::StatusCode::kDataLoss) << c.text;
    EXPECT_THAT(std::string(model.status().message()), HasSubstr(c.says));
  }
  EXPECT_EQ(OpenModel("replay:" + folder_ / "none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Cassette::Open(folder_ / "none/x", CassetteMode::kRecord).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CassetteTest, KeepsNoKey) {
  auto model =
      OpenModel("openai/x", {.base_url = "http://127.0.0.1:1/v1", .key = "sk-SECRET", .attempts = 1});
  EXPECT_FALSE(Runtime().Run(MakeAgent({.name = "a", .model = Record(*model)}), "q").ok());
  EXPECT_THAT(Read(), AllOf(HasSubstr("refused the connection"), ::testing::Not(HasSubstr("SECRET"))));
}

}  // namespace
}  // namespace ninefold
