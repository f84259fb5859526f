#include "ninefold/agent.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/turn_loop.h"
#include "base/try.h"
#include "ninefold/status.h"

namespace ninefold {

Prompt::Prompt(std::string text) { parts.emplace_back(Text{std::move(text)}); }
Prompt::Prompt(std::vector<Part> parts_in, Conversation history_in)
    : parts(std::move(parts_in)), history(std::move(history_in)) {}

std::string TextOf(const Prompt& prompt) { return TextOf(prompt.parts); }

Json ToJson(const Reply& reply) {
  Json evidence = Json::array();
  for (const Citation& citation : reply.evidence) evidence.push_back(ToJson(citation));
  Json dissent = Json::array();
  for (const Dissent& opinion : reply.dissent)
    dissent.push_back({{"who", opinion.who}, {"text", opinion.text}});
  Json json = {{"text", reply.text},
               {"evidence", std::move(evidence)},
               {"dissent", std::move(dissent)},
               {"cost", ToJson(reply.cost)}};
  if (reply.data) json["data"] = *reply.data;
  if (reply.report) json["report"] = *reply.report;
  return json;
}

absl::StatusOr<Reply> ReplyFromJson(const Json& json) {
  const std::string* text = GetString(json, "text");
  if (text == nullptr) return absl::InvalidArgumentError("/text: a string is needed");
  Reply reply;
  reply.text = *text;
  if (const Json* data = GetMember(json, "data")) reply.data = *data;
  if (const Json* report = GetMember(json, "report")) reply.report = *report;
  if (const Json* evidence = GetMember(json, "evidence"); evidence != nullptr && evidence->is_array()) {
    for (const Json& citation : *evidence) reply.evidence.push_back(CitationFromJson(citation));
  }
  if (const Json* dissent = GetMember(json, "dissent"); dissent != nullptr && dissent->is_array()) {
    for (const Json& opinion : *dissent) {
      const std::string* who = GetString(opinion, "who");
      const std::string* held = GetString(opinion, "text");
      reply.dissent.push_back({who ? *who : "", held ? *held : ""});
    }
  }
  if (const Json* cost = GetMember(json, "cost")) reply.cost = CostFromJson(*cost);
  return reply;
}

namespace {

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!good) return false;
  }
  return true;
}

class ModelAgent : public Agent {
 public:
  explicit ModelAgent(AgentOptions options)
      : card_{options.name, options.description, options.output}, spec_(MakeTurnSpec(std::move(options))) {}
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Context own(ctx, "");
    own.EnterAgent();
    if (own.depth() > own.budget().limits().depth) {
      co_return absl::ResourceExhaustedError(
          absl::StrCat(ctx.path(), ": agents nested deeper than ", own.budget().limits().depth,
                       "; does an agent call itself? (raise BudgetLimits::depth if not)"));
    }
    if (HasLimit(spec_.limits.budget))
      own.LimitBudget(spec_.limits.budget, absl::StrCat("agent \"", card_.name, "\""));
    own.Emit(event::AgentStarted{card_.name, spec_.model->card().name});
    absl::StatusOr<Reply> reply = co_await RunTurns(spec_, std::move(prompt), own);
    own.Emit(event::AgentEnded{card_.name, reply.status(), own.cost()});
    if (reply.ok()) reply->cost = own.cost();
    co_return reply;
  }

 private:
  AgentCard card_;
  TurnSpec spec_;
};

class FunctionAgent : public Agent {
 public:
  FunctionAgent(AgentCard card, AgentFn fn) : card_(std::move(card)), fn_(std::move(fn)) {}
  const AgentCard& card() const override { return card_; }

  Async<absl::StatusOr<Reply>> Run(Prompt prompt, Context& ctx) const override {
    Context own(ctx, "");
    own.EnterAgent();
    own.Emit(event::AgentStarted{card_.name, ""});
    absl::StatusOr<Reply> reply = absl::InternalError("not run");
    try {
      auto task = fn_(std::move(prompt), own);
      reply = co_await std::move(task);
    } catch (const std::exception& error) {
      reply =
          absl::InternalError(absl::StrCat(ctx.path(), ": agent \"", card_.name, "\" threw: ", error.what()));
    }
    own.Emit(event::AgentEnded{card_.name, reply.status(), own.cost()});
    if (reply.ok()) reply->cost = own.cost();
    co_return reply;
  }

 private:
  AgentCard card_;
  AgentFn fn_;
};

[[noreturn]] void Die(const absl::Status& why) {
  std::fprintf(stderr, "ninefold: MakeAgent: %s\n", Describe(why).c_str());
  std::abort();
}

}  // namespace

absl::Status CheckAgent(const AgentOptions& options) {
  if (!IsName(options.name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "agent name \"", options.name, "\": letters, digits, _ and - are allowed, 1 to 64 of them"));
  }
  if (options.model == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("agent \"", options.name, "\" has no model"));
  std::set<std::string> names;
  for (const ToolPtr& tool : options.tools) {
    if (tool == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("agent \"", options.name, "\": a tool is null"));
    if (!names.insert(tool->spec().name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("agent \"", options.name, "\" has two tools named \"", tool->spec().name, "\""));
    }
  }
  if (options.limits.turns < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("agent \"", options.name, "\": at least 1 turn is needed"));
  }
  return absl::OkStatus();
}

AgentPtr MakeAgent(AgentOptions options) {
  if (const absl::Status status = CheckAgent(options); !status.ok()) Die(status);
  return std::make_shared<ModelAgent>(std::move(options));
}

AgentPtr MakeFunctionAgent(AgentCard card, AgentFn fn) {
  return std::make_shared<FunctionAgent>(std::move(card), std::move(fn));
}

Async<absl::StatusOr<Reply>> Session::Ask(Prompt prompt, Context& ctx) {
  auto transcript = std::make_shared<Conversation>(conversation_);
  prompt.history = conversation_;
  prompt.transcript = transcript;
  absl::StatusOr<Reply> reply = co_await agent_->Run(std::move(prompt), ctx);
  conversation_ = reply.ok() && !reply->conversation.empty() ? reply->conversation : *transcript;
  co_return reply;
}

}  // namespace ninefold
