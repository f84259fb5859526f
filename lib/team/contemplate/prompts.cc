#include "team/contemplate/prompts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/draws.h"
#include "base/hash.h"
#include "ninefold/status.h"
#include "team/contemplate/attempt.h"
#include "team/digest.h"

namespace ninefold {
namespace {

// A merge has few reports before it, and needs their quotes.
constexpr std::size_t kMergeShows = 4;

// Independent attempts that do not fall for the same mistake.
const std::vector<std::string>& BuiltInStrategies() {
  static const std::vector<std::string> strategies = {
      "",
      "Work it out step by step, and check each step before the next.",
      "First look for what the question takes for granted, then answer.",
      "Find a second way to the result and compare.",
      "Begin with the evidence against the obvious answer.",
      "Break the question into parts and answer each part on its own first."};
  return strategies;
}

const std::string& StrategyOf(const ContemplateOptions& options, int i) {
  const auto& strategies = options.strategies.empty() ? BuiltInStrategies() : options.strategies;
  return strategies[std::size_t(i) % strategies.size()];
}

// The documents trade places; everything else stays.
void ShuffleDocuments(std::uint64_t seed, std::vector<Part>& parts) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (std::holds_alternative<File>(parts[i])) places.push_back(i);
  }
  std::vector<std::size_t> order = places;
  Draws(seed).Shuffle(order);
  const std::vector<Part> before = parts;
  for (std::size_t i = 0; i < places.size(); ++i) parts[places[i]] = before[order[i]];
}

// How the reply must end, so that it can be compared.
std::string_view EndingOf(const ContemplateOptions& options) {
  if (!options.ask_for_answer_line || options.aggregate == Aggregate::kSynthesize) return "";
  if (options.aggregate != Aggregate::kWeightedVote)
    return "End with a line of its own that holds the answer and nothing else, in the form\nanswer: <answer>";
  return "End with two lines of their own, the answer and nothing else, and how sure you are of it from 0 to "
         "1, in the "
         "form\nanswer: <answer>\nconfidence: <number>";
}

Prompt QuestionFor(const ContemplateOptions& options, int i, std::uint64_t seed, const Goal& goal) {
  Prompt prompt(goal.parts, goal.history);
  prompt.known = goal.known;
  if (options.shuffle_documents && i > 0) ShuffleDocuments(Mix(seed, std::uint64_t(i)), prompt.parts);
  return prompt;
}

void AddParagraphs(Prompt& prompt, std::initializer_list<std::string_view> paragraphs) {
  std::string text;
  for (const std::string_view paragraph : paragraphs) {
    if (!paragraph.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n\n", ToAbsl(paragraph));
  }
  if (!text.empty()) prompt.parts.emplace_back(Text{std::move(text)});
}

constexpr std::string_view kDigestIs = "digest.";

// The digest of an attempt, where the task needs one and it says something.
const TaskResult* DigestIn(const TaskInputs& inputs, const std::string& attempt) {
  for (const std::string& need : inputs.needs()) {
    if (!absl::StartsWith(need, ToAbsl(kDigestIs)) || !absl::EndsWith(need, "." + attempt)) continue;
    const TaskResult* digest = inputs.Find(need);
    const bool is_there =
        digest->reply != nullptr && !absl::StripAsciiWhitespace(digest->reply->text).empty();
    return is_there ? digest : nullptr;
  }
  return nullptr;
}

// The attempts that a task needs, without names; by their digests, where it needs these too.
std::string Attempts(const TaskInputs& inputs, const std::vector<std::string>& ids, std::size_t bytes_each) {
  std::string text;
  int number = 0;
  for (const std::string& id : ids) {
    if (absl::StartsWith(id, ToAbsl(kDigestIs))) continue;
    const TaskResult* result = inputs.Find(id);
    if (const TaskResult* digest = DigestIn(inputs, id)) result = digest;
    if (result == nullptr || result->reply == nullptr) continue;
    absl::StrAppend(&text, "\n## Attempt ", std::string(1, char('A' + number % 26)),
                    number < 26 ? "" : absl::StrCat(number / 26), "\n", DigestOf(*result->reply, bytes_each),
                    "\n");
    ++number;
  }
  return text;
}

// A judge's prompt: the question as text, what it must see as pictures, and what is asked about it.
Prompt JudgePrompt(const Goal& goal, std::string text) {
  Prompt prompt(absl::StrCat("Question: ", TextOf(goal), "\n", text));
  for (const Part& part : goal.parts) {
    if (std::holds_alternative<Image>(part)) prompt.parts.push_back(part);
  }
  return prompt;
}

std::string ShortAnswer(const Reply& reply) { return absl::AsciiStrToLower(NormalizeAnswer(reply.text)); }

bool BeginsWithAny(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    const bool begins = absl::StartsWith(text, ToAbsl(word));
    return begins && (text.size() == word.size() ||
                      !absl::ascii_isalpha(static_cast<unsigned char>(text[word.size()])));
  });
}

}  // namespace

PromptTemplate SolvePrompt(const ContemplateOptions& options, int i, std::uint64_t seed) {
  return PromptTemplate([&options, i, seed](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    Prompt prompt = QuestionFor(options, i, seed, inputs.goal());
    AddParagraphs(prompt, {StrategyOf(options, i), EndingOf(options)});
    return prompt;
  });
}

