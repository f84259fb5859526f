// A model that says what a test tells it to.
//
//   auto model = Scripted({Say("first"), CallTool("clock"), Fail(absl::UnavailableError("busy")),
//   Say("last")}); … run an agent on it … EXPECT_THAT(model->unused(), 0);
//   EXPECT_THAT(TextOf(model->requests()[1].conversation.back()), "…");
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ninefold/model.h"

namespace ninefold::testing {

struct ScriptStep {
  absl::Status status;  // not OK: the call fails with it
  ModelReply reply;
  std::vector<std::string> pieces;  // streamed one by one; {}: the text at once
  absl::Duration delay;             // before the first piece, on the loop's clock
};
ScriptStep Say(std::string text);
ScriptStep Stream(std::vector<std::string> pieces);
ScriptStep Ask(std::string tool, Json arguments = Json::object());    // one tool call
ScriptStep AskMany(std::vector<std::pair<std::string, Json>> calls);  // parallel tool calls
ScriptStep Fail(absl::Status status);
ScriptStep After(absl::Duration delay, ScriptStep step);

using Responder = std::function<ScriptStep(const ModelRequest&)>;

class ScriptedModel : public Model {
 public:
  ScriptedModel(std::vector<ScriptStep> steps, Responder responder);
  const ModelCard& card() const override;
  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override;

  std::vector<ModelRequest> requests() const;  // so far
  std::size_t unused() const;                  // steps not asked for yet

 private:
  struct State;
  std::shared_ptr<State> state_;
};
// Steps in order; asked beyond the last: kOutOfRange.
std::shared_ptr<const ScriptedModel> Scripted(std::vector<ScriptStep> steps);
// Every request is answered by `responder`.
std::shared_ptr<const ScriptedModel> Responding(Responder responder);

}  // namespace ninefold::testing
