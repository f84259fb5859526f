// YAML as a tree of plain nodes with positions, stricter than yaml-cpp, which accepts duplicate keys,
// unclosed quotes, text after the document and cycles in silence. Only what configuration needs: no tags, no
// merge keys, one document.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/diagnostics.h"

namespace ninefold::pipeline {

inline constexpr std::size_t kYamlBytesMax = 1u << 20;
inline constexpr int kYamlDepthMax = 32;
inline constexpr std::size_t kYamlNodesMax = 100'000;
inline constexpr std::size_t kYamlAliasNodesMax = 10'000;

struct YamlMember;

struct YamlNode {
  enum Kind { kNull, kScalar, kList, kMap } kind = kNull;
  Position at;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes or a block: never a number
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;  // in the order of the file; no key twice

  const YamlNode* Find(std::string_view key) const;  // nullptr: absent
};

struct YamlMember {
  std::string key;
  Position key_at;
  YamlNode value;
};

std::string_view KindName(YamlNode::Kind kind);  // "nothing", "a text", "a list", "a map"

// Line ends made LF and a byte order mark cut off; says what is no UTF-8 text or too long. An unreadable text
// comes back empty.
std::string CleanText(std::string_view bytes, const Source& shown, Diagnostics& out);

// The one document of `source`. Mistakes go to `out`; after one the tree is what could be read.
YamlNode ParseYaml(const Source& source, Diagnostics& out);

// The place in the file of the byte at `offset` of a scalar's text, where "{{" stands at or before it.
Position VariableAt(const YamlNode& scalar, std::size_t offset);
// The place of the byte at `offset` of a scalar's text when it stands on one line; else of the scalar.
Position InsideAt(const YamlNode& scalar, std::size_t offset);

}  // namespace ninefold::pipeline
