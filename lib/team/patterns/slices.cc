#include "team/patterns/slices.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/data.h"
#include "ninefold/status.h"
#include "team/condense.h"

namespace ninefold::patterns {
namespace {

constexpr char kPromptsText[] = "text";

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

int LinesIn(std::string_view text) { return int(std::count(text.begin(), text.end(), '\n')); }

// Where the piece that begins at `begin` ends.
std::size_t ChunkEnd(std::string_view text, std::size_t begin, std::size_t bytes_max) {
  if (text.size() - begin <= bytes_max) return text.size();
  const std::string_view window = CutUtf8(text.substr(begin), bytes_max);
  // A paragraph's end in the last third, else a line's, else a word's.
  const std::size_t paragraph = window.rfind("\n\n");
  if (paragraph != std::string_view::npos && paragraph >= window.size() * 2 / 3) return begin + paragraph + 2;
  const std::size_t line = window.rfind('\n');
  if (line != std::string_view::npos) return begin + line + 1;
  const std::size_t word = window.rfind(' ');
  if (word != std::string_view::npos && word > 0) return begin + word + 1;
  return begin + std::max<std::size_t>(window.size(), 1);
}

// Where the piece after [begin, end) begins: some whole lines before its end, or its end.
std::size_t NextBegin(std::string_view text, std::size_t begin, std::size_t end, std::size_t overlap) {
  std::size_t next = end;
  for (std::size_t at = end; at > begin + 1 && end - (at - 1) <= overlap; --at) {
    if (text[at - 2] == '\n') next = at - 1;
  }
  return next;
}

std::string Lines(const std::string& name, int first, int last) {
  return first == last ? absl::StrCat(name, ":", first) : absl::StrCat(name, ":", first, "-", last);
}

struct Slicer {
  const MapReduceOptions& options;
  std::vector<Slice> slices = {};
  std::string empty = {};       // what was given and has nothing in it
  std::string last_lines = {};  // that a slice was made of
  int piece = 0;                // of these

  void NoteEmpty(std::size_t before, std::string_view what) {
    if (slices.size() == before) absl::StrAppend(&empty, empty.empty() ? "" : "; ", ToAbsl(what));
  }

  void AddChunk(const std::string& name, const Chunk& chunk) {
    if (IsBlank(chunk.text)) return;
    std::string called = Lines(name, chunk.line_begin, chunk.line_end);
    if (called != last_lines) piece = 0;
    last_lines = called;
    if (++piece > 1) absl::StrAppend(&called, ", piece ", piece);  // of one long line
    Slice slice{std::move(called), File{name, "text/plain", std::string(chunk.text)}};
    slice.source = name;
    slice.lines_before = chunk.line_begin - 1;
    slices.push_back(std::move(slice));
  }

  void AddText(const std::string& name, std::string_view text) {
    const std::size_t before = slices.size();
    if (options.over == MapOver::kLines) {
      AddLines(name, text);
    } else {
      for (const Chunk& chunk :
           ChunksOf(text, BytesOfTokens(options.chunk_tokens), BytesOfTokens(options.overlap_tokens)))
        AddChunk(name, chunk);
    }
    NoteEmpty(before, name == kPromptsText ? "the prompt has no text" : absl::StrCat(name, " is blank"));
  }

  void AddLines(const std::string& name, std::string_view text) {
    int line = 1;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      int lines = 0;
      for (; lines < options.batch && end < text.size(); ++lines)
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
      // A line that no prompt may hold is cut as a text would be.
      for (Chunk& chunk : ChunksOf(text.substr(at, end - at), BytesOfTokens(options.chunk_tokens), 0)) {
        chunk.line_begin += line - 1;
        chunk.line_end += line - 1;
        AddChunk(name, chunk);
      }
      line += lines;
      at = end;
    }
  }

  void AddItems(const std::string& name, const Json& list, std::string_view what) {
    const std::size_t before = slices.size();
    for (std::size_t at = 0; at < list.size(); at += std::size_t(options.batch)) {
      const std::size_t end = std::min(list.size(), at + std::size_t(options.batch));
      Json some = Json::array();
      for (std::size_t i = at; i < end; ++i) some.push_back(list[i]);
      const std::string numbers = end == at + 1 ? absl::StrCat(ToAbsl(what), " ", end)
                                                : absl::StrCat(ToAbsl(what), "s ", at + 1, " to ", end);
      std::string called = name.empty() ? numbers : absl::StrCat(name, ", ", numbers);
      slices.push_back({called, Data{some.size() == 1 ? Json(some[0]) : std::move(some), called}});
    }
    NoteEmpty(before, absl::StrCat(name.empty() ? "the list" : name, " has no ", ToAbsl(what), "s"));
  }

