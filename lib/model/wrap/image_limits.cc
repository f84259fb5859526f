#include "model/wrap/image_limits.h"

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "ninefold/model_error.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kScaledBytesKept = 32u << 20;

std::size_t Base64Size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

void EachImage(const std::vector<Part>& parts, const std::function<void(const Image&)>& see) {
  for (const Part& part : parts) {
    if (const auto* image = std::get_if<Image>(&part)) see(*image);
    if (const auto* result = std::get_if<ToolResult>(&part)) EachImage(result->content, see);
  }
}

void ReplaceImages(std::vector<Part>& parts, const std::vector<Image>& by, std::size_t& next) {
  for (Part& part : parts) {
    if (auto* image = std::get_if<Image>(&part)) *image = by[next++];
    if (auto* result = std::get_if<ToolResult>(&part)) ReplaceImages(result->content, by, next);
  }
}

std::string NameOf(const Image& image, std::size_t index) {
  return absl::StrCat("image ", index + 1, image.name.empty() ? "" : " \"", image.name,
                      image.name.empty() ? "" : "\"");
}

bool IsTypedRight(const Image& image) {
  const std::string_view sniffed = SniffMediaType(image.bytes);
  return sniffed.empty() || sniffed == image.media_type;
}

// Images that were scaled: each request of a talk holds those of the one before.
class ScaledImages {
 public:
  std::optional<Image> Find(std::uint64_t key) {
    const std::lock_guard lock(mutex_);
    for (const auto& [known, image] : images_) {
      if (known == key) return image;
    }
    return std::nullopt;
  }
  void Keep(std::uint64_t key, const Image& image) {
    const std::lock_guard lock(mutex_);
    bytes_ += image.bytes.size();
    images_.emplace_back(key, image);
    while (bytes_ > kScaledBytesKept && images_.size() > 1) {
      bytes_ -= images_.front().second.bytes.size();
      images_.pop_front();
    }
  }

 private:
  std::mutex mutex_;
  std::list<std::pair<std::uint64_t, Image>> images_;
  std::size_t bytes_ = 0;
};

class ImageLimitedModel : public Model {
 public:
  ImageLimitedModel(ModelPtr model, std::string vendor, ImageLimits limits, bool scales)
      : model_(std::move(model)),
        vendor_(std::move(vendor)),
        limits_(std::move(limits)),
        scales_(scales && CanEditImages()) {}
  const ModelCard& card() const override { return model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    std::vector<const Image*> images;
    bool typed_right = true;
    for (const Message* message : request.conversation.messages()) {
      EachImage(message->parts, [&](const Image& image) {
        images.push_back(&image);
        typed_right = typed_right && IsTypedRight(image);
      });
    }
    const ImageBounds bounds = BoundsFor(images);
    const absl::Status status = Check(images, bounds);
    if (status.ok() && typed_right) co_return co_await model_->Generate(request, ctx);
    if (!status.ok() && (!scales_ || TooMany(images))) co_return status;
    std::vector<Image> fit;
    absl::Status fitted;
    std::string scaled;
    auto work = [&] { fitted = Fit(images, bounds, fit, scaled); };
    CO_CHECK_OK(co_await ctx.Blocking(work));
    if (!fitted.ok()) co_return fitted;
    if (!scaled.empty()) ctx.Emit(event::Warning{scaled});
    ModelRequest changed = request;
    changed.conversation = Rebuilt(request.conversation, fit);
    co_return co_await model_->Generate(changed, ctx);
  }

 private:
  bool TooMany(const std::vector<const Image*>& images) const {
    return limits_.images_max > 0 && images.size() > std::size_t(limits_.images_max);
  }

  static std::size_t Base64Of(const std::vector<const Image*>& images) {
    std::size_t size = 0;
    for (const Image* image : images) size += Base64Size(image->bytes.size());
    return size;
  }

  ImageBounds BoundsFor(const std::vector<const Image*>& images) const {
    ImageBounds bounds = limits_.each;
    if (limits_.many > 0 && images.size() > std::size_t(limits_.many))
      bounds.side_max = limits_.many_side_max;
    if (limits_.base64_max > 0 && Base64Of(images) > limits_.base64_max) {
      const std::size_t share = limits_.base64_max / 4 * 3 / images.size();
      bounds.bytes_max = bounds.bytes_max == 0 ? share : std::min(share, bounds.bytes_max);
    }
    return bounds;
  }

