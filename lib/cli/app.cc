#include "cli/app.h"

#include <unistd.h>

#include <csignal>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

constexpr char kFooter[] = R"(Start here:
  ninefold init hello
  ninefold run hello/team.yaml "When is the library open on Saturday?" --file hello/notes.txt
  ninefold COMMAND --help       options and examples of a command

Exit codes: 0 done, 1 the run failed, 2 a mistake in the command line or a pipeline, 3 stopped by Ctrl-C or a
signal, 4 a budget or the deadline is used up, 5 the store of runs failed, 6 a test failed,
7 an evaluation is worse than its baseline.)";

// A command's usage line names its arguments in the order they are given.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(30); }
  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = "Usage: " + (app->get_parent() == nullptr ? "ninefold" : name);
    if (app->get_parent() == nullptr) return usage + " COMMAND …\n";
    for (const CLI::Option* option :
         app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
      const std::string word = option->get_type_name();
      usage += option->get_required() ? " " + word : " [" + word + "]";
    }
    return usage + " [OPTIONS]\n\n";
  }
  std::string make_positionals(const CLI::App* app) const override {
    std::string text;
    for (const CLI::Option* option :
         app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
      text += absl::StrCat("  ", Pad(option->get_type_name(), 28), option->get_description(), "\n");
    }
    return text.empty() ? text : text + "\n";
  }
  std::string make_option_name(const CLI::Option* option, bool) const override {
    const std::string short_names =
        option->get_snames().empty() ? "    " : "-" + option->get_snames()[0] + ", ";
    return short_names + (option->get_lnames().empty() ? "" : "--" + option->get_lnames()[0]);
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 ? "" : " " + option->get_type_name();
  }
};

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

int SayUsageError(const std::string& command, const std::string& what) {
  SayError(what);
  Say(absl::StrCat("try: ninefold ", command, command.empty() ? "" : " ", "--help\n"));
  return kExitUsage;
}

int UnknownCommand(const CLI::App& app, const std::string& word) {
  if (absl::EndsWith(word, ".yaml") || absl::EndsWith(word, ".yml")) {
    return SayUsageError("", absl::StrCat("\"", word, "\" is no command; to run a pipeline: ninefold run ",
                                          ShellWord(word), " \"your question\""));
  }
  const std::string kind = absl::StartsWith(word, "-") ? "option" : "command";
  return SayUsageError(
      "", absl::StrCat("there is no ", kind, " \"", word, "\"", DidYouMean(word, CommandNames(app))));
}

int SurplusArgument(const CLI::App& command, const std::string& word) {
  if (absl::StartsWith(word, "-") && word.size() > 1) {
    const std::string name = word.substr(0, word.find('='));
    return SayUsageError(command.get_name(),
                         absl::StrCat("ninefold ", command.get_name(), " has no option \"", name, "\"",
                                      DidYouMean(name, OptionNames(command))));
  }
  const bool blanks = command.get_name() == "run";
  return SayUsageError(command.get_name(), absl::StrCat("\"", word, "\" is one argument too many",
                                                        blanks ? "; put the question in quotes" : ""));
}

// What CLI11 found wrong, in our words.
int SayParseError(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    const std::vector<std::string> rest = app.remaining(true);
    return rest.empty() ? SayUsageError("", error.what()) : UnknownCommand(app, rest.front());
  }
  const CLI::App& command = *chosen.front();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> rest = app.remaining(true);
    return SurplusArgument(command, rest.empty() ? "" : rest.front());
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_required() || option->count() > 0) continue;
      std::string what = option->get_description();
      what[0] = absl::ascii_tolower(static_cast<unsigned char>(what[0]));
      const std::string type = option->get_type_name();
      const char* article = absl::StrContains("AEIO", type.substr(0, 1)) ? " needs an " : " needs a ";
      return SayUsageError(command.get_name(),
                           absl::StrCat("ninefold ", command.get_name(), article, type, " (", what, ")"));
    }
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    for (const CLI::Option* option : command.get_options()) {
      if (!absl::StartsWith(error.what(), option->get_name() + ":")) continue;
      return SayUsageError(command.get_name(), absl::StrCat(option->get_name(), " needs a ",
                                                            option->get_type_name(), " behind it"));
    }
  }
  return SayUsageError(command.get_name(), error.what());
}

void AddCommands(CLI::App& app, int& exit_code) {
  AddRun(app, exit_code);
  AddCheck(app, exit_code);
  AddGraph(app, exit_code);
  AddTest(app, exit_code);
  AddEval(app, exit_code);
  AddInit(app, exit_code);
  AddRuns(app, exit_code);
  AddShow(app, exit_code);
  AddResume(app, exit_code);
  AddReplay(app, exit_code);
  AddModels(app, exit_code);
  AddTools(app, exit_code);
  AddVersion(app, exit_code);
}

int PrintText(const std::string& text) {
  const absl::Status printed = WriteAll(STDOUT_FILENO, text, "to stdout");
  return printed.ok() ? kExitOk : Refuse(printed, kExitFailed);
}

int ParseAndRun(int argc, char** argv) {
  int exit_code = kExitOk;
  CLI::App app("Teams of AI agents: many minds, one answer.", "ninefold");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", VersionLine(), "Print the version");
  app.footer(kFooter);
  AddCommands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const std::vector<std::string> rest = app.remaining();
    if (app.get_subcommands().empty() && !rest.empty()) return UnknownCommand(app, rest.front());
    return PrintText(app.help());
  } catch (const CLI::CallForVersion&) {
    return PrintText(VersionLine() + "\n");
  } catch (const CLI::ParseError& error) {
    return SayParseError(app, error);
  }
  return app.get_subcommands().empty() ? PrintText(app.help()) : exit_code;
}

}  // namespace

int Main(int argc, char** argv) {
  NoteStart();
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return ParseAndRun(argc, argv);
  } catch (const std::exception& error) {
    SayError(absl::StrCat("an error of ninefold itself: ", error.what()));
    return kExitFailed;
  }
}

}  // namespace ninefold::cli
