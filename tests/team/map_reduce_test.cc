#include <random>

#include "absl/strings/match.h"
#include "ninefold/data.h"
#include "team/patterns/slices.h"
#include "team/patterns_testing.h"

namespace ninefold {
namespace {

using patterns::Chunk;
using patterns::ChunksOf;
using patterns::ShiftPlaces;
using patterns::Slice;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sim;

AgentPtr MapTeam(MapReduceOptions options) {
  return MakeTeam({.name = "wide", .planner = MapReducePlanner(std::move(options))});
}

// A file of so many lines "line N.", asked about.
Prompt Lined(int lines, std::string question = "What is in it?") {
  std::string text;
  for (int i = 1; i <= lines; ++i) absl::StrAppend(&text, "line ", i, ".\n");
  std::vector<Part> parts{Text{std::move(question)}, File{"log.txt", "text/plain", text}};
  return Prompt(std::move(parts));
}

// Quotes the first line of the file it is given.
AgentPtr FirstLine() {
  auto model = testing::Responding([](const ModelRequest& request) {
    for (const Part& part : request.conversation.back().parts) {
      const auto* file = std::get_if<File>(&part);
      if (file == nullptr) continue;
      const std::string line = file->bytes.substr(0, file->bytes.find('\n'));
      return testing::After(absl::Seconds(1), StepOf(absl::StrCat("\"", line, "\" [", file->name, ":1]")));
    }
    return StepOf("no file");
  });
  return MakeAgent({.name = "mapper", .model = model});
}

TEST(MapReduce, ChunksAreAskedAtOnceAndCiteTheWholeFile) {
  std::string merged_from;
  auto reducer = Speaker("reducer", [&](const std::string& asked) {
    merged_from = asked;
    const std::size_t at = asked.find("\"line 2");
    return "All: " + asked.substr(at, asked.find(']', at) + 1 - at);
  });
  Sim sim;
  const auto reply =
      sim.Run(MapTeam({.mapper = FirstLine(), .reducer = reducer, .chunk_tokens = 60, .overlap_tokens = 0}),
              Lined(60));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(sim.elapsed(), absl::Seconds(2)) << "all parts at once, then the merge";
  EXPECT_EQ(Report(reply, "parts"), "3");
  EXPECT_THAT(merged_from, AllOf(HasSubstr("## log.txt:1-21\n\"line 1.\" [log.txt:1]"),
                                 HasSubstr("## log.txt:22-41\n\"line 22.\" [log.txt:22]")));
  ASSERT_EQ(reply->evidence.size(), 1u);
  EXPECT_EQ(Place(reply->evidence[0]), "log.txt:22");
  EXPECT_EQ(reply->evidence[0].quote, "line 22.");
}

TEST(MapReduce, ManyResultsAreMergedInLevels) {
  std::size_t longest = 0;
  auto mapper = Speaker("mapper", [](const std::string&) { return std::string(9000, 'x'); });
  auto reducer = Speaker("reducer", [&](const std::string& asked) {
    longest = std::max(longest, asked.size());
    return std::string("merged");
  });
  MapReduceOptions options{.mapper = mapper, .reducer = reducer, .over = MapOver::kLines};
  options.merge_most = 4;
  options.result_tokens = 200;
  Sim sim;
  const auto reply = sim.Run(MapTeam(options), Lined(50));
  EXPECT_THAT(reply, Says("merged"));
  EXPECT_EQ(reply->cost.model_calls, 50 + 13 + 4 + 1);
  EXPECT_EQ(sim.elapsed(), absl::Seconds(4));
  EXPECT_LT(longest, 4u * 600 + 700) << "no prompt grows with the parts";
}

TEST(MapReduce, AMergeIsCalledByItsFirstAndLastPart) {
  std::vector<std::string> asked;
  auto mapper = Speaker("mapper", [](const std::string&) { return std::string("x"); });
  auto reducer = Speaker("reducer", [&](const std::string& text) {
    asked.push_back(text);
    return std::string("merged");
  });
  MapReduceOptions options{.mapper = mapper, .reducer = reducer, .over = MapOver::kLines};
  options.merge_most = 2;
  Sim sim;
  const auto reply = sim.Run(MapTeam(options), Lined(9));
  EXPECT_THAT(reply, Says("merged"));
  EXPECT_EQ(reply->cost.model_calls, 9 + 8) << "what is alone is not merged";
  EXPECT_THAT(asked.back(), AllOf(HasSubstr("## log.txt:1\nx\n"), HasSubstr("## log.txt:2 to log.txt:9\n"),
                                  Not(ContainsRegex(" to [^ ]+ to "))));
}

TEST(MapReduce, WhatIsHeldAgainstItHasThePlacesOfTheWholeFile) {
  auto mapper = Speaker("mapper", [](const std::string&) {
    return std::string("It is so.\nDissent: b: it is not [log.txt:1]");
  });
  Sim sim;
  const auto reply = sim.Run(MapTeam({.mapper = mapper, .chunk_tokens = 60, .overlap_tokens = 0}), Lined(40));
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(DissentOf(reply), "b: it is not [log.txt:1]\nb: it is not [log.txt:22]\n");
}

// The part begins at line 22 and has 20 lines; its mapper was told so.
TEST(MapReduce, PlacesThatAreOfTheWholeFileStay) {
  const struct {
    std::string says, shifted, evidence;
  } cases[] = {
      {"\"line 23.\" [log.txt:2]", "\"line 23.\" [log.txt:23]", "log.txt:23 line 23."},
      {"\"line 30.\" [log.txt:30]", "\"line 30.\" [log.txt:30]", "log.txt:30 line 30."},
      {"[log.txt:25-27]", "[log.txt:25-27]", "log.txt:25-27 line 25.\nline 26.\nline 27.\n"},
      {"\"line 41.\" [log.txt:L41]", "\"line 41.\" [log.txt:L41]", "log.txt:41 line 41."},
      {"[log.txt:2; log.txt:24]", "[log.txt:23; log.txt:24]", "log.txt:23 line 23.\n;log.txt:24 line 24.\n"},
      // What others have cited before.
      {"\"line 3.\" [log.txt:3]", "\"line 3.\" [log.txt:3]", "log.txt:3 line 3."},
      {"as known [log.txt:3]", "as known [log.txt:3]", "log.txt:3 line 3."},
      {"[log.txt:99]", "[log.txt:99]", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.says);
    auto model = testing::Responding([&](const ModelRequest& request) {
      const auto& file = std::get<File>(request.conversation.back().parts.back());
      return StepOf(file.bytes.rfind("line 22.", 0) == 0 ? c.says : "nothing");
    });
    Prompt prompt = Lined(60);
    prompt.known.push_back({"log.txt", 3, 3, "line 3."});
    Sim sim;
    const auto reply = sim.Run(MapTeam({.mapper = MakeAgent({.name = "mapper", .model = model}),
                                        .chunk_tokens = 60,
                                        .overlap_tokens = 0}),
                               prompt);
    ASSERT_THAT(reply, Says(HasSubstr("## log.txt:22-41\n" + c.shifted + "\n")));
    std::string evidence;
    for (const Citation& one : reply->evidence)
      absl::StrAppend(&evidence, evidence.empty() ? "" : ";", Place(one), " ", one.quote);
    EXPECT_EQ(evidence, c.evidence);
  }
}

// Lines of the second half of a file of equal halves are lines of its first, too: the quote tells.
TEST(MapReduce, TheQuoteTellsWhichCountALineIsOf) {
  const Slice slice{.name = "a.txt:4-13",
                    .part = File{"a.txt", "text/plain", "d\ne\nf\ng\nh\ni\nj\nk\nl\nm\n"},
                    .source = "a.txt",
                    .lines_before = 3};
  const AgentPtr agent = Speaker("mapper", [](const std::string&) {
    return std::string("\"h\" [a.txt:5] \"h\" [a.txt:8] unquoted [a.txt:5] \"misquoted\" [a.txt:6]");
  });
  Sim sim;
  std::vector<Part> parts{Text{"?"}, slice.part};
  EXPECT_THAT(sim.Run(patterns::InWholeFile(agent, slice), Prompt(std::move(parts))),
              Says("\"h\" [a.txt:8] \"h\" [a.txt:8] unquoted [a.txt:8] \"misquoted\" [a.txt:9]"));
}

TEST(MapReduce, GoesOverItemsRowsLinesAndTexts) {
  const auto asked = [](Prompt prompt, MapReduceOptions options = {}) {
    std::vector<std::string> seen;
    auto model = testing::Responding([&](const ModelRequest& request) {
      std::string text;
      for (const Part& part : request.conversation.back().parts) {
        if (const auto* data = std::get_if<Data>(&part)) absl::StrAppend(&text, DumpJson(data->value));
        if (const auto* file = std::get_if<File>(&part)) absl::StrAppend(&text, file->bytes);
      }
      seen.push_back(text);
      return testing::Say("ok");
    });
    options.mapper = MakeAgent({.name = "mapper", .model = model});
    Sim sim({.shuffle = false});
    EXPECT_THAT(sim.Run(MapTeam(std::move(options)), std::move(prompt)), IsOk());
    return seen;
  };
  const auto with = [](Part part) {
    std::vector<Part> parts{Text{"Count."}, std::move(part)};
    return Prompt(std::move(parts));
  };
  EXPECT_THAT(asked(with(Data{Json::parse("[1,\"two\",{\"a\":3}]"), "list"})),
              ElementsAre("1", "\"two\"", "{\"a\":3}"));
  EXPECT_THAT(asked(with(*ReadData("t.csv", "id,name\n1,Ada\n2,Bob\n3,Cy\n")), {.batch = 2}),
              ElementsAre(R"([{"id":1,"name":"Ada"},{"id":2,"name":"Bob"}])", R"({"id":3,"name":"Cy"})"));
  EXPECT_THAT(asked(with(*ReadData("t.csv", "id,name\n1,Ada\n")), {.over = MapOver::kLines}),
              ElementsAre("id,name\n", "1,Ada\n"));
  EXPECT_THAT(asked(with(File{"a.txt", "text/plain", "one\n\ntwo\nthree"}), {.over = MapOver::kLines}),
              ElementsAre("one\n", "two\n", "three"));
  EXPECT_THAT(asked("[1,2]", {.ask = "Double it."}), ElementsAre("1", "2"));
  EXPECT_THAT(asked("one\ntwo", {.over = MapOver::kLines, .ask = "Shout."}), ElementsAre("one\n", "two"));
  MapReduceOptions own;
  own.items = [](const Goal&) { return absl::StatusOr<std::vector<Json>>({7, 8}); };
  EXPECT_THAT(asked("Count.", own), ElementsAre("7", "8"));
}

TEST(MapReduce, WhatFailedIsSaid) {
  const auto mapper = [](std::string bad) {
    auto model = testing::Responding([bad](const ModelRequest& request) {
      const auto& file = std::get<File>(request.conversation.back().parts.back());
      const bool fails = absl::StrContains(file.bytes, bad);
      return StepOf(fails ? "fail: unreadable" : "read " + file.bytes.substr(0, file.bytes.size() - 1));
    });
    return MakeAgent({.name = "mapper", .model = model});
  };
  std::string merged_from;
  auto reducer = Speaker("reducer", [&](const std::string& asked) {
    merged_from = asked;
    return std::string("merged");
  });
  {
    Sim sim;
    const auto reply = sim.Run(
        MapTeam({.mapper = mapper("line 2."), .reducer = reducer, .over = MapOver::kLines}), Lined(3));
    ASSERT_THAT(reply, Says(AllOf(HasSubstr("merged\n\nNot covered: log.txt:2 ("), HasSubstr("unreadable"))));
    EXPECT_THAT(merged_from, HasSubstr("## log.txt:2\n(no report: "));
    EXPECT_EQ(Report(reply, "done"), "2");
  }
  {
    Sim sim;
    EXPECT_THAT(
        sim.Run(MapTeam({.mapper = mapper("line"), .reducer = reducer, .over = MapOver::kLines}), Lined(3)),
        Fails(absl::StatusCode::kInvalidArgument,
              AllOf(HasSubstr("none of the 3 parts gave a result"), HasSubstr("unreadable"))));
  }
}

// What a failed merge was given was cut to what the reducer would have read, and nobody was told.
TEST(MapReduce, AMergeThatFailsLosesNothing) {
  const std::string tail = std::string(5000, 'x') + " the end";
  const auto mapper = [&] {
    auto model = testing::Responding([&](const ModelRequest& request) {
      const auto& file = std::get<File>(request.conversation.back().parts.back());
      return testing::After(absl::Seconds(1), testing::Say("read " + file.bytes + tail));
    });
    return MakeAgent({.name = "mapper", .model = model});
  };
  MapReduceOptions options{.mapper = mapper(), .reducer = Liner("r", {"fail: no"}), .over = MapOver::kLines};
  options.result_tokens = 200;
  Sim sim;
  const auto reply = sim.Run(MapTeam(options), Lined(2));
  ASSERT_THAT(reply, Says(::testing::StartsWith(absl::StrCat("## log.txt:1\nread line 1.\n", tail,
                                                             "\n\n## log.txt:2\nread line 2.\n", tail,
                                                             "\n\nNot merged: log.txt:1 to log.txt:2 ("))));
  EXPECT_THAT(Report(reply, "merge_failed"),
              AllOf(HasSubstr(R"("group":"log.txt:1 to log.txt:2")"), HasSubstr("no")));
  EXPECT_THAT(WarningsOf(sim), ElementsAre(HasSubstr("not merged: log.txt:1 to log.txt:2: ")));
  // One in the middle: the next level gets its results in its place.
  std::string merged_from;
  std::size_t longest = 0;
  options.mapper = mapper();
  options.merge_most = 2;
  options.reducer = Speaker("reducer", [&](const std::string& asked) {
    longest = std::max(longest, asked.size());
    if (absl::StrContains(asked, "## log.txt:1\n") && !absl::StrContains(asked, "log.txt:4"))
      return std::string("fail: no");
    merged_from = asked;
    return std::string("merged");
  });
  Sim middle;
  const auto whole = middle.Run(MapTeam(options), Lined(4));
  ASSERT_THAT(whole, Says("merged"));
  EXPECT_THAT(merged_from,
              AllOf(HasSubstr("## log.txt:1\nread line 1."), HasSubstr("## log.txt:2\nread line 2."),
                    HasSubstr("## log.txt:3 to log.txt:4\nmerged")));
  EXPECT_LT(longest, 4u * 600 + 700);
  EXPECT_THAT(Report(whole, "merge_failed"), HasSubstr("log.txt:1 to log.txt:2"));
}

// A 1 MB line was one part, and with files the list in the prompt was passed over.
TEST(MapReduce, ALongLineIsCutAndAListInThePromptIsWhatIsMapped) {
  const auto parts = [](MapReduceOptions options, Prompt prompt) {
    std::vector<std::string> seen;
    auto model = testing::Responding([&](const ModelRequest& request) {
      std::string text;
      for (const Part& part : request.conversation.back().parts) {
        if (const auto* data = std::get_if<Data>(&part)) absl::StrAppend(&text, DumpJson(data->value));
        if (const auto* file = std::get_if<File>(&part))
          absl::StrAppend(&text, file->bytes.size(), " bytes ");
        if (const auto* image = std::get_if<Image>(&part)) absl::StrAppend(&text, image->name);
      }
      seen.push_back(text);
      return testing::Say("ok");
    });
    options.mapper = MakeAgent({.name = "mapper", .model = model});
    Sim sim({.shuffle = false});
    const auto reply = sim.Run(MapTeam(std::move(options)), std::move(prompt));
    EXPECT_THAT(reply, IsOk());
    seen.push_back(reply.ok() ? reply->text : "");
    return seen;
  };
  std::vector<Part> lines{Text{"?"}, File{"f.txt", "text/plain", std::string(7000, 'x') + "\nshort\n"}};
  EXPECT_THAT(parts({.over = MapOver::kLines, .chunk_tokens = 1000}, Prompt(lines)),
              ElementsAre("3000 bytes ", "3000 bytes ", "1001 bytes ", "6 bytes ",
                          AllOf(HasSubstr("## f.txt:1\n"), HasSubstr("## f.txt:1, piece 3\n"),
                                HasSubstr("## f.txt:2\n"))));
  std::vector<Part> list{Text{R"(["one","two"])"}, File{"f.txt", "text/plain", "background\n"}};
  EXPECT_THAT(parts({.ask = "Check it."}, Prompt(list)),
              ElementsAre("11 bytes \"one\"", "11 bytes \"two\"", HasSubstr("## item 2\n")));
  std::vector<Part> images{Text{"?"}, Image{"image/png", "x", "", "a.png"}, Image{"image/png", "x", "", ""}};
  EXPECT_THAT(parts({.over = MapOver::kImages}, Prompt(images)),
              ElementsAre("a.png", "", HasSubstr("## image 2\n")));
}

TEST(MapReduce, RefusesNothingAndTooMuch) {
  Sim sim;
  EXPECT_THAT(sim.Run(MapTeam({.mapper = FirstLine()}), "What?"),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("nothing to map over; give a file")));
  EXPECT_THAT(sim.Run(MapTeam({.mapper = FirstLine(), .over = MapOver::kLines, .parts_max = 9}), Lined(10)),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("there are 10 parts to map over")));
}

