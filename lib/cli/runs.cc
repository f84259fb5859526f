// ninefold runs: the runs that are kept.
#include <unistd.h>

#include <chrono>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/recorded.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"
#include "ninefold/stores.h"

namespace ninefold::cli {
namespace {

struct RunsOptions {
  std::string store;
  bool json = false;
  int limit = 20;
};

absl::Time WallTime() { return absl::FromChrono(std::chrono::system_clock::now()); }

Json ToJson(const RunRecord& run, const std::string& state) {
  Json json = Json::object();
  json["run"] = run.id;
  json["name"] = run.name;
  json["state"] = state;
  json["goal"] = run.goal;
  json["steps"] = run.steps;
  json["started"] = absl::FormatTime(absl::RFC3339_full, run.started, absl::UTCTimeZone());
  if (run.finished != absl::Time())
    json["elapsed_ms"] = absl::ToDoubleMilliseconds(run.finished - run.started);
  json["cost"] = run.cost;
  json["message"] = run.message;
  return json;
}

std::string Row(const RunRecord& run, const std::string& state, const Terminal& terminal) {
  const Style style = state == "done"        ? Style::kGreen
                      : state == "running"   ? Style::kCyan
                      : state == "cancelled" ? Style::kDim
                                             : Style::kRed;
  const std::string age = state == "damaged" ? "" : Ago(WallTime() - run.started);
  const std::string left =
      absl::StrCat(Pad(OneLine(run.id), 13), Styled(Pad(state, 12), style, terminal.colors), Pad(age, 11),
                   Pad(state == "damaged" ? "" : Count(run.steps, "step"), 10), Pad(OneLine(run.name), 18));
  const std::string text = FirstLine(state == "damaged" || state == "failed" ? run.message : run.goal);
  return absl::StrCat(left, terminal.is_terminal ? Fit(text, terminal.columns - 65) : text, "\n");
}

int Runs(const RunsOptions& given) {
  absl::StatusOr<ChosenStore> store = OpenForReading(given.store);
  if (absl::IsNotFound(store.status()) && given.store.empty()) {
    Say("there are no runs yet\n");
    return kExitOk;
  }
  if (!store.ok()) return RefuseStore(store.status());
  absl::StatusOr<std::vector<RunRecord>> runs = store->store->Runs();
  if (!runs.ok()) return RefuseStore(runs.status());
  const bool used = !SqliteStoreUser(store->path).empty();
  const Terminal terminal = LookAt(STDOUT_FILENO);
  std::string out;
  const std::size_t shown = given.limit > 0 ? std::min(runs->size(), std::size_t(given.limit)) : runs->size();
  Json list = Json::array();
  for (std::size_t i = 0; i < shown; ++i) {
    const RunRecord& run = (*runs)[i];
    const std::string state = StateWord(run, used);
    if (given.json) list.push_back(ToJson(run, state));
    out += Row(run, state, terminal);
  }
  const absl::Status printed =
      given.json ? PrintJson(list) : WriteAll(STDOUT_FILENO, out, "the runs to stdout");
  if (!printed.ok()) return Refuse(printed, kExitFailed);
  if (runs->empty()) Say("there are no runs yet\n");
  if (shown < runs->size()) Say(absl::StrCat("and ", runs->size() - shown, " older; --limit 0 shows all\n"));
  return kExitOk;
}

}  // namespace

void AddRuns(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<RunsOptions>();
  CLI::App* runs = app.add_subcommand("runs", "List the runs that are kept, newest first");
  runs->add_option("-n,--limit", given->limit, "How many; 0: all")
      ->type_name("N")
      ->check(CLI::Validator(
          [](const std::string& text) {
            int count = 0;
            const bool good = absl::SimpleAtoi(text, &count) && count >= 0;
            return good ? "" : absl::StrCat("give a whole number, 0 or more, not \"", text, "\"");
          },
          ""));
  runs->add_flag("--json", given->json, "Print a JSON list");
  AddStoreOption(*runs, given->store);
  runs->footer(R"(Examples:
  ninefold runs
  ninefold runs --limit 0 --json | jq '.[] | select(.state=="failed")'

States: running, done, failed, cancelled, interrupted (its program was killed), damaged. It may be used while
another ninefold is running.)");
  runs->callback([given, &exit_code] { exit_code = Runs(*given); });
}

}  // namespace ninefold::cli
