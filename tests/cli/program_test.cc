// The program's commands, from outside: exit codes, what goes to stdout and what to stderr, and what is said
// about mistakes.
#include "cli/program.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/json.h"

namespace ninefold {
namespace {

using ::ninefold::testing::Ended;
using ::ninefold::testing::Program;
using ::ninefold::testing::ReadText;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kQuestion[] = "When is the library open on Saturday?";

// A program whose folder holds the starter team.
struct Starter : Program {
  Starter() { EXPECT_EQ(Run({"init", "hello"}).code, 0); }
  Ended Ask(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "run", "hello/team.yaml", kQuestion, "--file", "hello/notes.txt", "--model", "offline"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
};

TEST(Program, TheStarterTeamAnswersAndPassesItsTests) {
  Starter starter;
  const Ended checked = starter.Run({"check", "hello/team.yaml"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  const Ended asked = starter.Ask();
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.out, HasSubstr("from 10 to 14 o'clock"));
  EXPECT_THAT(asked.out, Not(HasSubstr("model call"))) << "stdout holds the answer alone";
  EXPECT_THAT(asked.err, AllOf(HasSubstr("facts: started"), HasSubstr("evidence"), HasSubstr("notes.txt:4"),
                               HasSubstr("done in "), HasSubstr("first event after"),
                               HasSubstr("\ncritical path "), HasSubstr("ninefold show ")));
  EXPECT_THAT(asked.err, Not(HasSubstr("\x1b["))) << "no escapes in a file";
  const Ended tested = starter.Run({"test", "hello/team.yaml", "--model", "offline"});
  EXPECT_EQ(tested.code, 0) << tested.err;
  EXPECT_THAT(tested.err, HasSubstr("1 passed, 0 failed"));
}

TEST(Program, JsonIsOneObjectWithEverything) {
  Starter starter;
  const Ended asked = starter.Ask({"--json"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  const absl::StatusOr<Json> json = ParseJson(asked.out);
  ASSERT_TRUE(json.ok()) << json.status() << asked.out;
  for (const char* key : {"answer", "evidence", "dissent", "cost", "run", "status", "steps", "elapsed_ms",
                          "first_event_ms", "graph", "store"}) {
    EXPECT_TRUE(json->contains(key)) << key;
  }
  EXPECT_EQ((*json)["status"], "done");
  EXPECT_GT((*json)["steps"].get<int>(), 3);
}

TEST(Program, QuietPrintsTheAnswerAlone) {
  Starter starter;
  const Ended asked = starter.Ask({"--quiet"});
  EXPECT_EQ(asked.code, 0);
  EXPECT_EQ(asked.err, "");
  EXPECT_THAT(asked.out, HasSubstr("10 to 14"));
}

TEST(Program, TheQuestionMayComeFromStdin) {
  Starter starter;
  const Ended asked =
      starter.Run({"run", "hello/team.yaml", "-", "-f", "hello/notes.txt", "-m", "offline", "-q"}, kQuestion);
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.out, HasSubstr("10 to 14"));
}

TEST(Program, TraceIsAJsonObjectALine) {
  Starter starter;
  ASSERT_EQ(starter.Ask({"--trace", "trace.jsonl"}).code, 0);
  std::stringstream lines(ReadText(starter.Path("trace.jsonl")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const absl::StatusOr<Json> event = ParseJson(line);
    ASSERT_TRUE(event.ok()) << line;
    EXPECT_EQ((*event)["sequence"], count + 1);
  }
  EXPECT_GT(count, 10);

  const Ended drawn = starter.Run({"graph", "trace.jsonl"});
  EXPECT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_THAT(drawn.out, AllOf(HasSubstr("* facts (finder, done"), HasSubstr("+ answer (writer, done"),
                               HasSubstr("<- facts")));
  EXPECT_THAT(starter.Run({"graph", "trace.jsonl", "--format", "mermaid"}).out, HasSubstr(" --> "));
}

TEST(Program, RunsAreListedShownAndReplayed) {
  Starter starter;
  const Ended none = starter.Run({"runs"});
  EXPECT_EQ(none.code, 0);
  EXPECT_THAT(none.err, HasSubstr("no runs yet"));
  const Ended asked = starter.Ask({"--json"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  const std::string id = (*ParseJson(asked.out))["run"];
  const Ended runs = starter.Run({"runs"});
  EXPECT_THAT(runs.out, AllOf(HasSubstr(id), HasSubstr("done"), HasSubstr("starter")));
  const Ended shown = starter.Run({"show", id.substr(0, 6)});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr(kQuestion), HasSubstr("answer/turn.1"), HasSubstr("10 to 14")));
  EXPECT_TRUE(ParseJson(starter.Run({"show", "--json"}).out).ok());
  EXPECT_TRUE(ParseJson(starter.Run({"show", "--step", "answer/turn.1"}).out).ok());
  const Ended replayed = starter.Run({"replay", id});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("from the record"), HasSubstr("the answer is the recorded one")));
  EXPECT_EQ(starter.Run({"resume", id}).code, 0) << "a run that is done gives its answer again";
}

TEST(Program, AChangedFileStopsAReplay) {
  Starter starter;
  ASSERT_EQ(starter.Ask().code, 0);
  starter.Write("hello/notes.txt", "Closed for good.\n");
  const Ended replayed = starter.Run({"replay"});
  EXPECT_EQ(replayed.code, 2);
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("hello/notes.txt"), HasSubstr("has changed")));
}

TEST(Program, AFailingTestSaysWhatIsMissing) {
  Starter starter;
  std::string team = ReadText(starter.Path("hello/team.yaml"));
  team.replace(team.find("from 10 to 14"), 13, "at midnight");
  starter.Write("hello/team.yaml", team);
  const Ended tested = starter.Run({"test", "hello/team.yaml", "-m", "offline"});
  EXPECT_EQ(tested.code, 6);
  EXPECT_THAT(tested.err,
              AllOf(HasSubstr("FAILED"), HasSubstr("at midnight"), HasSubstr("0 passed, 1 failed")));
}

TEST(Program, ABudgetThatIsUsedUpIsExitCodeFourAndCanBeRaised) {
  Starter starter;
  const Ended asked = starter.Ask({"--budget", "calls=3"});
  EXPECT_EQ(asked.code, 4) << asked.err;
  EXPECT_THAT(asked.err, AllOf(HasSubstr("error: "), HasSubstr("go on with: ninefold resume")));
  const Ended resumed = starter.Run({"resume", "--budget", "calls=40"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("10 to 14"));
  EXPECT_THAT(resumed.err, HasSubstr("from the record"));
}

TEST(Program, AStoreThatIsInUse) {
  Starter starter;
  const std::string path = starter.Path("busy.db");
  const auto held = OpenSqliteStore(path);
  ASSERT_TRUE(held.ok()) << held.status();
  const Ended refused = starter.Ask({"--store", path});
  EXPECT_EQ(refused.code, 5);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("in use by process"), HasSubstr("choose another store")));
  // The default store, in use: the run goes on in memory.
  std::filesystem::create_directories(starter.Path("state/ninefold"));
  const auto busy = OpenSqliteStore(starter.Path("state/ninefold/runs.db"));
  ASSERT_TRUE(busy.ok()) << busy.status();
  const Ended asked = starter.Ask();
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.err, AllOf(HasSubstr("warning: "), HasSubstr("kept in memory only")));
  EXPECT_EQ(starter.Run({"runs"}).code, 0) << "looking is allowed";
}

