// The names of units.
#pragma once

#include <string_view>

#include "team/answers/parts.h"

namespace ninefold::answers {

struct NamedUnit {
  Unit unit;
  bool symbol = false;  // km, not kilometre
};

// As it is written, or a spelled name with any case and plural; null: there is none.
const NamedUnit* FindUnit(std::string_view name);

}  // namespace ninefold::answers
