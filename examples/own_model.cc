// A model of your own: derive from Model, stream what you have, return the whole.
//
//   question ──> agent ──> Parrot::Generate ──> deltas while it speaks, then the reply
//
#include <cstdio>

#include "ninefold/ninefold.h"

using namespace ninefold;

class Parrot : public Model {
 public:
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    const std::string heard = TextOf(request.conversation.back());
    std::string said;
    for (int i = 0; i < 2; ++i) {
      const std::string piece = (i == 0 ? "" : ", ") + heard;
      ctx.Emit(event::TextDelta{piece});
      said += piece;
      absl::Status drained = co_await ctx.Drain();  // waits for readers that are behind
      if (!drained.ok()) co_return drained;
    }
    ModelReply reply;
    reply.message = AssistantMessage(said);
    reply.usage.output = 2;
    reply.model = "parrot";
    co_return reply;
  }

 private:
  ModelCard card_{.name = "parrot", .free = true};
};

int main() {
  AgentPtr agent = MakeAgent({.name = "echo", .model = std::make_shared<Parrot>()});
  std::printf("parrot says: ");
  RunOptions options;
  options.on_event = [](const Event& event) {
    if (const auto* delta = std::get_if<event::TextDelta>(&event.body))
      std::printf("%s", delta->text.c_str());
  };
  Runtime runtime;
  absl::StatusOr<Reply> reply = runtime.Run(agent, "hello", options);
  std::printf("\n%s\n", reply.ok() ? "" : Describe(reply.status()).c_str());
}
