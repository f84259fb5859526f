#include "cli/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

std::string_view Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

const char* Code(Style style) {
  switch (style) {
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGreen:
      return "\x1b[32m";
    case Style::kRed:
      return "\x1b[31m";
    case Style::kYellow:
      return "\x1b[33m";
    case Style::kCyan:
      return "\x1b[36m";
    case Style::kPlain:
      break;
  }
  return "";
}

void SayLabelled(std::string_view label, Style style, std::string_view message) {
  const Terminal terminal = LookAt(STDERR_FILENO);
  Say(absl::StrCat(Styled(label, style, terminal.colors), ToAbsl(EscapeForTerminal(message, false)), "\n"));
}

}  // namespace

Terminal LookAt(int fd) {
  Terminal terminal;
  const std::string_view term = Environment("TERM");
  terminal.is_terminal = ::isatty(fd) == 1 && term != "dumb" && !term.empty();
  terminal.colors = terminal.is_terminal && Environment("NO_COLOR").empty();
  winsize size = {};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) terminal.columns = size.ws_col;
    if (size.ws_row > 0) terminal.rows = size.ws_row;
  }
  int columns = 0;
  if (absl::SimpleAtoi(ToAbsl(Environment("COLUMNS")), &columns) && columns > 0 && columns <= 10'000)
    terminal.columns = columns;
  return terminal;
}

std::string Styled(std::string_view text, Style style, bool colors) {
  if (!colors || style == Style::kPlain || text.empty()) return std::string(text);
  return absl::StrCat(Code(style), ToAbsl(text), "\x1b[0m");
}

absl::Status WriteAll(int fd, std::string_view text, std::string_view what) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(std::size_t(written));
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN) {  // a descriptor that its other users made non-blocking
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
      continue;
    }
    return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", ToAbsl(what)));
  }
  return absl::OkStatus();
}

void Say(std::string_view text) { WriteAll(STDERR_FILENO, text, "to stderr").IgnoreError(); }
void SayError(std::string_view message) { SayLabelled("error: ", Style::kRed, message); }
void SayWarning(std::string_view message) { SayLabelled("warning: ", Style::kYellow, message); }

}  // namespace ninefold::cli
