// Conversations that are too long, shortened by a summary of their beginning.
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/attempt.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

constexpr std::size_t kSummariesKept = 256;
constexpr char kAsk[] =
    "Summarise the conversation so far for somebody who goes on with it and cannot see it: the task, what "
    "was "
    "found with its sources and exact figures, what was decided, what was tried and failed, what is still "
    "open. Invent nothing. No introduction.";
constexpr char kHead[] = "[The beginning of this conversation was summarised to fit.]\n\n";

// Summaries of beginnings, by the hash of what they stand for.
class Summaries {
 public:
  std::optional<std::string> Find(std::uint64_t hash) {
    std::lock_guard lock(mutex_);
    const auto found = texts_.find(hash);
    return found == texts_.end() ? std::nullopt : std::optional(found->second);
  }
  void Keep(std::uint64_t hash, std::string text) {
    std::lock_guard lock(mutex_);
    if (texts_.size() >= kSummariesKept) texts_.clear();
    texts_[hash] = std::move(text);
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::string> texts_;
};

// The end that stays begins with a message of the user or of the model: a result without its call is refused.
std::size_t EndOfBeginning(const std::vector<const Message*>& messages, std::size_t keep) {
  if (messages.size() <= keep) return 0;
  std::size_t end = messages.size() - keep;
  while (end > 0 && messages[end]->role == Role::kTool) --end;
  return end;
}

class CompactionModel : public Model {
 public:
  CompactionModel(ModelPtr model, CompactionPolicy policy)
      : model_(std::move(model)), policy_(std::move(policy)), summaries_(std::make_unique<Summaries>()) {
    if (policy_.summarizer == nullptr) policy_.summarizer = model_;
  }
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    if (!IsTooLong(request)) {
      absl::StatusOr<ModelReply> reply = co_await model_->Generate(request, ctx);
      if (reply.ok() || ModelErrorOf(reply.status()) != ModelError::kContextLength) co_return reply;
      const absl::StatusOr<std::optional<ModelRequest>> shorter = co_await Shortened(request, ctx);
      if (!shorter.ok() || !shorter->has_value()) co_return reply;
      CO_TRY(ExtraCall extra, ExtraCall::Reserve(ctx, **shorter, card()));
      extra.Settle(reply);  // the call that is settled at the end is the second
      absl::StatusOr<ModelReply> again = co_await model_->Generate(**shorter, ctx);
      co_return again;
    }
    CO_TRY(std::optional<ModelRequest> shorter, co_await Shortened(request, ctx));
    const ModelRequest& sent = shorter ? *shorter : request;
    absl::StatusOr<ModelReply> reply = co_await model_->Generate(sent, ctx);
    co_return reply;
  }

 private:
  bool IsTooLong(const ModelRequest& request) const {
    const std::int64_t context = card().context_tokens;
    if (context <= 0) return false;
    return double(EstimateInputTokens(request)) > policy_.at * double(context);
  }

  // nullopt: there is no beginning to summarise.
  Async<absl::StatusOr<std::optional<ModelRequest>>> Shortened(const ModelRequest& request,
                                                               Context& ctx) const {
    const std::vector<const Message*> messages = request.conversation.messages();
    const std::size_t end = EndOfBeginning(messages, policy_.keep);
    if (end == 0) co_return std::optional<ModelRequest>();
    Conversation beginning;
    for (std::size_t i = 0; i < end; ++i) beginning = beginning.With(*messages[i]);
    std::optional<std::string> summary = summaries_->Find(beginning.hash());
    if (!summary) {
      CO_TRY(std::string made, co_await Summarise(request, beginning, ctx));
      summaries_->Keep(beginning.hash(), made);
      ctx.Emit(event::Warning{absl::StrCat("model ", card().name, ": the first ", end, " of ",
                                           messages.size(), " messages were summarised to fit its context")});
      summary = std::move(made);
    }
    ModelRequest shorter = request;
    shorter.conversation = Conversation().With(UserMessage(kHead + *summary));
    for (std::size_t i = end; i < messages.size(); ++i)
      shorter.conversation = shorter.conversation.With(*messages[i]);
    co_return std::optional<ModelRequest>(std::move(shorter));
  }

  Async<absl::StatusOr<std::string>> Summarise(const ModelRequest& request, const Conversation& beginning,
                                               Context& ctx) const {
    ModelRequest ask;
    ask.instructions = request.instructions;
    ask.tools = request.tools;  // servers refuse calls of tools that are not declared
    ask.tool_choice = ToolChoice::kNone;
    ask.conversation = beginning.With(UserMessage(kAsk));
    ask.settings.max_output_tokens = policy_.summary_tokens;
    // A step of its own: its deltas are no part of the answer, and it is not repeated after a crash.
    Context step(ctx, "summary");
    CO_TRY(const ModelReply reply, co_await CallModel(*policy_.summarizer, ask, step));
    std::string text = TextOf(reply.message);
    if (text.empty()) co_return absl::UnavailableError("the summary of the conversation is empty");
    co_return text;
  }

  const ModelPtr model_;
  CompactionPolicy policy_;
  const std::unique_ptr<Summaries> summaries_;
};

}  // namespace

ModelPtr WithCompaction(ModelPtr model, CompactionPolicy policy) {
  return std::make_shared<CompactionModel>(std::move(model), std::move(policy));
}

}  // namespace ninefold