  absl::Status Refused(std::string_view what) const {
    return WithModelError(absl::InvalidArgumentError(absl::StrCat("model ", card().name, ": ", ToAbsl(what))),
                          ModelError::kInvalidRequest);
  }

  absl::Status Check(const std::vector<const Image*>& images, const ImageBounds& bounds) const {
    if (TooMany(images)) {
      return Refused(absl::StrCat(images.size(), " images in one request, ", vendor_, " takes at most ",
                                  limits_.images_max, "; send fewer, or ask in several talks"));
    }
    const std::size_t base64 = Base64Of(images);
    if (!scales_ && limits_.base64_max > 0 && base64 > limits_.base64_max) {
      return Refused(absl::StrCat(images.size(), " images of together ", base64, " bytes in base64, ",
                                  vendor_, " takes at most ", limits_.base64_max,
                                  "; send fewer or smaller ones"));
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      const absl::Status status = CheckImage(*images[i], bounds);
      if (!status.ok()) return Refused(absl::StrCat(NameOf(*images[i], i), ": ", status.message()));
    }
    return absl::OkStatus();
  }

  // On the thread pool. `scaled` says what was done, for what was not known from an earlier request.
  absl::Status Fit(const std::vector<const Image*>& images, const ImageBounds& bounds,
                   std::vector<Image>& fit, std::string& scaled) const {
    for (std::size_t i = 0; i < images.size(); ++i) {
      Image image = *images[i];
      if (!IsTypedRight(image)) image.media_type = std::string(SniffMediaType(image.bytes));
      const absl::Status broken = CheckImage(image, bounds);
      if (broken.ok()) {
        fit.push_back(std::move(image));
        continue;
      }
      const std::uint64_t key = Mix(HashBytes(image.bytes, bounds.bytes_max), std::uint64_t(bounds.side_max));
      std::optional<Image> known = scaled_.Find(key);
      if (!known) {
        const absl::StatusOr<Image> made = FitImage(image, bounds);
        if (!made.ok())
          return Refused(
              absl::StrCat(NameOf(image, i), ": ", broken.message(), " (", Describe(made.status()), ")"));
        known = *made;
        scaled_.Keep(key, *made);
        const absl::StatusOr<ImageInfo> info = ReadImageInfo(made->bytes);
        absl::StrAppend(&scaled, scaled.empty() ? "" : "; ", NameOf(image, i), ": ", broken.message(),
                        ": sent as ", made->media_type);
        if (info.ok()) absl::StrAppend(&scaled, ", ", info->width, " x ", info->height, " pixels");
        absl::StrAppend(&scaled, ", ", made->bytes.size(), " bytes");
      }
      known->name = image.name;
      fit.push_back(*std::move(known));
    }
    return absl::OkStatus();
  }

  static Conversation Rebuilt(const Conversation& talk, const std::vector<Image>& images) {
    Conversation rebuilt;
    std::size_t next = 0;
    for (const Message* message : talk.messages()) {
      Message copy = *message;
      ReplaceImages(copy.parts, images, next);
      rebuilt = rebuilt.With(std::move(copy));
    }
    return rebuilt;
  }

  ModelPtr model_;
  const std::string vendor_;
  const ImageLimits limits_;
  const bool scales_;
  mutable ScaledImages scaled_;
};

}  // namespace

// As the vendors' pages said in 2026-08; where a page says nothing, the server has the last word.
ImageLimits ImageLimitsOf(std::string_view vendor, const ModelCard& card) {
  ImageLimits limits;
  if (vendor == "anthropic") {
    limits.each = {{"image/jpeg", "image/png", "image/gif", "image/webp"}, (5u << 20) / 4 * 3, 8000};
    limits.images_max = card.context_tokens > 0 && card.context_tokens <= 200'000 ? 100 : 600;
    limits.many = 20;
    limits.many_side_max = 2000;
    limits.base64_max = 30u << 20;  // of a body of 32 MB
  } else if (vendor == "gemini") {
    limits.each.media_types = {"image/jpeg", "image/png", "image/webp", "image/heic"};
    limits.base64_max = 98u << 20;  // of a body of 100 MB
  } else if (vendor == "openai" || vendor == "openrouter") {
    limits.each.media_types = {"image/jpeg", "image/png", "image/gif", "image/webp"};
  }
  return limits;
}

ModelPtr WithImageLimits(ModelPtr model, std::string vendor, ImageLimits limits, bool scales) {
  return std::make_shared<ImageLimitedModel>(std::move(model), std::move(vendor), std::move(limits), scales);
}

}  // namespace ninefold
