#pragma once

#include <string>

namespace ninefold::cli {

std::string VersionLine();  // "ninefold 0.1.0"

}  // namespace ninefold::cli
