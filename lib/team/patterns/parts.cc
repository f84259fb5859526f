#include "team/patterns/parts.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ninefold/data.h"
#include "ninefold/status.h"
#include "team/finished.h"

namespace ninefold::patterns {

namespace {

constexpr std::size_t kFilesNamed = 50;
constexpr std::size_t kWholeShares = 32;
constexpr int kShareLeast = 50;

std::string Described(const File& file) {
  if (file.media_type.rfind("text/", 0) != 0) return absl::StrCat(file.name, " (", file.media_type, ")");
  const auto ends = std::count(file.bytes.begin(), file.bytes.end(), '\n');
  const auto lines = ends + (!file.bytes.empty() && file.bytes.back() != '\n' ? 1 : 0);
  return absl::StrCat(file.name, ", ", lines, lines == 1 ? " line" : " lines");
}

std::string Described(const Data& data) {
  const std::string name = data.name.empty() ? "data" : data.name;
  if (IsTable(data.value)) return absl::StrCat(name, ", a table of ", data.value.at("rows").size(), " rows");
  if (data.value.is_array()) return absl::StrCat(name, ", a list of ", data.value.size(), " items");
  return name;
}

std::string Described(const Image& image) {
  return image.name.empty() ? "an image" : absl::StrCat(image.name, ", an image");
}

}  // namespace

Prompt AskWithFiles(const Goal& goal, std::string text) {
  std::vector<Part> parts{Text{std::move(text)}};
  for (const Part& part : goal.parts) {
    if (!std::holds_alternative<Text>(part)) parts.push_back(part);
  }
  Prompt prompt(std::move(parts), goal.history);
  prompt.known = goal.known;
  return prompt;
}

Prompt AskWithImages(const Goal& goal, std::string text) {
  std::vector<Part> parts{Text{std::move(text)}};
  for (const Part& part : goal.parts) {
    if (std::holds_alternative<Image>(part)) parts.push_back(part);
  }
  Prompt prompt(std::move(parts), goal.history);
  prompt.known = goal.known;
  return prompt;
}

std::string FilesNote(const Goal& goal) {
  std::vector<std::string> files;
  for (const Part& part : goal.parts) {
    if (const auto* file = std::get_if<File>(&part)) files.push_back(Described(*file));
    if (const auto* data = std::get_if<Data>(&part)) files.push_back(Described(*data));
    if (const auto* image = std::get_if<Image>(&part)) files.push_back(Described(*image));
  }
  if (files.empty()) return "";
  const std::size_t more = files.size() - std::min(files.size(), kFilesNamed);
  files.resize(files.size() - more);
  return absl::StrCat("\nFiles: ", absl::StrJoin(files, "; "),
                      more > 0 ? absl::StrCat("; and ", more, " more") : "", ".\n");
}

int ShareOf(int tokens, std::size_t count) {
  if (count <= kWholeShares) return tokens;
  const int share = int(std::size_t(std::max(tokens, 0)) * kWholeShares / count);
  return std::min(tokens, std::max(share, kShareLeast));
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
  extension.tasks.back().when = [](const TaskInputs&) { return absl::StatusOr<bool>(true); };
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

absl::Status CheckReserved(const Roster& roster, std::string_view reserved) {
  for (const AgentPtr& member : roster) {
    if (member->card().name != reserved) continue;
    return absl::InvalidArgumentError(absl::StrCat("an agent is called \"", ToAbsl(reserved),
                                                   "\", which means that none is chosen; rename it"));
  }
  return absl::OkStatus();
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
