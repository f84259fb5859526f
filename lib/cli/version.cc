// ninefold version.
#include "cli/version.h"

#include <unistd.h>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/terminal.h"

namespace ninefold::cli {

std::string VersionLine() { return absl::StrCat("ninefold ", NINEFOLD_VERSION); }

void AddVersion(CLI::App& app, int& exit_code) {
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->callback([&exit_code] {
    const absl::Status printed =
        WriteAll(STDOUT_FILENO, absl::StrCat(VersionLine(), "\n"), "the version to stdout");
    exit_code = printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
  });
}

}  // namespace ninefold::cli
