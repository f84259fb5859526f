#include "pipeline/documents.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/loop.h"
#include "base/try.h"
#include "ninefold/image.h"
#include "ninefold/status.h"

namespace ninefold::pipeline {
namespace {

constexpr std::size_t kToolsMax = 8;  // kept per loop; an index is some times the size of its text

// Tools made so far on this loop over the same files: many agents of a run search the same files, and what
// one has made of an image the next can look at.
class FileToolsCache {
 public:
  absl::StatusOr<std::vector<ToolPtr>> Search(std::vector<Document> documents) {
    Entry entry{std::move(documents), {}, {}, {}};
    if (const Entry* known = Find(entry)) return known->tools;
    TRY(ToolPtr tool, TextSearch(entry.documents));
    return Keep(std::move(entry), {std::move(tool)});
  }

  absl::StatusOr<std::vector<ToolPtr>> Query(std::vector<Data> data) {
    Entry entry{{}, {}, {}, {}};
    for (const Data& one : data) entry.data.push_back({one.name, one.text});
    if (const Entry* known = Find(entry)) return known->tools;
    TRY(ToolPtr tool, DataQuery(std::move(data)));
    return Keep(std::move(entry), {std::move(tool)});
  }

  absl::StatusOr<std::vector<ToolPtr>> Images(std::vector<Image> images) {
    Entry entry{{}, std::move(images), {}, {}};
    if (const Entry* known = Find(entry)) return known->tools;
    TRY(std::vector<ToolPtr> tools, ImageTools(entry.images));
    return Keep(std::move(entry), std::move(tools));
  }

