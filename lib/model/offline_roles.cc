// What the roles of a team answer: a critic, a side of a debate, its judge, who checks an answer, a lead, who
// may hand the talk on, a moderator. The schema says which role it is.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "model/offline.h"
#include "ninefold/status.h"

namespace ninefold::offline {
namespace {

const Json* PropertyOf(const Json& schema, const char* name) {
  const Json* properties = GetMember(schema, "properties");
  return properties == nullptr ? nullptr : GetMember(*properties, name);
}

bool HasProperties(const Json& schema, std::initializer_list<const char*> names) {
  return std::all_of(names.begin(), names.end(),
                     [&](const char* name) { return PropertyOf(schema, name) != nullptr; });
}

std::vector<std::string> EnumAt(const Json& schema, const char* name) {
  std::vector<std::string> choices;
  const Json* property = PropertyOf(schema, name);
  const Json* list = property == nullptr ? nullptr : GetMember(*property, "enum");
  if (list == nullptr || !list->is_array()) return choices;
  for (const Json& choice : *list) {
    if (choice.is_string()) choices.push_back(choice.get<std::string>());
  }
  return choices;
}

bool Quotes(std::string_view text) { return text.find("\" [") != std::string_view::npos; }
bool IsNothing(std::string_view text) {
  return FoldWhiteSpace(text).empty() || text.find(kNotFound) != std::string_view::npos;
}

// Sections "## NAME" of the prompt.
std::vector<Member> SectionsOf(const std::string& prompt) {
  std::vector<Member> sections;
  for (std::size_t at = prompt.rfind("## ", 0) == 0 ? 0 : prompt.find("\n## "); at != std::string::npos;) {
    const std::size_t head = prompt.find("## ", at) + 3,
                      line = std::min(prompt.find('\n', head), prompt.size());
    const std::size_t next = prompt.find("\n## ", line);
    const std::size_t end = std::min(next, prompt.size());
    sections.push_back({prompt.substr(head, line - head), prompt.substr(line, end - line)});
    at = next;
  }
  return sections;
}

// The agents that the prompt lists, as "- NAME: DESCRIPTION", without the one that asks.
std::vector<Member> ListedAgents(const std::string& prompt) {
  std::vector<Member> agents;
  for (std::size_t at = 0; at < prompt.size();) {
    const std::size_t end = std::min(prompt.find('\n', at), prompt.size());
    const std::string line = prompt.substr(at, end - at);
    const std::size_t colon = line.find(": ");
    const bool listed =
        line.rfind("- ", 0) == 0 && colon != std::string::npos && line.find_first_of(" \t\"", 2) >= colon;
    if (listed) agents.push_back({line.substr(2, colon - 2), line.substr(colon + 2)});
    at = end + 1;
  }
  return agents;
}

std::string AnswerHere(Reading& reading) {
  const Answer& answer = reading.sources.empty() ? AnswerFromFound(reading) : AnswerFromSources(reading);
  if (answer.found()) return Render(reading, answer);
  if (const Answer& found = AnswerFromFound(reading); found.found()) return Render(reading, found);
  if (const std::string sum = FindSum(reading.question); !sum.empty())
    return absl::StrCat(sum, " = ", Calculate(sum).value_or(""));
  return std::string(kNotFound);
}

// A draft that quotes is accepted, and so is one where there is nothing to quote.
Json Verdict(Reading& reading) {
  Json verdict = {{"accepted", true}, {"problems", Json::array()}};
  const bool sources = !reading.sources.empty() || !reading.found.empty();
  const std::size_t draft = reading.prompt.find("Draft: ");
  const std::string text = draft == std::string::npos ? reading.draft : reading.prompt.substr(draft + 7);
  const bool nothing = IsNothing(text.substr(0, text.find("\n\n")));
  if (nothing ? AnswerHere(reading) != kNotFound : sources && !Quotes(text)) {
    verdict["accepted"] = false;
    verdict["problems"].push_back("It says nothing with a quote and its place: " + AnswerHere(reading));
  }
  return verdict;
}

Json Statement(Reading& reading) {
  std::string argument = AnswerHere(reading);
  for (const Member& section : SectionsOf(reading.prompt)) {
    if (argument == kNotFound && absl::EndsWith(section.name, "(you)") && !IsNothing(section.text))
      argument = section.text;
  }
  const Answer& here = AnswerFromSources(reading);
  const Answer& answer = here.found() ? here : AnswerFromFound(reading);
  std::string shortly = answer.found() ? answer.quotes[0].text : argument;
  if (const std::string sum = FindSum(reading.question); !answer.found() && !sum.empty())
    shortly = Calculate(sum).value_or(shortly);
  return {{"answer", std::string(CutUtf8(FoldWhiteSpace(shortly), 300))}, {"argument", std::move(argument)}};
}

// Who quotes most, and no check finds wrong.
Json Judgement(const Reading& reading, const Json& schema) {
  const std::vector<std::string> choices = EnumAt(schema, "winner");
  std::string winner = choices.empty() ? "none" : choices.back();
  int most = -1;
  for (const Member& section : SectionsOf(reading.prompt)) {
    if (std::find(choices.begin(), choices.end(), section.name) == choices.end()) continue;
    int quotes = 0;
    for (std::size_t at = section.text.find("\" ["); at != std::string::npos;
         at = section.text.find("\" [", at + 1))
      ++quotes;
    if (absl::StrContains(section.text, "check found this answer right")) quotes += 1000;
    if (absl::StrContains(section.text, "check found this answer wrong") || IsNothing(section.text)) continue;
    if (quotes <= most) continue;
    most = quotes;
    winner = section.name;
  }
  return {{"winner", winner}, {"why", most > 0 ? "It has the most quotes." : "None has a quote."}};
}

// Each of the listed agents once, then the answer from what they reported.
Json Briefs(Reading& reading) {
  Json briefs = {{"tasks", Json::array()}, {"answer", ""}};
  const bool reported = absl::StrContains(reading.prompt, "\nReports on what you asked for:");
  if (reported || absl::StrContains(reading.prompt, "No more tasks can be given")) {
    std::vector<Member> reports = SectionsOf(reading.prompt);
    for (Member& report : reports) {
      report.name = report.name.substr(0, report.name.find(','));
      const std::size_t brief = report.text.find('\n', 1);  // its first line repeats the brief
      if (brief != std::string::npos) report.text = report.text.substr(brief + 1);
    }
    // What follows the last report is for the lead.
    if (!reports.empty()) {
      const std::size_t tail = reports.back().text.rfind("\n\n");
      if (tail != std::string::npos) reports.back().text.resize(tail);
    }
    reading.members = std::move(reports);
    briefs["answer"] = reading.members.empty() ? AnswerHere(reading) : Merge(reading);
    return briefs;
  }
  std::string goal = reading.prompt.substr(0, reading.prompt.find("\n\n"));
  if (goal.rfind("Goal: ", 0) == 0) goal = goal.substr(6);
  for (const Member& agent : ListedAgents(reading.prompt)) {
    const std::string brief = agent.text.empty() ? goal : absl::StrCat(goal, "\nLook for: ", agent.text);
    briefs["tasks"].push_back({{"agent", agent.name}, {"brief", brief}});
  }
  if (briefs["tasks"].empty()) briefs["answer"] = AnswerHere(reading);
  return briefs;
}

// It answers what it can, and hands on what a colleague's description is nearer to.
Json Turn(Reading& reading) {
  std::string answer = AnswerHere(reading);
  Json turn = {{"answer", answer}, {"hand_to", "nobody"}, {"why", ""}};
  double best = 0;
  for (const Member& agent : ListedAgents(reading.prompt)) {
    const std::string about = absl::StrCat(agent.name, " ", agent.text);
    const double like = Likeness(reading.question, about) + 0.5 * Likeness(about, reading.question);
    if (like <= best || answer != kNotFound) continue;
    best = like;
    turn["hand_to"] = agent.name;
    turn["why"] = "its description is nearer to the question";
  }
  return turn;
}

// Everyone who has not spoken, in turn; then nobody.
Json NextSpeaker(const Reading& reading, const Json& schema) {
  const std::vector<Member> spoken = SectionsOf(reading.prompt);
  std::string next = "nobody";
  for (const std::string& name : EnumAt(schema, "agent")) {
    const bool has =
        std::any_of(spoken.begin(), spoken.end(), [&](const Member& one) { return one.name == name; });
    if (has || next != "nobody") continue;
    next = name;
  }
  return {{"agent", next}, {"why", next == "nobody" ? "all have spoken" : "it has not spoken yet"}};
}

}  // namespace

void ReadAsRole(const Json& schema, Reading& reading) {
  const bool role = HasProperties(schema, {"accepted", "problems"}) ||
                    HasProperties(schema, {"answer", "argument"}) ||
                    HasProperties(schema, {"answer", "hand_to", "why"});
  if (!role) return;
  std::erase_if(reading.sources, [](const Source& source) { return source.name == kPromptName; });
  reading.members.clear();
}

std::optional<Json> PlanAsRole(Reading& reading, const Json& schema) {
  if (HasProperties(schema, {"tasks", "answer"}) && IsPlanSchema(schema)) return Briefs(reading);
  // It has planned all that it can think of, and every agent has had its brief.
  const bool again = absl::StrContains(reading.prompt, "\nDone so far:\n");
  if (again && IsPlanSchema(schema)) return Json{{"tasks", Json::array()}};
  const std::vector<std::string> agents = EnumAt(schema, "agent");
  if (std::find(agents.begin(), agents.end(), "nobody") != agents.end()) return NextSpeaker(reading, schema);
  return std::nullopt;
}

std::optional<Json> AnswerAsRole(Reading& reading, const Json& schema) {
  if (HasProperties(schema, {"accepted", "problems"})) return Verdict(reading);
  if (HasProperties(schema, {"answer", "argument"})) return Statement(reading);
  if (HasProperties(schema, {"winner", "why"})) return Judgement(reading, schema);
  if (HasProperties(schema, {"answer", "hand_to", "why"})) return Turn(reading);
  if (HasProperties(schema, {"finding", "why"}))
    return Json{{"finding", "unknown"}, {"why", "the offline model cannot tell"}};
  return std::nullopt;
}

}  // namespace ninefold::offline
