// Files: each belongs to a target, is not too long, and speaks of this project alone.
#include <gtest/gtest.h>

#include <cstdio>
#include <regex>

#include "tree/tree.h"

namespace ninefold::tree {
namespace {

constexpr int kLinesMax = 600;
constexpr std::size_t kColumnsMax = 110;

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// tests/<folder>/…: the list of that folder must name the file. The floors take all their files.
TEST(Files, AreNamedByATarget) {
  Findings findings;
  for (const char* folder : {"tests", "examples"}) {
    for (const SourceFile& file : FilesIn(folder, {".cc"})) {
      std::string at = FolderOf(file.path);
      while (!Exists(at + "/CMakeLists.txt")) at = FolderOf(at);
      const std::string list = ReadFile(at + "/CMakeLists.txt").text;
      std::string stem = NameOf(file.path).substr(0, NameOf(file.path).size() - 3);
      const bool named =
          std::regex_search(list, std::regex("\\b" + stem + "\\b")) || list.find("GLOB") != std::string::npos;
      if (!named) findings.Add(file, 1, "no target names it; add it to " + at + "/CMakeLists.txt");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Files, HeadersAreUsed) {
  std::set<std::string> included;
  for (const char* folder : {"lib", "include", "tests", "examples"}) {
    for (const SourceFile& file : FilesIn(folder, {".h", ".cc"})) {
      for (const Include& include : IncludesOf(file)) included.insert(include.path);
    }
  }
  Findings findings;
  for (const SourceFile& file : FilesIn("lib", {".h"})) {
    if (included.count(file.path.substr(4)) == 0) findings.Add(file, 1, "nothing includes it; remove it");
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Files, AreShortEnoughToRead) {
  Findings findings;
  for (const char* folder : {"lib", "include", "tests", "examples"}) {
    for (const SourceFile& file : FilesIn(folder, {".h", ".cc"})) {
      const int lines = static_cast<int>(Lines(file.text).size());
      if (lines > kLinesMax) findings.Add(file, lines, "longer than 600 lines; split it by purpose");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

// Characters, not bytes.
std::size_t Columns(const std::string& line) {
  std::size_t columns = 0;
  for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return columns;
}

TEST(Files, LinesFitThePage) {
  Findings findings;
  for (const char* folder : {"lib", "include", "examples"}) {
    for (const SourceFile& file : FilesIn(folder, {".h", ".cc"})) {
      int number = 0;
      for (const std::string& line : Lines(file.text)) {
        ++number;
        if (Columns(line) > kColumnsMax && line.find("https://") == std::string::npos) {
          findings.Add(file, number, "longer than 110 columns; run ./dev format, wrap comments by hand");
        }
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Files, NameNoMachine) {
  static const std::regex machine(R"((^|[^\w.<>-])/(work|home|root|Users)/\w)");
  Findings findings;
  for (const SourceFile& file :
       FilesIn(".", {".h", ".cc", ".md", ".txt", ".cmake", ".in", ".yaml", ".json"})) {
    if (StartsWith(file.path, "tests/tree/")) continue;
    int number = 0;
    for (const std::string& line : Lines(file.text)) {
      ++number;
      if (std::regex_search(line, machine)) findings.Add(file, number, "a path of one machine");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Files, AreFinished) {
  static const std::regex mark(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  Findings findings;
  for (const SourceFile& file : FilesIn(".", {".h", ".cc", ".md", ".yaml"})) {
    if (StartsWith(file.path, "tests/tree/")) continue;
    int number = 0;
    for (const std::string& line : Lines(file.text)) {
      ++number;
      if (std::regex_search(line, mark)) findings.Add(file, number, "something is left to do; do it");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

}  // namespace
}  // namespace ninefold::tree
