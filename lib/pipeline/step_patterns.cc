// Steps that are one of the patterns of ninefold/patterns.h.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "ninefold/patterns.h"
#include "ninefold/status.h"
#include "ninefold/team.h"
#include "pipeline/step_values.h"
#include "pipeline/steps.h"

namespace ninefold::pipeline {

bool StepReader::AgentAt(const YamlNode& node, std::string_view key, AgentPtr& agent) {
  const YamlNode* name = node.Find(key);
  if (name == nullptr) return true;
  agent = name->kind == YamlNode::kScalar ? book_.Agent(name->text, name->at) : nullptr;
  return agent != nullptr;
}

bool StepReader::IsMember(const YamlNode& name, const Roster& roster, std::string_view what) {
  std::vector<std::string> names;
  for (const AgentPtr& agent : roster) {
    names.push_back(agent->card().name);
    if (names.back() == name.text) return true;
  }
  const std::string near = Suggest(name.text, names);
  load_.out.Error(name.at,
                  absl::StrCat("the ", ToAbsl(what), " \"", name.text, "\" is not among the step's agents"),
                  near.empty() ? "add it to agents" : absl::StrCat("did you mean \"", near, "\"?"));
  return false;
}

AgentPtr StepReader::Team(const YamlNode& block, const std::string& id, PlannerPtr planner, Roster members) {
  TeamOptions team;
  team.name = id;
  team.description = description_;
  team.planner = std::move(planner);
  team.members = std::move(members);
  team.limits.width = IntegerOr(block, "width", 0);
  return MakeTeam(std::move(team));
}

bool StepReader::MayAt(const YamlNode& node, const Roster& roster,
                       std::map<std::string, std::vector<std::string>>& may) {
  const YamlNode* map = node.Find("may");
  if (map == nullptr || map->kind != YamlNode::kMap) return true;
  bool good = true;
  for (const YamlMember& member : map->members) {
    YamlNode from;
    from.kind = YamlNode::kScalar;
    from.text = member.key;
    from.at = member.key_at;
    good = IsMember(from, roster, "agent") && good;
    std::vector<std::string>& to = may[member.key];
    for (const YamlNode& name : member.value.items) {
      good = IsMember(name, roster, "agent") && good;
      to.push_back(name.text);
    }
  }
  return good;
}

bool StepReader::IsFree(const YamlNode* agents, std::string_view reserved, std::string_view meaning) {
  if (agents == nullptr) return true;
  bool good = true;
  for (const YamlNode& name : agents->items) {
    if (name.kind != YamlNode::kScalar || name.text != reserved) continue;
    load_.out.Error(
        name.at,
        absl::StrCat("an agent cannot be called \"", name.text, "\" here: that means ", ToAbsl(meaning)),
        "give it another name below agents");
    good = false;
  }
  return good;
}

AgentPtr StepReader::CritiqueBody(const YamlNode& node, const std::string& id) {
  CritiqueOptions options;
  const bool author = AgentAt(node, "author", options.author),
             critic = AgentAt(node, "critic", options.critic);
  options.rounds = IntegerOr(node, "rounds", options.rounds);
  options.criteria = TextOr(node, "criteria");
  options.draft_tokens = IntegerOr(node, "draft_tokens", options.draft_tokens);
  if (!author || !critic || options.author == nullptr || options.critic == nullptr) return nullptr;
  if (options.author == options.critic)
    load_.out.Warn(node.Find("critic")->at, "the critic is the author: it is blind to its own mistakes",
                   "write a critic with other instructions, or with another model");
  return Team(node, id, CritiquePlanner(std::move(options)), {});
}

AgentPtr StepReader::MapReduceBody(const YamlNode& node, const std::string& id) {
  MapReduceOptions options;
  const bool mapper = AgentAt(node, "mapper", options.mapper),
             reducer = AgentAt(node, "reducer", options.reducer);
  const std::string over = TextOr(node, "over");
  if (over == "lines") options.over = MapOver::kLines;
  if (over == "chunks") options.over = MapOver::kChunks;
  if (over == "images") options.over = MapOver::kImages;
  options.ask = TextOr(node, "ask");
  options.batch = IntegerOr(node, "batch", options.batch);
  options.chunk_tokens = IntegerOr(node, "chunk_tokens", options.chunk_tokens);
  options.overlap_tokens = IntegerOr(node, "overlap_tokens", options.overlap_tokens);
  options.parts_max = IntegerOr(node, "parts_max", options.parts_max);
  options.merge_most = IntegerOr(node, "merge_most", options.merge_most);
  options.result_tokens = IntegerOr(node, "result_tokens", options.result_tokens);
  if (options.overlap_tokens > options.chunk_tokens / 2) {
    const YamlNode* key = node.Find("overlap_tokens");
    load_.out.Warn(key == nullptr ? node.at : key->at,
                   absl::StrCat("an overlap of ", options.overlap_tokens,
                                " tokens is more than half of a chunk: it is ", options.chunk_tokens / 2),
                   "lower overlap_tokens, or raise chunk_tokens");
  }
  const bool in_range = options.batch >= 1 && options.merge_most >= 2;  // else a mistake, told by its place
  if (!mapper || !reducer || options.mapper == nullptr || !in_range) return nullptr;
  return Team(node, id, MapReducePlanner(std::move(options)), {});
}

void StepReader::WarnOfSameSide(const YamlNode& node, const DebateSide& side,
                                const std::vector<DebateSide>& others) {
  const auto name_of = [](const DebateSide& one) {
    return one.name.empty() && one.agent != nullptr ? one.agent->card().name : one.name;
  };
  for (const DebateSide& other : others) {
    if (side.agent == nullptr || other.agent == nullptr) continue;
    const bool same_name = name_of(side) == name_of(other);
    if (side.agent == other.agent && side.stance == other.stance) {
      load_.out.Warn(node.at,
                     absl::StrCat("two sides of \"", side.agent->card().name, "\" with the same stance"),
                     "give each a stance of its own, or another agent");
    } else if (same_name && !side.name.empty()) {
      load_.out.Warn(node.at, absl::StrCat("two sides are called \"", side.name, "\""),
                     "give one of them another name");
    }
  }
}

AgentPtr StepReader::DebateBody(const YamlNode& node, const std::string& id) {
  DebateOptions options;
  const bool judge = AgentAt(node, "judge", options.judge),
             verifier = AgentAt(node, "verifier", options.verifier);
  bool good = judge && verifier && options.judge != nullptr;
  if (const YamlNode* sides = node.Find("sides")) {
    for (const YamlNode& side : sides->items) {
      DebateSide one;
      if (side.kind == YamlNode::kScalar) {
        one.agent = book_.Agent(side.text, side.at);
      } else {
        good = AgentAt(side, "agent", one.agent) && good;
        one.stance = TextOr(side, "stance");
        one.name = TextOr(side, "name");
      }
      good = good && one.agent != nullptr;
      WarnOfSameSide(side, one, options.sides);
      options.sides.push_back(std::move(one));
    }
    if (sides->items.size() > 8) {
      load_.out.Error(sides->at, "a debate of more than 8 sides",
                      "take some away, or let them debate in groups");
      good = false;
    }
  }
  options.rounds = IntegerOr(node, "rounds", options.rounds);
  options.statement_tokens = IntegerOr(node, "statement_tokens", options.statement_tokens);
  if (!good || options.sides.size() < 2) return nullptr;
  return Team(node, id, DebatePlanner(std::move(options)), {});
}

AgentPtr StepReader::HandOffBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  bool good = Members(node.Find("agents"), roster);
  HandOffOptions options;
  options.first = TextOr(node, "first");
  if (good && !options.first.empty()) good = IsMember(*node.Find("first"), roster, "first");
  good = IsFree(node.Find("agents"), "nobody", "that nobody takes over") && good;
  if (good) good = MayAt(node, roster, options.may);
  options.hand_offs = IntegerOr(node, "hand_offs", options.hand_offs);
  options.talk_tokens = IntegerOr(node, "talk_tokens", options.talk_tokens);
  if (!good) return nullptr;
  return Team(node, id, HandOffPlanner(std::move(options)), std::move(roster));
}