PromptTemplate RefinePrompt(const ContemplateOptions& options, int i, std::uint64_t seed) {
  return PromptTemplate([&options, i, seed](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    Prompt prompt = QuestionFor(options, i, seed, inputs.goal());
    std::vector<std::string> ids = inputs.needs();
    Draws(Mix(seed, std::uint64_t(i) + 1000)).Shuffle(ids);
    const std::string attempts = absl::StrCat("Here are attempts by others, who worked on their own:\n",
                                              Attempts(inputs, ids, options.digest_bytes));
    AddParagraphs(
        prompt,
        {attempts,
         "Any of them may be wrong, and several may share one mistake. Look for what is wrong in each, "
         "not for what they agree on; then answer the question yourself.",
         EndingOf(options)});
    return prompt;
  });
}

PromptTemplate DigestPrompt(const ContemplateOptions& options) {
  return PromptTemplate([&options](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    constexpr std::size_t kReads = 16;       // times the length of the digest
    constexpr std::size_t kBytesOfWord = 7;  // of a word and its space, so that it stays within
    return JudgePrompt(
        inputs.goal(),
        absl::StrCat(
            Attempts(inputs, inputs.needs(), kReads * options.digest_bytes),
            "\nDo not answer the question. Write a digest of this attempt for others who work at it, in "
            "at most ",
            options.digest_bytes / kBytesOfWord,
            " words: its answer; the steps that lead there; its evidence, with quotes and places; what "
            "it checked; what is doubtful; how sure it is. Keep its mistakes: others will look for "
            "them."));
  });
}

std::string DigestId(int round, std::string_view attempt) {
  return absl::StrCat(ToAbsl(kDigestIs), round, ".", ToAbsl(attempt));
}

PromptTemplate VerifyPrompt(const ContemplateOptions& options) {
  return PromptTemplate([&options](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    return JudgePrompt(inputs.goal(),
                       absl::StrCat(Attempts(inputs, inputs.needs(), options.digest_bytes),
                                    "\nCheck whether its answer is right: work out what you can on your "
                                    "own, and try to refute it. End with the line\nanswer: correct\nor\n"
                                    "answer: incorrect"));
  });
}

PromptTemplate MatchPrompt(const ContemplateOptions& options, std::string first, std::string second) {
  const std::vector<std::string> ids = {std::move(first), std::move(second)};
  return PromptTemplate([&options, ids](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    return JudgePrompt(inputs.goal(),
                       absl::StrCat(Attempts(inputs, ids, options.digest_bytes),
                                    "\nWhich attempt answers the question better? Judge what is right and "
                                    "what is shown, not length or style. End with the line\nanswer: "
                                    "A\nor\nanswer: B"));
  });
}

PromptTemplate MergePrompt(const ContemplateOptions& options) {
  return PromptTemplate([&options](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    std::string text = "\nReports:\n";
    for (const std::string& need : inputs.needs()) {
      const TaskResult* result = inputs.Find(need);
      if (result == nullptr || result->reply == nullptr) continue;
      absl::StrAppend(&text, "\n## ", need, "\n",
                      DigestOf(*result->reply, kMergeShows * options.digest_bytes), "\n");
    }
    absl::StrAppend(&text, "\n", ToAbsl(kMergeRequest),
                    " Name after each claim the reports it is from, as [solve.1].");
    return JudgePrompt(inputs.goal(), text);
  });
}

PromptTemplate SamePrompt(std::string one, std::string other) {
  return PromptTemplate(
      [one = std::move(one), other = std::move(other)](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
        return JudgePrompt(inputs.goal(),
                           absl::StrCat("\nTwo answers were given:\n1. ", one, "\n2. ", other,
                                        "\n\nDo they say the same? Answer with the line\nanswer: yes\nor\n"
                                        "answer: no"));
      });
}

PromptTemplate TriagePrompt() {
  return PromptTemplate([](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    Prompt prompt(inputs.goal().parts, inputs.goal().history);
    AddParagraphs(
        prompt,
        {"Do not answer the question above. Say only how it should be worked on: by one alone, if it is easy "
         "or "
         "one step after another; or by many at once, if it is hard and they may find different ways. Answer "
         "with the line\nanswer: one\nor\nanswer: many"});
    return prompt;
  });
}

Finding ReadFinding(const Reply& reply) {
  const std::string said = ShortAnswer(reply);
  if (BeginsWithAny(said, {"correct", "right", "yes", "true", "pass"})) return Finding::kRight;
  if (BeginsWithAny(said, {"incorrect", "wrong", "no", "false", "fail", "not correct", "not right"}))
    return Finding::kWrong;
  return Finding::kNone;
}

std::optional<int> ReadMatch(const Reply& reply) {
  const std::string said = ShortAnswer(reply);
  if (said == "a" || said == "attempt a") return 0;
  if (said == "b" || said == "attempt b") return 1;
  return std::nullopt;
}

bool ReadSame(const Reply& reply) { return BeginsWithAny(ShortAnswer(reply), {"yes", "same", "true"}); }
bool ReadIsOne(const Reply& reply) { return BeginsWithAny(ShortAnswer(reply), {"one", "1"}); }

}  // namespace ninefold
