// The image tools: what they were given and have made, by name, and what each does (image_edits.h).
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "base/try.h"
#include "ninefold/image.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"
#include "tool/builtin/image_edits.h"

namespace ninefold {
namespace {

constexpr std::size_t kMadeBytesKept = 64u << 20;
constexpr std::size_t kRecipesMax = 4'000;
constexpr std::size_t kNamesShown = 20;
constexpr int kStepsMax = 32;

// How an image came to be. Its name is made of this, not of when it was made: tools that run at once, or
// again after a crash, name the same image alike.
struct ImageRecipe {
  std::string source, tool, arguments;
  bool operator==(const ImageRecipe&) const = default;
};

class ImageShelf {
 public:
  explicit ImageShelf(std::vector<Image> given) {
    for (Image& image : given) given_[image.name] = std::move(image);
  }

  // Looks an image up; one that is no longer kept is made again.
  absl::StatusOr<Image> Get(std::string name, int steps = 0) {
    std::optional<ImageRecipe> recipe;
    {
      const std::lock_guard lock(mutex_);
      name = NameOf(name);
      if (const auto given = given_.find(name); given != given_.end()) return Usable(given->second);
      for (const Image& image : made_) {
        if (image.name == name) return image;
      }
      const auto known = recipes_.find(name);
      if (known == recipes_.end()) return Missing(name);
      recipe = known->second;
    }
    if (steps > kStepsMax) return absl::InvalidArgumentError("image: made of too many others in a row");
    TRY(const Json arguments, ParseJson(recipe->arguments));
    TRY(const Image source, Get(recipe->source, steps + 1));
    TRY(ImageEdit edit, EditImage(recipe->tool, source, arguments));
    edit.image.name = name;
    Keep(edit.image);
    return std::move(edit.image);
  }

  // The name of what the recipe makes. The oldest recipes go when there are too many.
  std::string Learn(const ImageRecipe& recipe) {
    const std::string root = recipe.source.substr(0, recipe.source.rfind('#'));
    const std::uint64_t hash = HashBytes(recipe.arguments, HashBytes(recipe.tool, HashBytes(recipe.source)));
    const std::lock_guard lock(mutex_);
    for (std::uint64_t number = hash;; ++number) {
      std::string name = absl::StrCat(root, "#", 1000 + number % 9000);
      if (given_.contains(name)) continue;
      const auto [at, fresh] = recipes_.emplace(name, recipe);
      if (!fresh && at->second != recipe) continue;
      if (fresh) learned_.push_back(name);
      if (learned_.size() > kRecipesMax) {
        recipes_.erase(learned_.front());
        learned_.pop_front();
      }
      return name;
    }
  }

  void Keep(const Image& image) {
    const std::lock_guard lock(mutex_);
    for (const Image& kept : made_) {
      if (kept.name == image.name) return;
    }
    made_bytes_ += image.bytes.size();
    made_.push_back(image);
    while (made_bytes_ > kMadeBytesKept && made_.size() > 1) {
      made_bytes_ -= made_.front().bytes.size();
      made_.pop_front();
    }
  }

  // What is meant by `name`: the only image by "".
  std::string NameOf(const std::string& name) const {
    return name.empty() && given_.size() == 1 ? given_.begin()->first : name;
  }

 private:
  static absl::StatusOr<Image> Usable(const Image& image) {
    if (!image.bytes.empty()) return image;
    return absl::InvalidArgumentError(
        absl::StrCat("image: \"", image.name, "\" is only an address; give its bytes to work on it"));
  }

  absl::Status Missing(const std::string& name) const {
    if (given_.empty()) return absl::InvalidArgumentError("image: no image was given");
    std::vector<std::string> names;
    for (const auto& [given, image] : given_) names.push_back(given);
    names.insert(names.end(), learned_.begin(), learned_.end());
    const std::string near = name.empty() ? "" : DidYouMean(name, names);
    if (names.size() > kNamesShown) names.resize(kNamesShown);
    const std::string all = absl::StrJoin(names, ", ");
    if (name.empty()) return absl::InvalidArgumentError(absl::StrCat("image: which one? there are ", all));
    return absl::InvalidArgumentError(absl::StrCat("image: there is no \"", name.substr(0, 200), "\"",
                                                   near.empty() ? ";" : near, " there are ", all));
  }

