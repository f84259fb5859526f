// The source tree as the tests of the tree see it: files, their code without comments and strings, and
// findings.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ninefold::tree {

struct SourceFile {
  std::string path;  // from the root, with '/'
  std::string text;
  std::string code;  // of C++: the text with comments and literals blanked, of the same length
};

struct Include {
  int line = 0;
  std::string path;  // "ninefold/tool.h", "curl/curl.h"
};

// All files below `folder` whose names end in one of `endings`, sorted; build and .git are passed over.
std::vector<SourceFile> FilesIn(const std::string& folder, const std::vector<std::string>& endings);
SourceFile ReadFile(const std::string& path);
bool Exists(const std::string& path);

std::vector<Include> IncludesOf(const SourceFile& file);
int LineOf(std::string_view text, std::size_t offset);
bool EndsWith(std::string_view text, std::string_view end);
bool StartsWith(std::string_view text, std::string_view start);
std::vector<std::string> Lines(std::string_view text);
std::string Code(std::string_view text);

// The floors that each floor may use, itself included; from the ON lists of lib/*/CMakeLists.txt.
std::map<std::string, std::set<std::string>> Floors();

// Findings print as "file:line: what".
class Findings {
 public:
  void Add(const SourceFile& file, int line, const std::string& what);
  bool empty() const { return all_.empty(); }
  std::string Text() const { return all_; }

 private:
  std::string all_;
};

}  // namespace ninefold::tree
