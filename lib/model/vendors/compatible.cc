// Servers that speak Chat Completions, each with its habits: a row a server.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/chat.h"
#include "model/vendors/vendors.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

struct Habits {
  VendorFacts facts;
  const char* missing_hint;  // what to do when there is no such model
  bool think_tags;           // reasoning may come between <think> and </think>
  bool reasoning_details;    // and is sent back (OpenRouter)
};

// https://github.com/ggml-org/llama.cpp/tree/master/tools/server, https://docs.vllm.ai,
// https://lmstudio.ai/docs/app/api, https://openrouter.ai/docs (2026-11).
enum Server { kCompatible, kLlamaCpp, kVllm, kLmStudio, kOpenRouter };

const Habits& HabitsOf(Server server) {
  static const Habits table[] = {
      {{.name = "compatible",
        .base_url = "",
        .base_env = "COMPATIBLE_BASE_URL",
        .path = "/chat/completions",
        .key_env = "COMPATIBLE_API_KEY",
        .key_env2 = "",
        .needs_key = false,
        .to_start = ""},
       "",
       true,
       false},
      {{.name = "llamacpp",
        .base_url = "http://localhost:8080/v1",
        .base_env = "LLAMACPP_BASE_URL",
        .path = "/chat/completions",
        .key_env = "LLAMACPP_API_KEY",
        .key_env2 = "",
        .needs_key = false,
        .to_start = "llama-server --jinja -hf USER/MODEL"},
       "the server serves the model it was started with: any name is right",
       true,
       false},
      {{.name = "vllm",
        .base_url = "http://localhost:8000/v1",
        .base_env = "VLLM_BASE_URL",
        .path = "/chat/completions",
        .key_env = "VLLM_API_KEY",
        .key_env2 = "",
        .needs_key = false,
        .to_start = "vllm serve MODEL --enable-auto-tool-choice --tool-call-parser PARSER"},
       "give the name that \"vllm serve\" was started with",
       true,
       false},
      {{.name = "lmstudio",
        .base_url = "http://localhost:1234/v1",
        .base_env = "LMSTUDIO_BASE_URL",
        .path = "/chat/completions",
        .key_env = "LMSTUDIO_API_KEY",
        .key_env2 = "",
        .needs_key = false,
        .to_start = "lms server start"},
       "type: lms get MODEL",
       true,
       false},
      {{.name = "openrouter",
        .base_url = "https://openrouter.ai/api/v1",
        .base_env = "OPENROUTER_BASE_URL",
        .path = "/chat/completions",
        .key_env = "OPENROUTER_API_KEY",
        .key_env2 = "",
        .needs_key = true,
        .to_start = ""},
       "models are called VENDOR/MODEL: openrouter/VENDOR/MODEL",
       false,
       true},
  };
  return table[server];
}

absl::StatusOr<ModelPtr> Open(Server server, std::string_view model, const ModelOptions& options) {
  const Habits& habits = HabitsOf(server);
  TRY(WireOptions wire, Configure(habits.facts, model, options));
  if (!wire.key.empty()) wire.headers.push_back("authorization: Bearer " + wire.key);
  wire.missing_hint = habits.missing_hint;
  if (!habits.facts.to_start.empty() && IsLocalAddress(wire.base_url))
    wire.unreachable_hint = absl::StrCat("is it running? start it with: ", habits.facts.to_start);
  ChatOptions chat{std::move(wire)};
  chat.max_tokens_field = "max_tokens";
  chat.think_tags = habits.think_tags;
  chat.reasoning_details = habits.reasoning_details;
  return MakeChatModel(std::move(chat));
}

}  // namespace

absl::StatusOr<ModelPtr> OpenCompatible(std::string_view model, const ModelOptions& options) {
  return Open(kCompatible, model, options);
}
VendorStatus CompatibleStatus() { return StatusOf(HabitsOf(kCompatible).facts); }

absl::StatusOr<ModelPtr> OpenLlamaCpp(std::string_view model, const ModelOptions& options) {
  return Open(kLlamaCpp, model, options);
}
VendorStatus LlamaCppStatus() { return StatusOf(HabitsOf(kLlamaCpp).facts); }

absl::StatusOr<ModelPtr> OpenVllm(std::string_view model, const ModelOptions& options) {
  return Open(kVllm, model, options);
}
VendorStatus VllmStatus() { return StatusOf(HabitsOf(kVllm).facts); }

absl::StatusOr<ModelPtr> OpenLmStudio(std::string_view model, const ModelOptions& options) {
  return Open(kLmStudio, model, options);
}
VendorStatus LmStudioStatus() { return StatusOf(HabitsOf(kLmStudio).facts); }

absl::StatusOr<ModelPtr> OpenOpenRouter(std::string_view model, const ModelOptions& options) {
  return Open(kOpenRouter, model, options);
}
VendorStatus OpenRouterStatus() { return StatusOf(HabitsOf(kOpenRouter).facts); }

}  // namespace ninefold
