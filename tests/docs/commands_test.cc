// Every command that a page tells a reader to type is run as it stands there, by a shell, in a folder with
// the files that the page speaks of, with neither key nor network. Commands that no test can run are listed
// with the reason: a new command fails here until it is in the list.
#include <algorithm>

#include "docs/shell.h"

namespace ninefold::docs {
namespace {

constexpr char kRoot[] = NINEFOLD_SOURCE_DIR "/";
constexpr char kLicence[] = "/usr/share/common-licenses/GPL-3";

struct Command {
  const char* page;
  const char* line;
  const char* says;     // a part of what it must print
  const char* not_run;  // why not; nullptr: it is run
};

// In the order of each page: those of a page share a folder.
constexpr Command kCommands[] = {
    {"README.md", "./dev run", "", "installs packages and builds; the command it ends in is run below"},
    {"README.md", "./dev test", "", "it is what runs this"},
    {"README.md",
     "ninefold run agents/research.yaml \"Who may enter the dome?\" --file rules.txt --mode contemplating",
     "Only the keeper may enter the dome", nullptr},
    {"README.md", "ninefold eval examples/experiment.yaml", "vote width 5", nullptr},
    {"docs/getting-started.md", "./dev run", "", "installs packages and builds"},
    {"docs/getting-started.md",
     "build/release/bin/ninefold run agents/research.yaml \"Who may enter the dome?\" --file rules.txt",
     "Only the keeper may enter the dome", nullptr},
    {"docs/getting-started.md", "cmake --install build/release --prefix /usr/local", "",
     "writes outside; consumer_test installs into a folder of its own"},
    {"docs/cli.md", "ninefold init hello", "made hello/team.yaml", nullptr},
    {"docs/cli.md",
     "ninefold run hello/team.yaml \"When is the library open on Saturday?\" --file hello/notes.txt",
     "from 10 to 14 o'clock", nullptr},
    {"docs/yaml.md", "ninefold run agents/document_qa.yaml \"Which pump leaked?\" --file pumps.csv",
     "the seal leaked", nullptr},
    {"docs/models.md", "ninefold models --prices", "openai/gpt-5.4", nullptr},
    {"docs/models.md", "ninefold run agents/contemplate.yaml \"What is 17 * 23?\" --record sums.jsonl", "391",
     nullptr},
    {"docs/models.md", "ninefold run agents/contemplate.yaml \"What is 17 * 23?\" --model replay:sums.jsonl",
     "391", nullptr},
    {"docs/performance.md", "./dev bench", "", "takes minutes"},
    {"docs/performance.md", "./dev bench --workload W5chain --n 1000 --repeat 20 --warmup 3", "",
     "builds; bench_client_test runs the workloads"},
    {"docs/performance.md",
     "./dev bench --workload W3 --n 512 --repeat 4 --warmup 2 --base-url http://127.0.0.1:8080/v1", "",
     "needs a server"},
    {"docs/evaluating.md", "ninefold eval examples/experiment.yaml", "vote width 5", nullptr},
    {"docs/evaluating.md", "ninefold eval examples/contemplating_arms.yaml --simulate --limit 50",
     "checks the orchestrator", nullptr},
    {"docs/evaluating.md", "ninefold eval examples/experiment.yaml --out now --baseline experiment.eval",
     "by tag", nullptr},
    {"docs/evaluating.md",
     "ninefold eval examples/experiment.yaml --model openai/gpt-5.4-mini --budget 0.50 --fresh", "",
     "needs a model"},
    {"examples/experiment.yaml", "ninefold eval examples/experiment.yaml", "vote width 5", nullptr},
    {"examples/experiment.yaml",
     "ninefold eval examples/experiment.yaml --model openai/gpt-5.4-mini --budget 0.50", "", "needs a model"},
    {"examples/contemplating_arms.yaml", "ninefold eval examples/contemplating_arms.yaml --simulate", "",
     "takes half a minute; docs/evaluating.md has it with fewer items"},
    {"examples/contemplating_arms.yaml",
     "ninefold eval examples/contemplating_arms.yaml --model openai/gpt-5.4-mini --budget 20", "",
     "needs a model"},
    {"agents/code_review.yaml",
     "ninefold run agents/code_review.yaml \"What can overflow?\" --file src/parser.cc",
     "[parser.cc:", nullptr},
    {"agents/contemplate.yaml", "ninefold run agents/contemplate.yaml \"What is 17 * 23?\"", "391", nullptr},
    {"agents/debate.yaml", "ninefold run agents/debate.yaml \"May the tenant keep a dog?\" --file lease.txt",
     "written consent", nullptr},
    {"agents/document_qa.yaml",
     "ninefold run agents/document_qa.yaml \"How long is the warranty?\" --file manual.txt",
     "The warranty lasts 24 months", nullptr},
    {"agents/inspect.yaml",
     "ninefold run agents/inspect.yaml \"Is anything damaged?\" --file photo.png --model "
     "anthropic/claude-sonnet-5",
     "", "needs a model that sees"},
    {"agents/inspect.yaml", "ninefold show --images pictures", "", "needs the run before it"},
    {"agents/long_document.yaml",
     "ninefold run agents/long_document.yaml \"What are the risks?\" --file report.txt", "a flood in spring",
     nullptr},
    {"agents/planned.yaml",
     "ninefold run agents/planned.yaml \"What does the report say about costs and risks?\" --file report.txt",
     "The bridge costs 40 million euros", nullptr},
    {"agents/reviewed.yaml",
     "ninefold run agents/reviewed.yaml \"What did the bridge cost?\" --file report.txt", "40 million euros",
     nullptr},
    {"docs/contemplating.md", "ninefold run agents/contemplate.yaml \"What is 17 * 23?\"", "391", nullptr},
    {"docs/contemplating.md", "ninefold run agents/contemplate.yaml \"What is 17 * 23?\" --trace trace.jsonl",
     "391", nullptr},
    {"docs/contemplating.md", "ninefold graph trace.jsonl --format mermaid", "flowchart LR", nullptr},
    {"docs/contemplating.md",
     "ninefold run agents/research.yaml \"Who may enter the dome?\" --file rules.txt --mode thinking",
     "Only the keeper may enter", nullptr},
    {"agents/research.yaml",
     "ninefold run agents/research.yaml \"When may I convey a covered work in object code form?\" --file "
     "GPL-3",
     "You may convey a covered work in object code form under the terms of sections 4 and 5", nullptr},
    {"examples/patterns.yaml",
     "ninefold run examples/patterns.yaml \"How heavy may a lorry on the bridge be?\" --file bridge.txt "
     "--set "
     "pattern=debate",
     "24 tonnes", nullptr},
    {"hello/README.md", "ninefold run team.yaml \"When is the library open on Saturday?\" --file notes.txt",
     "from 10 to 14 o'clock", nullptr},
    {"hello/README.md", "ninefold graph team.yaml", "facts", nullptr},
    {"hello/README.md", "ninefold test team.yaml", "1 passed, 0 failed", nullptr},
};

// The files that the pages speak of.
void Prepare(const Shell& shell) {
  std::filesystem::create_directories(shell.Path("build/release/bin"));
  std::filesystem::create_symlink(NINEFOLD_PROGRAM, shell.Path("build/release/bin/ninefold"));
  std::filesystem::create_symlink(std::string(kRoot) + "agents", shell.Path("agents"));
  shell.Write("rules.txt", "Rules of the observatory\n\nOnly the keeper may enter the dome at night.\n");
  shell.Write("manual.txt", "The pump\n\nThe warranty lasts 24 months from the day of purchase.\n");
  shell.Write("pumps.csv",
              "pump,hours,note\nA7,3,ran well\nB12,41,\"the seal leaked, replaced\"\nC3,12,new\n");
  shell.Write("report.txt",
              "Report\n\nThe bridge costs 40 million euros.\n\nThe greatest risk is a flood in spring.\n");
  std::filesystem::create_symlink(std::string(kRoot) + "examples", shell.Path("examples"));
  shell.Write("bridge.txt", "The bridge\n\nA lorry on the bridge may be at most 24 tonnes heavy.\n");
  shell.Write("lease.txt",
              "Lease\n\nThe tenant may keep a dog only with the written consent of the landlord.\n");
  shell.Write("src/parser.cc",
              "#include <cstdio>\n\n// A line of more than 7 characters can overflow the buffer.\n"
              "int Parse(const char* line) {\n  char buffer[8];\n  std::sprintf(buffer, \"%s\", line);\n"
              "  return buffer[0];\n}\n");
  shell.Write("GPL-3", ReadText(kLicence));
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Without a comment behind it, and blanks at its end.
std::string Trimmed(std::string line) {
  if (const std::size_t comment = line.find("  #"); comment != std::string::npos) line.resize(comment);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

bool IsCommand(const std::string& line) {
  static const std::regex command(
      R"((\./dev|(build/\S+/)?ninefold|cmake|ctest|ninja|pkg-config|apt-get|export)( .*|$))");
  return std::regex_match(line, command);
}

// Lines of fences that are shell's or of no language, of indented blocks, and of a YAML file's comments.
std::vector<std::string> CommandsIn(const std::string& page, const std::string& text) {
  std::vector<std::string> commands;
  const bool is_yaml = page.ends_with(".yaml");
  bool inside = false, is_shell = false;
  for (std::string line : LinesOf(text)) {
    if (!is_yaml && line.starts_with("```")) {
      inside = !inside;
      const std::string language = line.substr(3);
      is_shell = language.empty() || language == "sh" || language == "console" || language == "bash";
      continue;
    }
    if (is_yaml) {
      if (!line.starts_with("#   ")) continue;
      line.erase(0, 4);
    } else if (inside ? !is_shell : !line.starts_with("    ")) {
      continue;
    } else if (!inside) {
      line.erase(0, 4);
    }
    if (line.starts_with("$ ")) line.erase(0, 2);
    if (IsCommand(line)) commands.push_back(Trimmed(line));
  }
  return commands;
}

// page -> its text, of all that tell a reader to type something.
std::vector<std::pair<std::string, std::string>> Pages() {
  std::vector<std::pair<std::string, std::string>> pages;
  for (const char* file : {"README.md", "examples/README.md"})
    pages.emplace_back(file, ReadText(kRoot + std::string(file)));
  for (const char* folder : {"docs", "agents", "examples"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kRoot + std::string(folder))) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".yaml" && (ending != ".md" || std::string_view(folder) == "examples")) continue;
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      if (name == "docs/errors.md") continue;  // errors_page_test runs its commands
      pages.emplace_back(name, ReadText(entry.path().string()));
    }
  }
  Shell shell;
  EXPECT_EQ(shell.Run("ninefold init hello").code, 0);
  pages.emplace_back("hello/README.md", ReadText(shell.Path("hello/README.md")));
  std::sort(pages.begin(), pages.end());
  return pages;
}

const Command* Find(const std::string& page, const std::string& line) {
  for (const Command& command : kCommands) {
    if (page == command.page && line == command.line) return &command;
  }
  return nullptr;
}

// What "auto" finds is the machine's: a command that names no model gets the offline one.
std::string Offline(const std::string& line) {
  const bool uses_model =
      line.find("ninefold run ") != std::string::npos || line.find("ninefold test ") != std::string::npos ||
      (line.find("ninefold eval ") != std::string::npos && line.find("--simulate") == std::string::npos);
  return uses_model && line.find("--model") == std::string::npos ? line + " --model offline" : line;
}

TEST(Commands, OfEveryPageDoWhatThePageSays) {
  std::size_t known = 0;
  for (const auto& [page, text] : Pages()) {
    Shell shell;
    Prepare(shell);
    if (page == "hello/README.md") (void)shell.Run("ninefold init hello");
    for (const std::string& line : CommandsIn(page, text)) {
      const Command* command = Find(page, line);
      EXPECT_NE(command, nullptr) << page << ": add to the list of tests/docs/commands_test.cc: " << line;
      if (command == nullptr) continue;
      ++known;
      if (command->not_run != nullptr) continue;
      const Ended ended = shell.Run((page == "hello/README.md" ? "cd hello && " : "") + Offline(line));
      EXPECT_EQ(ended.code, 0) << page << ": " << line << "\n" << ended.err;
      EXPECT_NE((ended.out + ended.err).find(command->says), std::string::npos)
          << page << ": " << line << "\nlacks \"" << command->says << "\"\n"
          << ended.out << ended.err;
    }
  }
  EXPECT_EQ(known, std::size(kCommands)) << "the list names a command that no page has";
}

std::string OneLine(const std::string& text) {
  std::string out;
  std::stringstream in(text);
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

// README.md shows what `./dev run` prints. Times and the run's id differ, lines are folded to the page, and
// of the quotes it says how many are shown.
TEST(Commands, TheReadmeShowsWhatTheMainJobPrints) {
  ASSERT_TRUE(std::filesystem::exists(kLicence)) << "needs the package base-files";
  Shell shell;
  Prepare(shell);
  const Ended ended =
      shell.Run(std::string("ninefold run agents/research.yaml \"When may I convey a covered work in "
                            "object code form?\" --model offline --file ") +
                kLicence);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string readme = ReadText(std::string(kRoot) + "README.md");
  std::vector<std::string> shown;  // the fences that hold what is printed
  bool inside = false, printed = false;
  for (const std::string& line : LinesOf(readme)) {
    if (line.starts_with("```")) {
      const bool plain = !inside && line == "```";
      inside = !inside;
      printed = plain;
      if (plain) shown.emplace_back();
    } else if (inside && printed) {
      shown.back() += line + "\n";
    }
  }
  ASSERT_EQ(shown.size(), 3u) << "two commands, events, answer";
  const std::regex varies(R"(^\[ *[0-9.]+\]|\b[0-9a-f]{12}\b)");
  const std::vector<std::string> events = LinesOf(shown[1]), said = LinesOf(ended.err);
  ASSERT_LE(events.size(), said.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(std::regex_replace(events[i], varies, "_"), std::regex_replace(said[i], varies, "_"));
  }
  std::size_t at = 0;
  std::string item;
  const std::string answer = OneLine(ended.out);
  const auto found = [&] {
    at = answer.find(OneLine(item), at);
    EXPECT_NE(at, std::string::npos) << "not printed, or in another order:\n" << item << "\n" << ended.out;
    item.clear();
  };
  for (const std::string& line : LinesOf(shown[2])) {
    if (line.starts_with("- ") && !item.empty()) found();
    item += line + "\n";
  }
  found();
  std::size_t quotes = 0;
  for (const std::string& line : LinesOf(ended.out)) quotes += line.starts_with("- ");
  constexpr const char* kNumbers[] = {"no",  "one",   "two",   "three", "four", "five",
                                      "six", "seven", "eight", "nine",  "ten"};
  ASSERT_LT(quotes, std::size(kNumbers));
  EXPECT_NE(readme.find(std::string(kNumbers[quotes]) + " quotes; two are shown"), std::string::npos)
      << quotes;
}

// `ninefold COMMAND --option` in the middle of a sentence: there are such a command and such options.
TEST(Commands, NamedInSentencesAreThere) {
  static const std::regex span(R"(`ninefold ([a-z]+)([^`]*)`)"), option(R"(--[a-z-]+)");
  Shell shell;
  for (const auto& [page, text] : Pages()) {
    for (std::sregex_iterator it(text.begin(), text.end(), span); it != std::sregex_iterator(); ++it) {
      const std::string name = (*it)[1], rest = (*it)[2];
      const Ended help = shell.Run("ninefold " + name + " --help");
      EXPECT_NE(help.out.find("Usage: ninefold " + name), std::string::npos) << page << ": " << it->str();
      for (std::sregex_iterator word(rest.begin(), rest.end(), option); word != std::sregex_iterator();
           ++word) {
        EXPECT_NE(help.out.find(word->str()), std::string::npos) << page << ": " << it->str();
      }
    }
  }
}

}  // namespace
}  // namespace ninefold::docs
