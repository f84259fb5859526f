#include "cli/command.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/terminal.h"
#include "ninefold/status.h"

namespace ninefold::cli {

void AddStoreOption(CLI::App& command, std::string& store) {
  command.add_option("--store", store, "Where runs are kept: a file ending in .db, sqlite:FILE, or memory")
      ->type_name("STORE");
}

void AddOutputOptions(CLI::App& command, OutputOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON object with everything on stdout");
  command.add_option("--trace", options.trace, "Write every event to FILE, a JSON object a line")
      ->type_name("FILE");
  AddStoreOption(command, options.store);
  command.add_flag("-q,--quiet", options.quiet, "Print the answer and errors only");
  command.add_flag("--plain", options.plain, "Print progress as lines, also on a terminal");
}

int Refuse(const absl::Status& why, ExitCode code) {
  SayError(Describe(why));
  return code;
}

int RefuseStore(const absl::Status& why) {
  return Refuse(why, absl::IsNotFound(why) ? kExitFailed : kExitStore);
}

int PerformAndReport(Performance performance, const OutputOptions& options) {
  TraceFile trace;
  if (!options.trace.empty()) {
    absl::StatusOr<TraceFile> opened = TraceFile::Open(options.trace);
    if (!opened.ok()) return Refuse(opened.status(), kExitUsage);
    trace = *std::move(opened);
    performance.trace = &trace;
  }
  performance.show = options.show();
  const ChosenStore store = performance.store;
  const Performed performed = Perform(std::move(performance));
  const absl::Status traced = trace.Close();
  if (!traced.ok()) SayWarning(Describe(traced));
  return Report(performed, store, options.report());
}

}  // namespace ninefold::cli
