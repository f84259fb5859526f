// Documents that cannot be used.
#include <sys/stat.h>

#include "docs/bad_inputs.h"
#include "docs/shell.h"

namespace ninefold::docs {
namespace {

struct Document {
  const char* name;
  const char* what;  // "" where the name says it
};

constexpr Document kDocuments[] = {
    {"none.txt", ""},
    {"hello", "a folder"},
    {"pipe", "a named pipe"},
    {"/dev/zero", ""},
    {"empty.txt", "empty"},
    {"latin1.txt", "in Latin-1"},
    {"utf16.txt", "in UTF-16"},
    {"photo.txt", "a picture that is called .txt"},
    {"photo.png", "a picture; the offline model reads text alone"},
    {"cut.png", "the first bytes of a picture"},
    {"noise.png", "no picture, though it is called one"},
    {"scan.pdf", "the same"},
    {"ragged.csv", "a row lacks a cell"},
    {"quote.csv", "a quote is never closed"},
    {"latin1.tsv", "a table in Latin-1"},
    {"cut.json", "a brace is missing"},
    {"deep.json", "100 lists in one another"},
    {"lines.jsonl", "the second line is no JSON"},
    {"large.csv", "17 MiB"},
    {"large.txt", "65 MiB"},
    {"hello/notes.txt --file ./hello/notes.txt", ""},
};

}  // namespace

BadInputs DocumentInputs() {
  const std::string command = "ninefold run hello/team.yaml \"When?\" --model offline --quiet --file";
  BadInputs group{.title = "Documents",
                  .about = "In such a folder, each behind `" + command + "`. Nothing is run.",
                  .code = 2,
                  .all = {}};
  Shell shell;
  EXPECT_EQ(shell.Run("ninefold init hello").code, 0);
  shell.Write("empty.txt", "");
  shell.Write("latin1.txt", "Das Caf\xe9 ist offen.\n");
  shell.Write("utf16.txt", std::string("\xff\xfeW\0h\0e\0n\0", 10));
  const std::string picture = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\x80\0\0\1\xe0", 24);
  shell.Write("photo.txt", picture);
  shell.Write("photo.png", picture);
  shell.Write("cut.png", picture.substr(0, 20));
  shell.Write("noise.png", "\x8fnoise");
  shell.Write("scan.pdf", "%PDF-1.4\n%%EOF\n");
  shell.Write("ragged.csv", "pump,hours\nA7,3\nB12\n");
  shell.Write("quote.csv", "pump,note\nA7,\"ran well\nB12,new\n");
  shell.Write("latin1.tsv", "pump\tnote\nA7\tCaf\xe9\n");
  shell.Write("cut.json", "{\"pumps\": [1, 2]\n");
  shell.Write("deep.json", std::string(100, '[') + std::string(100, ']'));
  shell.Write("lines.jsonl", "{\"pump\": 1}\npump 2\n");
  std::string large = "pump\n";
  while (large.size() < (17u << 20)) large += "A number of pumps in one long cell\n";
  shell.Write("large.csv", large);
  shell.Write("large.txt", "");
  std::filesystem::resize_file(shell.Path("large.txt"), 65u << 20);
  ::mkfifo(shell.Path("pipe").c_str(), 0600);
  for (const Document& document : kDocuments) {
    const Ended ended = shell.Run(command + " " + document.name);
    EXPECT_EQ(ended.out, "") << document.name;
    const std::string what = *document.what == 0 ? "" : std::string("          (") + document.what + ")";
    group.all.push_back({document.name + what, shell.Fixed(ended.err), ended.code});
  }
  return group;
}

}  // namespace ninefold::docs
