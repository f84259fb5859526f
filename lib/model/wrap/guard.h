// What OpenModel puts before every server.
#pragma once

#include "model/wire.h"
#include "ninefold/model.h"

namespace ninefold {

// The limits of images, retries, the rate limit and the breaker, in the order that resilience.h gives, as the
// options say.
ModelPtr Guard(ModelPtr model, const WireOptions& options);

}  // namespace ninefold
