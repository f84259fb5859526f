#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "base/text_rank.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "ninefold/tool.h"

namespace ninefold {
namespace {

// The documents and the index over them: made once, read by every run.
struct Library {
  std::vector<Document> documents;
  TextIndex index;
};

int DocumentNamed(const Library& library, const std::string& name) {
  for (std::size_t i = 0; i < library.documents.size(); ++i) {
    if (library.documents[i].name == name) return int(i);
  }
  return -1;
}

ToolOutput UnknownDocument(const Library& library, const std::string& name) {
  std::vector<std::string> names;
  for (const Document& document : library.documents) names.push_back(document.name);
  const std::string hint = DidYouMean(name, names);
  if (names.size() > 20) names.resize(20);
  return ErrorOutput(absl::StrCat("there is no document \"", std::string(CutUtf8(name, 100)), "\"", hint,
                                  "; there are: ", absl::StrJoin(names, ", ")));
}

// A list belongs to what leads it in: the first and the last passage of what a hit is shown as.
std::pair<std::uint32_t, std::uint32_t> WholeOf(const TextIndex& index, std::uint32_t hit) {
  constexpr std::size_t kBytesMax = 6000;
  std::uint32_t first = hit;
  while (index.parent_of(first) != Passage::kNone) first = index.parent_of(first);
  std::uint32_t last = first;
  const auto& document = index.document_of(first);
  for (std::uint32_t p = first + 1; p < index.passage_count() && &index.document_of(p) == &document; ++p) {
    if (index.parent_of(p) == Passage::kNone || index.parent_of(p) < first) break;
    last = p;
  }
  if (index.passage(last).end - index.passage(first).begin > kBytesMax) return {hit, hit};
  return {first, last};
}

ToolOutput Passages(const Library& library, const std::string& query, std::size_t limit, int within) {
  const TextIndex& index = library.index;
  std::vector<TextHit> hits = index.Search(index.Resolve(query), limit, within);
  if (hits.empty()) hits = index.Search(index.Resolve(query), limit, within, true);
  if (hits.empty()) return TextOutput("no passage has any of these words; try others");
  std::string text;
  std::vector<Citation> citations;
  std::set<std::uint32_t> shown;
  for (const TextHit& hit : hits) {
    const auto [first, last] = WholeOf(index, hit.passage);
    if (!shown.insert(first).second) continue;
    const TextIndex::Document& document = index.document_of(first);
    const Passage &begin = index.passage(first), &end = index.passage(last);
    Citation citation{document.name, begin.line_begin, end.line_end,
                      std::string(document.text.substr(begin.begin, end.end - begin.begin))};
    const std::string heading = index.HeadingText(first);
    absl::StrAppend(&text, text.empty() ? "" : "\n\n", "[", citation.source, ":", citation.line_begin, "-",
                    citation.line_end, "]", heading.empty() ? "" : " ", heading, "\n", citation.quote);
    citations.push_back(std::move(citation));
  }
  ToolOutput output = TextOutput(std::move(text));
  output.citations = std::move(citations);
  return output;
}

Json Parameters() {
  return Json::parse(R"({
    "type": "object",
    "properties": {
      "query": {"type": "string", "description": "words to look for", "minLength": 1},
      "limit": {"type": "integer", "description": "how many passages",
                "minimum": 1, "maximum": 20, "default": 5},
      "document": {"type": "string", "description": "only in this document"}
    },
    "required": ["query"],
    "additionalProperties": false
  })");
}

}  // namespace

absl::StatusOr<ToolPtr> TextSearch(std::vector<Document> documents) {
  auto library = std::make_shared<Library>();
  library->documents = std::move(documents);
  for (const Document& document : library->documents) {
    if (document.name.empty())
      return absl::InvalidArgumentError("a document to search has no name; give it the name it is cited by");
    const std::size_t bad = FindInvalidUtf8(document.text);
    if (bad != std::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("document \"", document.name, "\" is not UTF-8 at byte ", bad, "; convert it first"));
    }
    if (DocumentNamed(*library, document.name) != int(&document - library->documents.data())) {
      return absl::InvalidArgumentError(
          absl::StrCat("two documents are named \"", document.name, "\"; rename one"));
    }
    library->index.Add(document.name, document.text);
  }
  library->index.Finish();
  ToolSpec spec;
  spec.name = "text.search";
  spec.description =
      "Search the documents; gives the passages that fit best, each with its place as [document:first "
      "line-last line].";
  spec.parameters = Parameters();
  spec.effect = Effect::kRead;
  auto search = [library](const Json& arguments, Context&) -> Async<absl::StatusOr<ToolOutput>> {
    const std::string* query = GetString(arguments, "query");
    const std::string* name = GetString(arguments, "document");
    const std::int64_t limit = GetInt(arguments, "limit").value_or(5);
    if (query == nullptr) co_return ErrorOutput("query is missing: give the words to look for");
    const int document = name == nullptr ? -1 : DocumentNamed(*library, *name);
    if (name != nullptr && document < 0) co_return UnknownDocument(*library, *name);
    co_return Passages(*library, *query, std::size_t(std::clamp<std::int64_t>(limit, 1, 20)), document);
  };
  return MakeDynamicTool(std::move(spec), std::move(search));
}

}  // namespace ninefold
