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

}  // namespace

BadInputs YamlInputs() {
  BadInputs group{.title = "Pipelines",
                  .about = "Each text stands in `team.yaml` behind the lines\n\n```text\n" +
                           std::string(kHead) + "```\n\nand `ninefold check team.yaml` says:",
                  .code = 2,
                  .all = {}};
  Shell shell;
  for (const Mistake& mistake : kMistakes) {
    shell.Write("team.yaml", kHead + std::string(mistake.text) + "\n");
    const Ended ended = shell.Run("ninefold check team.yaml");
    EXPECT_EQ(ended.out, "") << mistake.text;
    group.all.push_back(
        {mistake.shown != nullptr ? mistake.shown : mistake.text, shell.Fixed(ended.err), ended.code});
  }
  return group;
}

}  // namespace ninefold::docs
