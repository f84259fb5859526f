// What a step does: asks an agent, or a team made for it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/contemplate.h"
#include "ninefold/team.h"
#include "pipeline/budget_settings.h"
#include "pipeline/contemplate_settings.h"
#include "pipeline/format.h"
#include "pipeline/step_values.h"
#include "pipeline/steps.h"

namespace ninefold::pipeline {

void ContemplateNumbers(const YamlNode& node, ContemplateOptions& options) {
  const std::string mode = TextOr(node, "mode"), pace = TextOr(node, "pace");
  for (const Mode named : {Mode::kInstant, Mode::kThinking, Mode::kContemplating}) {
    if (mode == ModeName(named)) options = WithMode(named, std::move(options));
  }
  if (pace == "latency") options.pace = Pace::kLatency;
  if (pace == "balanced") options.pace = Pace::kBalanced;
  if (pace == "cost") options.pace = Pace::kCost;
  for (const Aggregate named : {Aggregate::kVote, Aggregate::kWeightedVote, Aggregate::kKnockout,
                                Aggregate::kSynthesize, Aggregate::kAuto}) {
    if (TextOr(node, "aggregate") == AggregateName(named)) options.aggregate = named;
  }
  options.width = IntegerOr(node, "width", options.width);
  options.rounds = IntegerOr(node, "rounds", options.rounds);
  options.judge_votes = IntegerOr(node, "judge_votes", options.judge_votes);
  options.merge_most = IntegerOr(node, "merge_most", options.merge_most);
  options.digests = IntegerOr(node, "digests", options.digests);
  options.digest_bytes = std::size_t(IntegerOr(node, "digest_bytes", int(options.digest_bytes)));
  const auto flag = [](const YamlNode& map, const char* key, bool otherwise) {
    const YamlNode* value = map.Find(key);
    return value == nullptr ? otherwise : AsBool(*value).value_or(otherwise);
  };
  options.ask_for_answer_line = flag(node, "answer_line", options.ask_for_answer_line);
  options.shuffle_documents = flag(node, "shuffle_documents", options.shuffle_documents);
  options.each = BudgetFrom(node.Find("each"));
  if (const YamlNode* temperatures = node.Find("temperatures"); temperatures != nullptr) {
    for (const YamlNode& temperature : temperatures->items)
      options.temperatures.push_back(AsNumber(temperature).value_or(1));
  }
  const YamlNode* stops = node.Find("stops");
  if (stops == nullptr) return;
  const auto number = [&](const char* key, double otherwise) {
    const YamlNode* value = stops->Find(key);
    return value == nullptr ? otherwise : AsNumber(*value).value_or(otherwise);
  };
  options.stops.decided = flag(*stops, "decided", options.stops.decided);
  options.stops.settled = number("settled", options.stops.settled);
  options.stops.settled_least = IntegerOr(*stops, "settled_least", options.stops.settled_least);
  options.stops.quorum = number("quorum", options.stops.quorum);
  options.stops.tail_cut = number("tail_cut", options.stops.tail_cut);
  options.stops.time_share = number("time_share", options.stops.time_share);
}

AgentPtr StepReader::Body(const YamlNode& node, const std::string& id) {
  if (const YamlNode* agent = node.Find("agent"); agent != nullptr && agent->kind == YamlNode::kScalar) {
    return book_.Agent(agent->text, agent->at);
  }
  const bool name_is_good = IsName(id);
  const struct {
    std::string_view key;
    AgentPtr (StepReader::*read)(const YamlNode& node, const std::string& id);
  } bodies[] = {{"plan", &StepReader::PlanBody},
                {"contemplate", &StepReader::ContemplateBody},
                {"route", &StepReader::RouteBody},
                {"critique", &StepReader::CritiqueBody},
                {"map_reduce", &StepReader::MapReduceBody},
                {"debate", &StepReader::DebateBody},
                {"hand_off", &StepReader::HandOffBody},
                {"supervisor", &StepReader::SupervisorBody},
                {"group_chat", &StepReader::GroupChatBody}};
  for (const YamlMember& member : node.members) {
    if (member.value.kind != YamlNode::kMap || !name_is_good) continue;
    for (const auto& body : bodies) {
      if (member.key == body.key) return (this->*body.read)(member.value, id);
    }
  }
  return nullptr;
}

AgentPtr PatternAgent(Load& load, Book& book, const YamlNode& node, const std::string& name) {
  std::vector<std::string> patterns;
  for (const Field& pattern : PatternFields()) {
    if (node.Find(pattern.name) != nullptr) patterns.push_back(pattern.name);
  }
  bool good = true;
  for (const YamlMember& member : node.members) {
    if (member.key == "description" || member.key == patterns[0]) continue;
    const bool pattern = std::find(patterns.begin(), patterns.end(), member.key) != patterns.end();
    load.out.Error(member.key_at,
                   absl::StrCat("agent \"", name, "\" is a team by \"", patterns[0], "\", beside which ",
                                pattern ? "there can be no" : "it has no", " \"", member.key, "\""),
                   pattern ? "make an agent of each" : "take it away, or give it to a member");
    good = false;
  }
  if (!good) return nullptr;
  const YamlNode* description = node.Find("description");
  StepReader reader(load, book);
  return reader.TeamAgent(node, name, description == nullptr ? "" : description->text);
}

AgentPtr StepReader::TeamAgent(const YamlNode& node, const std::string& name, std::string description) {
  description_ = std::move(description);
  return Body(node, name);
}

bool StepReader::Members(const YamlNode* list, Roster& roster) {
  if (list == nullptr) return false;
  bool good = true;
  for (const YamlNode& name : list->items) {
    AgentPtr agent = name.kind == YamlNode::kScalar ? book_.Agent(name.text, name.at) : nullptr;
    const bool twice =
        agent != nullptr && std::any_of(roster.begin(), roster.end(), [&](const AgentPtr& one) {
          return one->card().name == agent->card().name;
        });
    if (twice)
      load_.out.Error(name.at, absl::StrCat("agent \"", name.text, "\" is twice in this team"),
                      "take it away, or give it another name below agents");
    good = good && agent != nullptr && !twice;
    if (agent != nullptr && !twice) roster.push_back(std::move(agent));
  }
  return good && !roster.empty();
}

// Of a contemplation one may stand twice, and then has twice as many attempts.
bool StepReader::Solvers(const YamlNode* agents, std::vector<AgentPtr>& solvers) {
  if (agents == nullptr) return false;
  const auto add = [&](const YamlNode& name) {
    solvers.push_back(name.kind == YamlNode::kScalar ? book_.Agent(name.text, name.at) : nullptr);
    return solvers.back() != nullptr;
  };
  if (agents->kind == YamlNode::kScalar) return add(*agents);
  bool good = !agents->items.empty();
  for (const YamlNode& name : agents->items) good = add(name) && good;
  return good;
}

AgentPtr StepReader::PlanBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  bool good = Members(node.Find("agents"), roster);
  ModelPlannerOptions options;
  options.model = book_.Model(node.Find("model"));
  options.instructions = TextOr(node, "instructions");
  options.tasks_max = IntegerOr(node, "tasks_max", options.tasks_max);
  options.replans = IntegerOr(node, "replans", options.replans);
  options.result_tokens = IntegerOr(node, "result_tokens", options.result_tokens);
  good = AgentAt(node, "aggregator", options.aggregator) && good;
  if (!good || options.model == nullptr) return nullptr;
  return Team(node, id, ModelPlanner(std::move(options)), std::move(roster));
}

