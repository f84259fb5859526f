// A goal over a roster: every agent whose description has something to do with the goal gets a brief that
// tells it what to look for; an agent made for writing up gets the others' results.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text_terms.h"
#include "model/offline.h"

namespace ninefold::offline {
namespace {

struct Candidate {
  std::string name, description;
};

const Json* EnumOf(const Json& schema, std::initializer_list<const char*> path) {
  const Json* at = &schema;
  for (const char* key : path) {
    at = at == nullptr ? nullptr : GetMember(*at, key);
  }
  return at != nullptr && at->is_array() ? at : nullptr;
}

// "- NAME: DESCRIPTION" lines for the names the schema allows.
std::vector<Candidate> RosterOf(const Reading& reading, const Json* names) {
  const std::string text = absl::StrCat(reading.instructions, "\n", reading.prompt);
  std::vector<Candidate> roster;
  if (names == nullptr) return roster;
  for (const Json& name : *names) {
    if (!name.is_string()) continue;
    Candidate one{name.get<std::string>(), ""};
    for (const std::string& head : {absl::StrCat("- ", one.name, ": "), absl::StrCat("* ", one.name, ": ")}) {
      const std::size_t at = text.find(head);
      if (at == std::string::npos) continue;
      const std::size_t end = std::min(text.find('\n', at), text.size());
      one.description = text.substr(at + head.size(), end - at - head.size());
      break;
    }
    roster.push_back(std::move(one));
  }
  return roster;
}

// The goal without the roster.
std::string GoalOf(const Reading& reading) {
  std::string goal = reading.question;
  const std::size_t agents = goal.find("Agents:");
  if (agents != std::string::npos) goal.resize(agents);
  while (!goal.empty() && (goal.back() == ' ' || goal.back() == '\n')) goal.pop_back();
  return goal;
}

bool Writes(const Candidate& one) {
  const std::string said = FoldCase(absl::StrCat(one.name, " ", one.description));
  for (const std::string_view word :
       {"writ", "merge", "synthes", "aggregat", "summar", "combine", "editor", "judge", "final"}) {
    if (said.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string IdOf(const std::string& name, const Json& tasks) {
  std::string id;
  for (const char c : name) id += std::isalnum(std::uint8_t(c)) || c == '-' || c == '_' ? c : '_';
  if (id.empty() || !std::isalnum(std::uint8_t(id[0]))) id = absl::StrCat("task", id);
  for (const Json& task : tasks) {
    if (task["id"] == id) return absl::StrCat(id, "_", tasks.size() + 1);
  }
  return id;
}

}  // namespace

bool IsPlanSchema(const Json& schema) {
  const Json* properties = GetMember(schema, "properties");
  const Json* tasks = properties == nullptr ? nullptr : GetMember(*properties, "tasks");
  const Json* items = tasks == nullptr ? nullptr : GetMember(*tasks, "items");
  const Json* fields = items == nullptr ? nullptr : GetMember(*items, "properties");
  return fields != nullptr && fields->contains("agent") &&
         (fields->contains("brief") || fields->contains("id"));
}

bool IsRouteSchema(const Json& schema) { return EnumOf(schema, {"properties", "agent", "enum"}) != nullptr; }

Json MakePlan(const Reading& reading, const Json& schema) {
  const std::vector<Candidate> roster =
      RosterOf(reading, EnumOf(schema, {"properties", "tasks", "items", "properties", "agent", "enum"}));
  const std::string goal = GoalOf(reading);
  const Json* limits = GetMember(*GetMember(schema, "properties"), "tasks");
  const std::size_t most =
      std::size_t(std::clamp<std::int64_t>(GetInt(*limits, "maxItems").value_or(16), 1, 64));
  std::vector<std::pair<double, std::size_t>> order;
  double best = 0;
  for (std::size_t i = 0; i < roster.size(); ++i) {
    const double like = Likeness(absl::StrCat(roster[i].name, " ", roster[i].description), goal) +
                        Likeness(goal, roster[i].description);
    order.emplace_back(like, i);
    best = std::max(best, like);
  }
  // Agents far from the goal stay out only where others are near it.
  Json tasks = Json::array();
  Json needs = Json::array();
  std::vector<std::size_t> writers;
  for (const auto& [like, i] : order) {
    if (Writes(roster[i]) && roster.size() > 1) {
      writers.push_back(i);
      continue;
    }
    if (tasks.size() >= most || (best > 0.6 && like < 0.05)) continue;
    Json task = Json::object();
    task["id"] = IdOf(roster[i].name, tasks);
    task["agent"] = roster[i].name;
    task["brief"] =
        roster[i].description.empty() ? goal : absl::StrCat(goal, "\nLook for: ", roster[i].description);
    task["needs"] = Json::array();
    needs.push_back(task["id"]);
    tasks.push_back(std::move(task));
  }
  if (!writers.empty() && (tasks.size() < most || tasks.empty())) {
    const Candidate& writer = roster[writers[0]];
    Json task = Json::object();
    task["id"] = IdOf(writer.name, tasks);
    task["agent"] = writer.name;
    task["brief"] = tasks.empty() ? goal : absl::StrCat("Merge the answers to: ", goal);
    task["needs"] = needs;
    tasks.push_back(std::move(task));
  }
  Json plan = Json::object();
  plan["tasks"] = std::move(tasks);
  return plan;
}

Json MakeRoute(const Reading& reading, const Json& schema) {
  const Json* names = EnumOf(schema, {"properties", "agent", "enum"});
  const std::vector<Candidate> roster = RosterOf(reading, names);
  const std::string goal = GoalOf(reading);
  std::size_t chosen = 0;
  double best = -1;
  for (std::size_t i = 0; i < roster.size(); ++i) {
    const std::string about = absl::StrCat(roster[i].name, " ", roster[i].description);
    const double like = Likeness(goal, about) + 0.5 * Likeness(about, goal);
    if (like <= best) continue;
    best = like;
    chosen = i;
  }
  Json route = Json::object();
  if (!names->empty()) route["agent"] = roster.empty() ? (*names)[0] : Json(roster[chosen].name);
  route["why"] = best > 0 ? "its description is the nearest to the question"
                          : "no description is near the question; the first one";
  const Json* properties = GetMember(schema, "properties");
  if (!properties->contains("why")) route.erase("why");
  return route;
}

}  // namespace ninefold::offline
