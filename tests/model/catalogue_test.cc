// What is known of models, and what their cards take from it.
#include "ninefold/catalogue.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/models.h"

namespace ninefold {
namespace {

Price Flat(double input, double output) { return {.input = input, .cached_input = input, .output = output}; }

Catalogue Known() {
  Catalogue known;
  known.Set("openai/gpt-5.4", {.price = Flat(2.5, 15),
                               .context_tokens = 1'050'000,
                               .max_output_tokens = 128'000,
                               .images = true,
                               .as_of = "2026-11-01",
                               .source = "https://prices.example"});
  known.Set("openai/blind", {.price = Flat(1, 2), .images = false});
  known.Set("openai/o3", {.context_tokens = 200'000});
  return known;
}

TEST(Catalogue, FindsAModelAndItsDatedVersions) {
  const Catalogue known = Known();
  const struct {
    const char* spec;
    bool found;
  } cases[] = {{"openai/gpt-5.4", true},
               {"openai/gpt-5.4-2026-03-05", true},
               {"openai/gpt-5.4-20260305", true},
               {"openai/gpt-5.4-mini", false},
               {"openai/gpt-5.4-mini-2026-03-05", false},
               {"openai/gpt-5.4-2026", false},
               {"openai/gpt-5.4-2026-3-5", false},
               {"openai/gpt-5.4-2026-03-05-2026-03-05", false},
               {"openai/gpt-5", false},
               {"gpt-5.4", false},
               {"-20260305", false},
               {"", false}};
  for (const auto& c : cases) EXPECT_EQ(known.Find(c.spec) != nullptr, c.found) << c.spec;
}

TEST(Catalogue, ADatedVersionMayHaveFactsOfItsOwn) {
  Catalogue known = Known();
  known.Set("openai/gpt-5.4-2026-03-05", {.price = Flat(9, 9)});
  EXPECT_EQ(known.Find("openai/gpt-5.4-2026-03-05")->price->input, 9);
  EXPECT_EQ(known.Find("openai/gpt-5.4-2026-07-01")->price->input, 2.5);
}

TEST(Catalogue, TheLaterOneStandsFactByFact) {
  Catalogue known = Known(), later;
  later.Set("openai/gpt-5.4", {.price = Flat(7, 8), .as_of = "2027-01-01", .source = "mine"});
  later.Set("openai/blind", {.images = true});
  later.Set("openai/o3-2025-04-16", {.price = Flat(2, 8)});
  later.Set("vllm/own", {.context_tokens = 32'768});
  known.Merge(later);
  const ModelFacts* facts = known.Find("openai/gpt-5.4");
  EXPECT_EQ(facts->price->input, 7);
  EXPECT_EQ(facts->context_tokens, 1'050'000);
  EXPECT_EQ(facts->max_output_tokens, 128'000);
  EXPECT_EQ(facts->images, true);
  EXPECT_EQ(facts->as_of, "2027-01-01");
  EXPECT_EQ(facts->source, "mine");
  EXPECT_EQ(known.Find("openai/blind")->images, true);
  EXPECT_EQ(known.Find("openai/blind")->price->output, 2);
  EXPECT_EQ(known.Find("openai/o3-2025-04-16")->context_tokens, 200'000) << "known of the undated one";
  EXPECT_FALSE(known.Find("openai/o3")->price);
  EXPECT_EQ(known.Find("vllm/own")->context_tokens, 32'768);
}

ModelCard CardOf(const char* spec, ModelOptions options) {
  options.key = "sk-test";
  options.catalogue = std::make_shared<const Catalogue>(Known());
  const auto model = OpenModel(spec, options);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? (*model)->card() : ModelCard();
}

TEST(Catalogue, FillsTheCard) {
  unsetenv("OPENAI_BASE_URL");
  const ModelCard card = CardOf("openai/gpt-5.4-2026-03-05", {});
  ASSERT_TRUE(card.price);
  EXPECT_EQ(card.price->output, 15);
  EXPECT_EQ(card.context_tokens, 1'050'000);
  EXPECT_EQ(card.max_output_tokens, 128'000);
  EXPECT_TRUE(card.images);
  EXPECT_FALSE(CardOf("openai/unknown", {}).price);
  EXPECT_FALSE(CardOf("openai/blind", {}).images);
  EXPECT_TRUE(CardOf("openai/o3", {}).images) << "not in the catalogue: as its vendor has it";
  EXPECT_TRUE(CardOf("meta/muse-ember-1.0", {}).images);
  EXPECT_FALSE(CardOf("meta/other", {}).images);
}

TEST(Catalogue, OptionsStandAboveItAndLocalServersStayFree) {
  EXPECT_EQ(CardOf("openai/gpt-5.4", {.price = Flat(1, 1)}).price->output, 1);
  const ModelCard local = CardOf("openai/gpt-5.4", {.base_url = "http://localhost:8080/v1"});
  EXPECT_TRUE(local.free);
  EXPECT_FALSE(local.price);
  EXPECT_EQ(local.context_tokens, 1'050'000);
}

}  // namespace
}  // namespace ninefold
