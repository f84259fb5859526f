// OpenAI: Responses at its own address, where it replays reasoning; Chat Completions elsewhere, since that is
// what servers of others speak under this name. https://platform.openai.com/docs/models (2026-08).
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/chat.h"
#include "model/responses.h"
#include "model/vendors/vendors.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

const VendorFacts& OpenAi() {
  static const VendorFacts facts{.name = "openai",
                                 .base_url = "https://api.openai.com/v1",
                                 .base_env = "OPENAI_BASE_URL",
                                 .path = "/chat/completions",
                                 .key_env = "OPENAI_API_KEY",
                                 .key_env2 = "",
                                 .needs_key = true,
                                 .to_start = ""};
  return facts;
}

bool OpenAiSeesImages(std::string_view model) {
  return IsOfFamily(model, {"gpt-4o", "gpt-4.1", "gpt-5", "gpt-6", "o3", "o4", "o4-mini", "chatgpt-4o"}) &&
         !model.starts_with("o3-mini");
}

bool OpenAiReasons(std::string_view model) {
  return IsOfFamily(model, {"o1", "o3", "o4", "gpt-5", "gpt-6"}) && !model.starts_with("gpt-5-chat");
}

}  // namespace

absl::StatusOr<ModelPtr> OpenOpenAi(std::string_view model, const ModelOptions& options) {
  TRY(WireOptions wire, Configure(OpenAi(), model, options));
  if (!wire.key.empty()) wire.headers.push_back("authorization: Bearer " + wire.key);
  const bool own_address = OriginOf(wire.base_url) == OriginOf(OpenAi().base_url);
  wire.card.images = SeesImages(wire, own_address && OpenAiSeesImages(model));
  const std::string api = options.api.empty() ? (own_address ? "responses" : "chat") : options.api;
  if (api == "chat") {
    ChatOptions chat{std::move(wire)};
    chat.max_tokens_field = own_address ? "max_completion_tokens" : "max_tokens";
    return MakeChatModel(std::move(chat));
  }
  if (api != "responses") {
    return absl::InvalidArgumentError(absl::StrCat("model \"openai/", std::string(model), "\": api \"", api,
                                                   "\" is not known; there are responses and chat"));
  }
  ResponsesOptions responses{std::move(wire)};
  responses.reasons = OpenAiReasons(model);
  return MakeResponsesModel(std::move(responses));
}

VendorStatus OpenAiStatus() { return StatusOf(OpenAi()); }

}  // namespace ninefold
