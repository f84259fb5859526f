// The Responses dialect (https://platform.openai.com/docs/api-reference/responses, 2026-08), without state at
// the server: every request carries the whole conversation, reasoning items (encrypted where the model gives
// them so) unchanged and in their place.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/wire.h"

namespace ninefold {

struct ResponsesOptions : WireOptions {
  bool reasons = true;             // ask for encrypted reasoning; sampling fields are not for such models
  bool only_auto = false;          // no other tool_choice is known
  std::string reasoning_off = "";  // the effort to ask for in place of "none"; "": none as it is
};

ModelPtr MakeResponsesModel(ResponsesOptions options);

// ---- parts, for tests ----------------------------------------------------------------------------

std::string ResponsesTools(const ToolList& tools, const std::vector<std::string>& names);
std::string ResponsesBody(const ModelRequest& request, const ResponsesOptions& options,
                          const WireTools& tools);

class ResponsesAssembly : public Assembly {
 public:
  ResponsesAssembly(std::string who, std::string vendor) : who_(std::move(who)), vendor_(std::move(vendor)) {}
  absl::Status Take(std::string_view type, std::string_view text, const EmitFn& emit) override;
  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) override;
  Usage SoFar() const override;

 private:
  // An item of the output while it comes; `done` is its final form, where the server gives one.
  struct Item {
    std::string type, id, call_id, name;
    std::string text;  // of the message, the arguments, or the reasoning
    std::string refusal;
    Json done;
  };
  bool PlainText(std::string_view type, std::string_view text, const EmitFn& emit);
  absl::Status Event(const std::string& type, const Json& event, const EmitFn& emit);
  void Delta(const std::string& type, const Json& event, const EmitFn& emit);
  absl::Status End(const Json& response, const EmitFn& emit, bool whole);
  Item& ItemOf(const Json& event);
  void Add(Item&& item, ModelReply& reply, bool& refused, const ToolList* tools, const WireTools& wire) const;
  void AddMessage(const Item& item, ModelReply& reply, bool& refused) const;
  void AddCall(const Item& item, ModelReply& reply, const ToolList* tools, const WireTools& wire) const;

  std::string who_, vendor_;
  std::map<std::int64_t, Item> items_;  // by output_index, which may have gaps
  std::string id_, model_, status_, why_;
  Usage usage_;
  bool ended_ = false;
};

}  // namespace ninefold
