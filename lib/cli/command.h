// The commands of the program. Each is a file: it adds its options to the command line and, when it was asked
// for, runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/exit_code.h"
#include "cli/perform.h"
#include "cli/report.h"

namespace CLI {
class App;
}

namespace ninefold::cli {

// `exit_code` is set when the command has run.
void AddRun(CLI::App& app, int& exit_code);
void AddCheck(CLI::App& app, int& exit_code);
void AddGraph(CLI::App& app, int& exit_code);
void AddTest(CLI::App& app, int& exit_code);
void AddEval(CLI::App& app, int& exit_code);
void AddInit(CLI::App& app, int& exit_code);
void AddRuns(CLI::App& app, int& exit_code);
void AddShow(CLI::App& app, int& exit_code);
void AddResume(CLI::App& app, int& exit_code);
void AddReplay(CLI::App& app, int& exit_code);
void AddModels(CLI::App& app, int& exit_code);
void AddTools(CLI::App& app, int& exit_code);
void AddVersion(CLI::App& app, int& exit_code);

// What commands that run something have in common.
struct OutputOptions {
  bool json = false;
  bool quiet = false;
  bool plain = false;
  std::string trace;
  std::string store;
  Show show() const { return quiet ? Show::kQuiet : plain ? Show::kPlain : Show::kAuto; }
  ReportOptions report() const { return {json, quiet}; }
};
void AddOutputOptions(CLI::App& command, OutputOptions& options);
void AddStoreOption(CLI::App& command, std::string& store);

// Says what is wrong and gives `code`.
int Refuse(const absl::Status& why, ExitCode code);
// Why a store cannot be had: kExitStore, but a store that is not there yet is kExitFailed.
int RefuseStore(const absl::Status& why);

// Runs with the trace of `options`, and reports.
int PerformAndReport(Performance performance, const OutputOptions& options);

}  // namespace ninefold::cli
