// What a pipeline's author is told. Each text is put behind three good lines, so steps start at line 4.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/models.h"
#include "ninefold/pipeline.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

std::string Said(const std::string& text, std::string model = "offline") {
  std::vector<Diagnostic> found;
  PipelineOptions options;
  options.model = std::move(model);
  (void)ParsePipeline(text, "t.yaml", options, &found);
  std::string said;
  for (const Diagnostic& one : found) absl::StrAppend(&said, Format(one), "\n");
  return said;
}

constexpr char kHead[] = "version: 1\nname: t\nagents: {a: {description: x}, b: {}}\n";
constexpr char kStep[] = "steps: [{id: s, agent: a}]\n";

TEST(BadInput, IsSaidWithAPlaceAndAHint) {
  struct Case {
    std::string text, said;
  };
  const std::string head = kHead, step = head + kStep;
  const Case cases[] = {
      {"", "t.yaml:1:1: error: the file holds no pipeline"},
      {"# only\n", "t.yaml:1:1: error: the file holds no pipeline"},
      {"[1, 2]", "t.yaml:1:1: error: a pipeline must be a map, this is a list"},
      {"hello", "a pipeline must be a map, this is \"hello\""},
      {"name: t\nsteps: []\n", "a pipeline needs \"version\""},
      {"version: 2\n", "1:10: error: \"version\" must be the number 1, this is \"2\""},
      {"version: '1'\n", "take the quotes away"},
      {head, "a pipeline needs \"steps\""},
      {head + "steps: {}\n", "4:8: error: \"steps\" must be a list of maps, this is a map"},
      {head + "steps: []\n", "4:8: error: \"steps\" is an empty list"},
      {head + "steps:\n", "4:1: error: \"steps\" must be a list of maps, this is nothing"},
      {head + "stepz: []\n", "4:1: error: unknown key \"stepz\" in a pipeline; did you mean \"steps\"?"},
      {step + "\xD0\xB0gents: {}\n",
       "5:1: error: unknown key \"\xD0\xB0gents\" in a pipeline; it has the character U+0430"},
      {step + "name: again\n", "5:1: error: key \"name\" is here a second time; the first is at line 2"},
      {head + "steps: [{id: s, agnt: a}]\n",
       "4:17: error: unknown key \"agnt\" in a step; did you mean \"agent\"?"},
      {head + "steps: [{agent: a}]\n", "4:9: error: a step needs \"id\""},
      {head + "steps: [{id: s}]\n", "step \"s\" does nothing; give it one of agent"},
      {head + "steps: [{id: s, agent: c}]\n", "4:24: error: there is no agent \"c\""},
      {"version: 1\nname: t\nagents: {writer: {}}\nsteps: [{id: s, agent: writr}]\n",
       "there is no agent \"writr\"; did you mean \"writer\"?"},
      {head + "steps: [{id: s, agent: a, route: {agents: [a]}}]\n",
       "step \"s\" has agent and route; keep one"},
      {head + "steps: [{id: s t, agent: a}]\n", "4:14: error: \"s t\" is no name"},
      {head + "steps: [{id: goal, agent: a}]\n", "a step cannot be called \"goal\""},
      {head + "steps: [{id: s, agent: a}, {id: s, agent: b}]\n",
       "4:33: error: step \"s\" is there already, at line 4"},
      {head + "steps: [{id: s, agent: a, needs: s}]\n", "step \"s\" needs itself"},
      {head + "steps: [{id: s, agent: a, needs: [q]}]\n", "needs: there is no step \"q\""},
      {head + "steps:\n- {id: x, agent: a, needs: y}\n- {id: y, agent: a, needs: x}\n", "cycle: "},
      {head + "steps: [{id: s, agent: a, prompt: '{{ gaol }}'}]\n",
       "4:39: error: unknown variable \"gaol\"; did you mean \"goal\"?"},
      {head + "steps:\n- id: s\n  agent: a\n  prompt: |\n    one\n    two {{ facts.text }}\n",
       "9:12: error: unknown variable \"facts.text\"; there are goal"},
      {head + "steps: [{id: s, agent: a, prompt: '{{ goal'}]\n", "4:36: error: \"{{\" is never closed"},
      {head + "steps: [{id: s, agent: a, prompt: 'x {{ }}'}]\n", "\"{{ }}\" names no variable"},
      {head + "steps: [{id: s, agent: a, prompt: '{{ goal | upper }}'}]\n", "is no path"},
      {head + "steps: [{id: s, agent: a, prompt: '{{ input.x }}'}]\n", "the pipeline declares no input"},
      {head + "input: {topic: string}\nsteps: [{id: s, agent: a, prompt: '{{ input.topc }}'}]\n",
       "did you mean \"topic\"?"},
      {head + "steps: [{id: s, agent: a}, {id: u, agent: a, prompt: '{{ s.txt }}'}]\n",
       "a step has no \"txt\"; did you mean \"text\"?"},
      {head + "steps: [{id: s, agent: a, when: 'goal = 1'}]\n",
       "4:39: error: \"=\" is no comparison; write =="},
      {head + "steps: [{id: s, agent: a, when: 'size(q.text) > 1'}]\n",
       "4:39: error: unknown variable \"q.text\""},
      {head + "steps: [{id: s, agent: a, each: 'goal', as: goal}]\n", "the variable \"goal\" is taken"},
      {head + "steps: [{id: s, agent: a, as: row}]\n", "\"as\" names the item of \"each\""},
      {head + "steps: [{id: s, agent: a, timeout: 5}]\n",
       "4:36: error: \"timeout\" must be a time with its unit, as 30s, 2m or 500ms, this is \"5\"; write the "
       "unit: 5s"},
      {head + "steps: [{id: s, agent: a, timeout: -3s}]\n", "must be a time with its unit"},
      {head + "steps: [{id: s, agent: a, retry: 010}]\n",
       "\"retry\" must be a whole number, 0 to 100, this is \"010\""},
      {head + "steps: [{id: s, agent: a, retry: 1_000}]\n", "this is \"1_000\""},
      {head + "steps: [{id: s, agent: a, retry: 0x1F}]\n", "this is \"0x1F\""},
      {head + "steps: [{id: s, agent: a, retry: 99999999999}]\n", "this is \"99999999999\""},
      {head + "steps: [{id: s, agent: a, files: no}]\n", "\"files\" must be true or false, this is \"no\""},
      {head + "steps: [{id: s, agent: a, on_error: skp}]\n",
       "must be one of fail, skip, this is \"skp\"; did you mean \"skip\"?"},
      {head + "steps: [{id: s, agent: a, join: {quorum: 2}}]\n", "a quorum of 2 out of 0 needs; lower it"},
      {head + "steps: [{id: s, parallel: [a, a]}]\n", "agent \"a\" is twice in \"parallel\""},
      {head + "steps: [{id: s, agent: a, loop: {until: 'true'}}]\n", "a loop needs \"max\""},
      {head + "steps: [{id: s, agent: a, loop: {max: 0}}]\n", "this is \"0\""},
      {head + "steps: [{id: s, contemplate: {agent: a, width: 1000000000}}]\n",
       "\"width\" must be a whole number, 1 to 1024, this is \"1000000000\""},
      {step + "output: [s, t]\n", "5:13: error: output: there is no step \"t\"; name one of s, or write"},
      {step + "output: []\n", "5:9: error: \"output\" is an empty list"},
      {step + "output: {s: t}\n", "5:9: error: \"output\" must be a text or a list of values, this is a map"},
      {head + "steps: [{id: s, route: {agents: [a, b, a]}}]\n",
       "4:40: error: agent \"a\" is twice in this team"},
      {head + "steps: [{id: s, critique: {author: a, critic: b, criteria: 'as {{ goal }}'}}]\n",
       "4:64: warning: \"criteria\" is no template: \"{{\" stays as it is; put variables in the prompt"},
      {"version: 1\nname: t\nagents: {a: {instructions: 'as {{ goal }}'}}\n" + std::string(kStep),
       "3:32: warning: \"instructions\" is no template"},
      {head + "steps: [{id: s, contemplate: {agent: a, width: -1}}]\n", "this is \"-1\""},
      {head + "steps: [{id: s, contemplate: {agent: a, each: {depth: 3}}}]\n",
       "unknown key \"depth\" in a part of the budget; there are tokens, usd, calls, tool_calls"},
      {head + "steps: [{id: s, contemplate: {agent: a, temperatures: [3]}}]\n",
       "an item of \"temperatures\" must be a number, 0 to 2, this is \"3\""},
      {head + "steps: [{id: s, contemplate: {agent: a, digester: c}}]\n", "there is no agent \"c\""},
      {step + "models: {m: {seed: 1}}\n",
       "5:13: error: a model needs \"model\" or \"route\"; model: \"vendor/name\", \"offline\" or \"auto\""},
      {step + "models: {m: {modle: offline}}\n", "unknown key \"modle\" in a model; did you mean \"model\"?"},
      {step + "models: {m: {model: offline, route: [offline]}}\n",
       "5:30: error: a model has either \"model\" or \"route\", not both; keep one of them"},
      {step + "models: {m: {route: []}}\n", "\"route\" is an empty list"},
      {step + "models: {m: {route: offline}}\n", "\"route\" must be a list of values, this is \"offline\""},
      {step + "models: {m: {model: offline, scale_images: 1}}\n",
       "\"scale_images\" must be true or false, this is \"1\""},
      {step + "tests: [{name: n, question: q, files: [{name: a.csv, text: \"a,b\\n1\"}]}]\n",
       "5:9: error: test: a.csv:2:1: this row has 1 cell"},
      {head + "steps: [{id: s, route: {agents: [a], fallback: b}}]\n",
       "4:48: error: the fallback \"b\" is not among the step's agents; add it to agents"},
      {head + "steps: [{id: s, critique: {author: a}}]\n", "a critique needs \"critic\""},
      {head + "steps: [{id: s, critique: {autor: a, critic: b}}]\n",
       "4:28: error: unknown key \"autor\" in a critique; did you mean \"author\"?"},
      {head + "steps: [{id: s, critique: {author: a, critic: bb}}]\n",
       "4:47: error: there is no agent \"bb\"; did you mean \"b\"?"},
      {head + "steps: [{id: s, critique: {author: a, critic: b, rounds: 0}}]\n", "this is \"0\""},
      {head + "steps: [{id: s, critque: {author: a, critic: b}}]\n",
       "4:17: error: unknown key \"critque\" in a step; did you mean \"critique\"?"},
      {head + "steps: [{id: s, map_reduce: {mapper: a, over: line}}]\n", "did you mean \"lines\"?"},
      {head + "steps: [{id: s, map_reduce: {reducer: a}}]\n", "a map-reduce needs \"mapper\""},
      {head + "steps: [{id: s, debate: {sides: [a], judge: b}}]\n",
       "4:33: error: \"sides\" must have at least 2 items, this has 1"},
      {head + "steps: [{id: s, map_reduce: {mapper: a, merge_most: 1}}]\n",
       "\"merge_most\" must be a whole number, 2 to 64, this is \"1\""},
      {head + "steps: [{id: s, map_reduce: {mapper: a, batch: 0}}]\n", "this is \"0\""},
      {head + "steps: [{id: s, group_chat: {agents: [a], turns: 0}}]\n", "this is \"0\""},
      {head + "steps: [{id: s, debate: {sides: [a, {stance: no}], judge: b}}]\n", "a side needs \"agent\""},
      {head + "steps: [{id: s, debate: {sides: [a, c], judge: b}}]\n",
       "4:37: error: there is no agent \"c\""},
      {head + "steps: [{id: s, debate: {sides: [a,a,a,a,a,a,a,a,a], judge: b}}]\n", "more than 8 sides"},
      {head + "steps: [{id: s, hand_off: {agents: [a, b], first: c}}]\n",
       "4:51: error: the first \"c\" is not among the step's agents; add it to agents"},
      {head + "steps: [{id: s, hand_off: {agents: [a, b], may: {a: [c]}}}]\n",
       "4:54: error: the agent \"c\" is not among the step's agents"},
      {head + "steps: [{id: s, hand_off: {agents: [a, b], may: {c: [a]}}}]\n",
       "4:50: error: the agent \"c\""},
      {head + "steps: [{id: s, supervisor: {agents: [a]}}]\n", "a supervisor needs \"lead\""},
      {head + "steps: [{id: s, group_chat: {agents: [a], moderator: q}}]\n", "there is no agent \"q\""},
      {head + "steps: [{id: s, agent: a, debate: {sides: [a, b], judge: b}}]\n",
       "step \"s\" has agent and debate; keep one"},
      {head + "steps: [{id: s, plan: {agents: [a, q]}}]\n", "there is no agent \"q\""},
      {step + "output: nothing\n", "5:9: error: output: there is no step \"nothing\""},
      {step + "output: '{{ q.text }}'\n", "5:13: error: unknown variable \"q.text\""},
      {step + "budget: {time: 5}\n", "write the unit: 5s"},
      {step + "budget: {usd: -1}\n", "\"usd\" must be a number"},
      {step + "budget: {usd: .nan}\n", "this is \".nan\""},
      {step + "budget: {tokens: 1.5}\n", "\"tokens\" must be a whole number"},
      {step + "description: ~\n", "5:1: error: \"description\" must be a text, this is nothing"},
      {step + "input: {n: {type: integer, default: many}}\n", "the default of input \"n\" is no integer"},
      {step + "input: {n: int}\n", "must be one of string, integer"},
      {step + "tests: [{question: x, expect: {matches: '('}}]\n", "\"(\" is no regular expression"},
      {step + "tests: [{question: x, files: [../../etc/passwd], expect: {}}]\n",
       "leaves the pipeline's folder"},
      {step + "include: /etc/passwd\n", "is an absolute path"},
      {step + "include: ../../x.yaml\n", "leaves the pipeline's folder"},
      {step + "include: https://example.com/a.yaml\n", "is an address"},
      {step + "include: gone.yaml\n", "5:10: error: include: \"gone.yaml\": no such file"},
      {"version: 1\nname: t\nagents: {a: {tools: [serch]}}\nsteps: [{id: s, agent: a}]\n",
       "3:22: error: there is no tool \"serch\""},
      {"version: 1\nname: t\nagents: {a: {tools: [b]}, b: {tools: [a]}}\nsteps: [{id: s, agent: a}]\n",
       "agents call each other without end: a, b, a"},
      {"version: 1\nname: t\nagents: {a: {output: {n: intger}}}\nsteps: [{id: s, agent: a}]\n",
       "\"intger\" is no type"},
      {"version: 1\nname: t\nmodels: {m: {model: offline, api_key: k}}\nagents: {a: {}}\nsteps: [{id: s, "
       "agent: a}]\n",
       "no secrets in files"},
      {"version: 1\nname: t\nagents: {a: {instruction: x}}\nsteps: [{id: s, agent: a}]\n",
       "3:14: warning: \"instruction\" is called \"instructions\" here; write instructions:"},
      {"version: 1\nname: t\nagents: {a: {instructions: 'use sk-abcd1234efgh5678ijkl'}}\nsteps: [{id: s, "
       "agent: a}]\n",
       "3:28: warning: this looks like a secret key"},
  };
  for (const Case& c : cases) EXPECT_THAT(Said(c.text), HasSubstr(c.said)) << c.text;
}

