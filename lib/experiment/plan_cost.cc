#include "experiment/plan_cost.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "pipeline/contemplate_settings.h"
#include "pipeline/files.h"
#include "pipeline/format.h"

namespace ninefold::experiment {
namespace {

using pipeline::YamlNode;

constexpr int kDeepest = 16;
constexpr std::int64_t kCallsMost = 1'000'000'000;

std::int64_t CallsOfSteps(const YamlNode& steps, int deep);

std::int64_t CallsOfStep(const YamlNode& step, int deep) {
  if (step.kind != YamlNode::kMap || deep > kDeepest) return 1;
  std::int64_t calls = 1;
  if (const YamlNode* parallel = step.Find("parallel")) {
    calls = CallsOfSteps(*parallel, deep + 1);
  } else if (const YamlNode* contemplate = step.Find("contemplate")) {
    ContemplateOptions options;
    if (contemplate->kind == YamlNode::kMap) pipeline::ContemplateNumbers(*contemplate, options);
    calls = std::int64_t(options.width) * (1 + options.rounds);
  }
  const YamlNode* loop = step.Find("loop");
  if (loop == nullptr || loop->kind != YamlNode::kMap) return calls;
  if (const YamlNode* steps = loop->Find("steps")) calls = CallsOfSteps(*steps, deep + 1);
  const YamlNode* most = loop->Find("max");
  const std::int64_t rounds = most == nullptr ? 1 : pipeline::AsInteger(*most).value_or(1);
  return std::min(kCallsMost, calls * std::clamp<std::int64_t>(rounds, 1, 100'000));
}

std::int64_t CallsOfSteps(const YamlNode& steps, int deep) {
  std::int64_t calls = 0;
  for (const YamlNode& step : steps.items) calls = std::min(kCallsMost, calls + CallsOfStep(step, deep));
  return std::max<std::int64_t>(1, calls);
}

}  // namespace

std::int64_t CallsOfTeam(const YamlNode& team) {
  const YamlNode* steps = team.kind == YamlNode::kMap ? team.Find("steps") : nullptr;
  return steps == nullptr ? 1 : CallsOfSteps(*steps, 0);
}

std::int64_t CallsOfFile(const std::string& path) {
  const absl::StatusOr<std::string> bytes = pipeline::ReadFile(path, pipeline::kYamlBytesMax);
  if (!bytes.ok()) return 0;
  pipeline::Source source;
  pipeline::Diagnostics unsaid;  // it was loaded, so all was said
  source.text = pipeline::CleanText(*bytes, source, unsaid);
  return CallsOfTeam(pipeline::ParseYaml(source, unsaid));
}

std::int64_t AttemptsOf(const YamlNode& contemplate, Mode mode) {
  ContemplateOptions options = WithMode(mode, {});
  if (contemplate.kind == YamlNode::kMap) {
    options = {};
    pipeline::ContemplateNumbers(contemplate, options);
  } else if (mode == Mode::kInstant) {
    return 1;
  }
  return std::int64_t(options.width) * (1 + options.rounds);
}

}  // namespace ninefold::experiment