  void AddData(const Data& data) {
    if (options.over != MapOver::kAuto && !data.text.empty()) return AddText(data.name, data.text);
    if (IsTable(data.value)) {
      Json rows = Json::array();
      for (const Json& row : data.value.at("rows")) {
        Json named = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i)
          named[data.value.at("columns")[i].get<std::string>()] = row[i];
        rows.push_back(std::move(named));
      }
      return AddItems(data.name, rows, "row");
    }
    if (data.value.is_array()) return AddItems(data.name, data.value, "item");
    slices.push_back({data.name.empty() ? "data" : data.name, data});
  }
};

}  // namespace

std::vector<Chunk> ChunksOf(std::string_view text, std::size_t bytes_max, std::size_t overlap) {
  std::vector<Chunk> chunks;
  overlap = std::min(overlap, bytes_max / 2);
  int line = 1;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = ChunkEnd(text, begin, bytes_max);
    const std::string_view piece = text.substr(begin, end - begin);
    const bool whole_line = piece.back() == '\n';
    chunks.push_back({line, line + LinesIn(piece) - (whole_line ? 1 : 0), piece});
    if (end >= text.size()) break;
    std::size_t next = NextBegin(text, begin, end, overlap);
    if (ChunkEnd(text, next, bytes_max) <= end) next = end;
    line += LinesIn(text.substr(begin, next - begin));
    begin = next;
  }
  return chunks;
}

namespace {

void AddFiles(const Goal& goal, Slicer& slicer) {
  for (const Part& part : goal.parts) {
    if (const auto* data = std::get_if<Data>(&part)) slicer.AddData(*data);
    const auto* file = std::get_if<File>(&part);
    if (file == nullptr) continue;
    if (file->media_type.rfind("text/", 0) == 0) {
      slicer.AddText(file->name, file->bytes);
    } else {
      slicer.slices.push_back({file->name, *file});
    }
  }
}

void AddImages(const Goal& goal, Slicer& slicer) {
  for (const Part& part : goal.parts) {
    const auto* image = std::get_if<Image>(&part);
    if (image == nullptr) continue;
    Slice slice{image->name.empty() ? absl::StrCat("image ", slicer.slices.size() + 1) : image->name, *image};
    slice.beside = Slice::kNothing;
    slicer.slices.push_back(std::move(slice));
  }
  slicer.NoteEmpty(0, "there are no images");
}

// The prompt's list, which is what is mapped also where there are files: they go along.
void AddPromptsList(const Json& list, Slicer& slicer) {
  slicer.AddItems("", list, "item");
  for (Slice& slice : slicer.slices) slice.beside = Slice::kFiles;
}

}  // namespace

absl::StatusOr<std::vector<Slice>> SlicesOf(const Goal& goal, const MapReduceOptions& options) {
  Slicer slicer{options};
  const std::string text = TextOf(goal);
  absl::StatusOr<Json> list = absl::NotFoundError("no list");
  if (!options.ask.empty() && options.over == MapOver::kAuto) list = ParseJson(text);
  if (options.items) {
    TRY(const std::vector<Json> items, options.items(goal));
    slicer.AddItems("", Json(items), "item");
  } else if (options.over == MapOver::kImages) {
    AddImages(goal, slicer);
  } else if (list.ok() && list->is_array()) {
    AddPromptsList(*list, slicer);
  } else {
    AddFiles(goal, slicer);
    if (slicer.slices.empty() && !options.ask.empty()) slicer.AddText(kPromptsText, text);
  }
  if (slicer.slices.empty() && !slicer.empty.empty())
    return absl::InvalidArgumentError(absl::StrCat("there is nothing to map over: ", slicer.empty));
  if (slicer.slices.empty()) {
    return absl::InvalidArgumentError(
        "there is nothing to map over; give a file, data or a list, or say in \"ask\" what is asked of each "
        "part "
        "of the prompt's text");
  }
  if (slicer.slices.size() > std::size_t(options.parts_max)) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", slicer.slices.size(),
                                                   " parts to map over, and at most ", options.parts_max,
                                                   " are allowed; raise batch, chunk_tokens or parts_max"));
  }
  return std::move(slicer.slices);
}

}  // namespace ninefold::patterns
