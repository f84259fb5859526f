// What is at the other end of a file descriptor, and how to write to it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ninefold::cli {

struct Terminal {
  bool is_terminal = false;  // one that understands cursor movements: TERM=dumb does not
  bool colors = false;       // is_terminal, and NO_COLOR (https://no-color.org) is not set
  int columns = 80;
  int rows = 24;
};
// COLUMNS stands above what the terminal says.
Terminal LookAt(int fd);

enum class Style { kPlain, kBold, kDim, kGreen, kRed, kYellow, kCyan };
std::string Styled(std::string_view text, Style style, bool colors);

// Writes all of it, however often that takes. An error names `what`.
absl::Status WriteAll(int fd, std::string_view text, std::string_view what);
// To stderr; when even that fails there is nobody left to tell.
void Say(std::string_view text);
// "error: <message>" on its own line, in red where there are colours.
void SayError(std::string_view message);
void SayWarning(std::string_view message);

}  // namespace ninefold::cli
