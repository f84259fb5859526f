#include "pipeline/diagnostics.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {

std::string Format(const Diagnostic& diagnostic) {
  const char* severity = diagnostic.severity == Diagnostic::kError ? "error" : "warning";
  std::string text = diagnostic.file;
  if (diagnostic.line > 0) absl::StrAppend(&text, ":", diagnostic.line, ":", diagnostic.column);
  absl::StrAppend(&text, ": ", severity, ": ", diagnostic.message);
  if (!diagnostic.hint.empty()) absl::StrAppend(&text, "; ", diagnostic.hint);
  return EscapeForTerminal(text, true);
}

namespace pipeline {
namespace {
constexpr std::size_t kDiagnosticsMax = 200;  // beyond them nobody reads
}

Position PositionAt(const Source& source, std::size_t offset) {
  Position at;
  at.source = &source;
  at.offset = std::min(offset, source.text.size());
  for (std::size_t i = 0; i < at.offset; ++i) {
    const unsigned char c = static_cast<unsigned char>(source.text[i]);
    if (c == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

std::string Refer(const Position& to, const Position& from) {
  if (to.source == from.source) return absl::StrCat("line ", to.line);
  return absl::StrCat(to.source == nullptr ? "" : to.source->name, ":", to.line, ":", to.column);
}

absl::Status FirstError(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& found : diagnostics) {
    if (found.severity != Diagnostic::kError) continue;
    std::string text = absl::StrCat(found.file, ":", found.line, ":", found.column, ": ", found.message);
    if (!found.hint.empty()) absl::StrAppend(&text, "; ", found.hint);
    return absl::InvalidArgumentError(EscapeForTerminal(text, true));
  }
  return absl::OkStatus();
}

Diagnostic Unreadable(const std::string& path, const absl::Status& why) {
  Diagnostic whole;
  whole.file = path;
  whole.message = Describe(why);
  return whole;
}

void Diagnostics::Error(const Position& at, std::string message, std::string hint) {
  ++errors_;
  Add(Diagnostic::kError, at, std::move(message), std::move(hint));
}

void Diagnostics::Warn(const Position& at, std::string message, std::string hint) {
  Add(Diagnostic::kWarning, at, std::move(message), std::move(hint));
}

void Diagnostics::Add(Diagnostic::Severity severity, const Position& at, std::string message,
                      std::string hint) {
  if (found_.size() >= kDiagnosticsMax) return;
  Diagnostic added;
  added.severity = severity;
  added.file = at.source == nullptr ? "" : at.source->name;
  added.line = at.line;
  added.column = at.column;
  added.message = std::move(message);
  added.hint = std::move(hint);
  found_.push_back(std::move(added));
}

std::vector<Diagnostic> Diagnostics::Take() {
  std::map<std::string, int> order;
  for (const Diagnostic& found : found_) order.emplace(found.file, static_cast<int>(order.size()));
  auto key = [&](const Diagnostic& d) { return std::tuple(order[d.file], d.line, d.column); };
  std::stable_sort(found_.begin(), found_.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  auto same = [&](const Diagnostic& a, const Diagnostic& b) {
    return key(a) == key(b) && a.message == b.message;
  };
  found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
  return std::move(found_);
}

}  // namespace pipeline
}  // namespace ninefold