TEST(MapReduce, WhatIsEmptyIsNamed) {
  const auto with = [](Part part) {
    std::vector<Part> parts{Text{"Count."}, std::move(part)};
    return Prompt(std::move(parts));
  };
  const struct {
    Prompt prompt;
    MapReduceOptions options;
    std::string why;
  } cases[] = {
      {with(File{"a.txt", "text/plain", " \n\n"}), {}, "nothing to map over: a.txt is blank"},
      {with(File{"a.txt", "text/plain", "\n\n"}), {.over = MapOver::kLines}, "over: a.txt is blank"},
      {with(*ReadData("t.csv", "id,name\n")), {}, "nothing to map over: t.csv has no rows"},
      {with(Data{Json::array(), "list"}), {}, "nothing to map over: list has no items"},
      {" \n", {.ask = "Count."}, "nothing to map over: the prompt has no text"},
      {"[]", {.ask = "Count."}, "nothing to map over: the list has no items"},
      {"?", {.over = MapOver::kImages}, "nothing to map over: there are no images"},
  };
  for (const auto& c : cases) {
    MapReduceOptions options = c.options;
    options.mapper = FirstLine();
    Sim sim;
    EXPECT_THAT(sim.Run(MapTeam(options), c.prompt),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr(c.why)));
  }
}

