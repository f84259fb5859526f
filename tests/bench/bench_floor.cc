// Two figures beside what they stand on. 4,096 sub-agents at a model server that answers after 50 ms, and the
// same transfers by a hand-written libcurl loop; 10,000 sub-agents that wait 2 s each, in virtual time. Each
// is measured in a process of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/curl_loop.h"
#include "bench/driver.h"
#include "bench/measure.h"
#include "ninefold/testing/sim.h"
#include "testing/chat_server.h"

namespace ninefold::bench {
namespace {

constexpr unsigned kTransfers = 4096;
constexpr unsigned kWaiting = 10'000;
constexpr unsigned kRepeat = 3;

struct Figures {
  double wall_s = 0;  // of one repeat, the best
  double cpu_s = 0;   // of one repeat, the mean
  double grown_kb = 0;
  std::uint64_t check = 0;
};

// Runs `body` in a process of its own, once to warm up, then measured.
Figures Apart(unsigned repeat, const std::function<std::uint64_t()>& body) {
  int ends[2];
  if (pipe(ends) != 0) Die(absl::InternalError("pipe failed"));
  const pid_t child = fork();
  if (child == 0) {
    const std::int64_t base_kb = ResidentKb();
    if (repeat > 1) body();
    const Measured measured = Measure(repeat, body);
    Figures figures;
    figures.wall_s = *std::min_element(measured.walls_s.begin(), measured.walls_s.end());
    figures.cpu_s = measured.cpu.cpu_s() / repeat;
    figures.grown_kb = double(measured.peak_kb - base_kb);  // also what the first repeat has left
    figures.check = measured.check;
    const bool sent = write(ends[1], &figures, sizeof figures) == ssize_t(sizeof figures);
    std::_Exit(sent ? 0 : 1);
  }
  close(ends[1]);
  Figures figures;
  if (read(ends[0], &figures, sizeof figures) != ssize_t(sizeof figures))
    Die(absl::InternalError("a measured process failed"));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return figures;
}

// A model server in a process of its own, until this object goes.
class ServerProcess {
 public:
  explicit ServerProcess(absl::Duration delay) {
    int to_us[2], to_it[2];
    if (pipe(to_us) != 0 || pipe(to_it) != 0) Die(absl::InternalError("pipe failed"));
    pid_ = fork();
    if (pid_ == 0) {
      close(to_it[1]);
      testing::ChatServer server([delay](const Json&) {
        testing::ChatScript script = testing::ChatScript::Say({kAnswer});
        script.delay = delay;
        script.length_known = true;
        return script;
      });
      server.set_keep_seen(false);
      const int port = server.port();
      char end = 0;
      const bool sent = write(to_us[1], &port, sizeof port) == ssize_t(sizeof port);
      const bool ended =
          sent && read(to_it[0], &end, 1) == 0;  // the other end is closed when this object goes
      std::_Exit(ended ? 0 : 1);
    }
    close(to_us[1]);
    close(to_it[0]);
    end_ = to_it[1];
    if (read(to_us[0], &port_, sizeof port_) != ssize_t(sizeof port_))
      Die(absl::InternalError("no model server"));
    close(to_us[0]);
  }
  ~ServerProcess() {
    close(end_);
    waitpid(pid_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  std::string base_url() const { return absl::StrCat("http://127.0.0.1:", port_, "/v1"); }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
  int end_ = -1;
};

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
  const ServerProcess server(absl::Milliseconds(50));
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
