// Sentences are scored by how much of the question's rare words they and their surroundings cover, then
// weighed by what the agent was told to look for. Below a share of the question's words nothing is quoted.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "model/offline.h"
#include "ninefold/status.h"

namespace ninefold::offline {
namespace {

constexpr double kCoverMin = 0.5;  // share of the question's weight that a passage must have
constexpr std::size_t kQuoteBytesMax = 1000;

// What an agent can be told to look for, and how such sentences speak.
struct Facet {
  std::string_view asked;  // stems
  std::string_view said;   // phrases, "|" between them
};
constexpr Facet kFacets[] = {
    {"condition requirement prerequisite criteria",
     " if |provided that|provided you| must |as long as|subject to|only if|under the "
     "terms|conditions|requirement|shall | when "},
    {"exception limit limitation exclusion restrict restriction caveat",
     "except|unless|however|need not|not include|does not apply|only if|allowed only|excluded|without |may "
     "not|notwithstanding|but this|cannot|no more than|limited| not "},
    {"definition defin mean meaning term terminologi",
     "\" means|\" refers|means |refers to|is defined|is called|\" is either|known as"},
    {"obligation duti obligat must", " must | shall |required to|obligat|have to|has to"},
    {"permission right allow permit", " may |permitted|permission|allowed|grants|entitled"},
    {"risk danger hazard safeti warn",
     "risk|danger|hazard|warning|caution|liab|damage|loss|toxic|never |do not"},
    {"step procedur process method how", "first|then|next|after|before|finally"},
    {"reason caus purpos why", "because|since |therefore|in order to|so that|reason|purpose|due to"},
    {"number amount figur quantiti numeric cost price", "0|1|2|3|4|5|6|7|8|9|percent|%"},
    {"date deadlin time schedul duration",
     "days|weeks|months|years|hours|minutes|202|201|date|until|deadline"},
};

bool HasAny(const std::string& folded, std::string_view phrases) {
  while (!phrases.empty()) {
    const std::size_t bar = std::min(phrases.find('|'), phrases.size());
    if (bar > 0 && folded.find(phrases.substr(0, bar)) != std::string::npos) return true;
    phrases.remove_prefix(std::min(bar + 1, phrases.size()));
  }
  return false;
}

int CountOf(const std::string& folded, std::string_view phrases) {
  int count = 0;
  while (!phrases.empty()) {
    const std::size_t bar = std::min(phrases.find('|'), phrases.size());
    if (bar > 0 && folded.find(phrases.substr(0, bar)) != std::string::npos) ++count;
    phrases.remove_prefix(std::min(bar + 1, phrases.size()));
  }
  return count;
}

bool IsWeak(std::string_view stem) {
  static constexpr std::string_view kWeak[] = {
      "happen",    "mak",      "get",     "us",    "need", "want",    "giv",     "tell",
      "kind",      "typ",      "wai",     "thing", "long", "often",   "old",     "far",
      "many",      "document", "text",    "mean",  "tak",  "go",      "appli",   "mention",
      "hav",       "state",    "cas",     "look",  "find", "explain", "describ", "list",
      "according", "accord",   "exactli", "exact", "know", "work",    "possibl", "high",
      "fast",      "larg",     "deep",    "lang",  "hoch", "high",    "met",     "respect"};
  return std::find(std::begin(kWeak), std::end(kWeak), stem) != std::end(kWeak);
}

bool HasNumber(const std::string& folded) {
  if (folded.find_first_of("0123456789") != std::string::npos) return true;
  return HasAny(" " + folded + " ",
                " one | two | three | four | five | six | seven | eight | nine | ten | twelve | twenty | "
                "thirty | half | free | gratis | no charge | twice | once | zwei | drei | vier | zehn ");
}

// A number beside a currency.
bool HasAmount(const std::string& folded) {
  if (folded.find_first_of("0123456789") == std::string::npos)
    return folded.find("free of charge") != std::string::npos;
  return HasAny(folded,
                "euro|eur |dollar|usd|pound|cent |cents|franc|chf|\xE2\x82\xAC|$|\xC2\xA3|percent|% of");
}

struct Wanted {
  bool number = false, money = false, when = false, definition = false;
};

Wanted WantedBy(const std::string& question) {
  const std::string q = " " + FoldCase(question) + " ";
  Wanted wanted;
  wanted.number = HasAny(q,
                         " how many | how much | how long | how old | how far | how often | how hot | how "
                         "high | what percentage | wie viel | wie lange | wie hoch | ποσο |what temperature");
  wanted.money =
      HasAny(q, " does | do | what is | what's | how much ") &&
      HasAny(q, " pay | cost| price| fee | fees | rent | rent?| deposit | salary | wage| charge | charges ");
  wanted.when = HasAny(q, " when | what date | wann | ποτε |how long|deadline");
  wanted.definition = HasAny(q, " what is a | what is an | what does | define | definition | mean?| mean ");
  return wanted;
}

class Extractor {
 public:
  Extractor(const Reading& reading, const std::vector<Source>& sources) : reading_(reading) {
    for (const Source& source : sources)
      index_.Add(source.name, source.text, source.line_offset, source.section);
    index_.Finish();
    query_ = index_.Resolve(reading.question);
    for (TextConcept& wanted : query_) {
      if (IsWeak(wanted.stem)) wanted.weight = wanted.known ? 0.4 : 0.1;
    }
    if (!reading.focus.empty()) ReadFocus();
    for (const TextConcept& wanted : query_) weight_ += wanted.weight * wanted.idf;
    wanted_ = WantedBy(reading.question);
  }

