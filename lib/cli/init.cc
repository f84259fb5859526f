// ninefold init: a team to start from.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

struct StarterFile {
  const char* name;
  const char* text;
};

constexpr StarterFile kStarter[] = {
    {"team.yaml",
     R"yaml(# Two agents read the document side by side, a third writes one answer from what they found.
version: 1
name: starter
description: Answers a question about a document

agents:
  finder:
    description: Finds what the document says about the question
    instructions: Quote the passages that answer the question, with their places.
    tools: [text.search]
  doubter:
    description: Finds conditions, exceptions and what speaks against it
    instructions: Quote the passages that limit or contradict the obvious answer, with their places.
    tools: [text.search]
  writer:
    description: Writes the answer
    instructions: Answer in a few sentences from the findings alone. Keep the quotes and their places.

# Each agent uses the model "auto": the first that is there of a key in the environment, a local server, and
# the built-in "offline". Another one for all: ninefold run team.yaml … --model openai/gpt-5.4

steps:
  - id: facts
    agent: finder
    prompt: "{{ goal }}"
  - id: doubts
    agent: doubter
    prompt: "Conditions and exceptions: {{ goal }}"
  - id: answer
    agent: writer
    needs: [facts, doubts]
    prompt: |
      {{ goal }}

      What the document says:
      {{ facts.text }}

      What limits it:
      {{ doubts.text }}

budget: {calls: 40, tool_calls: 100}

tests:
  - name: finds the opening hours
    question: When is the library open on Saturday?
    files: [notes.txt]
    expect:
      contains: ["from 10 to 14"]
      evidence_min: 1
)yaml"},
    {"notes.txt", R"(The town library

The library is open from Monday to Friday from 9 to 18 o'clock.
On Saturday the library is open from 10 to 14 o'clock.
On Sundays and public holidays the library is closed.

A library card costs 12 euros a year. Children and students pay nothing.
Books may be kept for four weeks. A book can be renewed twice, unless somebody else has asked for it.
)"},
    {"README.md", R"(# A starter team

    ninefold run team.yaml "When is the library open on Saturday?" --file notes.txt
    ninefold graph team.yaml
    ninefold test team.yaml

Change `team.yaml` and run `ninefold check team.yaml`: mistakes are reported with their line and column.
It runs offline as it is. With a key (`export OPENAI_API_KEY=…`) or a local server it uses a real model;
`ninefold models` tells what is set up.
)"},
};

absl::Status WriteNew(const std::string& path, const char* text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  const int error = errno;
  if (fd < 0) return absl::ErrnoToStatus(error, absl::StrCat("cannot make \"", path, "\""));
  const absl::Status written = WriteAll(fd, text, absl::StrCat("\"", path, "\""));
  ::close(fd);
  return written;
}

int Init(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    const int error = errno;
    return Refuse(absl::ErrnoToStatus(error, absl::StrCat("cannot make the folder \"", folder, "\"")),
                  kExitUsage);
  }
  for (const StarterFile& file : kStarter) {
    const std::string path = absl::StrCat(folder, "/", file.name);
    if (::access(path.c_str(), F_OK) != 0) continue;
    return Refuse(
        absl::AlreadyExistsError(absl::StrCat("\"", path, "\" is there already; choose another folder")),
        kExitUsage);
  }
  for (const StarterFile& file : kStarter) {
    const absl::Status written = WriteNew(absl::StrCat(folder, "/", file.name), file.text);
    if (!written.ok()) return Refuse(written, kExitFailed);
  }
  const std::string at = ShellWord(folder);
  Say(absl::StrCat("made ", at, "/team.yaml, notes.txt and README.md; now try:\n  ninefold run ", at,
                   "/team.yaml \"When is the library open on Saturday?\" --file ", at, "/notes.txt\n"));
  return kExitOk;
}

}  // namespace

void AddInit(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  CLI::App* init = app.add_subcommand("init", "Make a folder with a team to start from");
  init->add_option("folder", *folder, "Made when it is not there; nothing in it is overwritten")
      ->required()
      ->type_name("FOLDER");
  init->footer(R"(Examples:
  ninefold init hello
  ninefold run hello/team.yaml "When is the library open on Saturday?" --file hello/notes.txt)");
  init->callback([folder, &exit_code] { exit_code = Init(*folder); });
}

}  // namespace ninefold::cli
