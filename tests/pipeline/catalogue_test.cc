// Catalogues of models: the one that is built in, what is wrong with others, and budgets that need prices.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/pipeline.h"
#include "ninefold/status.h"
#include "ninefold/testing/sim.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using testing::Sim;

constexpr char kHead[] =
    "version: 1\nvendors:\n  openai:\n    as_of: 2026-11-01\n    source: here\n    models:\n";

std::string SaidOf(const std::string& text) {
  std::vector<Diagnostic> found;
  const auto catalogue = ParseCatalogue(text, "m.yaml", &found);
  std::string said = catalogue.ok() ? "" : absl::StrCat(Describe(catalogue.status()), "\n");
  for (const Diagnostic& one : found) absl::StrAppend(&said, Format(one), "\n");
  return said;
}

TEST(Catalogue, IsRead) {
  const auto read = ParseCatalogue(
      absl::StrCat(kHead, R"(      one: {price: {input: 1, output: 2}, context_tokens: 10, images: false}
      two.5:
        price: {input: 2, cached_input: 0.5, output: 8, long_prompt: {above: 100, input: 4, output: 12}}
        max_output_tokens: 7
        as_of: 2026-12-24
        source: there
  openrouter: {as_of: 2026-11-01, source: here, models: {any/model: {images: true}}}
)"),
      "m.yaml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries().size(), 3u);
  const ModelFacts& one = *read->Find("openai/one");
  EXPECT_EQ(one.price->cached_input, 1) << "without a price of its own, as other input";
  EXPECT_EQ(one.price->long_above, 0);
  EXPECT_EQ(one.context_tokens, 10);
  EXPECT_EQ(one.images, false);
  EXPECT_EQ(one.as_of, "2026-11-01");
  EXPECT_EQ(one.source, "here");
  const ModelFacts& two = *read->Find("openai/two.5");
  EXPECT_EQ(two.price->long_above, 100);
  EXPECT_EQ(two.price->long_cached_input, 4);
  EXPECT_EQ(two.price->long_output, 12);
  EXPECT_EQ(two.max_output_tokens, 7);
  EXPECT_EQ(two.images, std::nullopt);
  EXPECT_EQ(two.source, "there");
  EXPECT_TRUE(read->Find("openrouter/any/model")->images);
}

TEST(Catalogue, MistakesAreSaidWithTheirPlaces) {
  struct Case {
    std::string text, said;
  };
  const std::string head = kHead;
  const Case cases[] = {
      {"", "m.yaml:1:1: error: the file holds no catalogue"},
      {"[]", "a catalogue of models must be a map"},
      {"vendors: {}\n", "a catalogue of models needs \"version\""},
      {"version: 2\nvendors: {}\n", "1:10: error: \"version\" must be the number 1"},
      {"version: 1\n", "a catalogue of models needs \"vendors\""},
      {"version: 1\nvendor: {}\n",
       "unknown key \"vendor\" in a catalogue of models; did you mean \"vendors\"?"},
      {"version: 1\nvendors: {opnai: {as_of: 2026-11-01, source: x, models: {}}}\n",
       "2:11: warning: there is no vendor \"opnai\"; did you mean \"openai\"?"},
      {"version: 1\nvendors: {openai: {}}\n", "a vendor needs \"models\""},
      {"version: 1\nvendors: {openai: {models: {x: {source: y}}}}\n",
       "2:29: error: \"x\" needs \"as_of\"; say at the model or at its vendor when"},
      {"version: 1\nvendors: {openai: {models: {x: {as_of: 2026-11-01}}}}\n",
       "2:29: error: \"x\" needs \"source\"; say at the model or at its vendor where"},
      {"version: 1\nvendors: {openai: {as_of: today, source: y, models: {}}}\n",
       "2:27: error: \"as_of\" must be a day, this is \"today\"; write it as 2026-11-01"},
      {head + "      x: {as_of: 2026-13-01}\n", "7:18: error: \"as_of\" must be a day"},
      {head + "      x: 3\n", "7:10: error: \"x\" must be a map (a model), this is \"3\""},
      {head + "      x:\n", "\"x\" must be a map (a model), this is nothing"},
      {head + "      x: {pirce: {}}\n",
       "7:11: error: unknown key \"pirce\" in a model; did you mean \"price\"?"},
      {head + "      x: {price: 3}\n", "\"price\" must be a map (a price), this is \"3\""},
      {head + "      x: {price: {input: 1}}\n", "a price needs \"output\""},
      {head + "      x: {price: {input: -1, output: 2}}\n",
       "7:26: error: \"input\" must be a number, 0 to 1000000, this is \"-1\""},
      {head + "      x: {price: {input: nan, output: 2}}\n", "\"input\" must be a number"},
      {head + "      x: {price: {input: '1', output: 2}}\n", "take the quotes away"},
      {head + "      x: {price: {input: 1, output: 2, long_prompt: {input: 1, output: 2}}}\n",
       "a price of long prompts needs \"above\""},
      {head + "      x: {context_tokens: many}\n", "\"context_tokens\" must be a whole number"},
      {head + "      x: {context_window: 5}\n",
       "warning: \"context_window\" is called \"context_tokens\" here"},
      {head + "      x: {images: 1}\n", "\"images\" must be true or false"},
      {head + "      x y: {}\n", "7:7: error: \"x y\" is no model's name"},
      {head + "      openai/x: {}\n", "\"openai/x\" names its vendor a second time; write x"},
      {head + "      x: {}\n      x: {}\n", "8:7: error: key \"x\" is here a second time"},
  };
  for (const Case& c : cases) EXPECT_THAT(SaidOf(c.text), HasSubstr(c.said)) << c.text;
}

TEST(Catalogue, AFileThatCannotBeRead) {
  std::vector<Diagnostic> found;
  EXPECT_EQ(LoadCatalogue("none.yaml", &found).status().code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 0);
  EXPECT_FALSE(LoadCatalogue("/dev/zero").ok());
}

TEST(Catalogue, TheBuiltInOneIsTheFileAndMakesSense) {
  std::vector<Diagnostic> found;
  const auto file = LoadCatalogue(NINEFOLD_SOURCE_DIR "/configs/models.yaml", &found);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(found.empty());
  EXPECT_GT(file->entries().size(), 40u);
  EXPECT_EQ(file->entries().size(), DefaultCatalogue()->entries().size());
  for (const auto& [spec, facts] : file->entries()) {
    ASSERT_TRUE(facts.price) << spec;
    const Price& price = *facts.price;
    EXPECT_LT(0, price.cached_input) << spec;
    EXPECT_LE(price.cached_input, price.input) << spec;
    EXPECT_LE(price.input, price.output) << spec;
    if (price.long_above > 0) {
      EXPECT_LT(price.long_above, facts.context_tokens) << spec;
      EXPECT_LT(price.input, price.long_input) << spec;
      EXPECT_LE(price.long_cached_input, price.long_input) << spec;
      EXPECT_LT(price.output, price.long_output) << spec;
    }
    EXPECT_GE(facts.context_tokens, 100'000) << spec;
    EXPECT_GT(facts.max_output_tokens, 0) << spec;
    EXPECT_LT(facts.max_output_tokens, facts.context_tokens) << spec;
    EXPECT_TRUE(facts.images.has_value()) << spec;
    absl::CivilDay day;
    EXPECT_TRUE(absl::ParseCivilTime(facts.as_of, &day)) << spec;
    EXPECT_TRUE(facts.source.starts_with("https://")) << spec;
    const ModelFacts* built_in = DefaultCatalogue()->Find(spec);
    ASSERT_NE(built_in, nullptr) << spec;
    EXPECT_EQ(built_in->price->output, price.output) << spec;
  }
}

TEST(Catalogue, TheExampleStandsAboveTheBuiltInOne) {
  const auto example = LoadCatalogue(NINEFOLD_SOURCE_DIR "/examples/prices.yaml");
  ASSERT_TRUE(example.ok()) << example.status();
  Catalogue all = *DefaultCatalogue();
  all.Merge(*example);
  EXPECT_EQ(all.Find("openai/gpt-5.4")->price->output, 12);
  EXPECT_EQ(all.Find("openai/gpt-5.4")->context_tokens, 1'050'000);
  EXPECT_EQ(all.Find("vllm/qwen3")->price->long_above, 32'000);
}

// One agent of that model under a money budget; the model is a stub with the card that was opened.
struct Outcome {
  absl::StatusOr<Reply> reply = absl::UnknownError("not run");
  ModelCard card;
};
Outcome RunUnderUsd(const std::string& model, PipelineOptions options = {}) {
  setenv("OPENAI_API_KEY", "sk-test", 1);
  unsetenv("OPENAI_BASE_URL");
  Outcome outcome;
  options.wrap_model = [&outcome](ModelPtr opened) {
    outcome.card = opened->card();
    return MakeModel(outcome.card, [](const ModelRequest&) -> absl::StatusOr<ModelReply> {
      ModelReply reply;
      reply.message = AssistantMessage("fine");
      reply.usage = {.input = 1000, .cached_input = 0, .output = 100, .reasoning = 0};
      return reply;
    });
  };
  const auto pipeline =
      ParsePipeline(absl::StrCat("version: 1\nname: t\nbudget: {usd: 1}\nagents: {a: {model: ", model,
                                 "}}\nsteps: [{id: s, agent: a}]\n"),
                    "t.yaml", options);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  if (!pipeline.ok()) return outcome;
  Sim sim;
  outcome.reply = sim.Run(pipeline->team, *pipeline->MakePrompt("q", {}, {}), {.budget = pipeline->budget});
  return outcome;
}

TEST(Budget, OfMoneyWorksWithAModelOfTheCatalogue) {
  for (const char* model : {"openai/gpt-5.4", "openai/gpt-5.4-2026-03-05"}) {
    const Outcome outcome = RunUnderUsd(model);
    ASSERT_TRUE(outcome.reply.ok()) << outcome.reply.status();
    EXPECT_DOUBLE_EQ(outcome.reply->cost.usd, (1000 * 2.5 + 100 * 15) * 1e-6);
    EXPECT_TRUE(outcome.reply->cost.usd_is_known);
    EXPECT_EQ(outcome.card.context_tokens, 1'050'000);
  }
}

TEST(Budget, OfMoneyIsRefusedForAModelWithoutAPrice) {
  const Outcome outcome = RunUnderUsd("openai/unheard-of");
  EXPECT_EQ(outcome.reply.status().code(), absl::StatusCode::kFailedPrecondition);
  const std::string said = Describe(outcome.reply.status());
  EXPECT_THAT(said, HasSubstr("model \"openai/unheard-of\": a budget of 1.0000 USD is set and"));
  EXPECT_THAT(said, HasSubstr("add the price (in YAML \"price:\""));
}

TEST(Budget, TakesThePriceOfTheFileThenOfTheCatalogueThatIsGiven) {
  const Outcome priced = RunUnderUsd("{model: openai/unheard-of, price: {input: 3, output: 4}}");
  ASSERT_TRUE(priced.reply.ok()) << priced.reply.status();
  EXPECT_DOUBLE_EQ(priced.reply->cost.usd, (1000 * 3 + 100 * 4) * 1e-6);

  const auto own =
      ParseCatalogue(absl::StrCat(kHead, "      gpt-5.4: {price: {input: 20, output: 30}}\n"), "m.yaml");
  ASSERT_TRUE(own.ok()) << own.status();
  Catalogue all = *DefaultCatalogue();
  all.Merge(*own);
  PipelineOptions options;
  options.catalogue = std::make_shared<const Catalogue>(all);
  const Outcome merged = RunUnderUsd("openai/gpt-5.4", options);
  EXPECT_DOUBLE_EQ(merged.reply->cost.usd, (1000 * 20 + 100 * 30) * 1e-6);
  EXPECT_EQ(merged.card.context_tokens, 1'050'000) << "what the later one leaves open stays";
  EXPECT_EQ(merged.card.price->long_above, 0) << "a price is taken whole";
  EXPECT_DOUBLE_EQ(
      RunUnderUsd("{model: openai/gpt-5.4, price: {input: 1, output: 1}}", options).reply->cost.usd, 1100e-6);
}

}  // namespace
}  // namespace ninefold
