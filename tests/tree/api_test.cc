// The names that ninefold offers, against tests/tree/api.golden: a change of the public face is deliberate.
// NINEFOLD_UPDATE_GOLDEN=1 in the environment writes the file anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "tree/tree.h"

namespace ninefold::tree {
namespace {

constexpr char kGolden[] = "tests/tree/api.golden";

// Types, functions, constants, macros and members that a header declares, each with the header's name.
std::set<std::string> NamesOf(const SourceFile& header) {
  static const std::regex forms[] = {
      std::regex(R"(\b(?:class|struct|enum class|enum|using)\s+([A-Z]\w*))"),
      std::regex(R"(#\s*define\s+([A-Z]\w*))"),
      std::regex(R"(\b([A-Z]\w*)\()"),
      std::regex(R"(\b(k[A-Z]\w*)\b)"),
      std::regex(R"(\b([a-z]\w*[a-z0-9])(?:\s*=[^;=]*|\s*\{[^;{}]*\})?;)"),
  };
  std::set<std::string> names;
  for (const std::regex& form : forms) {
    std::sregex_iterator it(header.code.begin(), header.code.end(), form);
    for (; it != std::sregex_iterator(); ++it) names.insert(header.path.substr(8) + " " + (*it)[1].str());
  }
  return names;
}

TEST(Api, IsAsWrittenDown) {
  std::set<std::string> names;
  for (const SourceFile& header : FilesIn("include", {".h"})) names.merge(NamesOf(header));
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(std::string(NINEFOLD_SOURCE_DIR) + "/" + kGolden) << text;
  }
  const std::vector<std::string> golden_lines = Lines(ReadFile(kGolden).text);
  const std::set<std::string> golden(golden_lines.begin(), golden_lines.end());
  std::string changes;
  for (const std::string& name : names) changes += golden.count(name) > 0 ? "" : "+ " + name + "\n";
  for (const std::string& name : golden) changes += names.count(name) > 0 ? "" : "- " + name + "\n";
  EXPECT_EQ(changes, "") << "if it is meant: NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/tree_test";
}

}  // namespace
}  // namespace ninefold::tree