TEST(MapReduce, ResumesAndReplays) {
  const auto team = [] {
    auto reducer = Speaker("reducer", [](const std::string& asked) {
      return absl::StrCat("merged ", asked.size(), " bytes",
                          absl::StrContains(asked, "log.txt:4") ? "" : "!");
    });
    auto model = testing::Responding([](const ModelRequest& request) {
      const auto& file = std::get<File>(request.conversation.back().parts.back());
      return StepOf(absl::StrContains(file.bytes, "line 3.") ? "fail: unreadable" : "read " + file.bytes);
    });
    MapReduceOptions options{.mapper = MakeAgent({.name = "mapper", .model = model}), .reducer = reducer};
    options.over = MapOver::kLines;
    options.merge_most = 2;
    return MapTeam(options);
  };
  ExpectResumable(team, Lined(5));
}

// All parts fail at first, and a task with attempts tries again. Only the first life sees that.
TEST(MapReduce, ResumesALaterAttempt) {
  int lives = 0;
  const auto team = [&] {
    auto asked = std::make_shared<int>(0);
    auto model = testing::Responding([asked, fails = ++lives == 1 ? 2 : 0](const ModelRequest&) {
      if (++*asked <= fails) return testing::Fail(absl::UnavailableError("busy"));
      return testing::After(absl::Seconds(1), testing::Say("read"));
    });
    Task task{
        .id = "step",
        .agent = MapTeam({.mapper = MakeAgent({.name = "mapper", .model = model}), .over = MapOver::kLines})};
    task.attempts = 2;
    TaskGraph graph;
    EXPECT_THAT(graph.Add(std::move(task)), IsOk());
    return MakeTeam({.name = "steps", .planner = FixedPlan(std::move(graph))});
  };
  ExpectResumable(team, Lined(2));
}

