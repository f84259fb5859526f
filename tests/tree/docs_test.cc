// Pages: links lead somewhere, and code is cut from files that are built and tested.
#include <gtest/gtest.h>

#include <regex>

#include "tree/tree.h"

namespace ninefold::tree {
namespace {

std::string Folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

TEST(Docs, LinksLeadSomewhere) {
  static const std::regex link(R"(\]\(([^)#\s]+)(#[^)]*)?\))");
  Findings findings;
  for (const SourceFile& page : FilesIn(".", {".md"})) {
    std::sregex_iterator it(page.text.begin(), page.text.end(), link);
    for (; it != std::sregex_iterator(); ++it) {
      const std::string target = (*it)[1];
      if (target.find("://") != std::string::npos || StartsWith(target, "mailto:")) continue;
      if (!Exists(Folder(page.path) + target)) {
        findings.Add(page, LineOf(page.text, static_cast<std::size_t>(it->position(0))),
                     "nothing is at \"" + target + "\"");
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

struct Snippet {
  int line = 0;
  std::string language;
  std::vector<std::string> lines;
};

std::vector<Snippet> SnippetsOf(const SourceFile& page) {
  std::vector<Snippet> snippets;
  bool inside = false;
  int number = 0;
  for (const std::string& line : Lines(page.text)) {
    ++number;
    if (StartsWith(line, "```")) {
      if (!inside) snippets.push_back({number, line.substr(3), {}});
      inside = !inside;
    } else if (inside) {
      snippets.back().lines.push_back(line);
    }
  }
  return snippets;
}

std::string Trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

// Whether the lines stand in a row in `text`, whatever their indentation. A line of "…" skips some.
bool IsCutFrom(const Snippet& snippet, const std::string& text) {
  std::vector<std::string> piece;
  std::string normal;
  for (const std::string& line : Lines(text)) normal += Trimmed(line) + "\n";
  std::string run = "\n";
  std::size_t from = 0;
  normal = "\n" + normal;
  auto find = [&] {
    const std::size_t at = normal.find(run, from);
    if (at == std::string::npos) return false;
    from = at + run.size() - 1;
    return true;
  };
  for (const std::string& line : snippet.lines) {
    if (Trimmed(line) == "// …" || Trimmed(line) == "# …") {
      if (!find()) return false;
      run = "\n";
    } else {
      run += Trimmed(line) + "\n";
    }
  }
  return find();
}

TEST(Docs, CodeIsCutFromFilesThatAreBuilt) {
  const std::map<std::string, std::vector<SourceFile>> sources = {
      {"cpp",
       [] {
         std::vector<SourceFile> files = FilesIn("examples", {".cc"});
         for (const char* folder : {"tests", "include"}) {
           for (SourceFile& file : FilesIn(folder, {".cc", ".h"})) files.push_back(std::move(file));
         }
         return files;
       }()},
      {"yaml",
       [] {
         std::vector<SourceFile> files = FilesIn("examples", {".yaml"});
         for (SourceFile& file : FilesIn("tests", {".cc"})) files.push_back(std::move(file));  // raw strings
         return files;
       }()},
      {"cmake", FilesIn("tests/consumer", {"CMakeLists.txt"})},
  };
  Findings findings;
  for (const SourceFile& page : FilesIn(".", {".md"})) {
    if (page.path == "docs/yaml.md") continue;  // its snippets are parsed by the pipeline's tests
    for (const Snippet& snippet : SnippetsOf(page)) {
      const auto in = sources.find(snippet.language);
      if (in == sources.end()) continue;
      bool found = false;
      for (const SourceFile& file : in->second) found = found || IsCutFrom(snippet, file.text);
      if (!found)
        findings.Add(page, snippet.line,
                     "this code is in no built file; cut it from examples/, agents/ or a test");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

// README.md and the pages of docs/ together lead to every page.
TEST(Docs, EveryPageIsReachedFromAnother) {
  std::string all;
  for (const SourceFile& page : FilesIn(".", {".md"})) all += page.text;
  Findings findings;
  for (const SourceFile& page : FilesIn("docs", {".md"})) {
    const std::string name = page.path.substr(page.path.rfind('/') + 1);
    if (all.find(name + ")") == std::string::npos && all.find(name + "#") == std::string::npos) {
      findings.Add(page, 1, "no page links to it");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

}  // namespace
}  // namespace ninefold::tree
