#include "tree/tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace ninefold::tree {
namespace {

namespace fs = std::filesystem;

fs::path Root() { return NINEFOLD_SOURCE_DIR; }

// Blanks text[begin, end) but for newlines.
void Blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < std::min(end, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::size_t After(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t at = text.find(what, from);
  return at == std::string_view::npos ? text.size() : at + what.size();
}

// The end of a literal that begins with `quote` at `begin`.
std::size_t EndOfLiteral(std::string_view text, std::size_t begin, char quote) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

bool IsDigitSeparator(std::string_view text, std::size_t at) {
  return at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) && at + 1 < text.size() &&
         std::isxdigit(static_cast<unsigned char>(text[at + 1]));
}

}  // namespace

std::string Code(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    const std::string_view rest = text.substr(i);
    std::size_t end = i + 1;
    std::size_t keep = 0;  // characters at either end that stay
    if (StartsWith(rest, "//")) {
      end = std::min(text.find('\n', i), text.size());
    } else if (StartsWith(rest, "/*")) {
      end = After(text, "*/", i + 2);
    } else if (StartsWith(rest, "R\"")) {
      const std::size_t open = std::min(text.find('(', i), text.size());
      end = After(text, ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"", open);
    } else if (text[i] == '"' || (text[i] == '\'' && !IsDigitSeparator(text, i))) {
      end = EndOfLiteral(text, i, text[i]);
      keep = 1;
    } else {
      i = end;
      continue;
    }
    Blank(code, i + keep, end - keep);
    i = end;
  }
  return code;
}

bool EndsWith(std::string_view text, std::string_view end) { return text.ends_with(end); }
bool StartsWith(std::string_view text, std::string_view start) { return text.starts_with(start); }

SourceFile ReadFile(const std::string& path) {
  std::ifstream in(Root() / path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  SourceFile file{path, text.str(), ""};
  if (EndsWith(path, ".cc") || EndsWith(path, ".h")) file.code = Code(file.text);
  return file;
}

bool Exists(const std::string& path) { return fs::exists(Root() / path); }

std::vector<SourceFile> FilesIn(const std::string& folder, const std::vector<std::string>& endings) {
  std::vector<std::string> paths;
  fs::recursive_directory_iterator it(Root() / folder);
  for (; it != fs::recursive_directory_iterator(); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() && (name == "build" || name == ".git")) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && std::any_of(endings.begin(), endings.end(),
                                                    [&](const auto& end) { return EndsWith(name, end); })) {
      paths.push_back(fs::relative(it->path(), Root()).generic_string());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const std::string& path : paths) files.push_back(ReadFile(path));
  return files;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> IncludesOf(const SourceFile& file) {
  static const std::regex form(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<Include> includes;
  int number = 0;
  for (const std::string& line : Lines(file.text)) {
    ++number;
    std::smatch match;
    if (std::regex_search(line, match, form)) includes.push_back({number, match[1]});
  }
  return includes;
}

int LineOf(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::map<std::string, std::set<std::string>> Floors() {
  static const std::regex form(R"(ninefold_floor\((\w+)([^)]*)\))");
  std::map<std::string, std::set<std::string>> floors;
  for (const SourceFile& list : FilesIn("lib", {"CMakeLists.txt"})) {
    std::smatch match;
    if (!std::regex_search(list.text, match, form)) continue;
    std::istringstream words(match[2].str());
    std::set<std::string>& on = floors[match[1]];
    on.insert(match[1]);
    bool reading = false;
    for (std::string word; words >> word;) {
      if (word == "ON" || word == "LIBS" || word == "SOURCES") {
        reading = word == "ON";
      } else if (reading) {
        on.insert(word);
      }
    }
  }
  for (std::size_t round = 0; round < floors.size(); ++round) {
    for (auto& [name, on] : floors) {
      const std::set<std::string> direct = on;
      for (const std::string& below : direct) on.insert(floors[below].begin(), floors[below].end());
    }
  }
  std::set<std::string>& cli = floors["cli"];
  for (const auto& [name, on] : floors) cli.insert(name);
  return floors;
}

void Findings::Add(const SourceFile& file, int line, const std::string& what) {
  all_ += file.path + ":" + std::to_string(line) + ": " + what + "\n";
}

}  // namespace ninefold::tree
