// A Model turns a request into a reply. A vendor is one file that derives from it; retry, fallback and the
// like are models that hold a model.
//
//   ModelPtr model = *OpenModel("auto");          // models.h
//   ModelRequest request;
//   request.conversation = request.conversation.With(UserMessage("Why is the sky blue?"));
//   absl::StatusOr<ModelReply> reply = co_await model->Generate(request, ctx);
//
// Streaming is not another call: a model that streams emits TextDelta, ReasoningDelta and ToolCallDelta
// events on the way to the same reply.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/async.h"
#include "ninefold/budget.h"
#include "ninefold/context.h"
#include "ninefold/event.h"
#include "ninefold/message.h"

namespace ninefold {

// The tools of a request, shared by all requests of an agent, with a hash made once.
class ToolList {
 public:
  explicit ToolList(std::vector<ToolSpec> specs);
  const std::vector<ToolSpec>& specs() const { return specs_; }
  std::uint64_t hash() const { return hash_; }

 private:
  std::vector<ToolSpec> specs_;
  std::uint64_t hash_ = 0;
};

// The form the answer must have.
struct OutputSchema {
  std::string name = "answer";  // [A-Za-z0-9_-]{1,64}
  Json schema;                  // JSON Schema 2020-12; its root is an object
};

struct ModelSettings {
  std::optional<double> temperature = {};  // 0 to 2
  std::optional<double> top_p = {};        // 0 to 1
  std::optional<std::int64_t> max_output_tokens = {};
  std::optional<std::uint64_t> seed = {};
  std::string reasoning_effort;  // "", "none", "minimal", "low", "medium", "high", "xhigh"
  bool parallel_tool_calls = true;
};

enum class ToolChoice { kAuto, kNone, kRequired };

struct ModelRequest {
  std::shared_ptr<const std::string> instructions;  // the system prompt; null: none
  Conversation conversation;
  std::shared_ptr<const ToolList> tools;  // null: none
  ToolChoice tool_choice = ToolChoice::kAuto;
  std::shared_ptr<const OutputSchema> output;  // null: text
  ModelSettings settings;
};
// Of everything in it; the same in every process.
std::uint64_t HashOf(const ModelRequest& request);
// All of it but what is as by default; for recordings and for people.
Json ToJson(const ModelRequest& request);

// kPause: the server wants the reply back as it is, to go on with it.
enum class StopReason { kStop, kLength, kToolCalls, kRefusal, kFiltered, kPause };
std::string_view StopReasonName(StopReason reason);

// What a server's headers say of its limits; what is not said is unset.
struct RateLimits {
  struct Bucket {
    std::optional<std::int64_t> limit = {}, remaining = {};  // a minute
    std::optional<absl::Duration> reset = {};                // until it is full again
  };
  Bucket requests, tokens;
};

struct ModelCard;

struct ModelReply {
  Message message;  // role kAssistant
  StopReason stop_reason = StopReason::kStop;
  // Why, with kRefusal and kFiltered, in the vendor's words: "SAFETY: Not this."; may be empty.
  std::string stop_detail;
  Usage usage;
  std::string model;                                   // as the server named it
  std::string request_id;                              // as the server named it
  std::shared_ptr<const RateLimits> rate_limits = {};  // null: not said; not journaled
  // Set by a model that chooses among others: which of them answered, at whose price the call is settled.
  std::shared_ptr<const ModelCard> answered_by = {};  // not journaled
};
Json ToJson(const ModelReply& reply);
absl::StatusOr<ModelReply> ModelReplyFromJson(const Json& json);

// What is known of a model.
struct ModelCard {
  std::string name;                    // its spec: "openai/gpt-5.4", "offline"
  std::optional<Price> price = {};     // unknown: refused under a money budget
  bool free = false;                   // costs nothing (in-process, local)
  std::int64_t context_tokens = 0;     // 0: unknown
  std::int64_t max_output_tokens = 0;  // 0: unknown
  bool images = false;
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelCard& card() const = 0;
  // Asks once. Errors keep the server's own message and its request id, and no secret:
  //   kInvalidArgument, kPermissionDenied, kNotFound (no such model), kResourceExhausted (quota, rate),
  //   kUnavailable (busy, broken off), kDeadlineExceeded, kCancelled.
  virtual Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const = 0;
};
using ModelPtr = std::shared_ptr<const Model>;

// One step: reserves budget, emits ModelStarted and ModelEnded, takes the reply from the journal if it is
// there, else asks and records the reply under ctx's path, with the cost of ctx: call it with a context of
// its own. Agents call models through this.
Async<absl::StatusOr<ModelReply>> CallModel(const Model& model, const ModelRequest& request, Context& ctx);

}  // namespace ninefold
