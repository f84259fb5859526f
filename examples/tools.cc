// Plain C++ functions become tools: their struct of arguments is the schema a model sees, and what the model
// sends is checked against it before the function is called.
//
//   question ──> clerk <──> multiply(Factors), stock(Item)
//
#include <cstdio>

#include "ninefold/ninefold.h"
#include "ninefold/testing/scripted.h"

using namespace ninefold;

struct Factors {
  double a, b;
};
NINEFOLD_DESCRIBE(Factors, (a, "The first factor"), (b, "The second factor"))

enum class Shelf { kFront, kBack };
NINEFOLD_DESCRIBE_ENUM(Shelf, (kFront, "front"), (kBack, "back"))

struct Item {
  std::string name;
  std::optional<int> at_least;
  std::optional<Shelf> shelf;
};
NINEFOLD_DESCRIBE(Item, (name, "What to look for"), (at_least, "How many are needed", Min(1)),
                  (shelf, "Where to look"))

double Multiply(const Factors& factors) { return factors.a * factors.b; }

absl::StatusOr<std::string> Stock(const Item& item) {
  if (item.name != "bolt")
    return absl::NotFoundError("nothing is called \"" + item.name + "\"; there is \"bolt\"");
  return std::string("42 bolts");
}

int main() {
  ToolPtr multiply =
      MakeTool("multiply", "The product of two numbers", Multiply, {.effect = Effect::kPure, .quick = true});
  ToolPtr stock = MakeTool("stock", "How many of an item there are", Stock);
  std::printf("%s\n", DumpJson(stock->spec().parameters, 2).c_str());

  // A model that plays a part: it asks for both tools at once, mends its mistakes, and answers.
  ModelPtr model = testing::Scripted({
      testing::AskMany(
          {{"multiply", {{"a", 17}, {"b", 23}}}, {"stock", {{"name", "bolt"}, {"at_least", 0}}}}),
      testing::Ask("stock", {{"name", "bolt"}, {"at_least", 10}}),
      testing::Say("17 boxes of 23 are 391; there are 42 bolts."),
  });
  AgentPtr clerk = MakeAgent({.name = "clerk", .model = model, .tools = {multiply, stock}});

  Runtime runtime;
  RunOptions options;
  options.on_event = [](const Event& event) {
    if (const auto* ended = std::get_if<event::ToolEnded>(&event.body)) {
      std::printf("%s: %s%s\n", event.path->c_str(), ended->is_error ? "refused, " : "",
                  ended->preview.c_str());
    }
  };
  absl::StatusOr<Reply> reply =
      runtime.Run(clerk, "How many are 17 boxes of 23, and how many bolts are there?", options);
  std::printf("%s\n", reply.ok() ? reply->text.c_str() : Describe(reply.status()).c_str());
}
