// The model that suits a request.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/estimate.h"
#include "model/wrap/several.h"
#include "ninefold/resilience.h"

namespace ninefold {
namespace {

bool HasImages(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) {
    const auto* result = std::get_if<ToolResult>(&part);
    return std::holds_alternative<Image>(part) || (result != nullptr && HasImages(result->content));
  });
}

class RouterModel : public Model {
 public:
  RouterModel(std::vector<ModelPtr> models, RouterPolicy policy)
      : models_(std::move(models)),
        policy_(policy),
        card_(CardOfSeveral("router", models_)),
        cards_(CardsOf(models_)) {
    for (const auto& card : cards_) {
      card_.images = card_.images || card->images;
      card_.context_tokens = std::max(card_.context_tokens, card->context_tokens);
    }
  }
  const ModelCard& card() const override { return card_; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    std::string lacks;
    const std::optional<std::size_t> chosen = Choose(request, lacks);
    if (!chosen) co_return absl::InvalidArgumentError(absl::StrCat("no model suits this request: ", lacks));
    absl::StatusOr<ModelReply> reply = co_await models_[*chosen]->Generate(request, ctx);
    if (reply.ok() && reply->answered_by == nullptr) reply->answered_by = cards_[*chosen];
    co_return reply;
  }

 private:
  std::optional<std::size_t> Choose(const ModelRequest& request, std::string& lacks) const {
    const std::vector<const Message*> messages = request.conversation.messages();
    const bool images = std::any_of(messages.begin(), messages.end(),
                                    [](const Message* message) { return HasImages(message->parts); });
    const std::int64_t input = EstimateInputTokens(request);
    std::optional<std::size_t> best;
    double least = 0;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      const ModelCard& card = *cards_[i];
      const std::int64_t output = EstimateOutputTokens(request, card);
      const auto needed = std::int64_t(double(input) * policy_.margin) + output;
      std::string lack;
      if (images && !card.images) lack = "sees no images";
      if (lack.empty() && card.context_tokens > 0 && card.context_tokens < needed)
        lack = absl::StrCat("takes ", card.context_tokens, " tokens, about ", needed, " are needed");
      if (!lack.empty()) {
        absl::StrAppend(&lacks, lacks.empty() ? "" : "; ", card.name, " ", lack);
        continue;
      }
      const double cost = policy_.cheapest ? CostOf(card, input, output) : 0;
      if (best && cost >= least) continue;
      best = i;
      least = cost;
    }
    return best;
  }

  static double CostOf(const ModelCard& card, std::int64_t input, std::int64_t output) {
    const std::optional<Price> price = PriceOf(card);
    if (!price) return std::numeric_limits<double>::infinity();
    return price->Of(input, 0, output);
  }

  const std::vector<ModelPtr> models_;
  const RouterPolicy policy_;
  ModelCard card_;
  const std::vector<std::shared_ptr<const ModelCard>> cards_;
};

}  // namespace

ModelPtr WithRouter(std::vector<ModelPtr> models, RouterPolicy policy) {
  return std::make_shared<RouterModel>(std::move(models), policy);
}

}  // namespace ninefold
