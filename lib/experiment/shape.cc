#include "experiment/shape.h"

#include "pipeline/format_types.h"

namespace ninefold::experiment {
namespace {

using namespace pipeline::shapes;
using pipeline::Shape;
using pipeline::Type;

const Shape& BudgetShape() {
  static const Shape shape{"experiment_budget",
                           "the budget",
                           {{"usd", Number(0, 1e9), "of all trials together"},
                            {"tokens", Integer(1, 1e15), "of all trials together, input and output"},
                            {"time", Duration(), "of the whole; trials that began are ended"}}};
  return shape;
}

const Shape& LatencyShape() {
  static const Shape shape{"latency",
                           "the latency of an oracle",
                           {{"law", Choice({"constant", "exponential", "lognormal", "stragglers"}),
                             "how times are spread; stragglers: 1 of 100 takes 20 times as long"},
                            {"mean", Duration(), "default 10s"},
                            {"sigma", Number(0, 10), "of lognormal; default 0.5"}}};
  return shape;
}

const Shape& OracleShape() {
  static const Shape shape{
      "oracle",
      "the oracle",
      {{"items", Integer(1, 1'000'000), "how many questions; default 1000"},
       {"right", Number(0, 1), "the share of attempts that are right; default 0.7"},
       {"correlation", Number(0, 1), "of two attempts at one question; default 0"},
       {"wrong_answers", Integer(1, 999), "over which wrong attempts scatter; default 1"},
       {"fails", Number(0, 1), "the share of calls that fail; default 0"},
       {"abstains", Number(0, 1), "of the others, the share without an answer; default 0"},
       {"latency", Object(LatencyShape), "how long a call takes"},
       {"output_tokens", Integer(1, 1'000'000), "of an answer, on average; default 100"},
       {"mends", Number(0, 1), "of refining: how often a wrong answer is mended; default 0.2"},
       {"spoils", Number(0, 1), "of refining: how often a right one is spoilt; default 0.05"},
       {"judges_right", Number(0, 1), "of a judge: how often it picks the right one of two; default 0.8"},
       {"picks_first", Number(0, 1), "of a judge: how often it picks the first whatever they say; default 0"},
       {"accepts_right", Number(0, 1), "of a verifier; default 0.9"},
       {"accepts_wrong", Number(0, 1), "of a verifier; default 0.2"},
       {"seed", Integer(0, 1e15), "of all that is drawn; default 1"}}};
  return shape;
}

const Shape& SweepStopsShape() {
  static const Shape shape{
      "sweep_stops",
      "the stops of a contemplation",
      {{"decided", Bool(), "of a vote: when the leader cannot be overtaken; default true"},
       {"settled", Number(0, 1), "when the leader's odds reach this; 1: never; default 0.95"},
       {"settled_least", Integer(1, 1024), "answers before that; default 3"},
       {"quorum", Number(0, 1), "when this share has answered; 1: wait for all; default 0.75"},
       {"tail_cut", Number(0, 1000), "then the rest gets this share of the time so far; default 0.25"},
       {"time_share", Number(0, 1), "of the time until the deadline, for the attempts; default 0.75"}}};
  return shape;
}

// Each value may be a list: there is a variant for each.
const Shape& SweepShape() {
  static const Shape shape{
      "sweep",
      "contemplate",
      {{"width", OneOrMore(Integer(1, 1024)), "how many attempts; default 5"},
       {"rounds", OneOrMore(Integer(0, 100)), "of refinement; default 0"},
       {"digests", OneOrMore(Integer(1, 64)), "attempts that a refining one sees; default 4"},
       {"digest_bytes", OneOrMore(Integer(100, 1 << 20)), "of each; default 2400"},
       {"pace", OneOrMore(Choice({"latency", "balanced", "cost"})), "how they are started; default balanced"},
       {"aggregate", OneOrMore(Choice({"vote", "weighted_vote", "knockout", "synthesize", "auto"})),
        "how one answer is made; default auto"},
       {"temperature", OneOrMore(Number(0, 2)), "of all agents that work at an attempt; default their own"},
       {"each", Object(pipeline::BudgetPartShape), "what one attempt may use; with more it has failed"},
       {"judge_votes", Integer(1, 64), "of a knock-out, for each pair and order; default 1"},
       {"merge_most", Integer(2, 64), "reports in one prompt of a synthesis; default 8"},
       {"verifier", Bool(), "the first model is asked of each answer whether it is correct; default false"},
       {"digester", Bool(), "the first model writes digests of longer attempts; default false: they are cut"},
       {"stops", Object(SweepStopsShape), "when a round is over before all have answered"},
       {"answer_line", Bool(), "attempts are asked to end with a line \"answer: …\"; default false"}}};
  return shape;
}

const Shape& CriterionShape() {
  static const Shape shape{"criterion",
                           "a criterion",
                           {{"criterion", TextType(), "what is looked for", true},
                            {"points", Number(-1000, 1000), "for it; below 0: taken off; default 1"}}};
  return shape;
}

const Shape& VariantShape() {
  static const Shape shape{
      "variant",
      "a variant",
      {{"team", AnyJson(), "a pipeline's path, or a pipeline"},
       {"agent", Object(pipeline::AgentShape), "one agent, as below \"agents\" of a pipeline"},
       {"model", OneOrMore(TextType()), "instead of every model of its team"},
       {"mode", OneOrMore(Choice({"instant", "thinking", "contemplating"})), "put round the team"},
       {"contemplate", Object(SweepShape), "put round the team; any of it may be a list"}}};
  return shape;
}

}  // namespace

const Shape& ExperimentShape() {
  static const Shape shape{
      "experiment",
      "an experiment",
      {{"version", Integer(1, 1), "1"},
       {"name", TextType(), "for the report"},
       {"data", OneOrMore(TextType()), "data sets: JSON Lines, JSON or CSV"},
       {"sample", Integer(1, 1'000'000), "so many items, drawn with the first seed; default all"},
       {"grader", TextType(), "of items that name none; default normalized"},
       {"judge", TextType(), "the model of the grader \"judge\""},
       {"rubric", OneOrMore(Either(TextType(), Object(CriterionShape))),
        "of the grader \"judge\": points for what is said here, instead of a comparison"},
       {"pass", Number(0, 1), "the share of a rubric's points that is right; default 0.5"},
       {"allow_code", Bool(), "whether the grader \"code\" may run what a model wrote; default false"},
       {"seeds", ListOf(Integer(0, 1e15), 1), "each item is asked once with each; default 1"},
       {"parallel", Integer(1, 256), "trials at once; default 4"},
       {"budget", Object(BudgetShape), "of all trials together"},
       {"trial_time", Duration(), "of one trial"},
       {"baseline", TextType(), "the variant that others are compared with; default the first"},
       {"margin", Number(0, 1), "a share: a gain below it is none; default 0.03, three points"},
       {"match", TextType(), "the variant whose tokens others are matched to; default the baseline"},
       {"oracle", Object(OracleShape), "answers instead of a model, in virtual time"},
       {"team", AnyJson(), "of variants that name none"},
       {"agent", Object(pipeline::AgentShape), "of variants that name none"},
       {"variants", MapOfAny(Object(VariantShape)), "what is compared", true}}};
  return shape;
}

}  // namespace ninefold::experiment