  Answer Run(std::size_t quotes_max) {
    Answer answer;
    if (index_.empty() || query_.empty() || weight_ <= 0) return answer;
    const std::vector<TextHit> hits = index_.Search(query_, 40);
    if (hits.empty() || !Covered(hits)) return answer;
    Score(hits);
    if (scored_.empty()) return answer;
    Pick(quotes_max, answer);
    return answer;
  }

 private:
  struct Scored {
    std::uint32_t sentence;
    double score;
  };

  // Words that name a facet are looked for through it, the others as they are.
  void ReadFocus() {
    std::set<std::string> named;
    for (const Facet& facet : kFacets) {
      for (const std::string& asked : ContentStems(facet.asked)) {
        if ((" " + reading_.focus + " ").find(" " + asked + " ") == std::string::npos) continue;
        facets_.insert(&facet);
        named.insert(asked);
        defines_ = defines_ || facet.said.rfind("\" means", 0) == 0;
      }
    }
    focus_ = index_.Resolve(reading_.focus);
    const auto is_cue = [&](const TextConcept& wanted) {
      return named.count(wanted.stem) != 0 || IsWeak(wanted.stem);
    };
    focus_.erase(std::remove_if(focus_.begin(), focus_.end(), is_cue), focus_.end());
  }

  double Share(const std::vector<double>& worth) const {
    double sum = 0;
    for (std::size_t c = 0; c < query_.size(); ++c) sum += worth[c] * query_[c].weight * query_[c].idf;
    return sum / weight_;
  }

  // A passage with what stands around it: its lead-in, its headings (at half), the document's name.
  std::vector<double> WithContext(std::uint32_t passage) const {
    std::vector<double> worth = index_.MatchPassage(query_, passage);
    const auto add = [&](std::uint32_t other, double share) {
      const std::vector<double> more = index_.MatchPassage(query_, other);
      for (std::size_t c = 0; c < worth.size(); ++c) worth[c] = std::max(worth[c], share * more[c]);
    };
    if (const std::uint32_t parent = index_.parent_of(passage); parent != Passage::kNone) add(parent, 0.9);
    double share = 0.8;
    for (std::uint32_t h = index_.heading_of(passage); h != Passage::kNone && share > 0.3;
         h = index_.heading_of(h), share -= 0.2)
      add(h, share);
    return worth;
  }

