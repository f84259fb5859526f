// Mistakes in a pipeline, as `ninefold check` tells them.
#include "docs/bad_inputs.h"
#include "docs/shell.h"

namespace ninefold::docs {
namespace {

constexpr char kHead[] = "version: 1\nname: team\nagents: {reader: {}, writer: {}}\n";

struct Mistake {
  const char* text;
  const char* shown = nullptr;  // where the text itself cannot be shown
};

constexpr Mistake kMistakes[] = {
    {"stepz: []"},
    {"steps: {}"},
    {"steps: [{id: a, agnt: reader}]"},
    {"steps: [{id: a, agent: reade}]"},
    {"steps: [{id: a, agent: reader, route: {agents: [reader]}}]"},
    {"steps: [{id: a, agent: reader}, {id: a, agent: writer}]"},
    {"steps: [{id: a, agent: reader, needs: [b]}]"},
    {"steps: [{id: a, agent: reader, needs: b}, {id: b, agent: writer, needs: a}]"},
    {"steps: [{id: a, agent: reader, prompt: '{{ gaol }}'}]"},
    {"steps: [{id: a, agent: reader}, {id: b, agent: writer, prompt: '{{ a.txt }}'}]"},
    {"steps: [{id: a, agent: reader, prompt: '{{ goal'}]"},
    {"steps: [{id: a, agent: reader, when: 'goal = 1'}]"},
    {"steps: [{id: a, agent: reader, timeout: 5}]"},
    {"steps: [{id: a, agent: reader, retry: many}]"},
    {"steps: [{id: a, agent: reader, on_error: skp}]"},
    {"steps: [{id: a, agent: reader, join: {quorum: 2}}]"},
    {"steps: [{id: a, parallel: [reader, reader]}]"},
    {"steps: [{id: a, agent: reader, loop: {until: 'true'}}]"},
    {"steps: [{id: a, contemplate: {agent: reader, width: 5000}}]"},
    {"steps: [{id: a, agent: reader}]\noutput: b"},
    {"steps: [{id: a, agent: reader}]\nname: again"},
    {"steps: [{id: a, agent: reader}]\ninput: {years: {type: integer, default: many}}"},
    {"steps: [{id: a, agent: reader}]\nbudget: {usd: -1}"},
    {"steps: [{id: a, agent: reader}]\ninclude: ../../agents.yaml"},
    {"steps: [{id: a, agent: reader}]\nmodels: {big: {model: offline, api_key: sk-abcd1234efgh5678ijkl}}"},
    {"steps: [{id: a, agent: reader}]\ntools: {look: {use: serch}}"},
    {"steps: [{id: a, agent: reader}]\ntests: [{question: x, expect: {matches: '('}}]"},
    {"steps: [{id: a, agent: reader, prompt: 'never closed}]"},
    {"steps:\n\t- {id: a, agent: reader}", "steps:\n→- {id: a, agent: reader}          (→ is a tab)"},
    {"steps: [{id: a, agent: reader}]\ndescription: caf\xe9",
     "steps: [{id: a, agent: reader}]\ndescription: caf\\xe9          (Latin-1)"},
    {"steps: &s [*s]"},
    {"steps: [{id: a, agnt: reader}]\nbudgt: {}"},
};

// Whole files.
std::string Deep() { return "version: 1\nname: team\nsteps: " + std::string(40, '[') + std::string(40, ']'); }

std::string Bomb() {
  std::string text = "version: 1\nname: team\na: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before = std::string("*") + char(c - 1) + ", ";
    text += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 8; ++i) text += before;
    text += before.substr(0, 2) + "]\n";
  }
  return text;
}

struct WholeFile {
  std::string text;
  const char* shown = nullptr;
};

std::vector<WholeFile> WholeFiles() {
  const std::string tail = "\nsteps: [{id: a, agent: reader}]";
  return {
      {"", "(an empty file)"},
      {"When is the library open?"},
      {"agents: {reader: {}}" + tail},
      {"version: 2\nname: team\nagents: {reader: {}}" + tail},
      {"version: 1\nname: team\nagents: {reader: {tools: [serch]}}" + tail},
      {"version: 1\nname: team\nagents: {reader: {tools: [writer]}, writer: {tools: [reader]}}" + tail},
      {"version: 1\nname: team\nagents: {reader: {output: {rooms: intger}}}" + tail},
      {"version: 1\nname: team\nagents: {reader: {model: opnai/gpt-5.4}}" + tail},
      {"version: 1\nname: team\nagents: {reader: {model: offline, instruction: Quote.}}" + tail},
      {"version: 1\nname: team\nagents: {reader: !ref {}}" + tail},
      {Bomb(), "a: &a [x, x, x, …]          (nine lists, each of nine aliases of the one before)"},
      {Deep(), "steps: [[[[…          (40 deep)"},
      {std::string(2 << 20, '#'), "######…          (2 MiB)"},
      {std::string("version: 1\0\n", 12), "version: 1\\0          (a NUL byte)"},
      {"\xff\xfev\0e\0", "version: 1          (UTF-16)"},
  };
}

BadInput Checked(const Shell& shell, const std::string& text, const char* shown) {
  shell.Write("team.yaml", text);
  const Ended ended = shell.Run("ninefold check team.yaml");
  EXPECT_EQ(ended.out, "") << text;
  return {shown != nullptr ? shown : text, shell.Fixed(ended.err), ended.code};
}

}  // namespace

BadInputs YamlInputs() {
  BadInputs group{.title = "Pipelines",
                  .about = "Each text stands in `team.yaml` behind the lines\n\n```text\n" +
                           std::string(kHead) + "```\n\nand `ninefold check team.yaml` says:",
                  .code = 2,
                  .all = {}};
  Shell shell;
  for (const Mistake& mistake : kMistakes) {
    const std::string shown = mistake.shown != nullptr ? mistake.shown : mistake.text;
    group.all.push_back(Checked(shell, kHead + std::string(mistake.text) + "\n", shown.c_str()));
  }
  return group;
}

BadInputs WholeYamlInputs() {
  BadInputs group{.title = "Whole pipelines",
                  .about = "Each is `team.yaml` from its first line to its last.",
                  .code = 2,
                  .all = {}};
  Shell shell;
  for (const WholeFile& file : WholeFiles()) group.all.push_back(Checked(shell, file.text, file.shown));
  return group;
}

}  // namespace ninefold::docs
