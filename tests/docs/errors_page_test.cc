// docs/errors.md shows bad inputs and what is said about each. Here every one of them is done, and what it
// gave is compared with the page. NINEFOLD_UPDATE_GOLDEN=1 in the environment writes the page anew.
#include <cstdlib>

#include "docs/bad_inputs.h"
#include "docs/shell.h"

namespace ninefold::docs {
namespace {

constexpr char kPage[] = NINEFOLD_SOURCE_DIR "/docs/errors.md";
constexpr char kBegin[] = "<!-- bad inputs: written by errors_page_test -->\n";
constexpr char kEnd[] = "<!-- end of bad inputs -->\n";
constexpr std::size_t kColumns = 110;

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Indented, and folded at blanks with deeper indentation.
std::string Folded(std::string line) {
  std::string out, indent = "    ";
  while (indent.size() + line.size() > kColumns) {
    std::size_t at = line.rfind(' ', kColumns - indent.size());
    if (at == std::string::npos || at == 0) break;
    out += indent + line.substr(0, at) + "\n";
    line.erase(0, at + 1);
    indent = "      ";
  }
  return out + indent + line + "\n";
}

std::string Rendered(const BadInputs& group) {
  std::string out = "### " + group.title + "\n\n" + group.about + "\n\n```text\n";
  bool first = true;
  for (const BadInput& input : group.all) {
    out += (first ? "" : "\n") + input.done + "\n";
    first = false;
    for (const std::string& line : LinesOf(input.said)) out += Folded(line);
    if (input.code != group.code) out += "    (exit code " + std::to_string(input.code) + ")\n";
  }
  return out + "```\n";
}

TEST(ErrorsPage, ShowsWhatIsSaid) {
  std::string rendered;
  std::size_t count = 0;
  for (const BadInputs& group : {YamlInputs(), WholeYamlInputs(), CommandLineInputs(), DocumentInputs(),
                                 ServerInputs(), ToolInputs(), ApiInputs()}) {
    rendered += "\n" + Rendered(group);
    count += group.all.size();
    for (const BadInput& input : group.all) {
      EXPECT_NE(input.said, "") << input.done << ": nothing is said about it";
      EXPECT_LT(input.code, 126) << input.done << ": killed, or not run at all";
    }
  }
  rendered += "\n";
  EXPECT_GE(count, 40u);

  std::string page = ReadText(kPage);
  std::size_t begin = page.find(kBegin), end = page.find(kEnd);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end)
      << "docs/errors.md needs the lines\n"
      << kBegin << kEnd;
  begin += sizeof kBegin - 1;
  const std::string shown = page.substr(begin, end - begin);
  if (shown == rendered) return;
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kPage, std::ios::binary) << page.replace(begin, end - begin, rendered);
    return;
  }
  const std::vector<std::string> there = LinesOf(shown), now = LinesOf(rendered);
  std::size_t line = 0;
  while (line < there.size() && line < now.size() && there[line] == now[line]) ++line;
  const auto at = [&](const std::vector<std::string>& lines) {
    return line < lines.size() ? lines[line] : std::string("(the end)");
  };
  FAIL() << "docs/errors.md:" << LinesOf(page.substr(0, begin)).size() + line + 1 << ": the page shows\n"
         << at(there) << "\nthe program says\n"
         << at(now) << "\nif it is meant: NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/errors_page_test";
}

}  // namespace
}  // namespace ninefold::docs