// Whoever calls the team as a tool goes on when its mapper reached a limit of its own, also in another life.
TEST(MapReduce, WhoseLimitItWasIsKnownInEveryLife) {
  StorePtr store = MemoryStore();
  const auto run = [&](RunMode mode) {
    const ToolPtr look = MakeDynamicTool(
        {.name = "look"},
        [](const Json&, Context&) -> Async<absl::StatusOr<ToolOutput>> { co_return TextOutput("nothing"); });
    const auto never_ends = [](const ModelRequest&) { return testing::Ask("look"); };
    const AgentPtr mapper = MakeAgent({.name = "mapper",
                                       .model = testing::Responding(never_ends),
                                       .tools = {look},
                                       .limits = {.budget = {.model_calls = 2}}});
    const AgentPtr caller = MakeAgent(
        {.name = "caller",
         .model = testing::Scripted({testing::Ask("wide", {{"task", "x"}}), testing::Say("without it")}),
         .tools = {AsTool(MapTeam({.mapper = mapper, .ask = "What?"}))}});
    Sim sim({.store = store});
    return sim.Run(caller, "?", {.mode = mode, .run_id = "r"});
  };
  ASSERT_THAT(run(RunMode::kFresh), Says("without it"));
  // As after a kill while the team was called.
  const auto steps = store->Steps("r");
  ASSERT_THAT(steps, IsOk());
  store = MemoryStore();
  for (const StepRecord& step : *steps) {
    if (step.path == "turn.1/tool.wide.1" || step.path.rfind("turn.2", 0) == 0) continue;
    ASSERT_THAT(store->Write({.runs = {}, .steps = {{"r", step}}}), IsOk());
  }
  EXPECT_THAT(run(RunMode::kResume), Says("without it"));
}

