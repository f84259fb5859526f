// Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) with k1 = 1.2, b = 0.6:
// passages are short, so length counts less than usual.
#include "base/text_rank.h"

#include <algorithm>
#include <cmath>

#include "base/text_terms.h"

namespace ninefold {
namespace {

constexpr double kK1 = 1.2;
constexpr double kB = 0.6;
constexpr double kSynonymWorth = 0.7;
constexpr double kNearWorth = 0.75;
constexpr double kHeadingShare = 0.5;  // of a heading's own score, to each passage under it
constexpr double kParentShare = 0.3;

std::size_t SharedPrefix(std::string_view a, std::string_view b) {
  const std::size_t n = std::min(a.size(), b.size());
  return std::size_t(std::mismatch(a.begin(), a.begin() + std::ptrdiff_t(n), b.begin()).first - a.begin());
}

// How much of the word's worth a form near it has: an inflection, or a compound that begins or ends with it.
double NearWorth(std::string_view asked, std::string_view term) {
  if (asked.size() < 4 || term.size() < 4) return 0;
  const std::size_t shared = SharedPrefix(asked, term);
  const std::size_t longer = std::max(asked.size(), term.size());
  const std::size_t shorter = std::min(asked.size(), term.size());
  if (shared >= 4 && shared + 3 >= longer && shared * 4 >= longer * 3) return kNearWorth;
  if (shorter < 5) return 0;
  if (shared == shorter && longer <= shorter * 3) return 0.6;
  const bool ends =
      longer > shorter && (asked.size() > term.size() ? asked : term).substr(longer - shorter) ==
                              (asked.size() > term.size() ? term : asked);
  return ends && shorter >= 6 ? 0.55 : 0;
}

}  // namespace

void TextIndex::Add(std::string name, std::string_view text, int line_offset, std::string section) {
  documents_.push_back({std::move(name), text, line_offset, std::move(section), Split(text), 0, 0});
}

void TextIndex::Finish() {
  for (std::uint32_t d = 0; d < documents_.size(); ++d) {
    Document& document = documents_[d];
    document.passage_begin = std::uint32_t(passages_.size());
    document.sentence_begin = std::uint32_t(sentences_.size());
    for (const Passage& passage : document.split.passages) passages_.push_back({&passage, d});
    AddTerms(d);
  }
  MakePostings();
}

std::uint32_t TextIndex::TermOf(std::string_view word) {
  std::string key(word);
  const auto known = term_by_word_.find(key);
  if (known != term_by_word_.end()) return known->second;
  std::string stem = key;
  Stem(stem);
  const auto [it, made] = term_by_stem_.try_emplace(stem, std::uint32_t(vocabulary_.size()));
  if (made) vocabulary_.push_back(std::move(stem));
  term_by_word_.emplace(std::move(key), it->second);
  return it->second;
}

void TextIndex::AddTerms(std::uint32_t d) {
  const Document& document = documents_[d];
  for (const Sentence& sentence : document.split.sentences) {
    SentenceRef ref{&sentence, document.passage_begin + sentence.passage, std::uint32_t(terms_.size()), 0};
    const auto add = [&](std::string_view word, std::size_t, std::size_t) { terms_.push_back(TermOf(word)); };
    ForEachWord(document.text.substr(sentence.begin, sentence.end - sentence.begin), add);
    ref.term_end = std::uint32_t(terms_.size());
    sentences_.push_back(ref);
  }
}

void TextIndex::MakePostings() {
  lengths_.assign(passages_.size(), 0);
  std::vector<std::uint32_t> last(vocabulary_.size(), Passage::kNone);
  posting_begin_.assign(vocabulary_.size() + 1, 0);
  for (const SentenceRef& ref : sentences_) {
    lengths_[ref.passage] += ref.term_end - ref.term_begin;
    for (std::uint32_t t = ref.term_begin; t < ref.term_end; ++t) {
      if (last[terms_[t]] == ref.passage) continue;
      last[terms_[t]] = ref.passage;
      ++posting_begin_[terms_[t] + 1];
    }
  }
  for (std::size_t t = 1; t < posting_begin_.size(); ++t) posting_begin_[t] += posting_begin_[t - 1];
  postings_.resize(posting_begin_.back());
  std::vector<std::uint32_t> at(posting_begin_.begin(), posting_begin_.end() - 1);
  for (const SentenceRef& ref : sentences_) {
    for (std::uint32_t t = ref.term_begin; t < ref.term_end; ++t) {
      const std::uint32_t term = terms_[t];
      const bool same = at[term] > posting_begin_[term] && postings_[at[term] - 1].passage == ref.passage;
      if (same) {
        ++postings_[at[term] - 1].count;
      } else {
        postings_[at[term]++] = {ref.passage, 1};
      }
    }
  }
  std::uint64_t words = 0;
  for (const std::uint32_t length : lengths_) words += length;
  mean_length_ = passages_.empty() ? 1 : std::max(1.0, double(words) / double(passages_.size()));
}

std::uint32_t TextIndex::sentence_begin(std::uint32_t p) const {
  return document_of(p).sentence_begin + passages_[p].passage->sentence_begin;
}
std::uint32_t TextIndex::sentence_end(std::uint32_t p) const {
  return document_of(p).sentence_begin + passages_[p].passage->sentence_end;
}
std::uint32_t TextIndex::heading_of(std::uint32_t p) const {
  const std::uint32_t local = passages_[p].passage->heading;
  return local == Passage::kNone ? local : document_of(p).passage_begin + local;
}
std::uint32_t TextIndex::parent_of(std::uint32_t p) const {
  const std::uint32_t local = passages_[p].passage->parent;
  return local == Passage::kNone ? local : document_of(p).passage_begin + local;
}
std::string_view TextIndex::TextOfPassage(std::uint32_t p) const {
  return document_of(p).text.substr(passage(p).begin, passage(p).end - passage(p).begin);
}
std::string_view TextIndex::TextOfSentence(std::uint32_t s) const {
  return document_of(passage_of(s)).text.substr(sentence(s).begin, sentence(s).end - sentence(s).begin);
}
std::string TextIndex::HeadingText(std::uint32_t p) const {
  const std::uint32_t heading = heading_of(p);
  if (heading == Passage::kNone) return document_of(p).section;
  std::string text = FoldWhiteSpace(TextOfPassage(heading));
  const std::size_t hashes = text.find_first_not_of("# ");
  return hashes == std::string::npos ? "" : text.substr(hashes);
}
int TextIndex::FirstLine(std::uint32_t s) const {
  return sentence(s).line_begin + document_of(passage_of(s)).line_offset;
}
int TextIndex::LastLine(std::uint32_t s) const {
  return sentence(s).line_end + document_of(passage_of(s)).line_offset;
}

double TextIndex::Idf(double in) const {
  const double n = double(passages_.size());
  return std::log(1 + (n - in + 0.5) / (in + 0.5));
}

void TextIndex::AddNearTerms(TextConcept& wanted) const {
  for (const std::string_view synonym : Synonyms(wanted.stem)) {
    const auto it = term_by_stem_.find(std::string(synonym));
    if (it != term_by_stem_.end()) wanted.terms.emplace_back(it->second, kSynonymWorth);
  }
  if (wanted.known) return;
  for (std::uint32_t t = 0; t < vocabulary_.size(); ++t) {
    const double worth = NearWorth(wanted.stem, vocabulary_[t]);
    if (worth > 0) wanted.terms.emplace_back(t, worth);
  }
}

TextQuery TextIndex::Resolve(std::string_view words, double weight) const {
  TextQuery query;
  for (std::string& stem : ContentStems(words)) {
    if (query.size() == 64) break;  // a longer question is a text
    TextConcept wanted;
    wanted.weight = weight;
    const auto it = term_by_stem_.find(stem);
    wanted.stem = std::move(stem);
    wanted.known = it != term_by_stem_.end();
    if (wanted.known) wanted.terms.emplace_back(it->second, 1);
    AddNearTerms(wanted);
    double in = 0;
    for (const auto& [term, worth] : wanted.terms)
      in = std::max(in, double(posting_begin_[term + 1] - posting_begin_[term]));
    wanted.idf = Idf(in);
    wanted.known = !wanted.terms.empty();
    query.push_back(std::move(wanted));
  }
  return query;
}

void TextIndex::Match(const TextQuery& query, std::uint32_t begin, std::uint32_t end,
                      std::vector<double>& worth) const {
  for (std::size_t c = 0; c < query.size(); ++c) {
    for (const auto& [term, value] : query[c].terms) {
      if (worth[c] >= value) continue;
      if (std::find(terms_.begin() + begin, terms_.begin() + end, term) != terms_.begin() + end)
        worth[c] = value;
    }
  }
}

std::vector<double> TextIndex::MatchSentence(const TextQuery& query, std::uint32_t s) const {
  std::vector<double> worth(query.size(), 0);
  Match(query, sentences_[s].term_begin, sentences_[s].term_end, worth);
  return worth;
}

std::vector<double> TextIndex::MatchPassage(const TextQuery& query, std::uint32_t p) const {
  std::vector<double> worth(query.size(), 0);
  const std::uint32_t begin = sentence_begin(p), end = sentence_end(p);
  if (begin < end) Match(query, sentences_[begin].term_begin, sentences_[end - 1].term_end, worth);
  return worth;
}

// Worth of asked words that stand side by side in the passage as they do in the question.
double TextIndex::Nearness(const TextQuery& query, std::uint32_t p) const {
  const std::uint32_t begin = sentence_begin(p), end = sentence_end(p);
  if (begin >= end || query.size() < 2) return 0;
  double near = 0;
  const auto is = [&](std::size_t c, std::uint32_t term) {
    return !query[c].terms.empty() && query[c].terms[0].first == term;
  };
  const std::uint32_t last = sentences_[end - 1].term_end;
  for (std::size_t c = 0; c + 1 < query.size(); ++c) {
    for (std::uint32_t t = sentences_[begin].term_begin; t + 1 < last; ++t) {
      if (!is(c, terms_[t])) continue;
      if (!is(c + 1, terms_[t + 1]) && !(t + 2 < last && is(c + 1, terms_[t + 2]))) continue;
      near += 0.3 * (query[c].idf + query[c + 1].idf) * query[c].weight;
      break;
    }
  }
  return near;
}

std::vector<TextHit> TextIndex::Search(const TextQuery& query, std::size_t limit, int document,
                                       bool headings) const {
  std::vector<double> own(passages_.size(), 0);
  std::vector<double> best(passages_.size(), 0);  // of one concept: its forms do not add up
  for (const TextConcept& wanted : query) {
    std::fill(best.begin(), best.end(), 0);
    for (const auto& [term, worth] : wanted.terms) {
      for (std::uint32_t i = posting_begin_[term]; i < posting_begin_[term + 1]; ++i) {
        const Posting& posting = postings_[i];
        const double length = kK1 * (1 - kB + kB * double(lengths_[posting.passage]) / mean_length_);
        const double tf = double(posting.count) * (kK1 + 1) / (double(posting.count) + length);
        best[posting.passage] = std::max(best[posting.passage], worth * tf);
      }
    }
    for (std::size_t p = 0; p < best.size(); ++p) own[p] += best[p] * wanted.idf * wanted.weight;
  }
  std::vector<TextHit> hits;
  for (std::uint32_t p = 0; p < passages_.size(); ++p) {
    const bool is_heading = passages_[p].passage->kind == PassageKind::kHeading;
    if ((document >= 0 && passages_[p].document != std::uint32_t(document)) || (is_heading && !headings))
      continue;
    double score = own[p];
    double share = kHeadingShare;
    for (std::uint32_t h = heading_of(p); h != Passage::kNone && share > 0.1; h = heading_of(h), share /= 2)
      score += share * own[h];
    const std::uint32_t parent = parent_of(p);
    if (parent != Passage::kNone) score += kParentShare * own[parent];
    if (score > 0) hits.push_back({p, score});
  }
  const auto better = [](const TextHit& a, const TextHit& b) {
    return a.score != b.score ? a.score > b.score : a.passage < b.passage;
  };
  const std::size_t looked = std::min<std::size_t>(hits.size(), std::max<std::size_t>(limit, 40));
  std::partial_sort(hits.begin(), hits.begin() + std::ptrdiff_t(looked), hits.end(), better);
  hits.resize(looked);
  for (TextHit& hit : hits) hit.score += Nearness(query, hit.passage);
  std::sort(hits.begin(), hits.end(), better);
  if (hits.size() > limit) hits.resize(limit);
  return hits;
}

}  // namespace ninefold
