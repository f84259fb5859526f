// Values of a step's block, which has passed CheckShape: what is out of range leaves the default.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "pipeline/format.h"

namespace ninefold::pipeline {

inline int IntegerOr(const YamlNode& map, std::string_view key, int otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : static_cast<int>(AsInteger(*node).value_or(otherwise));
}

inline std::string TextOr(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr || node->kind != YamlNode::kScalar ? std::string() : node->text;
}

}  // namespace ninefold::pipeline
