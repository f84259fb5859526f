#include "pipeline/names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"

namespace ninefold::pipeline {

std::string WhatThereIs(const std::vector<std::string>& names) {
  return absl::StrCat(names.size() == 1 ? "there is " : "there are ", absl::StrJoin(names, ", "));
}

namespace {

const std::vector<std::string>& Members() {
  static const std::vector<std::string> members = {"text",    "data",    "report", "evidence",
                                                   "dissent", "status", "error"};
  return members;
}

std::string Hint(const std::string& word, const std::vector<std::string>& names) {
  const std::string near = Suggest(word, names);
  if (!near.empty()) return absl::StrCat("did you mean \"", near, "\"?");
  return WhatThereIs(names);
}

bool IsMember(const std::string& word) {
  return std::find(Members().begin(), Members().end(), word) != Members().end();
}

const std::set<std::string>* Branches(const std::string& id, const Names& names) {
  for (const Names* level = &names; level != nullptr; level = level->outer) {
    const auto step = level->steps.find(id);
    if (step != level->steps.end()) return &step->second;
  }
  return nullptr;
}

NameError CheckStepMember(const std::string& text, const std::vector<PathSegment>& path,
                          const std::set<std::string>& branches) {
  if (path.size() < 2)
    return {absl::StrCat("\"", text, "\" is a whole step"), absl::StrCat("write ", text, ".text")};
  std::size_t at = 1;
  if (branches.count(path[1].name) > 0) at = 2;
  if (at < path.size() && IsMember(path[at].name)) {
    const bool has_parts = path[at].name == "data" || path[at].name == "report";
    if (has_parts || path.size() == at + 1) return {};
    return {absl::StrCat("\"", text, "\": ", path[at].name, " has no parts"), "only data and report have"};
  }
  std::vector<std::string> names = Members();
  if (at == 1) names.insert(names.end(), branches.begin(), branches.end());
  const std::string& word = at < path.size() ? path[at].name : path.back().name;
  return {absl::StrCat("\"", text, "\": a step has no \"", word, "\""), Hint(word, names)};
}

std::vector<std::string> Known(const Names& names) {
  std::vector<std::string> known = {"goal"};
  for (const std::string& input : names.inputs) known.push_back(absl::StrCat("input.", input));
  if (!names.item.empty()) known.push_back(names.item);
  if (names.loop) known.insert(known.end(), {"round", "previous.text"});
  for (const Names* level = &names; level != nullptr; level = level->outer) {
    for (const auto& [id, branches] : level->steps) known.push_back(absl::StrCat(id, ".text"));
  }
  return known;
}

std::vector<std::string> FirstWords(const Names& names) {
  std::vector<std::string> words = {"goal", "question", "input"};
  if (!names.item.empty()) words.push_back(names.item);
  if (names.loop) words.insert(words.end(), {"round", "previous"});
  for (const Names* level = &names; level != nullptr; level = level->outer) {
    for (const auto& [id, branches] : level->steps) words.push_back(id);
  }
  return words;
}

}  // namespace

bool Names::HasStep(const std::string& id) const { return steps.count(id) > 0; }

bool Names::HasBranch(const std::string& id) const {
  const std::size_t dot = id.find('.');
  if (dot == std::string::npos) return false;
  const auto step = steps.find(id.substr(0, dot));
  return step != steps.end() && step->second.count(id.substr(dot + 1)) > 0;
}

NameError CheckVariable(const std::string& text, const std::vector<PathSegment>& path, const Names& names) {
  const std::string& first = path[0].name;
  if (!names.item.empty() && first == names.item) return {};
  if (first == "goal" || first == "question" || (first == "round" && names.loop)) {
    if (path.size() == 1) return {};
    return {absl::StrCat("\"", text, "\": ", first, " has no parts"), absl::StrCat("write ", first)};
  }
  if (first == "input") {
    const std::string word = path.size() > 1 ? path[1].name : "";
    if (names.inputs.count(word) > 0) return {};
    if (names.inputs.empty())
      return {absl::StrCat("unknown variable \"", text, "\""), "the pipeline declares no input"};
    std::vector<std::string> inputs(names.inputs.begin(), names.inputs.end());
    return {absl::StrCat("unknown variable \"", text, "\": there is no input \"", word, "\""),
            Hint(word, inputs)};
  }
  if (first == "previous" && names.loop) {
    std::set<std::string> siblings;
    for (const auto& [id, branches] : names.steps) siblings.insert(id);
    return CheckStepMember(text, path, siblings);
  }
  if (const std::set<std::string>* branches = Branches(first, names))
    return CheckStepMember(text, path, *branches);
  const std::string near = Suggest(first, FirstWords(names));
  std::string hint = WhatThereIs(Known(names));
  if (!near.empty()) hint = absl::StrCat("did you mean \"", near, "\"? ", hint);
  return {absl::StrCat("unknown variable \"", text, "\""), hint};
}

}  // namespace ninefold::pipeline
