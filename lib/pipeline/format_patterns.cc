// The blocks of a step that make a team of several agents.
#include "pipeline/format_types.h"

namespace ninefold::pipeline {
namespace {

using shapes::Bool;
using shapes::Choice;
using shapes::Either;
using shapes::Integer;
using shapes::ListOf;
using shapes::MapOf;
using shapes::ModelType;
using shapes::NameType;
using shapes::Number;
using shapes::Object;
using shapes::OneOrMore;
using shapes::PlainType;
using shapes::TextType;

const Shape& PlanShape() {
  static const Shape shape{
      "plan",
      "a plan",
      {{"agents", ListOf(NameType(), 1), "who may be given tasks", true, {"members"}},
       {"model", ModelType(), "who plans; default auto"},
       {"instructions", PlainType(), "added to the planner's own"},
       {"aggregator", NameType(), "the agent that writes the answer from the results"},
       {"tasks_max", Integer(1, 1000), "the most tasks of the plan; default 16"},
       {"replans", Integer(0, 100),
        "how often it may put other tasks in the place of those that failed, or add what is missing; default "
        "0"},
       {"result_tokens", Integer(100, 1'000'000), "of one result that others read; default 2000"},
       {"width", Integer(1, 100'000), "how many tasks run at once; default all that can"}}};
  return shape;
}

const Shape& StopsShape() {
  static const Shape shape{
      "stops",
      "the stops of a contemplation",
      {{"decided", Bool(), "of a vote: when the leader cannot be overtaken; default true"},
       {"settled", Number(0, 1), "when the leader's odds reach this; 1: never; default 0.95"},
       {"settled_least", Integer(1, 1024), "answers before that; default 3"},
       {"quorum", Number(0, 1), "when this share has answered; 1: wait for all; default 0.75"},
       {"tail_cut", Number(0, 1000), "then the rest gets this share of the time so far; default 0.25"},
       {"time_share", Number(0, 1), "of the time until the deadline, for the attempts; default 0.75"}}};
  return shape;
}

const Shape& ContemplateShape() {
  static const Shape shape{
      "contemplate",
      "contemplate",
      {{"agent",
        OneOrMore(NameType()),
        "who solves; several take turns, the best first",
        true,
        {"agents", "solver"}},
       {"mode", Choice({"instant", "thinking", "contemplating"}),
        "sets width, rounds and pace: one agent; 5 attempts; 8 at once and one round of refinement"},
       {"width", Integer(1, 1024), "how many solve; default 5"},
       {"rounds", Integer(0, 100), "of refinement, unless it is settled before; default 0"},
       {"pace", Choice({"latency", "balanced", "cost"}),
        "how they are started: all at once, half and then the rest, only as needed; default balanced"},
       {"stops", Object(StopsShape), "when a round is over before all have answered"},
       {"triage", NameType(), "the agent that says whether one attempt is enough"},
       {"each", Object(BudgetPartShape), "what one attempt may use; with more it has failed"},
       {"aggregate", Choice({"vote", "weighted_vote", "knockout", "synthesize", "auto"}),
        "how one answer is made; default vote"},
       {"judge", NameType(),
        "the agent that compares two, or writes one answer from all; default the solver"},
       {"judge_votes", Integer(1, 64), "of a knock-out, for each pair and order; default 1"},
       {"merge_most", Integer(2, 64), "reports in one prompt of a synthesis; default 8"},
       {"verifier", NameType(), "the agent that says of each answer whether it is correct"},
       {"same", NameType(), "the agent that says whether two answers are the same"},
       {"digests", Integer(1, 64), "attempts that a refining one sees; default 4"},
       {"digest_bytes", Integer(100, 1 << 20), "of each; default 2400"},
       {"digester", NameType(), "the agent that writes digests of longer attempts; default: they are cut"},
       {"answer_line", Bool(),
        "of a vote: attempts are asked to end with a line \"answer: …\"; default true"},
       {"shuffle_documents", Bool(), "each attempt gets them in an order of its own; default true"},
       {"strategies", ListOf(PlainType(), 1), "one for an attempt, in turn, put after the question"},
       {"temperatures", ListOf(Number(0, 2), 1), "one for an attempt, in turn; default the agents' own"}}};
  return shape;
}

const Shape& RouteShape() {
  static const Shape shape{
      "route",
      "a route",
      {{"agents", ListOf(NameType(), 1), "who may be chosen", true, {"members"}},
       {"model", ModelType(), "who chooses; without one, the likeness of descriptions decides"},
       {"instructions", PlainType(), "for the model: how to choose"},
       {"fallback", NameType(), "the agent when none fits, or the model fails"}}};
  return shape;
}

const Shape& CritiqueShape() {
  static const Shape shape{
      "critique",
      "a critique",
      {{"author", NameType(), "the agent that writes and revises", true, {"writer"}},
       {"critic", NameType(), "the agent that accepts, or says what is wrong", true, {"reviewer"}},
       {"rounds", Integer(1, 100), "drafts at most; default 3", false, {"max_rounds"}},
       {"criteria", PlainType(), "what a good answer is like; both are told"},
       {"draft_tokens", Integer(100, 1'000'000), "of a draft as the critic reads it; default 8000"}}};
  return shape;
}

const Shape& MapReduceShape() {
  static const Shape shape{
      "map_reduce",
      "a map-reduce",
      {{"mapper", NameType(), "the agent that gets each part", true, {"map", "agent"}},
       {"reducer",
        NameType(),
        "the agent that merges; without one, results stand side by side",
        false,
        {"reduce"}},
       {"over", Choice({"auto", "lines", "chunks", "images"}),
        "items and rows of data, and chunks of texts (auto); lines of texts; chunks of everything; images"},
       {"ask", PlainType(),
        "what is asked of each part; default the step's prompt, which else may be the list that is mapped"},
       {"batch", Integer(1, 10'000), "items or lines of one part; default 1"},
       {"chunk_tokens", Integer(50, 1'000'000), "of one chunk, or longer line, by estimate; default 3000"},
       {"overlap_tokens", Integer(0, 100'000), "of a chunk that the next begins with; default 150"},
       {"parts_max", Integer(1, 100'000), "more parts are an error; default 1000"},
       {"merge_most", Integer(2, 64), "results in one prompt; more are merged in levels; default 8"},
       {"result_tokens", Integer(100, 1'000'000), "of one result that is merged; default 1000"},
       {"width", Integer(1, 100'000), "how many tasks run at once; default all that can"}}};
  return shape;
}

const Shape& SideShape() {
  static const Shape shape{"side",
                           "a side",
                           {{"agent", NameType(), "who speaks for it", true},
                            {"stance", PlainType(), "what it argues for"},
                            {"name", NameType(), "how it is called; default the agent's name"}}};
  return shape;
}

const Shape& DebateShape() {
  static const Shape shape{
      "debate",
      "a debate",
      {{"sides", ListOf(Either(NameType(), Object(SideShape)), 2), "who argues, each with a stance", true},
       {"judge", NameType(), "the agent that decides, asked in both orders", true},
       {"verifier", NameType(), "the agent that says of each new answer whether it is correct"},
       {"rounds", Integer(1, 20), "statements of each side, unless they agree before; default 2"},
       {"statement_tokens", Integer(100, 1'000'000), "of one statement that others read; default 1000"},
       {"width", Integer(1, 100'000), "how many tasks run at once; default all that can"}}};
  return shape;
}

const Shape& HandOffShape() {
  static const Shape shape{
      "hand_off",
      "a hand-off",
      {{"agents", ListOf(NameType(), 1), "who may have the talk", true, {"members"}},
       {"first", NameType(), "who has it first; default the first of agents"},
       {"may", MapOf(ListOf(NameType())), "who may hand to whom; an agent that is not named may to all"},
       {"hand_offs", Integer(0, 100), "at most; then the agent must answer; default 4"},
       {"talk_tokens", Integer(100, 1'000'000), "of what one agent said that the next sees; default 2000"}}};
  return shape;
}

const Shape& SupervisorShape() {
  static const Shape shape{
      "supervisor",
      "a supervisor",
      {{"lead", NameType(), "the agent that gives briefs and answers in the end", true, {"agent"}},
       {"agents", ListOf(NameType(), 1), "who may be given briefs", true, {"members"}},
       {"rounds", Integer(1, 100), "of briefs; default 4", false, {"max_rounds"}},
       {"tasks_max", Integer(1, 1000), "briefs of all rounds; default 16"},
       {"result_tokens", Integer(100, 1'000'000), "of one result that the lead reads; default 1000"},
       {"width", Integer(1, 100'000), "how many tasks run at once; default all that can"}}};
  return shape;
}

const Shape& GroupChatShape() {
  static const Shape shape{
      "group_chat",
      "a group chat",
      {{"agents", ListOf(NameType(), 1), "who takes part", true, {"members"}},
       {"moderator", NameType(), "the agent that says who is next, or that it is over; default: in turn"},
       {"may", MapOf(ListOf(NameType())),
        "who may speak after whom; after an agent that is not named all may"},
       {"no_repeat", Bool(), "nobody speaks twice in a row; default false"},
       {"turns", Integer(1, 1000), "at most; default 8", false, {"max_turns"}},
       {"until", PlainType(),
        "words that end the talk when a turn ends with them or has them alone on a line"},
       {"closing", NameType(),
        "the agent that writes the answer from the talk; default: the last turn is it"},
       {"talk_tokens", Integer(100, 1'000'000),
        "of the talk that a speaker sees, the latest first; default 4000"}}};
  return shape;
}

}  // namespace

const std::vector<Field>& PatternFields() {
  static const std::vector<Field> fields{
      {"plan", Object(PlanShape), "a model splits the work over agents"},
      {"contemplate", Object(ContemplateShape), "many attempts at one question, one answer"},
      {"route", Object(RouteShape), "one of several agents is chosen"},
      {"critique", Object(CritiqueShape), "one writes, another criticises, until it is accepted"},
      {"map_reduce", Object(MapReduceShape), "one agent for each part of something long, and a merge"},
      {"debate", Object(DebateShape), "sides argue, and a judge decides"},
      {"hand_off", Object(HandOffShape), "agents pass the talk on to each other"},
      {"supervisor", Object(SupervisorShape), "a lead gives briefs round by round"},
      {"group_chat", Object(GroupChatShape), "agents talk in turns"}};
  return fields;
}

}  // namespace ninefold::pipeline
