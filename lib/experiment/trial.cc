#include "experiment/trial.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/image.h"
#include "ninefold/status.h"
#include "pipeline/files.h"

namespace ninefold::experiment {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t(64) << 20;

absl::StatusOr<File> ReadItemFile(const std::string& path) {
  File file;
  TRY(file.bytes, pipeline::ReadFile(path, kFileBytesMax));
  file.name = path.substr(path.rfind('/') + 1);
  const std::string_view sniffed = SniffMediaType(file.bytes);
  if (!sniffed.empty()) {
    file.media_type = std::string(sniffed);
  } else if (FindInvalidUtf8(file.bytes) != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": neither UTF-8 text nor a picture or PDF"));
  }
  return file;
}

bool IsAddress(const std::string& image) {
  return absl::StartsWith(image, "https:") || absl::StartsWith(image, "data:");
}

}  // namespace

absl::StatusOr<Prompt> PromptOf(const EvalItem& item, const Pipeline& pipeline) {
  std::vector<File> files;
  std::vector<std::string> paths = item.files;
  for (const std::string& image : item.images) {
    if (!IsAddress(image)) paths.push_back(image);
  }
  for (const std::string& path : paths) {
    absl::StatusOr<File> file = ReadItemFile(path);
    if (!file.ok()) return Annotate(file.status(), absl::StrCat(item.where, ": ", path));
    files.push_back(*std::move(file));
  }
  absl::StatusOr<Prompt> prompt = pipeline.MakePrompt(QuestionText(item), {}, std::move(files));
  if (!prompt.ok()) return Annotate(prompt.status(), item.where);
  for (const std::string& image : item.images) {
    if (!IsAddress(image)) continue;
    Image part;
    part.url = image;
    prompt->parts.emplace_back(std::move(part));
  }
  return prompt;
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
  CHECK_OK(FillTrial(item, *reply, experiment.grade, trial));
  if (NeedsJudge(item, experiment.grade)) return trial;
  TRY(trial.grade, GradeReply(item, *reply, experiment.grade));
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