TEST(Chunks, CoverAllOfAnyTextAndMoveOn) {
  std::mt19937 draw(5);
  const char* const pieces[] = {"word ", "Über", "\n", "\n\n", "a long line of some words that goes on. ",
                                "x"};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    const std::size_t size = draw() % 2000;
    while (text.size() < size) text += pieces[draw() % std::size(pieces)];
    const std::size_t most = 8 + draw() % 300, overlap = draw() % 200;
    std::size_t covered = 0;
    for (const Chunk& chunk : ChunksOf(text, most, overlap)) {
      const std::size_t begin = std::size_t(chunk.text.data() - text.data());
      ASSERT_LE(chunk.text.size(), most);
      ASSERT_LE(begin, covered) << "a gap";
      ASSERT_GT(begin + chunk.text.size(), covered) << "it does not move on";
      covered = begin + chunk.text.size();
      ASSERT_EQ(chunk.line_begin, 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(begin), '\n'));
    }
    ASSERT_EQ(covered, text.size());
  }
}

TEST(Chunks, PlacesAreShiftedWhereTheyArePlaces) {
  const struct {
    const char *text, *shifted;
  } cases[] = {
      {"\"q\" [a.txt:3]", "\"q\" [a.txt:103]"},
      {"[a.txt:3-5]", "[a.txt:103-105]"},
      {"[a.txt:L3-L5; b.txt:3; a.txt:9]", "[a.txt:L103-L105; b.txt:3; a.txt:109]"},
      {"a.txt:3", "a.txt:3"},
      {"[aa.txt:3]", "[aa.txt:3]"},
      {"[a.txt:x]", "[a.txt:x]"},
      {"[a.txt:", "[a.txt:"},
      {"[a.txt\n:3]", "[a.txt\n:3]"},
  };
  for (const auto& c : cases) EXPECT_EQ(ShiftPlaces(c.text, "a.txt", 100), c.shifted);
}

}  // namespace
}  // namespace ninefold
