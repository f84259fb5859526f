// files.list, files.read, files.search: three views of one Folder.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/schema.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"
#include "tool/builtin/folder.h"

namespace ninefold {

struct ListArguments {
  std::string path = ".";
};
NINEFOLD_DESCRIBE(ListArguments, (path, "A folder, as a relative path; \".\" is the whole folder"))

struct ReadArguments {
  std::string path;
  int first_line = 1;
  int lines = 500;
};
NINEFOLD_DESCRIBE(ReadArguments, (path, "A text file, as a relative path"),
                  (first_line, "The first line to read", Min(1)),
                  (lines, "How many lines to read", Min(1), Max(100'000)))

struct SearchArguments {
  std::string text;
  std::string path = ".";
  bool whole_words = false;
  bool match_case = false;
};
NINEFOLD_DESCRIBE(SearchArguments,
                  (text, "What to look for: plain text within one line", MinLength(1), MaxLength(1000)),
                  (path, "Where: a folder or a file"), (whole_words, "Only whole words", MayBeAbsent()),
                  (match_case, "Upper and lower case differ", MayBeAbsent()))

namespace {

constexpr std::size_t kEntriesMax = 2'000;
constexpr std::size_t kMatchesMax = 200;
constexpr std::size_t kFilesMax = 5'000;
constexpr std::size_t kSearchedBytesMax = 64u << 20;
constexpr std::size_t kFoldersMax = 2'000;
constexpr std::size_t kLineBytesMax = 400;
constexpr int kFolderDepthMax = 32;

using FolderPtr = std::shared_ptr<const Folder>;

// Mistakes of the model are its to mend: none of them ends the run.
ToolOutput Mendable(const absl::Status& status) { return ErrorOutput(Describe(status)); }

std::string_view NextLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

ToolOutput ListFiles(const Folder& folder, const ListArguments& arguments) {
  bool cut = false;
  const auto entries = folder.List(arguments.path, kEntriesMax, cut);
  if (!entries.ok()) return Mendable(entries.status());
  std::string text;
  for (const FolderEntry& entry : *entries) {
    absl::StrAppend(&text, EscapeForTerminal(MendUtf8(JoinPath(arguments.path, entry.name)), true));
    if (entry.kind == FolderEntry::kFolder) absl::StrAppend(&text, "/");
    if (entry.kind == FolderEntry::kFile) absl::StrAppend(&text, "  ", entry.size, " bytes");
    if (entry.kind == FolderEntry::kLink) absl::StrAppend(&text, "  symbolic link, not followed");
    if (entry.kind == FolderEntry::kOther) absl::StrAppend(&text, "  not a regular file");
    absl::StrAppend(&text, "\n");
  }
  if (entries->empty()) text = "the folder is empty\n";
  if (cut) absl::StrAppend(&text, "[more than ", kEntriesMax, " entries; the rest is not shown]\n");
  return TextOutput(std::move(text));
}

ToolOutput ReadFile(const Folder& folder, const ReadArguments& arguments, std::size_t bytes_max) {
  const auto content = folder.ReadText(arguments.path, bytes_max);
  if (!content.ok()) return Mendable(content.status());
  std::string_view rest = *content;
  std::string text;
  Citation citation{arguments.path, arguments.first_line, 0, ""};
  int line_number = 0;
  while (!rest.empty()) {
    ++line_number;
    const std::string_view line = NextLine(rest);
    if (line_number < arguments.first_line || line_number - arguments.first_line >= arguments.lines) continue;
    absl::StrAppend(&text, line_number, ": ", ToAbsl(line), "\n");
    if (citation.quote.size() < kLineBytesMax)
      absl::StrAppend(&citation.quote, citation.line_end == 0 ? "" : "\n", ToAbsl(line));
    citation.line_end = line_number;
  }
  if (line_number == 0) return TextOutput("the file is empty");
  if (citation.line_end == 0) {
    return ErrorOutput(absl::StrCat("\"", arguments.path, "\" has ", line_number, " lines; there is no line ",
                                    arguments.first_line));
  }
  if (citation.line_end < line_number) {
    absl::StrAppend(&text, "[", line_number - citation.line_end, " more lines; go on with first_line ",
                    citation.line_end + 1, "]\n");
  }
  ToolOutput output = TextOutput(std::move(text));
  output.citations.push_back(std::move(citation));
  return output;
}

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80) != 0;
}

class Search {
 public:
  Search(const Folder& folder, const SearchArguments& arguments, std::size_t bytes_max)
      : folder_(folder), arguments_(arguments), bytes_max_(bytes_max), wanted_(Folded(arguments.text)) {}

  ToolOutput Run() {
    const auto kind = folder_.KindOf(arguments_.path);
    if (!kind.ok()) return Mendable(kind.status());
    if (*kind == FolderEntry::kFile) {
      const auto text = folder_.ReadText(arguments_.path, bytes_max_);
      if (!text.ok()) return Mendable(text.status());
      SearchText(arguments_.path, *text);
    } else {
      Walk();
    }
    return Result();
  }

 private:
  struct Place {
    std::string path;
    int depth;
  };

  // No recursion; each folder is opened from the root again.
  void Walk() {
    std::vector<Place> open = {{arguments_.path, 0}};
    std::size_t folders = 0;
    while (!open.empty() && partial_.empty()) {
      const Place place = std::move(open.back());
      open.pop_back();
      if (++folders > kFoldersMax) return Stop(absl::StrCat("after ", kFoldersMax, " folders"));
      bool cut = false;
      const auto entries = folder_.List(place.path, kEntriesMax, cut);
      if (!entries.ok()) {
        ++skipped_;
        continue;
      }
      if (cut) ++skipped_;
      for (auto entry = entries->begin(); entry != entries->end() && partial_.empty(); ++entry) {
        const std::string path = JoinPath(place.path, entry->name);
        if (entry->kind == FolderEntry::kFile) SearchFile(path, entry->size);
      }
      for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
        if (entry->kind != FolderEntry::kFolder) continue;
        if (place.depth < kFolderDepthMax) {
          open.push_back({JoinPath(place.path, entry->name), place.depth + 1});
        } else {
          ++skipped_;
        }
      }
    }
  }

  void SearchFile(const std::string& path, std::uint64_t size) {
    if (++files_ > kFilesMax) return Stop(absl::StrCat("after ", kFilesMax, " files"));
    if (size > bytes_max_) {
      ++skipped_;
      return;
    }
    if (searched_bytes_ + size > kSearchedBytesMax)
      return Stop(absl::StrCat("after ", kSearchedBytesMax, " bytes"));
    searched_bytes_ += size;
    const auto text = folder_.ReadText(path, bytes_max_);
    if (text.ok()) {
      SearchText(path, *text);
    } else {
      ++skipped_;
    }
  }

  void SearchText(const std::string& path, std::string_view rest) {
    for (int line_number = 1; !rest.empty(); ++line_number) {
      const std::string_view line = NextLine(rest);
      const std::size_t at = Find(line);
      if (at == std::string_view::npos) continue;
      if (output_.citations.size() >= kMatchesMax)
        return Stop(absl::StrCat("after ", kMatchesMax, " matches"));
      // A long line is shown from a little before the match.
      std::string_view from = line.size() > kLineBytesMax && at > 100 ? line.substr(at - 100) : line;
      while (!from.empty() && (static_cast<unsigned char>(from[0]) & 0xC0) == 0x80) from.remove_prefix(1);
      const std::string shown(CutUtf8(from, kLineBytesMax));
      absl::StrAppend(&text_, EscapeForTerminal(MendUtf8(path), true), ":", line_number, ": ", shown, "\n");
      output_.citations.push_back({path, line_number, line_number, shown});
    }
  }

  std::string Folded(std::string_view text) const {
    std::string folded(text);
    if (!arguments_.match_case) absl::AsciiStrToLower(&folded);
    return folded;
  }

  std::size_t Find(std::string_view line) const {
    const std::string folded = Folded(line);
    for (std::size_t at = folded.find(wanted_); at != std::string::npos; at = folded.find(wanted_, at + 1)) {
      if (!arguments_.whole_words) return at;
      const std::size_t end = at + wanted_.size();
      const bool begins = at == 0 || !IsWordByte(folded[at - 1]);
      const bool ends = end == folded.size() || !IsWordByte(folded[end]);
      if (begins && ends) return at;
    }
    return std::string::npos;
  }

  void Stop(std::string where) { partial_ = std::move(where); }

  ToolOutput Result() {
    if (text_.empty()) text_ = "no line matches\n";
    if (!partial_.empty())
      absl::StrAppend(&text_, "[partial: stopped ", partial_,
                      "; search a smaller folder or a longer text]\n");
    if (skipped_ > 0)
      absl::StrAppend(&text_, "[", skipped_,
                      " passed over: not text, too large, too deep or not readable]\n");
    output_.parts.push_back(Text{std::move(text_)});
    return std::move(output_);
  }

  const Folder& folder_;
  const SearchArguments& arguments_;
  const std::size_t bytes_max_;
  const std::string wanted_;
  ToolOutput output_;
  std::string text_;
  std::string partial_;
  std::size_t files_ = 0;
  std::size_t searched_bytes_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<ToolPtr>> FileTools(std::string root, std::size_t file_bytes_max) {
  TRY(FolderPtr folder, Folder::Open(root));
  ToolOptions options;
  options.effect = Effect::kRead;
  options.capabilities.reads_private = true;
  options.capabilities.sees_untrusted = true;
  auto list = [folder](const ListArguments& arguments) { return ListFiles(*folder, arguments); };
  auto read = [folder, file_bytes_max](const ReadArguments& arguments) {
    return ReadFile(*folder, arguments, file_bytes_max);
  };
  auto search = [folder, file_bytes_max](const SearchArguments& arguments) {
    return Search(*folder, arguments, file_bytes_max).Run();
  };
  std::vector<ToolPtr> tools;
  tools.push_back(MakeTool("files.list", "Lists what is in a folder, with sizes", list, options));
  tools.push_back(MakeTool("files.read", "Reads a text file, each line with its number", read, options));
  tools.push_back(MakeTool("files.search", "Finds lines in text files that contain a text; gives path:line",
                           search, options));
  return tools;
}

}  // namespace ninefold
