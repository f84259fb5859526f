#include "cli/expectations.h"

#include <regex.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

// POSIX extended: glibc's matcher needs no recursion, whatever the answer's length.
std::string MatchMiss(const std::string& pattern, const std::string& text) {
  regex_t regex;
  const int code = ::regcomp(&regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
  if (code != 0) {
    char why[128];
    ::regerror(code, &regex, why, sizeof why);
    return absl::StrCat("matches \"", pattern, "\": ", why, "; write a POSIX extended regular expression");
  }
  const bool found = ::regexec(&regex, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&regex);
  return found ? "" : absl::StrCat("nothing in the answer matches \"", pattern, "\"");
}

std::string Lower(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return lower;
}

}  // namespace

std::vector<std::string> Misses(const PipelineTest& test, const Reply& reply) {
  std::vector<std::string> misses;
  const std::string answer = Lower(reply.text);
  for (const std::string& text : test.contains) {
    if (!absl::StrContains(answer, Lower(text))) misses.push_back(absl::StrCat("the answer does not contain \"", text, "\""));
  }
  for (const std::string& text : test.excludes) {
    if (absl::StrContains(answer, Lower(text))) misses.push_back(absl::StrCat("the answer contains \"", text, "\""));
  }
  if (!test.matches.empty()) {
    const std::string miss = MatchMiss(test.matches, reply.text);
    if (!miss.empty()) misses.push_back(miss);
  }
  if (test.equals && reply.data != test.equals) {
    misses.push_back(absl::StrCat("the data is ", reply.data ? DumpJson(*reply.data) : "missing", ", not ", DumpJson(*test.equals)));
  }
  if (std::int64_t(reply.evidence.size()) < test.evidence_min) {
    misses.push_back(absl::StrCat("the answer has ", Count(std::int64_t(reply.evidence.size()), "piece"), " of evidence, fewer than ", test.evidence_min));
  }
  return misses;
}

}  // namespace ninefold::cli
