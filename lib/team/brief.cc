#include "team/brief.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text_terms.h"

namespace ninefold {
namespace {

// Words for what has been found before, whatever it is.
constexpr const char* kGiven[] = {"above", "all",     "answer", "both",    "combine", "compare", "earlier",
                                  "each",  "finding", "found",  "given",   "merge",   "output",  "previous",
                                  "prior", "report",  "result", "summary", "these",   "those",   "together",
                                  "using", "them",    "it",     "this",    "that",    "they",    "its"};

std::unordered_set<std::string> WordsOf(std::string_view text) {
  std::unordered_set<std::string> words;
  ForEachWord(text, [&](std::string_view word, std::size_t, std::size_t) {
    std::string stem(word);
    words.insert(stem);
    Stem(stem);
    words.insert(std::move(stem));
  });
  return words;
}

}  // namespace

bool SpeaksOf(std::string_view brief, std::string_view id, std::string_view other) {
  const std::unordered_set<std::string> words = WordsOf(brief);
  const auto has = [&](const std::string& word) { return words.contains(word); };
  if (std::any_of(std::begin(kGiven), std::end(kGiven), has)) return true;
  const std::vector<std::string> of_other = ContentStems(other);
  if (std::any_of(of_other.begin(), of_other.end(), has)) return true;
  const std::unordered_set<std::string> of_id = WordsOf(id);
  return !of_id.empty() && std::all_of(of_id.begin(), of_id.end(), has);
}

}  // namespace ninefold