AgentPtr StepReader::SupervisorBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  const bool members = Members(node.Find("agents"), roster);
  SupervisorOptions options;
  const bool lead = AgentAt(node, "lead", options.lead);
  options.rounds = IntegerOr(node, "rounds", options.rounds);
  options.tasks_max = IntegerOr(node, "tasks_max", options.tasks_max);
  options.result_tokens = IntegerOr(node, "result_tokens", options.result_tokens);
  if (!members || !lead || options.lead == nullptr) return nullptr;
  return Team(node, id, SupervisorPlanner(std::move(options)), std::move(roster));
}

AgentPtr StepReader::GroupChatBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  const bool members = Members(node.Find("agents"), roster);
  GroupChatOptions options;
  const bool moderator = AgentAt(node, "moderator", options.moderator);
  const bool closing = AgentAt(node, "closing", options.closing);
  const bool named = IsFree(node.Find("agents"), "nobody", "that the talk is over");
  const bool may = members && MayAt(node, roster, options.may);
  if (const YamlNode* no_repeat = node.Find("no_repeat"))
    options.no_repeat = AsBool(*no_repeat).value_or(options.no_repeat);
  if (options.no_repeat && roster.size() == 1)
    load_.out.Error(node.Find("no_repeat")->at,
                    "no_repeat, and only one agent: after its first turn nobody may speak",
                    "add another agent");
  options.until = TextOr(node, "until");
  options.turns = IntegerOr(node, "turns", options.turns);
  options.talk_tokens = IntegerOr(node, "talk_tokens", options.talk_tokens);
  if (!members || !moderator || !closing || !named || !may || options.turns < 1) return nullptr;
  return Team(node, id, GroupChatPlanner(std::move(options)), std::move(roster));
}

}  // namespace ninefold::pipeline
