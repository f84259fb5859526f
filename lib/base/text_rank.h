// Ranked passages: BM25 over the passages of some texts, where the heading above a passage and the words that
// lead a list in count too. Built once, read by any number of threads.
//
//   TextIndex index;
//   index.Add("notes.md", text);
//   index.Finish();
//   for (const TextHit& hit : index.Search(index.Resolve("written offer valid years"), 5)) …
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text_split.h"

namespace ninefold {

// One word asked for: the terms it may be in the texts (itself, synonyms, longer and shorter forms), each
// with its worth up to 1.
struct TextConcept {
  std::string stem;
  double weight = 1;
  double idf = 0;  // of the commonest way it is said; the highest there is when no text has it
  bool known = false;
  std::vector<std::pair<std::uint32_t, double>> terms;
};
using TextQuery = std::vector<TextConcept>;

struct TextHit {
  std::uint32_t passage = 0;
  double score = 0;
};

class TextIndex {
 public:
  struct Document {
    std::string name;
    std::string_view text;
    int line_offset = 0;  // added to line numbers: the text is a piece of a larger one
    std::string section;  // of such a piece, if known
    SplitText split;
    std::uint32_t passage_begin = 0, sentence_begin = 0;  // of the whole index
  };

  // `text` must outlive the index.
  void Add(std::string name, std::string_view text, int line_offset = 0, std::string section = "");
  void Finish();

  bool empty() const { return sentences_.empty(); }
  const std::vector<Document>& documents() const { return documents_; }

  // Passages and sentences are numbered through all documents.
  std::size_t passage_count() const { return passages_.size(); }
  const Passage& passage(std::uint32_t i) const { return *passages_[i].passage; }
  const Document& document_of(std::uint32_t passage) const { return documents_[passages_[passage].document]; }
  std::uint32_t sentence_begin(std::uint32_t passage) const;
  std::uint32_t sentence_end(std::uint32_t passage) const;
  const Sentence& sentence(std::uint32_t i) const { return *sentences_[i].sentence; }
  std::uint32_t passage_of(std::uint32_t sentence) const { return sentences_[sentence].passage; }
  // The passage's heading or parent, numbered through all documents, or Passage::kNone.
  std::uint32_t heading_of(std::uint32_t passage) const;
  std::uint32_t parent_of(std::uint32_t passage) const;
  std::string_view TextOfPassage(std::uint32_t passage) const;
  std::string_view TextOfSentence(std::uint32_t sentence) const;
  std::string HeadingText(std::uint32_t passage) const;  // "" without one
  int FirstLine(std::uint32_t sentence) const;
  int LastLine(std::uint32_t sentence) const;

  // The words of `words` as asked for; each once. Words in no text are kept, unknown.
  TextQuery Resolve(std::string_view words, double weight = 1) const;

  // For each concept whether sentence or heading has it: its worth, 0 to 1.
  std::vector<double> MatchSentence(const TextQuery& query, std::uint32_t sentence) const;
  std::vector<double> MatchPassage(const TextQuery& query,
                                   std::uint32_t passage) const;  // its headings and lead-in not counted

  // Best first, with a score over 0; of equals the earlier. `document` < 0: all.
  std::vector<TextHit> Search(const TextQuery& query, std::size_t limit, int document = -1,
                              bool headings = false) const;

 private:
  struct PassageRef {
    const Passage* passage;
    std::uint32_t document;
  };
  struct SentenceRef {
    const Sentence* sentence;
    std::uint32_t passage;
    std::uint32_t term_begin, term_end;
  };
  struct Posting {
    std::uint32_t passage;
    std::uint32_t count;
  };

  void AddTerms(std::uint32_t document);
  void MakePostings();
  std::uint32_t TermOf(std::string_view word);
  void AddNearTerms(TextConcept& wanted) const;
  double Idf(double passages) const;
  void Match(const TextQuery& query, std::uint32_t begin, std::uint32_t end,
             std::vector<double>& worth) const;
  double Nearness(const TextQuery& query, std::uint32_t passage) const;

  std::vector<Document> documents_;
  std::vector<PassageRef> passages_;
  std::vector<SentenceRef> sentences_;
  std::vector<std::uint32_t> terms_;     // of all sentences, in order
  std::vector<std::string> vocabulary_;  // stems by term
  std::unordered_map<std::string, std::uint32_t> term_by_stem_, term_by_word_;
  std::vector<std::uint32_t> posting_begin_;  // by term, and one more
  std::vector<Posting> postings_;
  std::vector<std::uint32_t> lengths_;  // of passages, in words
  double mean_length_ = 1;
};

}  // namespace ninefold
