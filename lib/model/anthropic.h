// The Anthropic Messages dialect (https://platform.claude.com/docs/en/api/messages, 2026-08).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/wire.h"

namespace ninefold {

enum class AnthropicThinking { kAdaptive, kBudget };

// What a family of models takes; a model of no known family is asked as the newest are.
struct AnthropicFamily {
  AnthropicThinking thinking = AnthropicThinking::kAdaptive;
  bool thinks_by_default = true;
  bool can_be_disabled = false;
  bool sampling = false;  // temperature and top_p; refused otherwise
  bool xhigh = true;      // as an effort
};
AnthropicFamily AnthropicFamilyOf(std::string_view model);

struct AnthropicOptions : WireOptions {
  AnthropicFamily family;
};

ModelPtr MakeAnthropicModel(AnthropicOptions options);

// ---- parts, for tests ----------------------------------------------------------------------------

// ,"tools":[…] of a request body.
std::string AnthropicTools(const ToolList& tools, const std::vector<std::string>& names);
std::string AnthropicBody(const ModelRequest& request, const AnthropicOptions& options,
                          const WireTools& tools);

class AnthropicAssembly : public Assembly {
 public:
  // `who` starts each error: the server's origin.
  AnthropicAssembly(std::string who, std::string vendor) : who_(std::move(who)), vendor_(std::move(vendor)) {}

  absl::Status Take(std::string_view type, std::string_view text, const EmitFn& emit) override;
  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) override;
  Usage SoFar() const override;

 private:
  struct Block {
    Json shell;  // as it was opened
    std::string type, text, signature, input;
    bool stopped = false;
  };
  bool PlainText(std::string_view text, const EmitFn& emit);
  absl::Status Start(const Json& message, const EmitFn& emit);
  void Open(std::int64_t index, const Json& shell, const EmitFn& emit);
  void Delta(const Json& event, const EmitFn& emit);
  void TakeStop(const Json& json);
  void TakeUsage(const Json* usage);
  Usage UsageSaid() const;
  void Add(Block&& block, ModelReply& reply, bool cut, const ToolList* tools, const WireTools& wire) const;

  std::string who_, vendor_, id_, model_, stop_reason_, stop_detail_;
  std::map<std::int64_t, Block> blocks_;
  std::optional<std::int64_t> fresh_, cache_write_, cache_read_, output_, thinking_;
  bool ended_ = false;
};

}  // namespace ninefold
