// Patterns of working together, as planners over the same TaskGraph (planner.h):
//
//   AgentPtr careful = MakeTeam({.name = "careful",
//                                .planner = CritiquePlanner({.author = writer, .critic = critic})});
//
// docs/patterns.md says when to use which, and what each costs. A pattern never loops: it adds tasks when
// those before have ended, and what it adds follows from recorded results, so runs resume and replay. The
// reply's `report` says how it came to its answer; its `data` is that of the agent that gave the answer.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/agent.h"
#include "ninefold/contemplate.h"
#include "ninefold/json.h"
#include "ninefold/planner.h"

namespace ninefold {

// What code finds wrong with a draft, each with what would mend it; empty: nothing. An error is no verdict.
// Called on the run's loop, once for each draft, and again where a run is resumed: it depends on nothing
// else.
using DraftCheckFn =
    std::function<absl::StatusOr<std::vector<std::string>>(const Prompt& question, const Reply& draft)>;

// An author writes, a critic accepts or says what is wrong, the author revises, until it is accepted.
// report: {accepted, stop: "accepted" | "rounds" | "no better: why" | "the … failed: why", rounds, best,
// problems}. What is still held against the answer is its dissent; who failed is also said in the text,
// unless that is data.
struct CritiqueOptions {
  AgentPtr author;
  AgentPtr critic;  // another agent, better another model: an author is blind to its own mistakes
  DraftCheckFn check = nullptr;  // before the critic, who is not asked about a draft that is wrong by this
  int rounds = 3;                // drafts at most, 1 to 100
  std::string criteria = "";     // what a good answer is like; both are told
  int draft_tokens = 8000;       // of a draft as the critic reads it, by estimate; its author has it whole
};
// Dies without an author, or with neither critic nor check.
PlannerPtr CritiquePlanner(CritiqueOptions options);

// What a map goes over.
enum class MapOver {
  kAuto,    // the items of lists, the rows of tables, chunks of texts
  kLines,   // of texts, also of what tables and lists were read from
  kChunks,  // likewise
  kImages,  // each by itself
};

// A mapper is asked about each part of something long, all at once; a reducer merges what it found, in levels
// when there is much. With `ask` and a goal whose text is a JSON list it goes over that, and files go along
// with each item; else over the goal's data and text files; without any, and with `ask`, over the goal's
// text. Citations have the places of the whole file. A part that fails is said in the answer ("Not covered:
// …"). A merge that fails hands on what it was given; where it was the last one, the answer says so ("Not
// merged: …"). report: {parts, done, failed: [{part, why}], merge_failed: [{group, why}], if any}.
struct MapReduceOptions {
  AgentPtr mapper;
  AgentPtr reducer = nullptr;  // null: the results side by side
  MapOver over = MapOver::kAuto;
  std::function<absl::StatusOr<std::vector<Json>>(const Goal&)> items = nullptr;  // instead of the goal's
  std::string ask = "";      // of each part; "": the goal's text
  int batch = 1;             // items, rows or lines of one part
  int chunk_tokens = 3000;   // of a chunk, by estimate; longer lines are cut, too
  int overlap_tokens = 150;  // of a chunk that the next one begins with
  int parts_max = 1000;      // more are an error
  int merge_most = 8;        // results in one prompt
  int result_tokens = 1000;  // of one result in a prompt
};
// Dies without a mapper.
PlannerPtr MapReducePlanner(MapReduceOptions options);

struct DebateSide {
  AgentPtr agent;
  std::string stance = "";  // what it argues for; it may give that up for evidence
  std::string name = "";    // "": the agent's
};

// Sides argue at once, round by round, each having read the others and what was found of their answers; it
// ends early when they give the same answer (answer.h) and no check finds that wrong, or when code finds one
// right. What a check or the verifier finds of an answer outranks the judge, who is asked in both orders,
// without names; where it changes its mind with the order, more evidence decides, then who was declared
// first. Those who lose are the dissent. That the answer was found wrong, or convinced no judge, is said in
// the text. report: {answer, winner, stop: "agreed" | "checked" | "judged" | "one side", rounds, judged:
// "both orders" | "one order" | "split" | "none" | "not", judgements: [{winner, why}], sides: [{name, answer,
// checked, why: the verifier's, failed: why, if its last statement did}], judge_failed: why, if it did}.
struct DebateOptions {
  std::vector<DebateSide> sides;  // 2 to 8
  AgentPtr judge;
  AgentPtr verifier = nullptr;  // asked once of each distinct answer, after each round, whether it is correct
  CheckFn check = nullptr;      // likewise in code, which has the last word
  int rounds = 2;
  int statement_tokens = 1000;  // of one statement that others read
};
// Dies without judge, with a side without an agent, or too few or many sides.
PlannerPtr DebatePlanner(DebateOptions options);

// One agent has the talk; it answers, or hands the talk over to a colleague who goes on with it, with what
// was said so far as its history: texts alone, valid for any vendor. The roster takes part. Handing to
// oneself, to whom it may not, or to the same colleague twice is answered with why. When a colleague fails,
// the answer is what was found before, and says so. report: {agent: whose words it is, hand_offs, path:
// [{agent, why}], failed: why, if the last one did}. With `agent` as `first` the next question starts where
// the talk is. No agent may be called "nobody".
struct HandOffOptions {
  std::string first = "";                                    // who has it first; "": the first of the roster
  std::map<std::string, std::vector<std::string>> may = {};  // who may hand to whom; not named: to all
  int hand_offs = 4;                                         // at most; then the agent must answer
  int talk_tokens = 2000;                                    // of what one agent said, for the next
};
PlannerPtr HandOffPlanner(HandOffOptions options = {});

// A lead gives members of the roster briefs, several at once, reads their results, gives more or answers. A
// brief says all that its agent must know; it may name earlier briefs whose results the agent must see, and
// fields that the answer must have. What any member has cited may be cited again. The same brief is not given
// to the same agent twice, unless it failed. report: {stop: "answered" | "rounds" | "tasks" | "the lead
// failed: why", rounds, tasks: [{id, agent, done, failed: why, if it did}]}. When the lead fails later, the
// answer is what its members found, side by side, and says so.
struct SupervisorOptions {
  AgentPtr lead;
  int rounds = 4;            // of briefs
  int tasks_max = 16;        // briefs of all rounds
  int result_tokens = 1000;  // of one result that the lead reads; less of each when there are more than 32
};
// Dies without a lead, or with limits below 1.
PlannerPtr SupervisorPlanner(SupervisorOptions options);

struct ChatTurn {
  std::string who, text;
};

// The roster talks in turns. Who is next: `next`, or the moderator, or one after another. The talk ends after
// `turns`, when a turn has the words in `until` at its end or alone on a line, when `ended` says so, when the
// moderator does, or when nobody may speak. The answer is the closing agent's, or the last turn, without
// those words. report: {stop: "turns" | "until" | "ended" | "moderator" | "the moderator failed: why" |
// "nobody speaks" | "nobody may speak", why: the moderator's, if it ended the talk, turns: [{who, why: the
// moderator's, failed: why, if it did}], closing_failed: why, if it did}. No agent may be called "nobody".
struct GroupChatOptions {
  AgentPtr moderator = nullptr;
  // Instead: a name of the roster, or "" for the end. A function of the talk alone, so that runs resume.
  std::function<std::string(const std::vector<ChatTurn>&)> next = nullptr;
  std::function<bool(const std::vector<ChatTurn>&)> ended = nullptr;
  std::map<std::string, std::vector<std::string>> may = {};  // who may speak after whom; not named: all
  bool no_repeat = false;                                    // nobody speaks twice in a row
  std::string until = "";
  int turns = 8;
  AgentPtr closing = nullptr;
  int talk_tokens = 4000;  // of the talk that each sees, the latest first
};
PlannerPtr GroupChatPlanner(GroupChatOptions options = {});

}  // namespace ninefold
