#include "ninefold/tool.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/make_tool.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class DynamicTool : public Tool {
 public:
  DynamicTool(ToolSpec spec, ToolFn fn) : spec_(std::move(spec)), fn_(std::move(fn)) {}
  const ToolSpec& spec() const override { return spec_; }
  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
    return fn_(arguments, ctx);
  }

 private:
  ToolSpec spec_;
  ToolFn fn_;
};

class BlockingTool : public Tool {
 public:
  BlockingTool(ToolSpec spec, BlockingToolFn fn) : spec_(std::move(spec)), fn_(std::move(fn)) {}
  const ToolSpec& spec() const override { return spec_; }
  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
    std::optional<absl::StatusOr<ToolOutput>> result;
    auto work = [&] { result.emplace(fn_(arguments)); };
    CO_CHECK_OK(co_await ctx.Blocking(work));
    co_return *std::move(result);
  }

 private:
  ToolSpec spec_;
  BlockingToolFn fn_;
};

class QuickTool : public Tool {
 public:
  QuickTool(ToolSpec spec, BlockingToolFn fn) : spec_(std::move(spec)), fn_(std::move(fn)) {}
  const ToolSpec& spec() const override { return spec_; }
  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context&) const override {
    co_return fn_(arguments);
  }

 private:
  ToolSpec spec_;
  BlockingToolFn fn_;
};

}  // namespace

ToolPtr internal::MakeQuickTool(ToolSpec spec, BlockingToolFn fn) {
  return std::make_shared<QuickTool>(std::move(spec), std::move(fn));
}

ToolOutput TextOutput(std::string text) {
  ToolOutput output;
  output.parts.push_back(Text{std::move(text)});
  return output;
}

ToolOutput DataOutput(Json value) {
  ToolOutput output;
  output.parts.push_back(Data{std::move(value), ""});
  return output;
}

ToolOutput ErrorOutput(std::string message) {
  ToolOutput output = TextOutput(std::move(message));
  output.is_error = true;
  return output;
}

ToolPtr MakeDynamicTool(ToolSpec spec, ToolFn fn) {
  return std::make_shared<DynamicTool>(std::move(spec), std::move(fn));
}

ToolPtr MakeBlockingTool(ToolSpec spec, BlockingToolFn fn) {
  return std::make_shared<BlockingTool>(std::move(spec), std::move(fn));
}

Json ToJson(const ToolOutput& output) {
  Json parts = Json::array();
  for (const Part& part : output.parts) parts.push_back(ToJson(part));
  Json json = Json::object();
  json["parts"] = std::move(parts);
  json["is_error"] = output.is_error;
  if (output.citations.empty()) return json;
  Json citations = Json::array();
  for (const Citation& citation : output.citations) citations.push_back(ToJson(citation));
  json["citations"] = std::move(citations);
  return json;
}

absl::StatusOr<ToolOutput> ToolOutputFromJson(const Json& json) {
  const Json* parts = GetMember(json, "parts");
  if (parts == nullptr || !parts->is_array()) return absl::InvalidArgumentError("/parts: an array is needed");
  ToolOutput output;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    absl::StatusOr<Part> part = PartFromJson((*parts)[i]);
    if (!part.ok()) return Annotate(part.status(), absl::StrCat("/parts/", i));
    output.parts.push_back(*std::move(part));
  }
  output.is_error = GetBool(json, "is_error").value_or(false);
  const Json* citations = GetMember(json, "citations");
  if (citations == nullptr) return output;
  if (!citations->is_array()) return absl::InvalidArgumentError("/citations: an array is needed");
  for (const Json& citation : *citations) output.citations.push_back(CitationFromJson(citation));
  return output;
}

}  // namespace ninefold
