#include "experiment/trial.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/hash.h"
#include "base/try.h"
#include "eval/rubric.h"
#include "ninefold/image.h"
#include "ninefold/status.h"
#include "pipeline/given_file.h"

namespace ninefold::experiment {
namespace {

bool IsAddress(const std::string& image) { return absl::StartsWith(image, "https:"); }
bool IsData(const std::string& image) { return absl::StartsWith(image, "data:"); }

// "data:image/png;base64,…": not every vendor takes such an address, all take the picture.
absl::StatusOr<Image> DataImage(const std::string& address) {
  const absl::Status wrong = absl::InvalidArgumentError(
      "an image's data: address is no base64 of a picture; write it as data:image/png;base64,…");
  const std::size_t comma = address.find(',');
  if (comma == std::string::npos || !absl::EndsWith(address.substr(0, comma), ";base64")) return wrong;
  std::optional<std::string> bytes = FromBase64(std::string_view(address).substr(comma + 1));
  if (!bytes) return wrong;
  Image image;
  image.media_type = std::string(SniffMediaType(*bytes));
  if (!absl::StartsWith(image.media_type, "image/")) return wrong;
  image.bytes = *std::move(bytes);
  return image;
}

absl::StatusOr<Image> ReadImage(const std::string& path) {
  Image image;
  if (IsAddress(path)) {
    image.url = path;
    return image;
  }
  if (IsData(path)) return DataImage(path);
  TRY(File file, pipeline::ReadGiven(path, "image"));
  if (!absl::StartsWith(file.media_type, "image/"))
    return absl::InvalidArgumentError(
        absl::StrCat("image \"", path, "\": is ", file.media_type, "; give it under \"files\""));
  image.media_type = std::move(file.media_type), image.bytes = std::move(file.bytes);
  image.name = std::move(file.name);
  return image;
}

}  // namespace

absl::StatusOr<Prompt> PromptOf(const EvalItem& item, const Pipeline& pipeline) {
  std::vector<File> files;
  for (const std::string& path : item.files) {
    absl::StatusOr<File> file = pipeline::ReadGiven(path, "file");
    if (!file.ok()) return Annotate(file.status(), item.where);
    files.push_back(*std::move(file));
  }
  absl::StatusOr<Prompt> prompt = pipeline.MakePrompt(QuestionText(item), {}, std::move(files));
  if (!prompt.ok()) return Annotate(prompt.status(), item.where);
  for (const std::string& path : item.images) {
    absl::StatusOr<Image> image = ReadImage(path);
    if (!image.ok()) return Annotate(image.status(), item.where);
    prompt->parts.emplace_back(*std::move(image));
  }
  return prompt;
}

absl::Status CheckFiles(const EvalItem& item) {
  return item.files.empty() && item.images.empty() ? absl::OkStatus() : PromptOf(item, Pipeline()).status();
}

std::uint64_t HashOf(const EvalItem& item) {
  std::uint64_t hash = HashBytes(QuestionText(item));
  for (const auto* paths : {&item.files, &item.images}) {
    for (const std::string& path : *paths) {
      hash = HashBytes(path, hash);
      if (IsAddress(path) || IsData(path)) continue;
      const absl::StatusOr<std::string> bytes = pipeline::ReadRegular(path, "file", pipeline::kGivenBytesMax);
      hash = HashBytes(bytes.ok() ? *bytes : "", hash);
    }
  }
  return hash;
}

std::uint64_t HashOfGrading(const Experiment& experiment, const EvalItem& item) {
  // Counted up when graders read replies in another way: then those that are kept are graded anew.
  constexpr int kGraders = 1;
  const GradeOptions& options = experiment.grade;
  std::uint64_t hash = HashBytes(absl::StrCat(kGraders, " ", GraderOf(item, options)));
  for (const std::string* text : {&item.expected, &item.setup, &item.entry_point})
    hash = HashBytes(*text, hash);
  for (const std::string& choice : item.choices) hash = HashBytes(choice, hash);
  if (!NeedsJudge(item, options)) return hash;
  hash = HashBytes(experiment.judge, hash);
  const std::vector<RubricCriterion>& rubric = RubricOf(item, options);
  for (const RubricCriterion& each : rubric)
    hash = HashBytes(absl::StrCat(each.points, " ", each.text), hash);
  return rubric.empty() ? hash : HashBytes(absl::StrCat(options.pass), hash);
}

absl::Status GradeInto(const Experiment& experiment, const EvalItem& item, const Reply& reply,
                       EvalTrial& trial) {
  CHECK_OK(FillTrial(item, reply, experiment.grade, trial));
  if (NeedsJudge(item, experiment.grade)) return absl::OkStatus();
  TRY(trial.grade, GradeReply(item, reply, experiment.grade));
  return absl::OkStatus();
}

absl::StatusOr<EvalTrial> TrialOf(const Experiment& experiment, const ExperimentVariant& variant,
                                  const EvalItem& item, std::uint64_t seed,
                                  const absl::StatusOr<Reply>& reply) {
  EvalTrial trial;
  trial.variant = variant.name, trial.item = item.id, trial.seed = seed, trial.tags = item.tags;
  if (!reply.ok()) {
    trial.error = Describe(reply.status());
    return trial;
  }
  CHECK_OK(GradeInto(experiment, item, *reply, trial));
  return trial;
}

RunOptions RunOptionsOf(const Experiment& experiment, const ExperimentVariant& variant, std::uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  options.name = variant.name;
  options.budget = variant.pipeline.budget;
  options.policy = variant.pipeline.policy;
  options.deadline = std::min(variant.pipeline.deadline, experiment.trial_time);
  return options;
}

}  // namespace ninefold::experiment
