#include "eval/reply_code.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ninefold/status.h"
#include "re2/re2.h"

namespace ninefold {
namespace {

struct Block {
  std::string language;  // in lower case
  std::string text;
};

// What is cut off is none: what was whole before it counts.
std::vector<Block> BlocksIn(std::string_view text) {
  std::vector<Block> blocks;
  std::size_t at = 0;
  while ((at = text.find("```", at)) != text.npos) {
    const std::size_t begin = text.find('\n', at);
    if (begin == text.npos) break;
    const std::size_t end = text.find("```", begin);
    if (end == text.npos) break;
    std::string language = absl::AsciiStrToLower(ToAbsl(text.substr(at + 3, begin - at - 3)));
    language.resize(std::min(language.find_first_of(" \t\r{"), language.size()));
    blocks.push_back({std::move(language), std::string(text.substr(begin + 1, end - begin - 1))});
    at = end + 3;
  }
  return blocks;
}

bool IsPython(const Block& block) {
  return block.language == "python" || block.language == "py" || block.language == "python3";
}

bool Defines(const std::string& code, const std::string& name) {
  const std::string quoted = RE2::QuoteMeta(name);
  return RE2::PartialMatch(code, absl::StrCat(R"((?m)^\s*(?:async\s+)?(?:def|class)\s+)", quoted, R"(\b)")) ||
         RE2::PartialMatch(code, absl::StrCat("(?m)^", quoted, R"(\s*(?::[^=\n]*)?=[^=])"));
}

// They must come first in a file, and are true without being said.
std::string WithoutFutureImports(const std::string& code) {
  std::string kept = code;
  RE2::GlobalReplace(&kept, R"((?m)^from __future__ import [^\n]*$)", "");
  return kept;
}

}  // namespace

std::string LastBlock(std::string_view text) {
  const std::vector<Block> blocks = BlocksIn(text);
  return blocks.empty() ? "" : blocks.back().text;
}

std::string PythonOf(std::string_view reply, const std::string& entry_point) {
  const std::vector<Block> blocks = BlocksIn(reply);
  if (blocks.empty()) return std::string(reply);
  const bool any_python = std::any_of(blocks.begin(), blocks.end(), IsPython);
  std::string joined;
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    if (!IsPython(*block) && !block->language.empty()) continue;
    if (!entry_point.empty() && Defines(block->text, entry_point)) return block->text;
    if (any_python == IsPython(*block)) joined = absl::StrCat(block->text, "\n", joined);
  }
  return joined;
}

std::string ProgramOf(const EvalItem& item, std::string_view reply) {
  const std::string code = PythonOf(reply, item.entry_point);
  // A completion goes on where the setup ends, in its indentation. A whole function does not, and leaves one
  // that has been begun without a body.
  const absl::string_view begun = absl::StripTrailingAsciiWhitespace(item.setup);
  const bool goes_on = absl::StartsWith(code, " ") || absl::StartsWith(code, "\t");
  const char* const body = absl::EndsWith(begun, ":") && !goes_on ? "\n    pass\n" : "\n";
  return absl::StrCat("from __future__ import annotations\n", WithoutFutureImports(item.setup), body,
                      WithoutFutureImports(code), "\n\n", item.expected, "\n");
}

}  // namespace ninefold
