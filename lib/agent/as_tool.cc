#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "ninefold/agent.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

class AgentTool : public Tool {
 public:
  explicit AgentTool(AgentPtr agent) : agent_(std::move(agent)) {
    spec_.name = agent_->card().name;
    spec_.description = agent_->card().description;
    spec_.parameters = {
        {"type", "object"},
        {"properties",
         {{"task", {{"type", "string"}, {"description", "What it is to do, with all it needs to know"}}}}},
        {"required", Json::array({"task"})},
        {"additionalProperties", false}};
    spec_.timeout = absl::InfiniteDuration();  // its own limits bound it
    spec_.effect = Effect::kPure;              // its own steps are in the journal
  }
  const ToolSpec& spec() const override { return spec_; }

  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
    const std::string* task = GetString(arguments, "task");
    if (task == nullptr) co_return ErrorOutput("/task: a string is needed");
    Prompt prompt(*task);
    absl::StatusOr<Reply> reply = co_await agent_->Run(std::move(prompt), ctx);
    if (!reply.ok()) {
      const absl::Status alive = ctx.status();
      if (!alive.ok()) co_return alive;
      const bool ends_run = absl::IsResourceExhausted(reply.status()) && !IsOwnLimit(reply.status());
      if (ends_run || ctx.budget().Refused(reply.status())) co_return reply.status();
      co_return ErrorOutput(Describe(reply.status()));
    }
    ToolOutput output = TextOutput(reply->text);
    if (reply->data) output.parts.emplace_back(Data{*reply->data, ""});
    output.citations = std::move(reply->evidence);
    co_return output;
  }

 private:
  AgentPtr agent_;
  ToolSpec spec_;
};

}  // namespace

ToolPtr AsTool(AgentPtr agent) { return std::make_shared<AgentTool>(std::move(agent)); }

}  // namespace ninefold
