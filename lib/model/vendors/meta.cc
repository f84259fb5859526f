// Meta's own API (Muse): the Responses dialect with what it refuses left out. https://dev.meta.ai/docs
// (2026-11). It always reasons; unknown fields and other tool choices than "auto" are errors there.
#include <utility>

#include "base/try.h"
#include "model/responses.h"
#include "model/vendors/vendors.h"

namespace ninefold {
namespace {

const VendorFacts& Meta() {
  static const VendorFacts facts{.name = "meta",
                                 .base_url = "https://api.meta.ai/v1",
                                 .base_env = "META_BASE_URL",
                                 .path = "/responses",
                                 .key_env = "MODEL_API_KEY",
                                 .key_env2 = "META_API_KEY",
                                 .needs_key = true,
                                 .to_start = ""};
  return facts;
}

}  // namespace

absl::StatusOr<ModelPtr> OpenMeta(std::string_view model, const ModelOptions& options) {
  TRY(WireOptions wire, Configure(Meta(), model, options));
  if (!wire.key.empty()) wire.headers.push_back("authorization: Bearer " + wire.key);
  wire.card.images = SeesImages(wire, IsOfFamily(model, {"muse-spark", "muse-ember", "muse-wonder"}));
  ResponsesOptions responses{std::move(wire)};
  responses.only_auto = true;
  responses.reasoning_off = "minimal";
  return MakeResponsesModel(std::move(responses));
}

VendorStatus MetaStatus() { return StatusOf(Meta()); }

}  // namespace ninefold
