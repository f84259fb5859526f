#include "team/contemplate/prompts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/draws.h"
#include "base/hash.h"
#include "base/utf8.h"
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
      "Break the question into parts and answer each part on its own first.",
      "Begin with what the result must satisfy, and work backwards from there.",
      "Answer first for a simpler case that you can be sure of, then for the question."};
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

bool IsReadByOthers(const ContemplateOptions& options) {
  return options.rounds > 0 || options.aggregate == Aggregate::kKnockout ||
         options.aggregate == Aggregate::kAuto;
}

// How the reply must end, so that it can be compared, and others can read the whole of it in a digest.
std::string EndingOf(const ContemplateOptions& options, bool structured) {
  if (structured || !options.ask_for_answer_line || options.aggregate == Aggregate::kSynthesize) return "";
  const bool notes = IsReadByOthers(options), weighs = options.aggregate == Aggregate::kWeightedVote;
  if (!notes && !weighs) {
    return "End with a line of its own that holds the answer and nothing else, in the form\n"
           "answer: <answer>";
  }
  std::string ending = "End with these lines";
  if (notes) {
    absl::StrAppend(&ending,
                    ", each on one line: the steps that lead to the answer; the evidence, quoted with its "
                    "place; what was checked; what is doubtful");
  }
  if (weighs) absl::StrAppend(&ending, notes ? "; " : ": ", "how sure it is, from 0 to 1");
  absl::StrAppend(&ending, notes || weighs ? "; " : ": ", "last the answer and nothing else. In the form");
  if (notes) absl::StrAppend(&ending, "\nsteps: …\nevidence: …\nchecks: …\ndoubts: …");
  if (weighs) absl::StrAppend(&ending, "\nconfidence: <number>");
  return absl::StrCat(ending, "\nanswer: <answer>");
}

