// ninefold eval, as a user and a script see it.
#include <signal.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/json.h"

namespace ninefold {
namespace {

using ::testing::AllOf;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Program;

struct Measured : Program {
  explicit Measured(int items = 6) {
    std::string data;
    for (int i = 0; i < items; ++i) {
      absl::StrAppend(&data, "{\"id\":\"", i, "\",\"question\":\"What is ", i, " * 7?\",\"expected\":\"",
                      i * 7, "\"}\n");
    }
    Write("data.jsonl", data);
    Write("sums.yaml",
          "name: sums\ndata: data.jsonl\ngrader: number\nagent: {model: offline, tools: [calculator]}\n"
          "variants: {one: {}, vote: {contemplate: {width: 3, aggregate: vote}}}\n");
  }
  std::int64_t Lines(const std::string& file) const {
    const std::string text = testing::ReadText(Path(file));
    return std::count(text.begin(), text.end(), '\n');
  }
};

TEST(Eval, MeasuresAndGoesOn) {
  Measured program;
  const Ended first = program.Run({"eval", "sums.yaml"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, AllOf(HasSubstr("100.0 %"), HasSubstr("no gain measured: vote takes")));
  EXPECT_THAT(first.err, AllOf(HasSubstr("2 variants × 6 items = 12 trials"), HasSubstr("model calls"),
                               HasSubstr("12 of 12, 100.0 % right"), HasSubstr("sums.eval/report.html"),
                               Not(HasSubstr("\x1b["))));
  EXPECT_EQ(program.Lines("sums.eval/trials.jsonl"), 12);
  EXPECT_THAT(testing::ReadText(program.Path("sums.eval/report.html")), HasSubstr("ninefold show "));
  const std::string page = testing::ReadText(program.Path("sums.eval/report.html"));
  const std::size_t link = page.find("href=\"traces/");
  ASSERT_NE(link, std::string::npos);
  const std::string trace = page.substr(link + 6, page.find('"', link + 6) - link - 6);
  EXPECT_THAT(testing::ReadText(program.Path("sums.eval/" + trace)),
              AllOf(HasSubstr("What is 0 * 7?"), HasSubstr("Steps")));
  const Ended again = program.Run({"eval", "sums.yaml", "--json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(program.Lines("sums.eval/trials.jsonl"), 12) << "nothing was asked again";
  const absl::StatusOr<Json> report = ParseJson(again.out);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ((*report)["arms"].size(), 2u);
  const Json trial =
      *ParseJson(testing::ReadText(program.Path("sums.eval/trials.jsonl"))
                     .substr(0, testing::ReadText(program.Path("sums.eval/trials.jsonl")).find('\n')));
  const Ended shown = program.Run({"show", trial["run_id"].get<std::string>()});
  EXPECT_THAT(shown.out, HasSubstr("What is "));
}

TEST(Eval, SurvivesAKill) {
  Measured program(20'000);
  const pid_t child = program.Start({"eval", "sums.yaml", "--store", "memory", "--parallel", "2"});
  for (int looks = 0; looks < 6000 && program.Lines("sums.eval/trials.jsonl") < 50; ++looks) ::usleep(5000);
  ::kill(child, SIGKILL);
  EXPECT_EQ(program.Wait(child).code, 128 + SIGKILL);
  const std::int64_t written = program.Lines("sums.eval/trials.jsonl");
  ASSERT_GE(written, 50);
  // All of its items that were answered, and a few more.
  const int limit = int(written / 2 + 10);
  const Ended again = program.Run({"eval", "sums.yaml", "--store", "memory", "--limit", absl::StrCat(limit)});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, AllOf(HasSubstr(absl::StrCat(", ", written, " from before")),
                               HasSubstr(absl::StrCat(2 * limit, " of ", 2 * limit, ", 100.0 % right"))));
}

TEST(Eval, AGateEndsWithSeven) {
  Measured program;
  ASSERT_EQ(program.Run({"eval", "sums.yaml", "--out", "before"}).code, 0);
  const Ended same = program.Run({"eval", "sums.yaml", "--out", "now", "--baseline", "before"});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.err, AllOf(HasSubstr("no worse than before"), HasSubstr("is not surely seen on 6 items")));
  program.Write("report.json", program.Run({"eval", "sums.yaml", "--out", "before", "--json"}).out);
  const std::string sums = testing::ReadText(program.Path("sums.yaml"));
  program.Write("sums.yaml", absl::StrReplaceAll(sums, {{", tools: [calculator]", ""}}));
  program.Write("data.jsonl", absl::StrReplaceAll(testing::ReadText(program.Path("data.jsonl")),
                                                  {{"\"expected\":\"", "\"expected\":\"9"}}));
  const Ended worse = program.Run({"eval", "sums.yaml", "--out", "now", "--baseline", "before/trials.jsonl"});
  EXPECT_EQ(worse.code, 7) << worse.err;
  EXPECT_THAT(worse.err,
              AllOf(HasSubstr("\"one\" is worse than it was: 100.0 points lower"), HasSubstr("lost: 0, 1")));
  const Ended unpaired = program.Run({"eval", "sums.yaml", "--out", "now", "--baseline", "report.json"});
  EXPECT_EQ(unpaired.code, 7) << unpaired.err;
  EXPECT_THAT(unpaired.err, HasSubstr("\"one\" is worse than it was: 0.0 % of 6 items, was 100.0 % of 6"));
  program.Write("data.jsonl", "{\"id\":\"0\",\"question\":\"What is 0 * 7?\",\"expected\":\"0\"}\n");
  const Ended few = program.Run({"eval", "sums.yaml", "--out", "few", "--baseline", "before"});
  EXPECT_EQ(few.code, 7) << few.err;
  EXPECT_THAT(few.err, HasSubstr("has 1 of the 6 items of the baseline"));
}

TEST(Eval, MistakesAreSaidAndCostNothing) {
  Measured program;
  const Ended none = program.Run({"eval", "none.yaml"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("none.yaml"));
  const Ended baseline = program.Run({"eval", "sums.yaml", "--baseline", "none.jsonl"});
  EXPECT_EQ(baseline.code, 2);
  EXPECT_THAT(baseline.err, HasSubstr("it takes the trials.jsonl of an earlier --out"));
  program.Write("empty.jsonl", "");
  for (const auto& [option, value, says] :
       {std::tuple("--limit", "0", "--limit \"0\": give a whole number, 1 to "),
        std::tuple("--parallel", "many", "--parallel \"many\": give a whole number, 1 to 256"),
        std::tuple("--budget", "-1", "--budget \"-1\": give an amount in dollars, like 0.50"),
        std::tuple("--budget", "nan", "--budget \"nan\": give an amount"),
        std::tuple("--tolerance", "2", "--tolerance \"2\": give a share, like 0.02"),
        std::tuple("--tolerance", "0.1", "--tolerance is about what is compared with --baseline; give both"),
        std::tuple("--overlap", "0.1", "--overlap is about what is compared with --baseline; give both"),
        std::tuple("--overlap", "50", "--overlap \"50\": give a share, like 0.5"),
        std::tuple("--baseline", "empty.jsonl", "no trials are in it"),
        std::tuple("--baseline", "data.jsonl", "data.jsonl:1: no trial")}) {
    const Ended ended = program.Run({"eval", "sums.yaml", option, value});
    EXPECT_EQ(ended.code, 2) << option << " " << value;
    EXPECT_THAT(ended.err, HasSubstr(says));
  }
  const Ended key = program.Run({"eval", "sums.yaml", "--model", "openai/gpt-5.4"});
  EXPECT_EQ(key.code, 2);
  EXPECT_THAT(key.err, HasSubstr("sums.yaml:4:"));
  const Ended oracle = program.Run({"eval", "sums.yaml", "--simulate"});
  EXPECT_EQ(oracle.code, 2);
  EXPECT_THAT(oracle.err, HasSubstr("oracle"));
  const Ended dry = program.Run({"eval", "sums.yaml", "--dry-run"});
  EXPECT_EQ(dry.code, 0);
  EXPECT_EQ(program.Lines("sums.eval/trials.jsonl"), 0);
}

TEST(Eval, WhereEachTrialFailsItSaysWhyAndFails) {
  Measured program(2);
  program.Write("team.yaml",
                "version: 1\nname: team\nagents: {a: {model: m}}\nsteps: [{id: s, agent: a}]\n"
                "models: {m: {model: compatible/x, base_url: 'http://127.0.0.1:9/v1', attempts: 1}}\n");
  program.Write("down.yaml",
                "name: down\ndata: data.jsonl\ngrader: number\nvariants: {one: {team: team.yaml}}\n");
  const Ended ended = program.Run({"eval", "down.yaml"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("2 of 2 trials failed"), HasSubstr("127.0.0.1:9")));
}

TEST(Eval, CtrlCKeepsWhatIsDone) {
  Measured program(20'000);
  const pid_t child = program.Start({"eval", "sums.yaml", "--store", "memory"});
  for (int looks = 0; looks < 6000 && program.Lines("sums.eval/trials.jsonl") < 50; ++looks) ::usleep(5000);
  ::kill(child, SIGINT);
  const Ended ended = program.Wait(child);
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_THAT(ended.err, AllOf(HasSubstr("of 40000 trials"), HasSubstr("the same command goes on")));
  EXPECT_THAT(ended.out, HasSubstr("accuracy")) << "what there is, is reported";
}

}  // namespace
}  // namespace ninefold