 private:
  struct Entry {
    std::vector<Document> documents;
    std::vector<Image> images;
    std::vector<Document> data;  // by its text, of which its value is made
    std::vector<ToolPtr> tools;
  };
  static bool Same(const Entry& a, const Entry& b) {
    const auto documents = [](const Document& x, const Document& y) {
      return x.name == y.name && x.text == y.text;
    };
    const auto images = [](const Image& x, const Image& y) {
      return x.name == y.name && x.url == y.url && x.bytes == y.bytes;
    };
    return std::equal(a.documents.begin(), a.documents.end(), b.documents.begin(), b.documents.end(),
                      documents) &&
           std::equal(a.images.begin(), a.images.end(), b.images.begin(), b.images.end(), images) &&
           std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end(), documents);
  }
  const Entry* Find(const Entry& entry) const {
    for (const Entry& known : entries_) {
      if (Same(known, entry)) return &known;
    }
    return nullptr;
  }
  std::vector<ToolPtr> Keep(Entry entry, std::vector<ToolPtr> tools) {
    entry.tools = std::move(tools);
    if (entries_.size() >= kToolsMax) entries_.pop_front();
    entries_.push_back(std::move(entry));
    return entries_.back().tools;
  }
  std::deque<Entry> entries_;
};

bool IsText(const File& file) {
  return file.media_type.rfind("text/", 0) == 0 || file.media_type == "application/json";
}

// Takes the text files out of the prompt; data too, unless `keep_data`: then it is both searched and shown.
std::vector<Document> TakeDocuments(Prompt& prompt, bool keep_data) {
  std::vector<Document> documents;
  std::vector<Part> rest;
  for (Part& part : prompt.parts) {
    auto* file = std::get_if<File>(&part);
    if (file != nullptr && IsText(*file)) {
      documents.push_back({file->name, std::move(file->bytes)});
      continue;
    }
    auto* data = std::get_if<Data>(&part);
    const bool searched = data != nullptr && !data->text.empty();
    if (searched) documents.push_back({data->name, keep_data ? data->text : std::move(data->text)});
    if (!searched || keep_data) rest.push_back(std::move(part));
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

std::vector<Data> DataOf(const Prompt& prompt) {
  std::vector<Data> all;
  for (const Part& part : prompt.parts) {
    const auto* data = std::get_if<Data>(&part);
    if (data != nullptr && !data->text.empty()) all.push_back(*data);
  }
  return all;
}

std::string Announce(const std::vector<Data>& all) {
  if (all.empty()) return "\nNo data was given.";
  std::string text = "\nData you can query with data.query:";
  for (const Data& data : all) absl::StrAppend(&text, "\n- ", data.name);
  return text;
}

// Gives the images names that differ, and returns them.
std::vector<Image> NameImages(Prompt& prompt) {
  std::vector<Image> images;
  std::set<std::string> names;
  for (Part& part : prompt.parts) {
    auto* image = std::get_if<Image>(&part);
    if (image == nullptr) continue;
    const std::string own = image->name;
    if (own.empty()) image->name = absl::StrCat("image-", images.size() + 1);
    for (int i = 2; !names.insert(image->name).second; ++i) image->name = absl::StrCat(own, "-", i);
    images.push_back(*image);
  }
  return images;
}

std::string Announce(const std::vector<Image>& images) {
  if (images.empty()) return "\nNo images were given.";
  std::string text = "\nImages you can look at and work on with the image tools:";
  for (const Image& image : images) {
    absl::StrAppend(&text, "\n- ", image.name);
    const absl::StatusOr<ImageInfo> info = ReadImageInfo(image.bytes);
    if (info.ok()) absl::StrAppend(&text, " (", info->width, " x ", info->height, " pixels)");
  }
  return text;
}

// The embedded model would answer as if there were no pictures.
absl::Status CheckSees(const AgentOptions& options, const std::vector<Image>& images) {
  if (options.model->card().images || options.model->card().name != "offline" || images.empty())
    return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("agent \"", options.name, "\": the model offline does not see, and ", images[0].name,
                   " is an image; take one that does, for example with --model anthropic/NAME"));
}

class FilesAgent : public Agent {
 public:
  FilesAgent(AgentOptions options, FilesUse use)
      : card_{options.name, options.description}, options_(std::move(options)), use_(use) {}
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    const absl::StatusOr<AgentPtr> agent = WithTools(prompt, ctx);
    if (!agent.ok()) co_return Annotate(agent.status(), ctx.path());
    const AgentPtr& inner = *agent;
    co_return co_await inner->Run(std::move(prompt), ctx);
  }

 private:
  absl::StatusOr<AgentPtr> WithTools(Prompt& prompt, Context& ctx) const {
    AgentOptions options = options_;
    FileToolsCache& cache =
        ctx.loop().Service<FileToolsCache>([] { return std::make_shared<FileToolsCache>(); });
    std::vector<ToolPtr> tools;
    if (use_.search) {
      std::vector<Document> documents = TakeDocuments(prompt, use_.data);
      prompt.parts.emplace_back(Text{Announce(documents)});
      if (!documents.empty()) {
        TRY(tools, cache.Search(std::move(documents)));
      }
    }
    if (use_.data) {
      std::vector<Data> data = DataOf(prompt);
      prompt.parts.emplace_back(Text{Announce(data)});
      if (!data.empty()) {
        TRY(const std::vector<ToolPtr> more, cache.Query(std::move(data)));
        tools.insert(tools.end(), more.begin(), more.end());
      }
    }
    if (use_.images) {
      std::vector<Image> images = NameImages(prompt);
      CHECK_OK(CheckSees(options, images));
      prompt.parts.emplace_back(Text{Announce(images)});
      if (!images.empty()) {
        TRY(const std::vector<ToolPtr> more, cache.Images(std::move(images)));
        tools.insert(tools.end(), more.begin(), more.end());
      }
    }
    options.tools.insert(options.tools.begin(), tools.begin(), tools.end());
    CHECK_OK(CheckAgent(options));
    return MakeAgent(std::move(options));
  }

  AgentCard card_;
  AgentOptions options_;
  FilesUse use_;
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
  void Recalled(const Json& arguments, const ToolOutput& output) const override {
    tool_->Recalled(arguments, output);
  }

 private:
  ToolPtr tool_;
  ToolSpec spec_;
};

}  // namespace

AgentPtr MakeFilesAgent(AgentOptions options, FilesUse use) {
  return std::make_shared<FilesAgent>(std::move(options), use);
}

ToolPtr Renamed(ToolPtr tool, std::string name, std::string description) {
  return std::make_shared<RenamedTool>(std::move(tool), std::move(name), std::move(description));
}

}  // namespace ninefold::pipeline
