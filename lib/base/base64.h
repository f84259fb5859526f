// Base64 (RFC 4648), for bytes in JSON; over Abseil's, which speaks its own string_view.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "ninefold/status.h"

namespace ninefold {

inline std::string Base64(std::string_view bytes) { return absl::Base64Escape(ToAbsl(bytes)); }

inline std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(ToAbsl(text), &bytes)) return std::nullopt;
  return bytes;
}

}  // namespace ninefold