  // Whether any passage has enough of what is asked; a name in the question that no text has needs more of
  // the rest.
  bool Covered(const std::vector<TextHit>& hits) const {
    double best = 0;
    for (const TextHit& hit : hits) {
      const double own = Share(index_.MatchPassage(query_, hit.passage));
      if (own > 0.2) best = std::max(best, Share(WithContext(hit.passage)));
    }
    int missing = 0, known = 0;
    for (const TextConcept& wanted : query_) {
      if (IsWeak(wanted.stem)) continue;
      (wanted.known ? known : missing) += 1;
    }
    if (known == 0) return false;
    if (missing > 0 && NamesUnknown()) return false;
    return best >= (missing >= known ? 0.62 : kCoverMin);
  }

  // A capitalised word or a number, not at the start, that no text has.
  bool NamesUnknown() const {
    bool unknown = false, first = true;
    const std::string& q = reading_.question;
    ForEachWord(q, [&](std::string_view word, std::size_t offset, std::size_t) {
      const bool start =
          first || (offset >= 2 && (q[offset - 2] == '.' || q[offset - 2] == '?' || q[offset - 2] == ':'));
      first = false;
      const bool named = (q[offset] >= 'A' && q[offset] <= 'Z') || (q[offset] >= '0' && q[offset] <= '9');
      if (start || !named || IsStopWord(word)) return;
      std::string stem(word);
      Stem(stem);
      for (const TextConcept& wanted : query_) {
        if (wanted.stem == stem && !wanted.known) unknown = true;
      }
    });
    return unknown;
  }

  double FocusOfSentence(std::uint32_t s, const std::string& folded) const {
    double cue = 0;
    for (const Facet* facet : facets_) {
      const bool defines = facet->said.rfind("\" means", 0) == 0;
      const int said = CountOf(folded, facet->said);
      if (defines) {
        // The word defined stands at the start, in quotation marks.
        const bool quoted = folded.find('"') < 10 && CountOf(folded.substr(0, 140), facet->said) > 0;
        cue += quoted ? 2.5 : said > 0 ? 0.3 : 0;
      } else {
        cue += said == 0 ? 0 : 0.7 + 0.3 * std::min(said, 3);
      }
    }
    const std::vector<double> worth = index_.MatchSentence(focus_, s);
    double words = 0, all = 0;
    for (std::size_t c = 0; c < focus_.size(); ++c) {
      if (!focus_[c].known) continue;
      words += worth[c] * focus_[c].idf;
      all += focus_[c].idf;
    }
    return cue + (all > 0 ? 1.5 * words / all : 0);
  }

  void Score(const std::vector<TextHit>& hits) {
    std::set<std::uint32_t> seen;
    const auto consider = [&](std::uint32_t passage, double around) {
      if (index_.passage(passage).kind == PassageKind::kHeading || !seen.insert(passage).second) return;
      for (std::uint32_t s = index_.sentence_begin(passage); s < index_.sentence_end(passage); ++s)
        scored_.push_back({s, ScoreOf(s, around)});
    };
    const double top = hits[0].score;
    for (const TextHit& hit : hits) {
      if (hit.score > 0.3 * top) consider(hit.passage, hit.score / top);
    }
    // The rest of the best passage's section may hold the exceptions.
    const std::uint32_t section = index_.heading_of(hits[0].passage);
    if (!facets_.empty() && section != Passage::kNone) {
      for (std::uint32_t p = section + 1; p < index_.passage_count() && index_.heading_of(p) == section; ++p)
        consider(p, 0.45);
    }
    if (defines_) {
      for (std::uint32_t p = 0; p < index_.passage_count(); ++p) {
        if (DefinesAsked(p)) consider(p, 0.5);
      }
    }
    const auto better = [](const Scored& a, const Scored& b) {
      return a.score != b.score ? a.score > b.score : a.sentence < b.sentence;
    };
    std::sort(scored_.begin(), scored_.end(), better);
  }

