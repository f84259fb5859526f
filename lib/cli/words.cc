#include "cli/words.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct Range {
  char32_t first, last;
};
// The blocks that matter of EastAsianWidth.txt (W, F) and of the emoji, and of the combining marks
// (https://www.unicode.org/reports/tr11/).
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},  {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x270a, 0x270b},  {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2b50, 0x2b50},  {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},  {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
constexpr Range kNone[] = {{0x0300, 0x036f}, {0x0483, 0x0489},  {0x0591, 0x05bd}, {0x0610, 0x061a},
                           {0x064b, 0x065f}, {0x0e34, 0x0e3a},  {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff},
                           {0x1dc0, 0x1dff}, {0x200b, 0x200f},  {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
                           {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};

template <std::size_t n>
bool In(const Range (&ranges)[n], char32_t c) {
  const auto* after = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                       [](char32_t x, const Range& r) { return x < r.first; });
  return after != std::begin(ranges) && c <= std::prev(after)->last;
}

int WidthOf(char32_t c) {
  if (c < 0x300) return 1;
  return In(kNone, c) ? 0 : In(kWide, c) ? 2 : 1;
}

struct Char {
  char32_t code;
  std::size_t size;
};

// The character at the front of UTF-8 text; a stray byte is a character of one column.
Char Front(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (size == 1 || text.size() < size) return {lead, 1};
  char32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3fu);
  return {code, size};
}

}  // namespace

int WidthOf(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Char c = Front(text);
    width += WidthOf(c.code);
    text.remove_prefix(c.size);
  }
  return width;
}

std::string Fit(std::string_view text, int columns, bool tail) {
  if (columns <= 0) return "";
  int width = WidthOf(text);
  if (width <= columns) return std::string(text);
  if (tail) {
    while (width > columns - 1) {
      const Char c = Front(text);
      width -= WidthOf(c.code);
      text.remove_prefix(c.size);
    }
    return absl::StrCat("…", ToAbsl(text));
  }
  std::size_t end = 0;
  width = 0;
  while (end < text.size()) {
    const Char c = Front(text.substr(end));
    if (width + WidthOf(c.code) > columns - 1) break;
    width += WidthOf(c.code);
    end += c.size;
  }
  return absl::StrCat(ToAbsl(text.substr(0, end)), "…");
}

std::string Pad(std::string_view text, int columns) {
  std::string out = Fit(text, columns);
  out.append(std::size_t(std::max(0, columns - WidthOf(out))), ' ');
  return out;
}

std::string OneLine(std::string_view text) { return EscapeForTerminal(text, true); }

std::string FirstLine(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  text.remove_prefix(begin);
  return OneLine(text.substr(0, text.find('\n')));
}

std::string Count(std::int64_t n, std::string_view one) {
  return absl::StrCat(n, " ", ToAbsl(one), n == 1 ? "" : "s");
}

std::string Tokens(std::int64_t n) {
  if (n < 1000) return absl::StrCat(n);
  if (n < 1'000'000) return absl::StrFormat("%.1fk", double(n) / 1e3);
  return absl::StrFormat("%.1fM", double(n) / 1e6);
}

std::string Took(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 0.1) return absl::StrFormat("%.0fms", std::max(0.0, seconds * 1e3));
  if (seconds < 59.95) return absl::StrFormat("%.1fs", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return absl::StrFormat("%dm%02ds", whole / 60, whole % 60);
  return absl::StrFormat("%dh%02dm", whole / 3600, whole / 60 % 60);
}

std::string Ago(absl::Duration duration) {
  const auto s = absl::ToInt64Seconds(duration);
  if (s < 1) return "now";
  if (s < 120) return absl::StrCat(s, " s ago");
  if (s < 7200) return absl::StrCat(s / 60, " min ago");
  if (s < 172800) return absl::StrCat(s / 3600, " h ago");
  return absl::StrCat(s / 86400, " days ago");
}

std::string Usd(const Cost& cost) {
  if (!cost.usd_is_known && cost.usd == 0) return "price unknown";
  const std::string sum = cost.usd == 0     ? "$0"
                          : cost.usd < 0.01 ? absl::StrFormat("$%.6f", cost.usd)
                                            : absl::StrFormat("$%.4f", cost.usd);
  if (!cost.usd_is_known) return absl::StrCat("more than ", sum);
  return cost.estimated ? absl::StrCat("about ", sum) : sum;
}

std::int64_t TokensOf(const Cost& cost) {
  return cost.tokens.input.value_or(0) + cost.tokens.output.value_or(0);
}

std::string CostWords(const Cost& cost) {
  return absl::StrCat(Count(cost.model_calls, "model call"), ", ", Count(cost.tool_calls, "tool call"), ", ",
                      Tokens(TokensOf(cost)), " tokens, ", Usd(cost));
}

std::string ShortPath(const std::string& path) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0' || !absl::StartsWith(path, absl::StrCat(home, "/"))) return path;
  return absl::StrCat("~", path.substr(std::string_view(home).size()));
}

std::string FileBelow(const char* xdg_variable, const char* home_folder, const char* file) {
  // What is not absolute is to be ignored (XDG Base Directory Specification).
  const auto absolute = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value == '/' ? std::string(value) : std::string();
  };
  const std::string chosen = absolute(xdg_variable), home = absolute("HOME");
  if (!chosen.empty()) return absl::StrCat(chosen, "/", file);
  return home.empty() ? "" : absl::StrCat(home, "/", home_folder, "/", file);
}

std::string ShellWord(const std::string& word) {
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,~";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace ninefold::cli
