// A run of 50 tasks, 8 at once, that can be killed at any moment and started again: kill_child STORE EFFECTS
// [plain]
//
// Each task waits a little, asks a model and calls a tool. Both write a line with their step's name into
// EFFECTS when they are executed, so that somebody outside can count executions. The answer depends on the
// result of every step. "plain" runs the same in memory.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/concurrency.h"
#include "ninefold/model.h"
#include "ninefold/models.h"
#include "ninefold/runtime.h"
#include "ninefold/stores.h"
#include "ninefold/task_graph.h"
#include "ninefold/team.h"
#include "ninefold/tool.h"

namespace ninefold {
namespace {

constexpr int kWide = 8;
constexpr int kLevels = 6;  // 1 + 6 * 8 + 1 tasks

// One write of one line: whole, whoever else writes.
class Effects {
 public:
  explicit Effects(const char* path) : fd_(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  void Add(const std::string& what) const {
    const std::string line = what + "\n";
    if (::write(fd_, line.data(), line.size()) != ssize_t(line.size())) std::abort();
  }

 private:
  int fd_;
};

std::string Hashed(const std::string& text) {
  return absl::StrCat(absl::Hex(HashBytes(text), absl::kZeroPad16));
}

class Worker : public Agent {
 public:
  Worker(std::string name, const Effects& effects) : card_{std::move(name), "waits, asks, calls"} {
    model_ = MakeModel({.name = "counting", .price = {}, .free = true},
                       [&effects](const ModelRequest& request) -> absl::StatusOr<ModelReply> {
                         const std::string asked = TextOf(request.conversation.back());
                         effects.Add(asked.substr(0, asked.find(' ')) + "/model");
                         ModelReply reply;
                         reply.message = AssistantMessage(Hashed(asked));
                         reply.usage = {.input = 10, .cached_input = {}, .output = 5, .reasoning = {}};
                         return reply;
                       });
    ToolSpec spec;
    spec.name = "count";
    spec.effect = Effect::kIdempotent;
    spec.parameters =
        Json::parse(R"({"type":"object","properties":{"task":{"type":"string"},"text":{"type":"string"}}})");
    tool_ = MakeBlockingTool(spec, [&effects](const Json& arguments) -> absl::StatusOr<ToolOutput> {
      effects.Add(*GetString(arguments, "task") + "/tool");
      return TextOutput(Hashed(*GetString(arguments, "text")));
    });
  }

  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    CO_CHECK_OK(co_await ctx.Sleep(absl::Microseconds(1000 + ctx.Random("wait") % 2000)));
    ModelRequest request;
    request.conversation =
        request.conversation.With(UserMessage(absl::StrCat(ctx.path(), " ", TextOf(prompt))));
    Context asking(ctx, "model");
    CO_TRY(ModelReply said, co_await CallModel(*model_, request, asking));
    ToolCall call;
    call.id = "call_1";
    call.name = "count";
    call.arguments["task"] = ctx.path();
    call.arguments["text"] = TextOf(said.message);
    Context calling(ctx, "tool");
    const ToolLimits limits;
    CO_TRY(ToolOutput output, co_await CallTool(*tool_, call, limits, calling));
    Reply reply;
    reply.text = TextOf(output.parts);
    co_return reply;
  }

 private:
  AgentCard card_;
  ModelPtr model_;
  ToolPtr tool_;
};

absl::StatusOr<AgentPtr> FiftyTasks(const Effects& effects) {
  auto worker = std::make_shared<Worker>("worker", effects);
  TaskGraph graph;
  CHECK_OK(graph.Add({.id = "first", .agent = worker}));
  for (int level = 1; level <= kLevels; ++level) {
    for (int i = 0; i < kWide; ++i) {
      const auto name = [](int l, int n) {
        return l == 0 ? std::string("first") : absl::StrCat("level", l, "-", n % kWide);
      };
      std::vector<std::string> needs = {name(level - 1, i)};
      if (level > 1) needs.push_back(name(level - 1, i + 3));
      std::string prompt = "{{ goal }}";
      for (const std::string& need : needs) absl::StrAppend(&prompt, " {{ ", need, ".text }}");
      CHECK_OK(graph.Add(
          {.id = name(level, i), .agent = worker, .prompt = PromptTemplate(prompt), .needs = needs}));
    }
  }
  Task last{.id = "last", .agent = worker};
  std::string prompt = "{{ goal }}";
  for (int i = 0; i < kWide; ++i) {
    last.needs.push_back(absl::StrCat("level", kLevels, "-", i));
    absl::StrAppend(&prompt, " {{ ", last.needs.back(), ".text }}");
  }
  last.prompt = PromptTemplate(prompt);
  CHECK_OK(graph.Add(std::move(last)));
  CHECK_OK(graph.Check());
  return MakeTeam({.name = "fifty", .planner = FixedPlan(std::move(graph))});
}

absl::StatusOr<std::string> Work(const std::string& path, const Effects& effects, bool plain) {
  TRY(AgentPtr team, FiftyTasks(effects));
  StorePtr store = MemoryStore();
  if (!plain) {
    TRY(store, OpenSqliteStore(path));
  }
  RunOptions options;
  options.run_id = "fifty";
  TRY(const std::vector<RunRecord> runs, store->Runs());
  if (!runs.empty()) options.mode = RunMode::kResume;
  Runtime runtime({.store = store});
  TRY(Reply reply, runtime.Run(team, "how many?", options));
  return reply.text;
}

}  // namespace
}  // namespace ninefold

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const ninefold::Effects effects(argv[2]);
  const absl::StatusOr<std::string> answer = ninefold::Work(argv[1], effects, argc > 3);
  if (!answer.ok()) {
    std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", answer->c_str());
  return 0;
}
