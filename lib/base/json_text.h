// JSON written straight into a text, where building a document first would cost more than all the rest.
#pragma once

#include <string>
#include <string_view>

namespace ninefold {

// A JSON string; invalid UTF-8 becomes U+FFFD.
void AppendQuoted(std::string& out, std::string_view text);
// ,"key":"text". The key is written as it is.
void AppendField(std::string& out, std::string_view key, std::string_view text);

}  // namespace ninefold
