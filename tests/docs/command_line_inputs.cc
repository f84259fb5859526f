// Mistakes on the command line.
#include "docs/bad_inputs.h"
#include "docs/shell.h"

namespace ninefold::docs {
namespace {

constexpr const char* kLines[] = {
    "ninefold rnu hello/team.yaml",
    "ninefold shw --help",
    "ninefold hello/team.yaml \"When?\"",
    "ninefold run",
    "ninefold run hello/team.yaml",
    "ninefold run hello/team.yaml \"When?\" --modle offline",
    "ninefold run hello/team.yaml When is it open?",
    "ninefold run hello/team.yaml \"When?\" --file",
    "ninefold run none.yaml \"When?\"",
    "ninefold run hello \"When?\"",
    "ninefold run hello/team.yaml \"When?\" --set topic",
    "ninefold run hello/team.yaml \"When?\" --set topic=x",
    "ninefold run report.yaml",
    "ninefold run report.yaml --set years=many",
    "ninefold run report.yaml --set yeers=3",
    "ninefold run hello/team.yaml \"When?\" --deadline 90",
    "ninefold run hello/team.yaml \"When?\" --budget tokns=3",
    "ninefold run hello/team.yaml \"When?\" --budget calls=-1",
    "ninefold run hello/team.yaml \"When?\" --budget usd=nan",
    "ninefold run hello/team.yaml \"When?\" --model opnai/gpt-5.4",
    "ninefold run hello/team.yaml \"When?\" --model openai",
    "ninefold run hello/team.yaml \"When?\" --model openai/gpt-5.4",
    "OPENAI_BASE_URL=ftp://models.example ninefold run hello/team.yaml \"When?\" --model openai/gpt-5.4",
    "NINEFOLD_MODELS=none.yaml ninefold run hello/team.yaml \"When?\"",
    "NINEFOLD_MODELS=prices.yaml ninefold models --prices",
    "ninefold run hello/team.yaml \"When?\" --store runs.txt",
    "ninefold run hello/team.yaml \"When?\" --store hello/notes.db",
    "ninefold run hello/team.yaml \"When?\" --store no/such/runs.db",
    "ninefold run hello/team.yaml \"When?\" --trace no/such/trace",
    "ninefold run two.yaml \"When?\" --budget calls=1 --quiet",
    "ninefold graph hello/team.yaml --format doot",
    "ninefold test hello/team.yaml --only nothing",
    "ninefold eval",
    "ninefold eval none.yaml",
    "ninefold eval sums.yaml --limit 0",
    "ninefold eval sums.yaml --budget -1",
    "ninefold eval sums.yaml --simulate",
    "ninefold eval sums.yaml --baseline none.jsonl",
    "ninefold eval lost.yaml",
    "ninefold eval wrong.yaml",
    "ninefold eval words.yaml",
    "ninefold eval files.yaml",
    "ninefold init hello",
    "ninefold show 7f3a",
    "ninefold resume 7f3a",
    "ninefold runs --limit many",
};

constexpr char kReport[] =
    "version: 1\nname: report\ninput: {years: integer}\nagents: {reader: {model: offline}}\n"
    "steps: [{id: a, agent: reader, prompt: 'The last {{ input.years }} years'}]\n";
constexpr char kTwoSteps[] =
    "version: 1\nname: two\nagents: {reader: {model: offline}}\n"
    "steps: [{id: a, agent: reader}, {id: b, agent: reader, needs: a}]\n";
constexpr char kPrices[] =
    "version: 1\nvendors:\n  openai:\n    as_of: last week\n    models:\n"
    "      gpt-5.4: {price: {input: -2, output: 12}, contxt_tokens: 5}\n";
constexpr char kSums[] = "data: sums.jsonl\ngrader: number\nvariants: {one: {agent: {model: offline}}}\n";
constexpr char kLost[] = "data: lost.jsonl\nvariants: {one: {team: lost.yml}}\n";
constexpr char kWrong[] =
    "data: sums.jsonl\ngrader: number\nbaseline: two\n"
    "variants: {one: {agent: {}, contemplate: {width: [3, 0]}}, vote: {agnet: {}}}\n";
constexpr char kWords[] = "data: words.jsonl\ngrader: number\nvariants: {one: {agent: {model: offline}}}\n";
constexpr char kFiles[] = "data: files.jsonl\nvariants: {one: {agent: {model: offline}}}\n";
constexpr char kAsk[] =
    "ninefold run hello/team.yaml \"When is the library open on Saturday?\" -f hello/notes.txt -m offline "
    "--quiet";

}  // namespace

BadInputs CommandLineInputs() {
  BadInputs group{
      .title = "The command line",
      .about =
          "In a folder where `ninefold init hello` was done; `report.yaml` declares the input `years`, an "
          "integer, `two.yaml`\nhas two steps, `prices.yaml` is a catalogue of models; `sums.yaml`, "
          "`lost.yaml`, `wrong.yaml`,\n`words.yaml` and "
          "`files.yaml` are experiments. Nothing is run, but where an exit code tells otherwise.",
      .code = 2,
      .all = {}};
  Shell shell;
  EXPECT_EQ(shell.Run("ninefold init hello").code, 0);
  shell.Write("hello/notes.db", "no database");
  shell.Write("report.yaml", kReport);
  shell.Write("two.yaml", kTwoSteps);
  shell.Write("prices.yaml", kPrices);
  shell.Write("sums.jsonl", "{\"question\": \"What is 17 * 23?\", \"expected\": \"391\"}\n");
  shell.Write("words.jsonl", "{\"question\": \"Which colour?\", \"expected\": \"blue\"}\n");
  shell.Write("files.jsonl",
              "{\"question\": \"Which colour?\", \"expected\": \"blue\", \"files\": [\"none.txt\"]}\n");
  shell.Write("sums.yaml", kSums);
  shell.Write("lost.yaml", kLost);
  shell.Write("wrong.yaml", kWrong);
  shell.Write("words.yaml", kWords);
  shell.Write("files.yaml", kFiles);
  const auto add = [&](const std::string& line, const std::string& what = "") {
    const Ended ended = shell.Run(line);
    EXPECT_EQ(ended.out, "") << line;
    group.all.push_back({line + what, shell.Fixed(ended.err), ended.code});
  };
  for (const char* line : kLines) add(line);
  add(std::string(kAsk) + " > /dev/full", "\n(the disk is full)");
  const Ended shown = shell.Run("ninefold show");
  EXPECT_NE(shown.out.find("from 10 to 14 o'clock"), std::string::npos)
      << "the answer is kept: " << shown.out;
  shell.Write("hello/notes.txt", "Closed for good.\n");
  add("ninefold replay", "          (hello/notes.txt is another one since the run)");
  add("ninefold test hello/team.yaml --model offline", "          (the same)");
  return group;
}

}  // namespace ninefold::docs