// Those in models are not looked for while another model is used for every agent.
TEST(BadInput, OfModels) {
  const struct {
    std::string text, said;
  } cases[] = {
      {"models: {m: {route: [offlin]}}\n", "there is no model \"offlin\"; did you mean \"offline\"?"},
      {"models: {m: {route: [offline, n]}, n: {route: [m]}}\n",
       "this model stands behind itself; take it out of its own fallback, hedge or route"},
      {"models: {m: {route: [offline], attempts: 5}}\n",
       "5:42: error: \"attempts\" says nothing of a route: it has no server of its own; put it into the "
       "models that the route names"},
      {"models: {m: {model: offline, cheapest: true}}\n",
       "5:40: error: \"cheapest\" needs a \"route\" to choose from"},
  };
  for (const auto& one : cases) {
    const std::string text =
        absl::StrCat("version: 1\nname: t\nagents: {a: {description: x, model: offline}}\n", kStep, one.text);
    EXPECT_THAT(Said(text, ""), HasSubstr(one.said)) << text;
  }
}

TEST(BadInput, IsSaidAllAtOnce) {
  const std::string said = Said(
      "version: 1\nname: t\nagents: {a: {tols: []}}\nsteps:\n- {id: s, agent: b}\n- {id: u, agent: a, "
      "prompt: '{{ x }}', retry: many}\n");
  EXPECT_THAT(said, HasSubstr("3:14: error: unknown key \"tols\""));
  EXPECT_THAT(said, HasSubstr("5:18: error: there is no agent \"b\""));
  EXPECT_THAT(said, HasSubstr("6:33: error: unknown variable \"x\""));
  EXPECT_THAT(said, HasSubstr("6:47: error: \"retry\""));
}