  // Whether a definition of one of the asked words begins the passage or a sentence of it.
  bool DefinesAsked(std::uint32_t passage) const {
    if (index_.passage(passage).end - index_.passage(passage).begin > 4000) return false;
    const std::string folded = FoldCase(FoldWhiteSpace(index_.TextOfPassage(passage)));
    return HasAny(folded, "\" means|\" refers|\" a work means|means ") &&
           Share(index_.MatchPassage(query_, passage)) > 0.15;
  }

  double ScoreOf(std::uint32_t s, double around) const {
    const std::string folded = FoldCase(FoldWhiteSpace(index_.TextOfSentence(s)));
    double score = 0.6 * around + Share(index_.MatchSentence(query_, s));
    if (wanted_.number) score *= HasNumber(folded) ? 1.4 : 0.6;
    if (wanted_.money && HasAmount(folded)) score *= 1.4;
    if (wanted_.when &&
        HasAny(folded, "0|1|2|3|4|5|6|7|8|9|provided| if |after|before|until|within|as soon as"))
      score *= 1.15;
    if (wanted_.definition && HasAny(folded, "\" means|\" refers|means | is a | is an |refers to"))
      score *= 1.3;
    if (focus_.empty() && facets_.empty()) return score;
    return score * (0.5 + FocusOfSentence(s, folded));
  }

  bool Add(std::uint32_t s, double score, Answer& answer) {
    if (!taken_.insert(s).second) return false;
    const int first = index_.FirstLine(s), last = index_.LastLine(s);
    std::string text(CutUtf8(FoldWhiteSpace(index_.TextOfSentence(s)), kQuoteBytesMax));
    for (const Quote& quote : answer.quotes) {
      if (quote.text == text) return false;  // the text says it twice
    }
    const std::string& name = index_.document_of(index_.passage_of(s)).name;
    std::string place = name == kPromptName ? "" : absl::StrCat(name, ":", first, "-", last);
    answer.quotes.push_back({std::move(text), std::move(place), score});
    return true;
  }

  // The items a passage leads in, after it.
  std::size_t AddItems(std::uint32_t passage, double score, std::size_t room, Answer& answer) {
    std::size_t added = 0;
    for (std::uint32_t p = passage + 1; p < index_.passage_count() && added < room; ++p) {
      if (&index_.document_of(p) != &index_.document_of(passage)) break;
      std::uint32_t parent = index_.parent_of(p);
      if (parent == Passage::kNone) break;
      if (parent != passage) continue;
      added += Add(index_.sentence_begin(p), score, answer) ? 1 : 0;
    }
    return added;
  }

  void Pick(std::size_t quotes_max, Answer& answer) {
    const double top = scored_[0].score;
    const double least = (!facets_.empty() ? 0.33 : focus_.empty() ? 0.72 : 0.5) * top;
    for (const Scored& one : scored_) {
      if (answer.quotes.size() >= quotes_max || one.score < least) break;
      const std::uint32_t passage = index_.passage_of(one.sentence);
      if (answer.quotes.empty()) answer.section = index_.HeadingText(passage);
      // The lead-in before its items.
      const bool leads = index_.TextOfSentence(one.sentence).back() == ':';
      if (!Add(one.sentence, one.score, answer)) continue;
      // An agent with a focus of its own takes of the items what fits it.
      if (leads && quotes_max > 2 && facets_.empty()) AddItems(passage, one.score, 10, answer);
    }
  }

