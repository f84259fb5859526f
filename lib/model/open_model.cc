// The one table of vendors, and what "auto" picks.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/asio.h"
#include "base/loop.h"
#include "base/suggest.h"
#include "base/try.h"
#include "model/vendors/vendors.h"
#include "net/http.h"
#include "ninefold/cassette.h"
#include "ninefold/models.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

struct Vendor {
  const char* name;
  absl::StatusOr<ModelPtr> (*open)(std::string_view model, const ModelOptions& options);
  VendorStatus (*status)();
};
constexpr Vendor kVendors[] = {
    {"openai", OpenOpenAi, OpenAiStatus},
    {"anthropic", OpenAnthropic, AnthropicStatus},
    {"gemini", OpenGemini, GeminiStatus},
    {"meta", OpenMeta, MetaStatus},
    {"ollama", OpenOllama, OllamaStatus},
    {"llamacpp", OpenLlamaCpp, LlamaCppStatus},
    {"vllm", OpenVllm, VllmStatus},
    {"lmstudio", OpenLmStudio, LmStudioStatus},
    {"openrouter", OpenOpenRouter, OpenRouterStatus},
    {"compatible", OpenCompatible, CompatibleStatus},
};

constexpr std::string_view kReplay = "replay:";
constexpr char kOpenAiDefault[] = "gpt-5.4";
// Where Ollama and llama.cpp listen.
constexpr int kLocalPorts[] = {11434, 8080};
constexpr int kConnectMs = 100;

Async<void> AskForModels(Loop& loop, std::shared_ptr<const HttpTarget> target, std::string& body) {
  CancelNode never(nullptr);
  absl::StatusOr<HttpResponse> response = co_await Fetch(loop, target, nullptr, never);
  if (response.ok() && response->head.status == 200) body = std::move(response->body);
}

// The first model a server lists, or "".
std::string FirstModel(const std::string& base) {
  HttpTarget target;
  target.url = base + "/models";
  target.method = "GET";
  target.connect_timeout = absl::Milliseconds(kConnectMs);
  target.total_timeout = absl::Seconds(1);
  target.body_max = 4u << 20;
  std::string body;
  {
    asio::io_context io(1);
    std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
    auto shared = std::make_shared<const HttpTarget>(std::move(target));
    asio::co_spawn(io, AskForModels(*loop, shared, body), asio::detached);
    io.run();
  }
  const absl::StatusOr<Json> json = ParseJson(body);
  const Json* data = json.ok() ? GetMember(*json, "data") : nullptr;
  if (data == nullptr || !data->is_array() || data->empty()) return "";
  const std::string* id = GetString((*data)[0], "id");
  return id == nullptr ? "" : *id;
}

absl::StatusOr<ModelPtr> OpenAuto(const ModelOptions& options) {
  std::string named = Environment("OPENAI_MODEL");
  const std::string base = options.base_url.empty() ? Environment("OPENAI_BASE_URL") : options.base_url;
  if (!base.empty()) {
    if (named.empty()) named = FirstModel(base);
    return OpenOpenAi(named.empty() ? kOpenAiDefault : named, options);
  }
  const bool key = !options.key.empty() || !options.key_file.empty() ||
                   !Environment(options.key_env.empty() ? "OPENAI_API_KEY" : options.key_env).empty();
  if (key) return OpenOpenAi(named.empty() ? kOpenAiDefault : named, options);
  for (const int port : kLocalPorts) {
    ModelOptions local = options;
    local.base_url = absl::StrCat("http://127.0.0.1:", port, "/v1");
    if (!Listens(local.base_url)) continue;
    const std::string model = FirstModel(local.base_url);
    if (!model.empty()) return OpenCompatible(model, local);
  }
  return OfflineModel();
}

}  // namespace

absl::StatusOr<ModelPtr> OpenModel(std::string_view spec, const ModelOptions& options) {
  if (spec == "offline") return OfflineModel();
  if (spec == "auto") return OpenAuto(options);
  if (spec.starts_with(kReplay)) {
    TRY(std::shared_ptr<Cassette> cassette,
        Cassette::Open(std::string(spec.substr(kReplay.size())), CassetteMode::kReplay));
    return WithCassette(nullptr, std::move(cassette));
  }
  std::vector<std::string> names = {"offline", "auto"};
  const std::size_t slash = spec.find('/');
  const std::string_view vendor = spec.substr(0, slash);
  for (const Vendor& known : kVendors) {
    names.push_back(known.name);
    if (vendor != known.name) continue;
    if (slash == std::string_view::npos || slash + 1 == spec.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("model \"", std::string(spec), "\" names no model; write \"", known.name, "/MODEL\""));
    }
    return known.open(spec.substr(slash + 1), options);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "model \"", std::string(spec), "\": no vendor \"", std::string(vendor), "\"", DidYouMean(vendor, names),
      "; there are ", absl::StrJoin(names, ", "), " (VENDOR/MODEL), replay:FILE"));
}

std::vector<std::string> VendorNames() {
  std::vector<std::string> names;
  for (const Vendor& vendor : kVendors) names.emplace_back(vendor.name);
  return names;
}

std::vector<VendorStatus> ListVendors() {
  std::vector<VendorStatus> all;
  all.push_back(
      VendorStatus{.vendor = "offline", .ready = true, .detail = "in this process: no key, no network"});
  for (const Vendor& vendor : kVendors) all.push_back(vendor.status());
  return all;
}

}  // namespace ninefold