TEST(BadInput, NoSecretIsRepeated) {
  EXPECT_THAT(Said(std::string(kHead) + kStep + "description: sk-abcd1234efgh5678ijkl\n"),
              ::testing::Not(HasSubstr("abcd1234")));
}

TEST(BadInput, MutatedFilesNeverCrash) {
  const std::string good =
      std::string(kHead) +
      "input: {n: {type: integer, default: 3}}\nsteps:\n- id: s\n  parallel: [a, b]\n  when: \"input.n > "
      "2\"\n"
      "- id: u\n  agent: a\n  prompt: |\n    {{ goal }} {{ s.a.text }}\n  loop: {max: 2, until: "
      "'contains(u.text, \"x\")'}\n"
      "- id: e\n  agent: b\n  each: s.data.rows\n  as: row\n  prompt: \"{{ row.x }}\"\noutput: e\n";
  ASSERT_EQ(Said(good), "");
  constexpr std::string_view kPieces = "{}[]:,-'\"\n #&*!|>?a0\t\\x{{}}.";
  std::uint64_t state = 7;
  const auto next = [&](std::size_t n) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>((state >> 33) % n);
  };
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::size_t edits = 1 + next(4); edits > 0; --edits) {
      const std::size_t at = next(text.size());
      switch (next(4)) {
        case 0:
          text[at] = kPieces[next(kPieces.size())];
          break;
        case 1:
          text.insert(at, 1, kPieces[next(kPieces.size())]);
          break;
        case 2:
          text.erase(at, 1 + next(8));
          break;
        default:
          text.insert(at, text.substr(next(text.size()), next(40)));
      }
      if (text.empty()) text = "a";
    }
    Said(text);
  }
}

}  // namespace
}  // namespace ninefold
