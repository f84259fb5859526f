#include "pipeline/format.h"

#include <utility>

#include "pipeline/format_types.h"

namespace ninefold::pipeline {
namespace {

using shapes::AnyJson;
using shapes::Bool;
using shapes::Choice;
using shapes::Duration;
using shapes::Either;
using shapes::ExpressionType;
using shapes::Integer;
using shapes::ListOf;
using shapes::MapOf;
using shapes::MapOfAny;
using shapes::ModelType;
using shapes::NameType;
using shapes::Number;
using shapes::Object;
using shapes::OneOrMore;
using shapes::PlainType;
using shapes::TemplateType;
using shapes::TextType;

const Shape& LongPromptShape() {
  static const Shape shape{
      "long_prompt",
      "a price of long prompts",
      {{"above", Integer(1, 1e12), "a call with more input tokens costs this, all of it", true},
       {"input", Number(0, 1e6), "USD for a million input tokens", true},
       {"output", Number(0, 1e6), "USD for a million output tokens", true},
       {"cached_input", Number(0, 1e6), "USD for a million cached input tokens; default: as input"}}};
  return shape;
}

const Shape& PriceShape() {
  static const Shape shape{
      "price",
      "a price",
      {{"input", Number(0, 1e6), "USD for a million input tokens", true},
       {"output", Number(0, 1e6), "USD for a million output tokens", true},
       {"cached_input", Number(0, 1e6), "USD for a million cached input tokens; default: as input"},
       {"long_prompt", Object(LongPromptShape), "for calls with many input tokens"}}};
  return shape;
}

const Shape& HedgeShape() {
  static const Shape shape{"hedge",
                           "a second request when the first is late",
                           {{"model", ModelType(), "whom to ask then; the same model is allowed", true},
                            {"after", Duration(), "how late; default: later than 95 of 100 were"},
                            {"share", Number(0, 1), "such requests for each call, at most; default 0.05"}}};
  return shape;
}

}  // namespace

const Shape& ModelShape() {
  static const Shape shape{
      "model",
      "a model",
      {{"model", TextType(), "\"vendor/name\", \"offline\" or \"auto\"", false, {"name", "id"}},
       {"route",
        ListOf(ModelType(), 1),
        "instead: models, of which each request goes to the first that suits it",
        false,
        {"router"}},
       {"cheapest", Bool(), "of route: to the cheapest that suits it"},
       {"base_url",
        TextType(),
        "the server's address, as in http://localhost:11434/v1",
        false,
        {"url", "api_base"}},
       {"key_env", TextType(), "the environment variable that holds the key", false, {"api_key_env"}},
       {"key_file", TextType(), "a file that holds the key and nothing else", false, {"api_key_file"}},
       {"temperature", Number(0, 2), "how varied its answers are"},
       {"top_p", Number(0, 1), "the share of likely words it picks from"},
       {"max_output_tokens", Integer(1, 10'000'000), "the most tokens of one answer", false, {"max_tokens"}},
       {"seed", Integer(0, 9e15), "for servers that can repeat an answer"},
       {"reasoning_effort", Choice({"none", "minimal", "low", "medium", "high", "xhigh"}),
        "how long it thinks"},
       {"stream", Bool(), "whether its answer comes in pieces"},
       {"attempts",
        Integer(1, 100),
        "in all, when its server fails or refuses; default 3",
        false,
        {"retries"}},
       {"requests_per_minute",
        Integer(1, 1'000'000'000),
        "to its server with its key, at most",
        false,
        {"rpm"}},
       {"tokens_per_minute", Integer(1, 1'000'000'000'000), "likewise, of input and output", false, {"tpm"}},
       {"concurrency", Integer(1, 1'000'000), "calls at once to its server, at most"},
       {"connect_timeout", Duration(), "until there is a connection; default 10s"},
       {"first_byte_timeout", Duration(), "until its reply begins; default 2m", false, {"timeout"}},
       {"idle_timeout", Duration(), "between two pieces of its reply; default 1m"},
       {"fallback", OneOrMore(ModelType()), "models to ask in turn when it fails", false, {"fallbacks"}},
       {"hedge", Object(HedgeShape), "a second request when the first is late"},
       {"scale_images", Bool(),
        "whether images that its vendor would refuse as too large are scaled down; default true"},
       {"price", Object(PriceShape), "what it costs, for budgets in USD"}},
      "",
      {"model", "route"}};
  return shape;
}

namespace {

const Shape& ToolShape() {
  static const Shape shape{"tool",
                           "a tool",
                           {{"use",
                             Choice({"calculator", "text.search", "files", "image", "data"}),
                             "the built-in tool",
                             true,
                             {"type"}},
                            {"documents", ListOf(TextType(), 1),
                             "text files below the pipeline's folder that text.search looks through"},
                            {"root", TextType(), "the folder below the pipeline's that files may read"},
                            {"description", TextType(), "for the model: when to use it"}}};
  return shape;
}

}  // namespace

const Shape& BudgetPartShape() {
  static const Shape shape{"budget_part",
                           "a part of the budget",
                           {{"tokens", Integer(1, 1e15), "input and output tokens", false, {"max_tokens"}},
                            {"usd", Number(0.000001, 1e9), "US dollars; needs models with a known price"},
                            {"calls", Integer(1, 1e12), "model calls", false, {"model_calls"}},
                            {"tool_calls", Integer(0, 1e12), "tool calls"}}};
  return shape;
}

namespace {

const Shape& LimitsShape() {
  static const Shape shape{
      "limits",
      "limits",
      {{"turns", Integer(1, 1000), "model calls in one run of the agent", false, {"max_turns"}},
       {"tool_calls", Integer(0, 100'000), "tool calls in one run of the agent"},
       {"parallel_tools", Integer(1, 1024), "tools of one turn at once"},
       {"repairs", Integer(0, 10), "of an output that misses its schema"},
       {"tool_timeout", Duration(), "of one tool call"},
       {"budget", Object(BudgetPartShape), "of one run of the agent and those it calls"}}};
  return shape;
}

Shape WithPatterns(Shape shape) {
  shape.fields.insert(shape.fields.end(), PatternFields().begin(), PatternFields().end());
  return shape;
}

}  // namespace

const Shape& AgentShape() {
  static const Shape shape = WithPatterns(
      Shape{"agent",
            "an agent",
            {{"description", TextType(), "what it is good at: planners and models choose by it"},
             {"instructions",
              PlainType(),
              "the system prompt",
              false,
              {"instruction", "system_prompt", "system", "prompt"}},
             {"model", ModelType(), "a name from models, \"vendor/name\", or a model; default auto"},
             {"tools", ListOf(TextType()), "names from tools, built-in tools, or other agents"},
             {"output",
              AnyJson(),
              "the form of its answer: a JSON Schema, or fields with their types",
              false,
              {"output_schema"}},
             {"limits", Object(LimitsShape), "of one run of the agent"}}});
  return shape;
}

namespace {

const Shape& InputShape() {
  static const Shape shape{
      "input",
      "an input",
      {{"type", Choice({"string", "integer", "number", "boolean", "list", "object"}),
        "what it is; default string"},
       {"description", TextType(), "what it means"},
       {"default", AnyJson(), "its value when none is given; without one it is required"}}};
  return shape;
}

const Shape& StepShape();

const Shape& LoopShape() {
  static const Shape shape{
      "loop",
      "a loop",
      {{"until", ExpressionType(), "checked after each round; true ends the loop"},
       {"max", Integer(1, 100'000), "the most rounds", true, {"max_rounds", "max_iterations"}},
       {"steps", ListOf(Object(StepShape), 1), "the steps of a round; without them, the step's own agent"}}};
  return shape;
}

const Shape& FallbackShape() {
  static const Shape shape{
      "on_error", "on_error", {{"fallback", NameType(), "the agent that is asked the same", true}}};
  return shape;
}

const Shape& JoinShape() {
  static const Shape shape{"join",
                           "a join",
                           {{"quorum", Integer(1, 100'000), "how many of the needs must be done", true},
                            {"cancel_rest", Bool(), "whether the needs that still run are cancelled then"}}};
  return shape;
}

const Shape& StepShape() {
  static const Shape shape = WithPatterns(Shape{
      "step",
      "a step",
      {{"id", NameType(), "how other steps name it", true, {"name"}},
       {"agent", NameType(), "who does it"},
       {"prompt", TemplateType(), "what is asked; default {{ goal }}", false, {"task", "input"}},
       {"needs",
        OneOrMore(TextType()),
        "steps that must end first; those that the prompt names are needed anyway",
        false,
        {"depends_on", "after"}},
       {"parallel", ListOf(Either(NameType(), Object(StepShape)), 1), "agents or steps that run at once"},
       {"each",
        ExpressionType(),
        "a list: the step is done once for each item, all at once",
        false,
        {"for_each", "foreach"}},
       {"as", NameType(), "the variable for an item; default item"},
       {"width", Integer(1, 100'000), "of each: how many at once; default all"},
       {"loop", Object(LoopShape), "the step is done again until it is good", false, {"repeat"}},
       {"when", ExpressionType(), "false: the step is skipped", false, {"if", "condition"}},
       {"join", Either(Choice({"all", "any"}), Object(JoinShape)), "when it may start; default all"},
       {"on_error", Either(Choice({"fail", "skip"}), Object(FallbackShape)),
        "what a failure does; default fail"},
       {"retry",
        Integer(0, 100),
        "how often it is tried again after an error that may pass",
        false,
        {"retries"}},
       {"timeout", Duration(), "of one attempt"},
       {"files", Bool(), "whether the files of the run go along; default true"}}});
  return shape;
}

const Shape& BudgetShape() {
  static const Shape shape = [] {
    Shape budget = BudgetPartShape();
    budget.name = "budget", budget.what = "a budget";
    budget.fields.push_back({"depth", Integer(1, 1000), "nested agents; default 16"});
    budget.fields.push_back({"time", Duration(), "from start to end", false, {"deadline", "timeout"}});
    return budget;
  }();
  return shape;
}

const Shape& PolicyShape() {
  static const Shape shape{"policy",
                           "a policy",
                           {{"deny", ListOf(TextType()), "tools that may not be called"},
                            {"ask", ListOf(TextType()), "tools for which a person is asked"}}};
  return shape;
}

const Shape& TestFileShape() {
  static const Shape shape{
      "test_file",
      "a file",
      {{"name", TextType(), "how it is cited", true}, {"text", TextType(), "what is in it", true}}};
  return shape;
}

const Shape& ExpectShape() {
  static const Shape shape{
      "expect",
      "expectations",
      {{"contains", OneOrMore(TextType()), "texts the answer must have"},
       {"not_contains", OneOrMore(TextType()), "texts it must not have", false, {"excludes"}},
       {"matches", TextType(), "a regular expression that matches in it"},
       {"equals", AnyJson(), "its data"},
       {"evidence_min", Integer(0, 1000), "how many places it must cite"}}};
  return shape;
}

const Shape& TestShape() {
  static const Shape shape{"test",
                           "a test",
                           {{"name", TextType(), "what it shows"},
                            {"question", TextType(), "what is asked", true},
                            {"files", ListOf(Either(TextType(), Object(TestFileShape))),
                             "files below the pipeline's folder, or texts"},
                            {"input", MapOf(AnyJson()), "values of inputs", false, {"inputs"}},
                            {"expect", Object(ExpectShape), "what must hold", true}}};
  return shape;
}

const Shape& KnownModelShape() {
  static const Shape shape{
      "known_model",
      "a model",
      {{"price", Object(PriceShape), "what it costs"},
       {"context_tokens",
        Integer(1, 1e12),
        "the most tokens of a request and its answer",
        false,
        {"context", "context_window"}},
       {"max_output_tokens",
        Integer(1, 1e12),
        "the most tokens of an answer",
        false,
        {"max_tokens", "output_tokens"}},
       {"images", Bool(), "whether it sees pictures", false, {"vision"}},
       {"as_of", TextType(), "the day on which this was looked up; default: its vendor's"},
       {"source", TextType(), "where; default: its vendor's"}}};
  return shape;
}

const Shape& KnownVendorShape() {
  static const Shape shape{"known_vendor",
                           "a vendor",
                           {{"as_of", TextType(), "the day on which its models were looked up"},
                            {"source", TextType(), "where"},
                            {"models", MapOfAny(Object(KnownModelShape)), "its models by name", true}}};
  return shape;
}

}  // namespace

const Field* Shape::Find(std::string_view wanted) const {
  for (const Field& field : fields) {
    if (field.name == wanted) return &field;
  }
  return nullptr;
}

const Shape& AgentFileShape() {
  static const Shape shape{
      "agent_file",
      "a file of agents",
      {{"version", Integer(1, 1), "of the format"},
       {"models", MapOf(ModelType()), "models by name"},
       {"tools", MapOf(Either(TextType(), Object(ToolShape))), "tools by name"},
       {"agents", MapOf(Object(AgentShape)), "agents by name", true},
       {"include", OneOrMore(TextType()), "files with more agents, below this one's folder"}}};
  return shape;
}

const Shape& CatalogueShape() {
  static const Shape shape{"catalogue",
                           "a catalogue of models",
                           {{"version", Integer(1, 1), "of the format: 1", true},
                            {"vendors", MapOf(Object(KnownVendorShape)), "vendors by name", true}}};
  return shape;
}

const Shape& PipelineShape() {
  static const Shape shape{"pipeline",
                           "a pipeline",
                           {{"version", Integer(1, 1), "of the format: 1", true},
                            {"name", NameType(), "of the team", true},
                            {"description", TextType(), "what it is good at"},
                            {"models", MapOf(ModelType()), "models by name"},
                            {"tools", MapOf(Either(TextType(), Object(ToolShape))),
                             "tools by name; calculator, text.search, files and image are there anyway"},
                            {"include",
                             OneOrMore(TextType()),
                             "files with agents, below the pipeline's folder",
                             false,
                             {"includes"}},
                            {"agents", MapOf(Object(AgentShape)), "agents by name"},
                            {"input",
                             MapOf(Either(InputShape().fields[0].type, Object(InputShape))),
                             "values that a run is given with --set",
                             false,
                             {"inputs"}},
                            {"steps", ListOf(Object(StepShape), 1), "what is done", true},
                            {"output", Either(TemplateType(), ListOf(NameType(), 1)),
                             "the step whose answer is the team's, or steps, of which the first that is "
                             "done, or a template; default the last step"},
                            {"budget", Object(BudgetShape), "what a run may use"},
                            {"policy", Either(Choice({"default", "allow_all"}), Object(PolicyShape)),
                             "what tools may do; default \"default\""},
                            {"tests", ListOf(Object(TestShape)), "cases for ninefold test"}}};
  return shape;
}

}  // namespace ninefold::pipeline
