#include "ninefold/testing/scripted.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"

namespace ninefold::testing {

ScriptStep Say(std::string text) {
  ScriptStep step;
  step.reply.message = AssistantMessage(std::move(text));
  return step;
}

ScriptStep Stream(std::vector<std::string> pieces) {
  std::string whole;
  for (const std::string& piece : pieces) whole += piece;
  ScriptStep step = Say(std::move(whole));
  step.pieces = std::move(pieces);
  return step;
}

ScriptStep AskMany(std::vector<std::pair<std::string, Json>> calls) {
  ScriptStep step;
  step.reply.message.role = Role::kAssistant;
  step.reply.stop_reason = StopReason::kToolCalls;
  for (auto& [name, arguments] : calls) {
    const std::size_t number = step.reply.message.parts.size() + 1;
    step.reply.message.parts.emplace_back(
        ToolCall{absl::StrCat(name, "-", number), name, std::move(arguments), nullptr});
  }
  return step;
}

ScriptStep Ask(std::string tool, Json arguments) {
  std::vector<std::pair<std::string, Json>> calls;
  calls.emplace_back(std::move(tool), std::move(arguments));
  return AskMany(std::move(calls));
}

ScriptStep Fail(absl::Status status) {
  ScriptStep step;
  step.status = std::move(status);
  return step;
}

ScriptStep After(absl::Duration delay, ScriptStep step) {
  step.delay = delay;
  return step;
}

struct ScriptedModel::State {
  mutable std::mutex mutex;
  std::vector<ScriptStep> steps;
  Responder responder;
  std::size_t next = 0;
  std::vector<ModelRequest> requests;
};

ScriptedModel::ScriptedModel(std::vector<ScriptStep> steps, Responder responder)
    : state_(std::make_shared<State>()) {
  state_->steps = std::move(steps);
  state_->responder = std::move(responder);
}

const ModelCard& ScriptedModel::card() const {
  static const ModelCard card{.name = "scripted", .price = {}, .free = true};
  return card;
}

Async<absl::StatusOr<ModelReply>> ScriptedModel::Generate(const ModelRequest& request, Context& ctx) const {
  ScriptStep step;
  {
    std::lock_guard lock(state_->mutex);
    state_->requests.push_back(request);
    if (state_->responder) {
      step = state_->responder(request);
    } else if (state_->next < state_->steps.size()) {
      step = state_->steps[state_->next++];
    } else {
      step.status = absl::OutOfRangeError(
          absl::StrCat("the script has ", state_->steps.size(), " steps and one more was asked for"));
    }
  }
  if (step.delay > absl::ZeroDuration()) CO_CHECK_OK(co_await ctx.Sleep(step.delay));
  CO_CHECK_OK(step.status);
  if (step.reply.model.empty()) step.reply.model = "scripted";
  if (!step.reply.usage.input)
    step.reply.usage = {.input = 10, .cached_input = {}, .output = 5, .reasoning = {}};
  if (step.pieces.empty() && !TextOf(step.reply.message).empty())
    step.pieces.push_back(TextOf(step.reply.message));
  for (std::string& piece : step.pieces) {
    ctx.Emit(event::TextDelta{std::move(piece)});
    CO_CHECK_OK(co_await ctx.Drain());
  }
  co_return std::move(step.reply);
}

std::vector<ModelRequest> ScriptedModel::requests() const {
  std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::size_t ScriptedModel::unused() const {
  std::lock_guard lock(state_->mutex);
  return state_->steps.size() - state_->next;
}

std::shared_ptr<const ScriptedModel> Scripted(std::vector<ScriptStep> steps) {
  return std::make_shared<const ScriptedModel>(std::move(steps), nullptr);
}

std::shared_ptr<const ScriptedModel> Responding(Responder responder) {
  return std::make_shared<const ScriptedModel>(std::vector<ScriptStep>(), std::move(responder));
}

}  // namespace ninefold::testing