  std::mutex mutex_;  // calls run at once, on the thread pool
  std::map<std::string, Image> given_;
  std::map<std::string, ImageRecipe> recipes_;
  std::deque<std::string> learned_;  // the names of the recipes, oldest first
  std::list<Image> made_;
  std::size_t made_bytes_ = 0;
};

class ImageTool : public Tool {
 public:
  ImageTool(std::string name, std::string description, std::shared_ptr<ImageShelf> shelf)
      : shelf_(std::move(shelf)) {
    spec_.parameters = ImageEditSchema(name);
    spec_.name = std::move(name);
    spec_.description = std::move(description);
    spec_.effect = Effect::kPure;
    spec_.capabilities.reads_private = true;
    spec_.capabilities.sees_untrusted = true;
  }
  const ToolSpec& spec() const override { return spec_; }

  Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const override {
    std::optional<absl::StatusOr<ToolOutput>> output;
    auto work = [&] { output.emplace(Work(arguments)); };
    CO_CHECK_OK(co_await ctx.Blocking(work));
    // Mistakes of the model, and pictures that are damaged: none of them ends the run.
    if (!output->ok()) co_return ErrorOutput(Describe(output->status()));
    co_return *std::move(output);
  }

  void Recalled(const Json& arguments, const ToolOutput& output) const override {
    if (output.is_error || spec_.name == "image.measure") return;
    shelf_->Learn(RecipeOf(shelf_->NameOf(SourceOf(arguments)), arguments));
  }

 private:
  static std::string SourceOf(const Json& arguments) {
    const std::string* name = GetString(arguments, "image");
    return name == nullptr ? "" : *name;
  }

  ImageRecipe RecipeOf(const std::string& source, Json arguments) const {
    arguments["image"] = source;
    return {source, spec_.name, DumpJson(arguments)};
  }

  absl::StatusOr<ToolOutput> Work(const Json& arguments) const {
    TRY(const Image source, shelf_->Get(SourceOf(arguments)));
    TRY(ImageEdit edit, EditImage(spec_.name, source, arguments));
    if (edit.image.bytes.empty()) return TextOutput(std::move(edit.text));
    edit.image.name = shelf_->Learn(RecipeOf(source.name, arguments));
    shelf_->Keep(edit.image);
    ToolOutput output = TextOutput(absl::StrCat(edit.image.name, ": ", edit.text));
    output.parts.emplace_back(std::move(edit.image));
    return output;
  }

  ToolSpec spec_;
  std::shared_ptr<ImageShelf> shelf_;
};

}  // namespace

absl::StatusOr<std::vector<ToolPtr>> ImageTools(std::vector<Image> images) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].name.empty()) images[i].name = absl::StrCat("image-", i + 1);
    if (!names.insert(images[i].name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("two images are called \"", images[i].name, "\"; give one of them another name"));
    }
  }
  const auto shelf = std::make_shared<ImageShelf>(std::move(images));
  constexpr const char* kTools[][2] = {
      {"image.crop", "Cuts a rectangle out of an image and returns it, with a name of its own"},
      {"image.zoom", "Shows a rectangle of an image enlarged: for small text, marks and details"},
      {"image.annotate", "Draws boxes, texts and arrows on an image and returns it, with a name of its own"},
      {"image.grid", "Shows an image under a grid with named cells, to say where things are"},
      {"image.measure",
       "Tells the distance between two points in pixels, or the mean colour of a rectangle"}};
  std::vector<ToolPtr> tools;
  for (const auto& [name, description] : kTools)
    tools.push_back(std::make_shared<ImageTool>(name, description, shelf));
  return tools;
}

}  // namespace ninefold
