// Two figures beside what they stand on. 4,096 sub-agents at a model server that answers after 50 ms, and the
// same transfers by a hand-written libcurl loop; 10,000 sub-agents that wait 2 s each, in virtual time. Each
// is measured in a process of its own.
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/apart.h"
#include "bench/curl_loop.h"
#include "bench/driver.h"
#include "ninefold/testing/sim.h"
#include "testing/chat_server.h"

namespace ninefold::bench {
namespace {

constexpr unsigned kTransfers = 4096;
constexpr unsigned kWaiting = 10'000;
constexpr unsigned kRepeat = 3;

// Asks `member` `n` times at once; the reply's text is as long as all answers together.
AgentPtr Crowd(AgentPtr member, unsigned n) {
  const auto ask_all = [member, n](Prompt prompt, Context& ctx) -> Async<absl::StatusOr<Reply>> {
    auto ask = [&](std::size_t, Context& child) { return member->Run(prompt, child); };
    std::vector<absl::StatusOr<Reply>> answers = co_await Settle<Reply>(ctx, "member", n, ask);
    Reply all;
    for (const absl::StatusOr<Reply>& answer : answers) {
      if (!answer.ok()) co_return answer.status();
      all.text += answer->text;
    }
    co_return all;
  };
  return MakeFunctionAgent({.name = "crowd", .description = "asks many"}, ask_all);
}

// Answers after two seconds on the run's clock.
class SlowModel : public Model {
 public:
  const ModelCard& card() const override { return card_; }
  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest&, Context& ctx) const override {
    const absl::Status slept = co_await ctx.Sleep(absl::Seconds(2));
    if (!slept.ok()) co_return slept;
    ModelReply reply;
    reply.message = AssistantMessage(kAnswer);
    co_return reply;
  }

 private:
  ModelCard card_{.name = "slow", .price = std::nullopt, .free = true};
};

void Print(const char* what, const Figures& f, unsigned units) {
  std::printf("%-22s wall %7.3f s   cpu %7.3f s (%6.1f us each)   memory +%8.0f KiB (%5.1f KiB each)\n", what,
              f.wall_s, f.cpu_s, f.cpu_s * 1e6 / units, f.grown_kb, f.grown_kb / units);
  std::fflush(stdout);
}

AgentPtr Assistant(const char* name, ModelPtr model) {
  return MakeAgent({.name = name, .instructions = kSystem, .model = std::move(model)});
}

void Transfers() {
  const ServerProcess server([](const Json&) {
    testing::ChatScript script = testing::ChatScript::Say({kAnswer});
    script.delay = absl::Milliseconds(50);
    script.length_known = true;
    return script;
  });
  const std::string url = server.base_url() + "/chat/completions";
  const std::string body = absl::StrCat(R"({"model":"any","messages":[{"role":"system","content":")", kSystem,
                                        R"("},{"role":"user","content":")", kQuestion, R"("}]})");
  std::printf("%u sub-agents at a server that answers after 50 ms, each figure of one repeat:\n", kTransfers);
  const Figures floor = Apart(kRepeat, [&] { return PostAllAtOnce(url, body, kTransfers); });
  Print("libcurl by hand", floor, kTransfers);
  const Figures ours = Apart(kRepeat, [&] {
    Driver driver;
    const AgentPtr crowd =
        Crowd(Assistant("member", ServerModel(server.base_url(), "any", false)), kTransfers);
    return std::uint64_t(driver.RunOnce(crowd, kQuestion).text.size());
  });
  Print("ninefold", ours, kTransfers);
  std::printf("%-22s wall %7.2f     cpu %7.2f                        memory  %8.2f\n\n", "ratio",
              ours.wall_s / floor.wall_s, ours.cpu_s / floor.cpu_s, ours.grown_kb / floor.grown_kb);
  if (ours.check != std::uint64_t(kTransfers) * 64 * kRepeat)
    Die(absl::InternalError("some answers are missing"));
}

void Waiting() {
  std::printf("%u sub-agents that wait 2 s each in virtual time:\n", kWaiting);
  const Figures figures = Apart(1, [] {
    testing::Sim sim;
    const AgentPtr crowd = Crowd(Assistant("member", std::make_shared<SlowModel>()), kWaiting);
    const absl::StatusOr<Reply> reply = sim.Run(crowd, kQuestion);
    if (!reply.ok()) Die(reply.status());
    if (sim.elapsed() != absl::Seconds(2)) Die(absl::InternalError("they did not wait at once"));
    return std::uint64_t(reply->text.size());
  });
  Print("ninefold", figures, kWaiting);
}

}  // namespace
}  // namespace ninefold::bench

int main() {
  ninefold::bench::Transfers();
  ninefold::bench::Waiting();
  return 0;
}