struct BadLine {
  std::vector<std::string> arguments;
  int code;
  const char* says;
};

TEST(Program, BadCommandLines) {
  Starter starter;
  starter.Write("text.db", "not a store");
  starter.Write("calls.jsonl", "{\"event\":\"run_started\"}\n[1]\n");
  starter.Write("torn.jsonl", "{\"event\":\"run_started\"}\n{\"eve");
  starter.Write("broken.yaml", "version: 1\nname: x\nagentz: {}\n");
  starter.Write("latin1.txt", "caf\xe9");
  const std::string team = "hello/team.yaml";
  const BadLine lines[] = {
      {{"rnu", team}, 2, "there is no command \"rnu\"; did you mean \"run\"?"},
      {{team, "why?"}, 2, "ninefold run hello/team.yaml"},
      {{"--verbose"}, 2, "there is no option \"--verbose\""},
      {{"run"}, 2, "needs a PIPELINE"},
      {{"run", team, "q", "--modle", "x"}, 2, "has no option \"--modle\"; did you mean \"--model\"?"},
      {{"run", team, "When", "is", "it?"}, 2, "put the question in quotes"},
      {{"run", team, "q", "--file"}, 2, "--file"},
      {{"run", "none.yaml", "q"}, 2, "pipeline \"none.yaml\": there is no such file"},
      {{"run", "hello", "q"}, 2, "is a folder"},
      {{"run", "/dev/zero", "q"}, 2, "not a regular file"},
      {{"run", "broken.yaml", "q"}, 2, "broken.yaml:3:1: error: unknown key \"agentz\""},
      {{"run", team, "q", "--file", "none.txt"}, 2, "--file \"none.txt\": there is no such file"},
      {{"run", team, "q", "--file", "hello"}, 2, "--file \"hello\": is a folder"},
      {{"run", team, "q", "-f", "hello/notes.txt", "-f", "hello/notes.txt"}, 2, "given twice"},
      {{"run", team, "caf\xe9"}, 2, "the question is not UTF-8 (byte 4)"},
      {{"run", "caf\xe9.yaml", "q"}, 2, "is not UTF-8"},
      {{"run", team, "q", "--set", "topic"}, 2, "give an input as name=value"},
      {{"run", team, "q", "--set", "topic=x"}, 2, "no such input"},
      {{"run", team, "q", "--deadline", "90"}, 2, "give a time with its unit"},
      {{"run", team, "q", "--deadline", "-3s"}, 2, "give a time with its unit"},
      {{"run", team, "q", "--budget", "tokns=3"}, 2, "no limit \"tokns\"; did you mean \"tokens\"?"},
      {{"run", team, "q", "--budget", "usd=nan"}, 2, "give an amount in dollars"},
      {{"run", team, "q", "--budget", "calls=-1"}, 2, "give a whole number"},
      {{"run", team, "q", "--budget", "9"}, 2, "give limits as name=value"},
      {{"run", team, "q", "--model", "nobody/x"}, 2, "nobody"},
      {{"run", team, "q", "--store", "runs.txt"}, 2, "is no store"},
      {{"run", team, "q", "--store", "text.db"}, 5, "not a ninefold store"},
      {{"run", team, "q", "--store", "no/such/runs.db"}, 5, "create it first"},
      {{"run", team, "q", "--trace", "no/such/trace"}, 2, "--trace \"no/such/trace\": cannot write"},
      {{"run", team, "q", "--trace", "hello"}, 2, "--trace \"hello\": cannot write"},
      {{"graph", team, "--format", "doot"}, 2, "did you mean \"dot\"?"},
      {{"graph", "none.jsonl"}, 2, "none.jsonl"},
      {{"graph", "calls.jsonl"}, 2, "calls.jsonl:2: this line is no event"},
      {{"graph", "torn.jsonl"}, 2, "this trace has no tasks"},
      {{"init", "hello"}, 2, "is there already"},
      {{"show", "7f3a", "--store", "none.db"}, 1, "there is no such store"},
      {{"resume", "--store", "memory"}, 5, "holds no earlier run"},
      {{"runs", "--limit", "many"}, 2, "--limit"},
      {{"test", team, "--only", "nothing"}, 2, "no test has that in its name"},
  };
  for (const BadLine& line : lines) {
    const Ended ended = starter.Run(line.arguments);
    std::string shown;
    for (const std::string& word : line.arguments) shown += word + " ";
    EXPECT_EQ(ended.code, line.code) << shown << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(line.says)) << shown;
    EXPECT_EQ(ended.out, "") << shown;
  }
}

