// One function a vendor: from the model's name and the options to a model. Errors as OpenModel's.
//
// A vendor is a file here with its VendorFacts, the dialect it speaks, and a row in the table of
// open_model.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/wire.h"
#include "ninefold/models.h"

namespace ninefold {

// What is known of a vendor before anything is asked.
struct VendorFacts {
  std::string name;        // "openai"
  std::string base_url;    // "": the user must say
  std::string base_env;    // "OPENAI_BASE_URL"
  std::string path;        // "/chat/completions": taken off a base_url that somebody pasted whole
  std::string key_env;     // "OPENAI_API_KEY"; "": no key is known there
  std::string key_env2;    // a second name for it; ""
  bool needs_key = false;  // at base_url; a server of the user's own may need none
  std::string to_start;    // for a local server: what to type; ""
};

// Address, key and card for a model of that vendor; headers, path and dialect are left to it. Errors:
// kFailedPrecondition without a key or an address, naming the variable to set; kInvalidArgument for an
// address that is none.
absl::StatusOr<WireOptions> Configure(const VendorFacts& facts, std::string_view model,
                                      const ModelOptions& options);
// What the catalogue says of the model, else what its vendor takes from its name.
bool SeesImages(const WireOptions& wire, bool guess);
// Of the table in open_model.cc.
std::vector<std::string> VendorNames();
// What is set and what is missing.
VendorStatus StatusOf(const VendorFacts& facts);

// The variable's value, without the blanks around it, or "".
std::string Environment(const std::string& name);
bool IsLocalAddress(std::string_view base_url);
// Whether somebody listens there, on this machine; waits a tenth of a second at most.
bool Listens(std::string_view base_url);
// Whether `model` begins with one of `families`, by whole words ("o3" is not "o30").
bool IsOfFamily(std::string_view model, std::initializer_list<std::string_view> families);

absl::StatusOr<ModelPtr> OpenOpenAi(std::string_view model, const ModelOptions& options);
VendorStatus OpenAiStatus();
absl::StatusOr<ModelPtr> OpenAnthropic(std::string_view model, const ModelOptions& options);
VendorStatus AnthropicStatus();
absl::StatusOr<ModelPtr> OpenGemini(std::string_view model, const ModelOptions& options);
VendorStatus GeminiStatus();
std::unique_ptr<Assembly> MakeGeminiAssembly(std::string who);  // for tests
absl::StatusOr<ModelPtr> OpenMeta(std::string_view model, const ModelOptions& options);
VendorStatus MetaStatus();
absl::StatusOr<ModelPtr> OpenOllama(std::string_view model, const ModelOptions& options);
VendorStatus OllamaStatus();
std::unique_ptr<Assembly> MakeOllamaAssembly(std::string who);  // for tests

// Any server that speaks Chat Completions, and those whose habits are known.
absl::StatusOr<ModelPtr> OpenCompatible(std::string_view model, const ModelOptions& options);
VendorStatus CompatibleStatus();
absl::StatusOr<ModelPtr> OpenLlamaCpp(std::string_view model, const ModelOptions& options);
VendorStatus LlamaCppStatus();
absl::StatusOr<ModelPtr> OpenVllm(std::string_view model, const ModelOptions& options);
VendorStatus VllmStatus();
absl::StatusOr<ModelPtr> OpenLmStudio(std::string_view model, const ModelOptions& options);
VendorStatus LmStudioStatus();
absl::StatusOr<ModelPtr> OpenOpenRouter(std::string_view model, const ModelOptions& options);
VendorStatus OpenRouterStatus();

}  // namespace ninefold
