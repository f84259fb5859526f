#include "team/patterns/parts.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "team/finished.h"

namespace ninefold::patterns {

Prompt AskWithFiles(const Goal& goal, std::string text) {
  Prompt prompt(std::move(text));
  for (const Part& part : goal.parts) {
    if (!std::holds_alternative<Text>(part)) prompt.parts.push_back(part);
  }
  prompt.known = goal.known;
  return prompt;
}

Prompt AskWithImages(const Goal& goal, std::string text) {
  Prompt prompt(std::move(text));
  for (const Part& part : goal.parts) {
    if (std::holds_alternative<Image>(part)) prompt.parts.push_back(part);
  }
  prompt.known = goal.known;
  return prompt;
}

const Reply* ReplyOf(const Progress& progress, std::string_view id) {
  const TaskResult* result = progress.result(id);
  return result == nullptr ? nullptr : result->reply.get();
}

const Reply* ReplyOf(const TaskInputs& inputs, std::string_view id) {
  const TaskResult* result = inputs.Find(id);
  return result == nullptr ? nullptr : result->reply.get();
}

std::string WhyNot(const Progress& progress, std::string_view id) {
  const TaskResult* result = progress.result(id);
  return result == nullptr ? "it was not run" : Describe(result->status);
}

std::string Numbered(std::string_view name, int number) { return absl::StrCat(ToAbsl(name), ".", number); }

int CountOf(const TaskGraph& graph, std::string_view name) {
  int count = 0;
  while (graph.Find(Numbered(name, count + 1)) != nullptr) ++count;
  return count;
}

Extension Ending(Reply reply, std::vector<std::string> needs, std::string_view made_by) {
  AgentCard card{std::string(made_by), "Hands on what the pattern has made"};
  Extension extension;
  extension.tasks.push_back(Finished(kAnswer, std::move(needs), std::move(reply), std::move(card)));
  // It rests on what was done, whatever became of the rest.
  extension.tasks.back().join = Join::Any();
  extension.output = kAnswer;
  return extension;
}

bool HasEnded(const Progress& progress) { return progress.graph().Find(kAnswer) != nullptr; }

void AddEvidence(const Reply& from, Reply& to) {
  for (const Citation& one : from.evidence) {
    const bool there = std::any_of(to.evidence.begin(), to.evidence.end(), [&](const Citation& other) {
      return other.source == one.source && other.line_begin == one.line_begin &&
             other.line_end == one.line_end && other.quote == one.quote;
    });
    if (!there) to.evidence.push_back(one);
  }
}

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "ninefold: %s\n", what);
  std::abort();
}

const std::string& TextAt(const Json& value, const char* key) {
  static const std::string none;
  const std::string* text = GetString(value, key);
  return text == nullptr ? none : *text;
}

std::vector<std::string> TextsAt(const Json& value, const char* key) {
  std::vector<std::string> texts;
  const Json* list = GetMember(value, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& item : *list) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace ninefold::patterns
