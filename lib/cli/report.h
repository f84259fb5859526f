// What a run leaves behind: the answer on stdout, the rest on stderr; or everything as one JSON object on
// stdout.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "cli/exit_code.h"
#include "cli/perform.h"

namespace ninefold::cli {

struct ReportOptions {
  bool json = false;
  bool quiet = false;
};

// Prints it, and gives how the program ends.
ExitCode Report(const Performed& performed, const ChosenStore& store, const ReportOptions& options);

// The answer alone: escaped on a terminal, as it is elsewhere.
absl::Status PrintAnswer(const std::string& text);
absl::Status PrintJson(const Json& json);

// The text of a reply's evidence and dissent, for stderr.
std::string EvidenceWords(const Reply& reply, bool colors);

}  // namespace ninefold::cli
