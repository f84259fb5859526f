#include "pipeline/documents.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/loop.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

constexpr std::size_t kIndexesMax = 8;  // kept per loop; an index is some times the size of its text

// Indexes made so far on this loop: many agents of a run search the same files.
class IndexCache {
 public:
  absl::StatusOr<ToolPtr> Get(std::vector<Document> documents) {
    std::uint64_t key = documents.size();
    for (const Document& document : documents) key = HashBytes(document.text, HashBytes(document.name, key));
    for (const Entry& entry : entries_) {
      if (entry.key == key && Same(entry.documents, documents)) return entry.tool;
    }
    TRY(ToolPtr tool, TextSearch(documents));
    if (entries_.size() >= kIndexesMax) entries_.pop_front();
    entries_.push_back(Entry{key, std::move(documents), tool});
    return tool;
  }

 private:
  struct Entry {
    std::uint64_t key;
    std::vector<Document> documents;
    ToolPtr tool;
  };
  static bool Same(const std::vector<Document>& a, const std::vector<Document>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Document& x, const Document& y) {
      return x.name == y.name && x.text == y.text;
    });
  }
  std::deque<Entry> entries_;
};

bool IsText(const File& file) {
  return file.media_type.rfind("text/", 0) == 0 || file.media_type == "application/json";
}

// Takes the text files out of the prompt.
std::vector<Document> TakeDocuments(Prompt& prompt) {
  std::vector<Document> documents;
  std::vector<Part> rest;
  for (Part& part : prompt.parts) {
    auto* file = std::get_if<File>(&part);
    if (file != nullptr && IsText(*file)) {
      documents.push_back({file->name, std::move(file->bytes)});
    } else {
      rest.push_back(std::move(part));
    }
  }
  prompt.parts = std::move(rest);
  return documents;
}

// A paragraph of its own also where the parts of a message are joined by single newlines.
std::string Announce(const std::vector<Document>& documents) {
  if (documents.empty()) return "\nNo documents were given.";
  std::string text = "\nDocuments you can search with text.search:";
  for (const Document& document : documents) {
    const auto lines = std::count(document.text.begin(), document.text.end(), '\n') + 1;
    absl::StrAppend(&text, "\n- ", document.name, " (", lines, " lines)");
  }
  return text;
}

class SearchingAgent : public Agent {
 public:
  SearchingAgent(AgentOptions options, std::vector<Document> documents)
      : card_{options.name, options.description},
        options_(std::move(options)),
        documents_(std::move(documents)) {}
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    std::vector<Document> documents = TakeDocuments(prompt);
    documents.insert(documents.end(), documents_.begin(), documents_.end());
    prompt.parts.emplace_back(Text{Announce(documents)});
    const absl::StatusOr<AgentPtr> agent = WithSearch(std::move(documents), ctx);
    if (!agent.ok()) co_return agent.status();
    const AgentPtr inner = *agent;
    co_return co_await inner->Run(std::move(prompt), ctx);
  }

 private:
  absl::StatusOr<AgentPtr> WithSearch(std::vector<Document> documents, Context& ctx) const {
    AgentOptions options = options_;
    if (!documents.empty()) {
      IndexCache& cache = ctx.loop().Service<IndexCache>([] { return std::make_shared<IndexCache>(); });
      TRY(ToolPtr search, cache.Get(std::move(documents)));
      options.tools.insert(options.tools.begin(), std::move(search));
    }
    CHECK_OK(CheckAgent(options));
    return MakeAgent(std::move(options));
  }

  AgentCard card_;
  AgentOptions options_;
  std::vector<Document> documents_;
};

class RenamedTool : public Tool {
 public:
  RenamedTool(ToolPtr tool, std::string name, std::string description)
      : tool_(std::move(tool)), spec_(tool_->spec()) {
    spec_.name = std::move(name);
    if (!description.empty()) spec_.description = std::move(description);
  }
  const ToolSpec& spec() const override { return spec_; }
  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
    return tool_->Call(arguments, ctx);
  }

 private:
  ToolPtr tool_;
  ToolSpec spec_;
};

}  // namespace

AgentPtr MakeSearchingAgent(AgentOptions options, std::vector<Document> documents) {
  return std::make_shared<SearchingAgent>(std::move(options), std::move(documents));
}

ToolPtr Renamed(ToolPtr tool, std::string name, std::string description) {
  return std::make_shared<RenamedTool>(std::move(tool), std::move(name), std::move(description));
}

}  // namespace ninefold::pipeline
