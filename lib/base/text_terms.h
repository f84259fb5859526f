// Words of a text in a form that compares: lower case, accents folded, English endings cut, so that
// "conveying" finds "convey" and "Kündigung" finds "kundigung".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace ninefold {

// Calls `each` with every word's folded form (before stemming), its offset and its length in `text`. The form
// lives during the call. Characters of scripts without blanks between words (Han, Kana, Hangul) are a word
// each.
void ForEachWord(std::string_view text,
                 absl::FunctionRef<void(std::string_view word, std::size_t offset, std::size_t length)> each);

// Cuts English endings of a folded word, in place: plurals, -ing, -ed, -ly, -ment, -ness, -ion.
void Stem(std::string& word);

// A word that says little of what a text is about: "the", "may", "when", "der".
bool IsStopWord(std::string_view folded);

// The stems of the words of `text` that are no stop words, in order, each once.
std::vector<std::string> ContentStems(std::string_view text);

// Stems that mean about the same as `stem` (not itself), or none.
std::vector<std::string_view> Synonyms(std::string_view stem);

// `text` with every run of white space as one blank, none at the ends.
std::string FoldWhiteSpace(std::string_view text);

// The text in lower case with accents folded, for comparing; white space is kept.
std::string FoldCase(std::string_view text);

}  // namespace ninefold
