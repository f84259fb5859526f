// Which variables may stand at a place of a pipeline, and what is wrong with one that may not.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/template.h"

namespace ninefold::pipeline {

struct Names {
  std::map<std::string, std::set<std::string>> steps;  // id to the names of its branches
  std::set<std::string> inputs;
  std::string item;              // of each; "": none
  bool loop = false;             // round and previous are there
  const Names* outer = nullptr;  // around a loop

  bool HasStep(const std::string& id) const;
  bool HasBranch(const std::string& id) const;  // "step.agent" of a parallel step
};

struct NameError {
  std::string message, hint;  // no message: fine
};
// "there is a", "there are a, b": for a hint.
std::string WhatThereIs(const std::vector<std::string>& names);
NameError CheckVariable(const std::string& text, const std::vector<PathSegment>& path, const Names& names);

}  // namespace ninefold::pipeline
