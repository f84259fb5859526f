#include "base/text_terms.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace ninefold {
namespace {

// U+00C0 to U+017F without their accents; '*' is no letter, "ss" and the like lose their second letter but
// for U+00DF.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnn"
    "oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

// Of a leading byte; text is UTF-8, and damage costs no more than a wrong word.
std::size_t LengthOf(std::uint8_t first) {
  if (first < 0xC0) return 1;
  if (first < 0xE0) return 2;
  return first < 0xF0 ? 3 : 4;
}

std::uint32_t PointAt(std::string_view text, std::size_t i, std::size_t length) {
  const std::uint8_t first = std::uint8_t(text[i]);
  std::uint32_t point = length == 1 ? first : first & (0xFF >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) point = point << 6 | (std::uint8_t(text[i + k]) & 0x3F);
  return point;
}

void Append(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += char(point);
  } else if (point < 0x800) {
    out += char(0xC0 | point >> 6);
    out += char(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += char(0xE0 | point >> 12);
    out += char(0x80 | (point >> 6 & 0x3F));
    out += char(0x80 | (point & 0x3F));
  } else {
    out += char(0xF0 | point >> 18);
    out += char(0x80 | (point >> 12 & 0x3F));
    out += char(0x80 | (point >> 6 & 0x3F));
    out += char(0x80 | (point & 0x3F));
  }
}

std::uint32_t FoldGreek(std::uint32_t point) {
  switch (point) {
    case 0x386:
    case 0x3AC:
      return 0x3B1;
    case 0x388:
    case 0x3AD:
      return 0x3B5;
    case 0x389:
    case 0x3AE:
      return 0x3B7;
    case 0x38A:
    case 0x3AF:
    case 0x390:
    case 0x3AA:
    case 0x3CA:
      return 0x3B9;
    case 0x38C:
    case 0x3CC:
      return 0x3BF;
    case 0x38E:
    case 0x3CD:
    case 0x3B0:
    case 0x3AB:
    case 0x3CB:
      return 0x3C5;
    case 0x38F:
    case 0x3CE:
      return 0x3C9;
    case 0x3C2:
      return 0x3C3;
    default:
      break;
  }
  return point >= 0x391 && point <= 0x3A9 ? point + 32 : point;
}

bool IsWide(std::uint32_t point) {
  return (point >= 0x3040 && point <= 0x30FF) || (point >= 0x3400 && point <= 0x9FFF) ||
         (point >= 0xAC00 && point <= 0xD7AF) || (point >= 0x20000 && point <= 0x2FFFF);
}

bool IsLetter(std::uint32_t point) {
  if (point < 0xC0) return point == 0xAA || point == 0xB5 || point == 0xBA;
  if (point == 0xD7 || point == 0xF7) return false;
  return !(point >= 0x2000 && point <= 0x2BFF) && !(point >= 0x3000 && point <= 0x303F) &&
         !(point >= 0xFF00 && point <= 0xFF0F) && point != 0xFEFF && point != 0xFFFD && point != 0x37E &&
         point != 0x387;
}

// Adds the folded form of one letter.
void Fold(std::string& out, std::uint32_t point) {
  if (point == 0xDF) {
    out += "ss";
  } else if (point >= 0xC0 && point <= 0x17F) {
    out += kLatin[point - 0xC0];
  } else if (point >= 0x386 && point <= 0x3CE) {
    Append(out, FoldGreek(point));
  } else if (point >= 0x410 && point <= 0x42F) {
    Append(out, point + 32);
  } else if (point >= 0x400 && point <= 0x40F) {
    Append(out, point + 80);
  } else {
    Append(out, point);
  }
}

const std::unordered_set<std::string_view>& StopWords() {
  static const auto* words = new std::unordered_set<std::string_view>{
      "a",       "about",   "after",   "again",  "all",   "also",   "am",      "an",     "and",   "any",
      "are",     "as",      "at",      "be",     "been",  "before", "being",   "both",   "but",   "by",
      "can",     "could",   "did",     "do",     "does",  "doing",  "each",    "either", "else",  "every",
      "for",     "from",    "had",     "has",    "have",  "having", "he",      "her",    "here",  "hers",
      "him",     "his",     "how",     "i",      "if",    "in",     "into",    "is",     "it",    "its",
      "just",    "let",     "may",     "me",     "might", "more",   "most",    "much",   "many",  "must",
      "my",      "no",      "not",     "of",     "off",   "on",     "once",    "one",    "only",  "or",
      "other",   "our",     "out",     "over",   "own",   "per",    "please",  "shall",  "she",   "should",
      "so",      "some",    "such",    "than",   "that",  "the",    "their",   "them",   "then",  "there",
      "these",   "they",    "this",    "those",  "to",    "too",    "up",      "upon",   "us",    "very",
      "was",     "we",      "were",    "what",   "when",  "where",  "whether", "which",  "while", "who",
      "whom",    "whose",   "why",     "will",   "with",  "would",  "you",     "your",   "yes",   "say",
      "says",    "said",    "s",       "t",      "d",     "ll",     "re",      "ve",     "don",   "isn",
      "doesn",   "under",   "through", "aber",   "als",   "am",     "an",      "auch",   "auf",   "aus",
      "bei",     "bis",     "das",     "dass",   "dem",   "den",    "der",     "des",    "die",   "ein",
      "eine",    "einem",   "einen",   "einer",  "eines", "es",     "fur",     "hat",    "ich",   "ihr",
      "im",      "ist",     "kann",    "mit",    "muss",  "nach",   "nicht",   "oder",   "sie",   "sich",
      "sind",    "so",      "uber",    "um",     "und",   "vom",    "von",     "wann",   "was",   "welche",
      "welcher", "welches", "wer",     "werden", "wie",   "wird",   "wo",      "zu",     "zum",   "zur",
      "viel",    "viele",   "και",     "το",     "τα",    "η",      "ο",       "οι",     "του",   "τησ",
      "των",     "την",     "τον",     "με",     "για",   "απο",    "στο",     "στη",    "στην",  "στον",
      "ειναι",   "να",      "θα",      "που",    "ποτε",  "ποιοσ",  "ποια",    "ποιο",   "τι",    "πωσ",
      "σε",      "ποσο",    "ποση",    "ποσα"};
  return *words;
}

bool HasVowel(std::string_view word) { return word.find_first_of("aeiouy") != std::string_view::npos; }

bool EndsWith(std::string_view word, std::string_view ending, std::size_t left_min) {
  return word.size() >= ending.size() + left_min && word.substr(word.size() - ending.size()) == ending;
}

// "running" is "run", "selling" is "sell".
void Undouble(std::string& word) {
  const std::size_t n = word.size();
  if (n < 3 || word[n - 1] != word[n - 2]) return;
  if (std::string_view("lsz").find(word[n - 1]) == std::string_view::npos) word.pop_back();
}

void CutPlural(std::string& word) {
  if (EndsWith(word, "ies", 2)) {
    word.resize(word.size() - 2);
  } else if (EndsWith(word, "sses", 1) || EndsWith(word, "xes", 1) || EndsWith(word, "ches", 1) ||
             EndsWith(word, "shes", 1)) {
    word.resize(word.size() - 2);
  } else if (EndsWith(word, "s", 3) && !EndsWith(word, "ss", 1) && !EndsWith(word, "us", 1) &&
             !EndsWith(word, "is", 1)) {
    word.pop_back();
  }
}

void CutVerbEnding(std::string& word) {
  if (EndsWith(word, "ied", 2)) {
    word.resize(word.size() - 2);
    return;
  }
  for (const std::string_view ending : {"ing", "ed"}) {
    if (!EndsWith(word, ending, 3)) continue;
    if (!HasVowel(std::string_view(word).substr(0, word.size() - ending.size()))) continue;
    word.resize(word.size() - ending.size());
    Undouble(word);
    return;
  }
}

}  // namespace