AgentPtr StepReader::ContemplateBody(const YamlNode& node, const std::string& id) {
  ContemplateOptions options;
  options.name = id;
  options.description = description_;
  bool good = Solvers(node.Find("agent"), options.solvers);
  ContemplateNumbers(node, options);
  for (const auto& [key, agent] :
       {std::pair("judge", &options.judge), std::pair("verifier", &options.verifier),
        std::pair("same", &options.same), std::pair("triage", &options.triage),
        std::pair("digester", &options.digester)}) {
    const YamlNode* name = node.Find(key);
    if (name == nullptr) continue;
    *agent = book_.Agent(name->text, name->at);
    good = good && *agent != nullptr;
  }
  if (const YamlNode* strategies = node.Find("strategies"); strategies != nullptr) {
    for (const YamlNode& strategy : strategies->items) options.strategies.push_back(strategy.text);
  }
  if (!good || !CheckContemplate(options).ok()) return nullptr;
  return Contemplate(std::move(options));
}

AgentPtr StepReader::RouteBody(const YamlNode& node, const std::string& id) {
  Roster roster;
  bool good = Members(node.Find("agents"), roster);
  RouteOptions options;
  if (const YamlNode* model = node.Find("model"); model != nullptr) {
    options.model = book_.Model(model);
    good = good && options.model != nullptr;
  }
  options.fallback = TextOr(node, "fallback");
  options.instructions = TextOr(node, "instructions");
  if (options.model != nullptr) good = IsFree(node.Find("agents"), "none", "that none fits") && good;
  bool listed = true;
  if (const YamlNode* fallback = node.Find("fallback"); fallback != nullptr && good)
    listed = IsMember(*fallback, roster, "fallback");
  if (!good || !listed) return nullptr;
  return Team(node, id, RoutePlanner(std::move(options)), std::move(roster));
}

}  // namespace ninefold::pipeline
