// The corpora, and mutations of them, the same in every run.
#include "fuzz/targets.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "gtest/gtest.h"

namespace ninefold::fuzz {
namespace {

constexpr int kMutations = 300;  // of each file

std::vector<std::string> CorpusOf(const std::string& name) {
  std::vector<std::string> all;
  const std::filesystem::path folder = std::filesystem::path(NINEFOLD_SOURCE_DIR "/tests/fuzz/corpus") / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    all.push_back(text.str());
  }
  return all;
}

std::string Mutated(std::string text, const std::string& other, std::mt19937_64& random) {
  const auto pick = [&](std::size_t size) { return size == 0 ? 0 : random() % size; };
  for (std::size_t n = 1 + random() % 4; n > 0; --n) {
    const std::size_t at = pick(text.size());
    switch (random() % 5) {
      case 0:
        if (!text.empty()) text[at] = char(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 20);
        break;
      case 2:
        text.insert(at, other.substr(pick(other.size()), random() % 60));
        break;
      case 3:
        text.insert(at, 1, "\n\r\"\\{}[]:,0\x80\xff"[random() % 13]);
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

TEST(Fuzz, CorporaAndTheirMutations) {
  for (const Target& target : Targets()) {
    SCOPED_TRACE(target.name);
    const std::vector<std::string> corpus = CorpusOf(target.name);
    EXPECT_GE(corpus.size(), 2u);
    std::mt19937_64 random(7);
    for (const std::string& text : corpus) {
      target.run(text);
      for (int i = 0; i < kMutations; ++i)
        target.run(Mutated(text, corpus[random() % corpus.size()], random));
    }
  }
}

}  // namespace
}  // namespace ninefold::fuzz
