#include "ninefold/image.h"

namespace ninefold {

bool CanEditImages() { return false; }

}  // namespace ninefold
