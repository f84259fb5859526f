// OpenAI, and every server that speaks its Chat Completions:
// https://platform.openai.com/docs/api-reference/chat (2026-08).
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/chat.h"
#include "model/vendors/vendors.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::string_view kOpenAi = "https://api.openai.com/v1";

std::string Or(const std::string& first, const std::string& second) { return first.empty() ? second : first; }

// Keys are pasted from pages, blanks and all.
std::string Trimmed(std::string text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

absl::StatusOr<std::string> CheckedBase(std::string base, std::string_view from) {
  while (base.ends_with('/')) base.pop_back();
  constexpr std::string_view kPath = "/chat/completions";
  if (base.ends_with(kPath)) base.resize(base.size() - kPath.size());
  if (base.starts_with("http://") || base.starts_with("https://")) return base;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(from), ": \"", OriginOf(base),
                   "\" is no address; write it as \"http://localhost:11434/v1\""));
}

bool IsLocal(std::string_view base) {
  const std::string origin = OriginOf(base);
  const std::string_view host = std::string_view(origin).substr(origin.find("://") + 3);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
}

// Families of OpenAI's own models that look at images (https://platform.openai.com/docs/models, 2026-08).
bool SeesImages(std::string_view model) {
  for (std::string_view family : {"gpt-4o", "gpt-4.1", "gpt-5", "o3", "o4", "chatgpt-4o"}) {
    if (model.starts_with(family)) return !model.starts_with("o3-mini");
  }
  return false;
}

ModelPtr Make(std::string vendor, std::string base, std::string_view model, const ModelOptions& options,
              std::string key_env) {
  ChatOptions chat;
  chat.vendor = vendor;
  chat.key_env = Or(options.key_env, key_env);
  chat.key = Trimmed(Or(options.key, Environment(chat.key_env)));
  chat.model = std::string(model);
  if (!chat.key.empty()) chat.headers.push_back("authorization: Bearer " + chat.key);
  chat.max_tokens_field = base == kOpenAi ? "max_completion_tokens" : "max_tokens";
  chat.card.name = absl::StrCat(vendor, "/", chat.model);
  chat.card.price = options.price;
  chat.card.free = !options.price && IsLocal(base);
  chat.card.images = base == kOpenAi && SeesImages(model);
  chat.base_url = std::move(base);
  chat.wire = options;
  return MakeChatModel(std::move(chat));
}

}  // namespace

std::string Environment(const std::string& name) {
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

absl::StatusOr<ModelPtr> OpenOpenAi(std::string_view model, const ModelOptions& options) {
  const bool given = !options.base_url.empty();
  std::string base = Or(Or(options.base_url, Environment("OPENAI_BASE_URL")), std::string(kOpenAi));
  TRY(base, CheckedBase(std::move(base), given ? "base_url" : "OPENAI_BASE_URL"));
  const std::string key_env = Or(options.key_env, "OPENAI_API_KEY");
  // A local server asks for none.
  const bool keyless = Trimmed(Or(options.key, Environment(key_env))).empty();
  if (keyless && OriginOf(base) == OriginOf(kOpenAi)) {
    return absl::FailedPreconditionError(
        absl::StrCat("model \"openai/", std::string(model), "\" needs a key: set ", key_env,
                     ", or base_url (OPENAI_BASE_URL) to a server of your own"));
  }
  return Make("openai", std::move(base), model, options, key_env);
}

VendorStatus OpenAiStatus() {
  VendorStatus status{.vendor = "openai", .ready = false, .detail = ""};
  const std::string base = Environment("OPENAI_BASE_URL");
  const bool key = !Environment("OPENAI_API_KEY").empty();
  const bool own = !base.empty() && OriginOf(base) != OriginOf(kOpenAi);
  status.ready = key || own;
  if (own) {
    status.detail = absl::StrCat("OPENAI_BASE_URL is ", OriginOf(base), key ? "" : ", without a key");
  } else {
    status.detail =
        key ? "OPENAI_API_KEY is set" : "set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own";
  }
  return status;
}

absl::StatusOr<ModelPtr> OpenCompatible(std::string_view model, const ModelOptions& options) {
  const bool given = !options.base_url.empty();
  std::string base = Or(options.base_url, Environment("COMPATIBLE_BASE_URL"));
  if (base.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "model \"compatible/", std::string(model),
        "\" needs its server's address: set base_url or COMPATIBLE_BASE_URL (\"http://localhost:8080/v1\")"));
  }
  TRY(base, CheckedBase(std::move(base), given ? "base_url" : "COMPATIBLE_BASE_URL"));
  return Make("compatible", std::move(base), model, options, "COMPATIBLE_API_KEY");
}

VendorStatus CompatibleStatus() {
  const std::string base = Environment("COMPATIBLE_BASE_URL");
  VendorStatus status{.vendor = "compatible", .ready = !base.empty(), .detail = ""};
  status.detail = status.ready ? absl::StrCat("COMPATIBLE_BASE_URL is ", OriginOf(base))
                               : "any server that speaks Chat Completions: set COMPATIBLE_BASE_URL";
  return status;
}

}  // namespace ninefold