  const Reading& reading_;
  TextIndex index_;
  TextQuery query_, focus_;
  std::set<const Facet*> facets_;
  double weight_ = 0;
  Wanted wanted_;
  bool defines_ = false;  // the agent looks for definitions
  std::vector<Scored> scored_;
  std::set<std::uint32_t> taken_;
};

}  // namespace

Answer Extract(const Reading& reading, const std::vector<Source>& sources, std::size_t quotes_max) {
  return Extractor(reading, sources).Run(quotes_max);
}

const Answer& AnswerFromSources(Reading& reading) {
  if (!reading.from_sources) reading.from_sources = Extract(reading, reading.sources, QuotesMax(reading));
  return *reading.from_sources;
}

const Answer& AnswerFromFound(Reading& reading) {
  if (!reading.from_found) reading.from_found = Extract(reading, reading.found, QuotesMax(reading));
  return *reading.from_found;
}

std::size_t QuotesMax(const Reading& reading) {
  const std::string said = FoldCase(absl::StrCat(reading.instructions, " ", reading.question));
  for (const std::string_view words : {"at most ", "up to ", "no more than "}) {
    const std::size_t at = said.find(words);
    if (at == std::string::npos || at + words.size() >= said.size()) continue;
    const char digit = said[at + words.size()];
    const std::string_view after = std::string_view(said).substr(at, 48);
    const bool counted =
        after.find("quote") != std::string_view::npos || after.find("sentence") != std::string_view::npos;
    if (counted && digit >= '1' && digit <= '9') return std::size_t(digit - '0');
  }
  return said.find("one sentence") != std::string::npos || said.find("one quote") != std::string::npos ? 1
                                                                                                       : 5;
}

bool WantsAnswerLine(const Reading& reading) {
  const std::string said = FoldCase(absl::StrCat(reading.instructions, "\n", reading.question));
  for (std::size_t at = said.find("answer:"); at != std::string::npos; at = said.find("answer:", at + 1)) {
    // "what limits the answer: conditions, …" asks for no such line.
    if (at == 0 || std::string_view("\"'`\n*").find(said[at - 1]) != std::string_view::npos) return true;
    for (const std::string_view before : {"line ", "with ", "line: ", "form ", "as "}) {
      if (at >= before.size() && said.compare(at - before.size(), before.size(), before) == 0) return true;
    }
  }
  return false;
}

std::string WithPlace(const Quote& quote) {
  return absl::StrCat("\"", quote.text, "\"",
                      quote.place.empty() ? "" : absl::StrCat(" [", quote.place, "]"));
}

std::string Render(const Reading& reading, const Answer& answer) {
  const bool line = WantsAnswerLine(reading);
  if (!answer.found())
    return absl::StrCat(std::string(kNotFound),
                        line ? absl::StrCat("\nanswer: ", std::string(kNotFound)) : "");
  const std::string& place = answer.quotes[0].place;
  const std::string document =
      place.empty() ? "" : absl::StrCat(" (", place.substr(0, place.rfind(':')), ")");
  std::string text = absl::StrCat(
      "The text says", answer.section.empty() ? "" : absl::StrCat(" under \"", answer.section, "\""),
      document, ":");
  for (const Quote& quote : answer.quotes) absl::StrAppend(&text, "\n- ", WithPlace(quote));
  if (line) absl::StrAppend(&text, "\nanswer: ", answer.quotes[0].text);
  return text;
}

double Likeness(std::string_view a, std::string_view b) {
  const std::vector<std::string> of = ContentStems(a);
  const std::vector<std::string> in = ContentStems(b);
  if (of.empty()) return 0;
  double shared = 0;
  for (const std::string& stem : of) {
    if (std::find(in.begin(), in.end(), stem) != in.end()) {
      shared += 1;
      continue;
    }
    for (const std::string_view synonym : Synonyms(stem)) {
      if (std::find(in.begin(), in.end(), synonym) == in.end()) continue;
      shared += 0.6;
      break;
    }
  }
  return shared / double(of.size());
}

}  // namespace ninefold::offline
