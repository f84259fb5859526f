// Where models come from.
//
//   ModelPtr a = *OpenModel("offline");            // in-process, no key, no network
//   ModelPtr b = *OpenModel("openai/gpt-5.4");     // key from OPENAI_API_KEY
//   ModelPtr c = *OpenModel("ollama/llama3.2");            // a server on this machine
//   ModelPtr d = *OpenModel("auto");               // the first of these that is there
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/catalogue.h"
#include "ninefold/model.h"

namespace ninefold {

struct ModelOptions {
  std::string base_url;  // "": the vendor's, or the environment's (OPENAI_BASE_URL)
  std::string key_env;   // name of the environment variable with the key; "": the vendor's (OPENAI_API_KEY)
  std::string key_file;  // a file that holds the key and nothing else; before key_env
  std::string key;       // the key itself; never logged. Prefer the other two
  std::string api;       // "": the vendor's usual; for openai "responses" or "chat"
  bool stream = true;    // on the wire
  std::optional<Price> price = {};  // unset: the catalogue's; a server on this machine is free
  std::shared_ptr<const Catalogue> catalogue = nullptr;  // what is known of models; null: nothing
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration first_byte_timeout = absl::Seconds(120);
  absl::Duration idle_timeout = absl::Seconds(60);  // between bytes
  int connections_max = 0;                          // to this server at once; 0: no limit of its own
  bool scale_images = true;  // one that the vendor would refuse as too large, where ninefold can (image.h)

  // What stands before the server (resilience.h): shared by all models of this process that use the same
  // key at the same server.
  int attempts = 3;           // in all, when it fails or refuses; 1: neither retry nor breaker
  bool after_output = false;  // again also when a part was shown: at event::Retried the reader drops it
  std::int64_t requests_per_minute = 0;  // 0: what its replies say, else no limit
  std::int64_t tokens_per_minute = 0;    // input and output; 0: likewise
  int concurrency = 0;                   // calls at once; 0: as many as it bears
};

// A spec is "offline", "auto", "replay:FILE" (cassette.h) or "vendor/model". Errors: kInvalidArgument for a
// spec of another form or an unknown vendor (with those there are); kFailedPrecondition when a key is
// missing, naming the variable to set.
absl::StatusOr<ModelPtr> OpenModel(std::string_view spec, const ModelOptions& options = {});

struct VendorStatus {
  std::string vendor;  // "openai"
  bool ready = false;
  std::string detail;  // what is configured, or what to do; never a secret
};
// The vendors there are, and what is missing to use each.
std::vector<VendorStatus> ListVendors();

// The embedded default: extractive question answering, planning, merging and schema filling without a
// language model. It says "offline" in every trace, and "not found in the given text" when that is so.
// docs/models.md tells what it can do.
ModelPtr OfflineModel();

// A model from a function, for tests and stubs of your own.
using ModelFn = std::function<absl::StatusOr<ModelReply>(const ModelRequest&)>;
ModelPtr MakeModel(ModelCard card, ModelFn fn);

}  // namespace ninefold