Prompt QuestionFor(const ContemplateOptions& options, int i, std::uint64_t seed, const Goal& goal) {
  Prompt prompt = goal;
  prompt.transcript = nullptr;  // the attempts would write over each other
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

constexpr std::string_view kDigestIs = "digest.", kCheckIs = "check.";
constexpr std::size_t kReads = 16;  // times the length of a digest: of one attempt that is read whole

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

std::string FindingOf(const TaskInputs& inputs, const ShownAttempt& attempt, std::size_t bytes_max) {
  if (attempt.finding == Finding::kNone) return "";
  const TaskResult* check = attempt.check.empty() ? nullptr : inputs.Find(attempt.check);
  const std::string words =
      check != nullptr && check->reply != nullptr ? WordsOfCheck(*check->reply) : std::string();
  return absl::StrCat("(A check found this answer ", attempt.finding == Finding::kRight ? "right" : "wrong",
                      words.empty() ? "." : ":\n", ToAbsl(CutUtf8(words, bytes_max)), ")\n");
}

// Attempts without names; by their digests, where the task needs these.
std::string Attempts(const TaskInputs& inputs, const std::vector<ShownAttempt>& shown,
                     std::size_t bytes_each) {
  std::string text;
  int number = 0;
  for (const ShownAttempt& attempt : shown) {
    const TaskResult* result = inputs.Find(attempt.id);
    if (const TaskResult* digest = DigestIn(inputs, attempt.id)) result = digest;
    if (result == nullptr || result->reply == nullptr) continue;
    absl::StrAppend(&text, "\n## Attempt ", std::string(1, char('A' + number % 26)),
                    number < 26 ? "" : absl::StrCat(number / 26), "\n", DigestOf(*result->reply, bytes_each),
                    "\n", FindingOf(inputs, attempt, bytes_each / 2));
    ++number;
  }
  return text;
}

// A judge's prompt: the talk so far, the question as text, what it must see as pictures, and what is asked
// about it. Whoever must find out more has the documents too.
Prompt JudgePrompt(const Goal& goal, std::string text, bool with_documents = false) {
  Prompt prompt(absl::StrCat("Question: ", TextOf(goal), "\n", text));
  prompt.history = goal.history;
  for (const Part& part : goal.parts) {
    const bool is_text = std::holds_alternative<Text>(part);
    if (std::holds_alternative<Image>(part) || (with_documents && !is_text)) prompt.parts.push_back(part);
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

std::vector<std::string> NeedsOf(const std::vector<ShownAttempt>& shown) {
  std::vector<std::string> needs;
  for (const ShownAttempt& attempt : shown) needs.push_back(attempt.id);
  for (const ShownAttempt& attempt : shown) {
    const bool is_new = std::find(needs.begin(), needs.end(), attempt.check) == needs.end();
    if (!attempt.check.empty() && is_new) needs.push_back(attempt.check);
  }
  return needs;
}

PromptTemplate GoalPrompt() {
  return PromptTemplate([](const TaskInputs& inputs) -> absl::StatusOr<Prompt> { return inputs.goal(); });
}

PromptTemplate SolvePrompt(const ContemplateOptions& options, int i, std::uint64_t seed, bool structured) {
  return PromptTemplate([&options, i, seed, structured](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    Prompt prompt = QuestionFor(options, i, seed, inputs.goal());
    AddParagraphs(prompt, {StrategyOf(options, i), EndingOf(options, structured)});
    return prompt;
  });
}

PromptTemplate RefinePrompt(const ContemplateOptions& options, int i, std::uint64_t seed, bool structured,
                            std::vector<ShownAttempt> shown) {
  Draws(Mix(seed, std::uint64_t(i) + 1000)).Shuffle(shown);
  return PromptTemplate(
      [&options, i, seed, structured, shown](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
        Prompt prompt = QuestionFor(options, i, seed, inputs.goal());
        const std::string attempts = absl::StrCat("Here are attempts by others, who worked on their own:\n",
                                                  Attempts(inputs, shown, options.digest_bytes));
        AddParagraphs(
            prompt,
            {attempts,
             "Any of them may be wrong, and several may share one mistake. Look for what is wrong in each, "
             "not for what they agree on; then answer the question yourself.",
             StrategyOf(options, i), EndingOf(options, structured)});
        return prompt;
      });
}

PromptTemplate DigestPrompt(const ContemplateOptions& options, std::string attempt) {
  const std::vector<ShownAttempt> shown = {{std::move(attempt)}};
  return PromptTemplate([&options, shown](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    constexpr std::size_t kBytesOfWord = 7;  // of a word and its space, so that it stays within
    return JudgePrompt(
        inputs.goal(),
        absl::StrCat(
            Attempts(inputs, shown, kReads * options.digest_bytes),
            "\nDo not answer the question. Write a digest of this attempt for others who work at it, in "
            "at most ",
            options.digest_bytes / kBytesOfWord,
            " words: its answer; the steps that lead there; its evidence, with quotes and places; what "
            "it checked; what is doubtful; how sure it is. Keep its mistakes: others will look for "
            "them."));
  });
}

std::string DigestId(int stage, std::string_view attempt) {
  return absl::StrCat(ToAbsl(kDigestIs), stage, ".", ToAbsl(attempt));
}
std::string CheckId(std::string_view attempt) { return absl::StrCat(ToAbsl(kCheckIs), ToAbsl(attempt)); }

PromptTemplate VerifyPrompt(const ContemplateOptions& options, std::string attempt) {
  const std::vector<ShownAttempt> shown = {{std::move(attempt)}};
  return PromptTemplate([&options, shown](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    return JudgePrompt(inputs.goal(),
                       absl::StrCat(Attempts(inputs, shown, kReads * options.digest_bytes),
                                    "\nCheck whether its answer is right: work out what you can on your "
                                    "own, and try to refute it. Say what is wrong, if anything is; others "
                                    "will read it. End with the line\nanswer: correct\nor\n"
                                    "answer: incorrect"),
                       /*with_documents=*/true);
  });
}

PromptTemplate MatchPrompt(const ContemplateOptions& options, std::vector<ShownAttempt> two) {
  return PromptTemplate([&options, two = std::move(two)](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
    return JudgePrompt(inputs.goal(),
                       absl::StrCat(Attempts(inputs, two, options.digest_bytes),
                                    "\nWhich attempt answers the question better? Judge what is right and "
                                    "what is shown, not length or style. End with the line\nanswer: "
                                    "A\nor\nanswer: B"));
  });
}

PromptTemplate MergePrompt(const ContemplateOptions& options, std::vector<MergedReport> reports) {
  return PromptTemplate(
      [&options, reports = std::move(reports)](const TaskInputs& inputs) -> absl::StatusOr<Prompt> {
        std::string text = "\nReports:\n";
        bool has_merges = false;
        for (const MergedReport& report : reports) {
          const TaskResult* result = inputs.Find(report.id);
          if (result == nullptr || result->reply == nullptr) continue;
          const bool is_merge = report.whose.size() != 1 || report.whose[0] != report.id;
          has_merges = has_merges || is_merge;
          absl::StrAppend(&text, "\n## ", is_merge ? "merged from " : "", absl::StrJoin(report.whose, ", "),
                          "\n", DigestOf(*result->reply, kMergeShows * options.digest_bytes), "\n");
        }
        absl::StrAppend(&text, "\n", ToAbsl(kMergeRequest),
                        " Name after each claim the reports it is from, as [solve.1] or [solve.1, solve.2].");
        if (has_merges)
          absl::StrAppend(&text, " Where a report was merged from others, keep the names it gives.");
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
  std::string said = FindAnswer(reply.text);
  constexpr std::string_view kAttempt = "attempt ";
  const std::size_t at = absl::AsciiStrToLower(said).find(kAttempt);
  if (at != std::string::npos) said = said.substr(at + kAttempt.size());
  const std::string choice = absl::AsciiStrToLower(NormalizeAnswer(said, AnswerKind::kChoice));
  if (choice == "a") return 0;
  if (choice == "b") return 1;
  return std::nullopt;
}

std::vector<std::string> CitedAttempts(std::string_view text) {
  std::vector<std::string> cited;
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const std::size_t end = text.find(']', at);
    if (end == std::string_view::npos) break;
    for (const absl::string_view name : absl::StrSplit(ToAbsl(text.substr(at + 1, end - at - 1)), ',')) {
      const std::string id(absl::StripAsciiWhitespace(name));
      const bool is_attempt = absl::StartsWith(id, "solve.") || absl::StartsWith(id, "refine.");
      const bool is_id = id.find_first_not_of("solverefine.0123456789") == std::string::npos;
      if (is_attempt && is_id && std::find(cited.begin(), cited.end(), id) == cited.end())
        cited.push_back(id);
    }
  }
  return cited;
}

std::string WordsOfCheck(const Reply& check) {
  std::string_view text = ToStd(absl::StripAsciiWhitespace(check.text));
  const std::size_t line = text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1;
  const bool is_verdict = absl::StrContains(absl::AsciiStrToLower(ToAbsl(text.substr(line))), "answer:");
  if (is_verdict || (line == 0 && ReadFinding(check) != Finding::kNone)) text = text.substr(0, line);
  return std::string(absl::StripAsciiWhitespace(ToAbsl(text)));
}

bool ReadSame(const Reply& reply) { return BeginsWithAny(ShortAnswer(reply), {"yes", "same", "true"}); }
bool ReadIsOne(const Reply& reply) { return BeginsWithAny(ShortAnswer(reply), {"one", "1"}); }

}  // namespace ninefold