TEST(Program, HelpTeaches) {
  Program program;
  for (const char* command : {"run", "check", "graph", "test", "init", "runs", "show", "resume", "replay",
                              "models", "tools", "version"}) {
    const Ended help = program.Run({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, HasSubstr(std::string("Usage: ninefold ") + command)) << command;
    EXPECT_EQ(help.err, "") << command;
    std::stringstream lines(help.out);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 120u) << command << ": " << line;
  }
  const Ended alone = program.Run({});
  EXPECT_EQ(alone.code, 0);
  EXPECT_THAT(alone.out, AllOf(HasSubstr("Exit codes: 0"), HasSubstr("ninefold init")));
}

TEST(Program, ModelsToolsVersion) {
  Program program;
  EXPECT_THAT(program.Run({"models"}).out, HasSubstr("openai"));
  EXPECT_THAT(program.Run({"tools"}).out,
              AllOf(HasSubstr("calculator"), HasSubstr("text.search"), HasSubstr("files.read")));
  EXPECT_TRUE(ParseJson(program.Run({"tools", "--json"}).out).ok());
  EXPECT_THAT(program.Run({"version"}).out, HasSubstr("ninefold 0."));
  EXPECT_EQ(program.Run({"--version"}).out, program.Run({"version"}).out);
}

