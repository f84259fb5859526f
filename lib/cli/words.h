// Text for people: how wide it is on a terminal, and how numbers and times are said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "ninefold/event.h"

namespace ninefold::cli {

// Columns that UTF-8 text takes: East Asian wide characters and emoji two, combining marks none. Roughly what
// terminals do.
int WidthOf(std::string_view text);
// At most `columns` wide, cut with "…"; from the end when `tail`.
std::string Fit(std::string_view text, int columns, bool tail = false);
// Fit, then filled with blanks.
std::string Pad(std::string_view text, int columns);

// Text from outside on one line without control characters.
std::string OneLine(std::string_view text);
// The first line that has something on it, the same way.
std::string FirstLine(std::string_view text);

std::string Count(std::int64_t n, std::string_view one);  // "1 step", "12 steps"
std::string Tokens(std::int64_t n);                       // "812", "1.4k", "2.1M"
std::string Took(absl::Duration duration);                // "4ms", "3.4s", "1m05s"
std::string Ago(absl::Duration duration);                 // "3 s ago", "2 h ago"
std::string Usd(const Cost& cost);                        // "$0.0021", "$0", "unknown price"
std::int64_t TokensOf(const Cost& cost);
// "2 model calls, 1 tool call, 1.4k tokens, $0"
std::string CostWords(const Cost& cost);
// A path as a person would write it: "~/x" below the home folder.
std::string ShortPath(const std::string& path);
// `file` below the folder that an XDG variable names, else below `home_folder` in $HOME; "" without either.
std::string FileBelow(const char* xdg_variable, const char* home_folder, const char* file);
// A word as a shell takes it: quoted when it must be.
std::string ShellWord(const std::string& word);

}  // namespace ninefold::cli