void ForEachWord(
    std::string_view text,
    absl::FunctionRef<void(std::string_view word, std::size_t offset, std::size_t length)> each) {
  constexpr std::size_t kWordBytesMax = 64;  // a longer "word" is no word: base64, a key
  std::string word;
  std::size_t start = 0;
  const auto flush = [&](std::size_t end) {
    if (!word.empty() && end - start <= kWordBytesMax) each(word, start, end - start);
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t byte = std::uint8_t(text[i]);
    if (byte < 0x80) {
      const char lower = byte >= 'A' && byte <= 'Z' ? char(byte + 32) : char(byte);
      const bool part = (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9');
      // 1,000 and 3.5 are words; so is the don of don't.
      const bool within = (byte == '.' || byte == ',') && !word.empty() && word.back() >= '0' &&
                          word.back() <= '9' && i + 1 < text.size() && text[i + 1] >= '0' &&
                          text[i + 1] <= '9';
      if (part || within) {
        if (word.empty()) start = i;
        if (byte != ',') word += lower;
      } else {
        flush(i);
      }
      ++i;
      continue;
    }
    const std::size_t length = std::min(LengthOf(byte), text.size() - i);
    const std::uint32_t point = PointAt(text, i, length);
    if (IsWide(point)) {
      flush(i);
      start = i;
      Append(word, point);
      flush(i + length);
    } else if (IsLetter(point)) {
      if (word.empty()) start = i;
      Fold(word, point);
    } else if (point != 0xAD) {  // a soft hyphen is within its word
      flush(i);
    }
    i += length;
  }
  flush(text.size());
}

void Stem(std::string& word) {
  if (word.size() < 4 || (word[0] >= '0' && word[0] <= '9')) return;
  CutPlural(word);
  CutVerbEnding(word);
  if (EndsWith(word, "ly", 4)) word.resize(word.size() - 2);
  if (EndsWith(word, "ness", 3) || EndsWith(word, "ment", 3)) word.resize(word.size() - 4);
  if (EndsWith(word, "ification", 2)) {
    word.resize(word.size() - 6);
  } else if (EndsWith(word, "tion", 3) || EndsWith(word, "sion", 3)) {
    word.resize(word.size() - 3);
  }
  if (EndsWith(word, "e", 3)) word.pop_back();
  if (EndsWith(word, "y", 3)) word.back() = 'i';
}

bool IsStopWord(std::string_view folded) { return StopWords().count(folded) != 0; }

std::vector<std::string> ContentStems(std::string_view text) {
  std::vector<std::string> stems;
  ForEachWord(text, [&](std::string_view word, std::size_t, std::size_t) {
    if (IsStopWord(word)) return;
    std::string stem(word);
    Stem(stem);
    if (std::find(stems.begin(), stems.end(), stem) == stems.end()) stems.push_back(std::move(stem));
  });
  return stems;
}

std::vector<std::string_view> Synonyms(std::string_view stem) {
  // Words of everyday questions beside those of contracts, licences, recipes, protocols and minutes.
  static constexpr std::string_view kGroups[] = {"contract agreement",
                                                 "end terminate expire finish stop cease",
                                                 "start begin commence commencement",
                                                 "buy purchase acquire",
                                                 "fix cure repair remedy correct",
                                                 "price cost fee charge rent",
                                                 "pay payment paid payable remuneration",
                                                 "deadline due",
                                                 "send deliver ship",
                                                 "deliver delivery shipment",
                                                 "cancel terminate termination withdraw",
                                                 "rule law regulation",
                                                 "forbidden prohibited prohibit forbid ban",
                                                 "allow permit permission permitted",
                                                 "require need obligation required",
                                                 "guarantee warranty",
                                                 "person people",
                                                 "boss manager head chair",
                                                 "decide decision agree resolve resolved",
                                                 "vote voted ballot",
                                                 "attend present attendee participant attendance",
                                                 "absent apology excused",
                                                 "bake oven",
                                                 "rest stand",
                                                 "wait incubate",
                                                 "temperature degrees",
                                                 "heat warm",
                                                 "cool chill",
                                                 "mix stir combine blend",
                                                 "centrifuge spin",
                                                 "store keep",
                                                 "change modify alter amend",
                                                 "share distribute convey",
                                                 "program software",
                                                 "copy duplicate",
                                                 "author writer",
                                                 "licence license",
                                                 "colour color",
                                                 "meeting session",
                                                 "budget funds",
                                                 "salary wage",
                                                 "employer company",
                                                 "client customer",
                                                 "seller vendor supplier",
                                                 "buyer purchaser",
                                                 "owner proprietor",
                                                 "house flat apartment premises dwelling rental",
                                                 "tenant lessee",
                                                 "landlord lessor",
                                                 "confidential secret",
                                                 "late delay overdue",
                                                 "penalty fine",
                                                 "money sum amount",
                                                 "holiday vacation",
                                                 "month monthly",
                                                 "year annual yearly annually",
                                                 "week weekly",
                                                 "day daily",
                                                 "lawsuit litigation",
                                                 "court jurisdiction",
                                                 "violate breach violation infringe",
                                                 "lose forfeit",
                                                 "liable liability",
                                                 "minimum least",
                                                 "maximum most",
                                                 "big large",
                                                 "quick fast",
                                                 "kill die",
                                                 "dose dosage",
                                                 "remove delete discard",
                                                 "error failure fault",
                                                 "increase rise grow",
                                                 "decrease fall drop decline",
                                                 "next following",
                                                 "free gratis"};
  static const auto* table = [] {
    auto* made = new std::unordered_map<std::string, std::vector<std::string_view>>;
    static std::vector<std::string>* stems = new std::vector<std::string>;
    stems->reserve(1024);  // views into it stay
    for (std::string_view group : kGroups) {
      const std::size_t first = stems->size();
      ForEachWord(group, [&](std::string_view word, std::size_t, std::size_t) {
        std::string stem(word);
        Stem(stem);
        stems->push_back(std::move(stem));
      });
      for (std::size_t a = first; a < stems->size(); ++a) {
        for (std::size_t b = first; b < stems->size(); ++b) {
          if ((*stems)[a] != (*stems)[b]) (*made)[(*stems)[a]].push_back((*stems)[b]);
        }
      }
    }
    return made;
  }();
  const auto it = table->find(std::string(stem));
  return it == table->end() ? std::vector<std::string_view>() : it->second;
}

std::string FoldWhiteSpace(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
    if (!blank) {
      folded += c;
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

std::string FoldCase(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t byte = std::uint8_t(text[i]);
    const std::size_t length = std::min(LengthOf(byte), text.size() - i);
    const std::uint32_t point = PointAt(text, i, length);
    if (byte < 0x80) {
      folded += byte >= 'A' && byte <= 'Z' ? char(byte + 32) : char(byte);
    } else if (length > 1 && IsLetter(point)) {
      Fold(folded, point);
    } else {
      folded += text.substr(i, length);
    }
    i += length;
  }
  return folded;
}

}  // namespace ninefold
