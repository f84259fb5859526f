// The embedded default model, without a Context: a request in, a reply out. It is a function of the request
// and nothing else.
//
//   offline_read.cc    what is asked, which texts there are, what the agent looks for
//   offline_answer.cc  quotes that answer a question
//   offline_tools.cc   which tools to call, with which arguments
//   offline_plan.cc    a goal over a roster; the one agent that fits
//   offline_roles.cc   a critic's verdict, a lead's briefs and what other roles of a team answer
//   offline_merge.cc   many answers as one
//   offline_fill.cc    a value for a JSON Schema
//   offline_sums.cc    arithmetic
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_rank.h"
#include "ninefold/model.h"

namespace ninefold {

ModelReply AnswerOffline(const ModelRequest& request);

namespace offline {

inline constexpr std::string_view kNotFound = "not found in the given text";
inline constexpr std::string_view kPromptName = "prompt";  // of a text within the prompt: no place to cite

struct Source {
  std::string name;
  std::string_view text;
  int line_offset = 0;
  std::string section;
};

struct Result {
  std::string tool;
  std::string text;
  bool is_error = false;
};

struct Member {
  std::string name;
  std::string text;
};

struct Quote {
  std::string text;   // verbatim but for white space
  std::string place;  // "name:10-14"; "" when it is in the prompt itself
  double score = 0;
};
struct Answer {
  std::vector<Quote> quotes;  // best first; a list's items after what leads it in
  std::string section;
  bool found() const { return !quotes.empty(); }
};

// A request, read.
struct Reading {
  std::string prompt;  // the last user message's text, whole
  std::string question;
  std::string instructions;
  std::string focus;            // words of the instructions that say what to look for
  std::vector<Source> sources;  // documents in the prompt
  std::vector<Source> found;    // passages in tool results
  std::vector<Result> results;  // of this question, in order
  std::vector<const ToolCall*> calls;
  std::vector<Member> members;                     // labelled answers of others
  std::string draft;                               // to be made better
  int tool_turns = 0;                              // of this question
  std::size_t bytes = 0;                           // of all input
  std::deque<std::string> owned;                   // what sources view when no part holds it
  std::optional<Answer> from_sources, from_found;  // made when first asked for
};
void Read(const ModelRequest& request, Reading& reading);
// The part of instructions that says what to look for.
std::string FocusOf(std::string_view instructions);

Answer Extract(const Reading& reading, const std::vector<Source>& sources, std::size_t quotes_max);
// From the documents, and from what tools found; each worked out once.
const Answer& AnswerFromSources(Reading& reading);
const Answer& AnswerFromFound(Reading& reading);
std::string WithPlace(const Quote& quote);
std::string Render(const Reading& reading, const Answer& answer);
// How many quotes the instructions or the question allow.
std::size_t QuotesMax(const Reading& reading);
// Whether the prompt wants a last line "answer: …".
bool WantsAnswerLine(const Reading& reading);

std::string Merge(const Reading& reading);
// The draft with the best passage it does not have.
std::string Refine(const Reading& reading);

bool IsPlanSchema(const Json& schema);
bool IsRouteSchema(const Json& schema);
Json MakePlan(const Reading& reading, const Json& schema);
Json MakeRoute(const Reading& reading, const Json& schema);

// What a role of a team answers, when the schema is one's: before tools are called, and after. nullopt: it is
// none.
// ReadAsRole: what others said in the prompt is no text to look for the answer in.
void ReadAsRole(const Json& schema, Reading& reading);
std::optional<Json> PlanAsRole(Reading& reading, const Json& schema);
std::optional<Json> AnswerAsRole(Reading& reading, const Json& schema);

// A value that conforms where that is possible.
Json Fill(const Reading& reading, const Json& schema);
// Arguments for a tool, from the question; nullopt when a required one cannot be told.
std::optional<Json> FillArguments(const Reading& reading, const Json& schema, std::string_view query);

// Calls worth making now; empty: none.
std::vector<ToolCall> ChooseCalls(const Reading& reading, const ModelRequest& request);

// The arithmetic in a question, "" when there is none; its value as text.
std::string FindSum(std::string_view question);
std::optional<std::string> Calculate(std::string_view sum);

// How much two texts have words in common, 0 to 1, by the words of `a`.
double Likeness(std::string_view a, std::string_view b);

}  // namespace offline
}  // namespace ninefold