TEST(Program, PricesAreThoseBuiltInAndAboveThemTheUsers) {
  Program program;
  EXPECT_THAT(program.Run({"models", "--prices"}).out,
              AllOf(ContainsRegex("openai/gpt-5.4 +1050000 +128000 +yes +2.5 +0.25 +15  2026-"),
                    ContainsRegex("  above 272000 input tokens +5 +0.5 +22.5"), HasSubstr("https://"),
                    HasSubstr("set NINEFOLD_MODELS to its path")));
  const auto entry = [](const char* price) {
    return absl::StrCat(
        "version: 1\nvendors: {openai: {as_of: 2027-01-01, source: me, models: {gpt-5.4: {price: ", price,
        "}}}}\n");
  };
  std::filesystem::create_directories(program.Path(".config/ninefold"));
  program.Write(".config/ninefold/models.yaml", entry("{input: 77, output: 88}"));
  EXPECT_THAT(program.Run({"models", "--prices"}).out,
              AllOf(ContainsRegex("openai/gpt-5.4 +1050000 +128000 +yes +77 +77 +88  2027-01-01"),
                    HasSubstr("Your own entries: ~/.config/ninefold/models.yaml")));
  program.Write("other.yaml", entry("{input: 55, output: 66}"));
  program.environment = {"NINEFOLD_MODELS=other.yaml"};
  EXPECT_THAT(program.Run({"models", "--prices"}).out, HasSubstr(" 55 "));
  program.Write("other.yaml", entry("{input: -5, output: 66}"));
  const Ended wrong = program.Run({"models", "--prices"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("other.yaml:2:85: error: \"input\" must be a number"));
  program.environment = {"NINEFOLD_MODELS=none.yaml"};
  const Ended missing = program.Run({"models", "--prices"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("NINEFOLD_MODELS must name a file, or be unset"));
}

TEST(Program, AStdoutThatCannotBeWritten) {
  Starter starter;
  const std::string command =
      "trap '' PIPE; " NINEFOLD_PROGRAM " run hello/team.yaml q -m offline -f hello/notes.txt > /dev/full";
  const std::string whole = "cd " + starter.Path("") + " && HOME=. XDG_STATE_HOME=" + starter.Path("state") +
                            " sh -c \"" + command + "\" 2> err";
  EXPECT_EQ(WEXITSTATUS(std::system(whole.c_str())), 1);
  EXPECT_THAT(ReadText(starter.Path("err")),
              AllOf(HasSubstr("cannot write the answer to stdout"), HasSubstr("prints it")));
}

}  // namespace
}  // namespace ninefold
