#include "pipeline/test_cases.h"

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"
#include "pipeline/files.h"
#include "pipeline/format.h"
#include "re2/re2.h"

namespace ninefold::pipeline {
namespace {

constexpr std::size_t kTestFileBytesMax = 16u << 20;

std::vector<std::string> Texts(const YamlNode* node) {
  std::vector<std::string> texts;
  if (node == nullptr) return texts;
  if (node->kind == YamlNode::kScalar) texts.push_back(node->text);
  for (const YamlNode& item : node->items) texts.push_back(item.text);
  return texts;
}

std::string TextAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? std::string() : node->text;
}

void ReadFiles(const YamlNode& list, Load& load, PipelineTest& test) {
  for (const YamlNode& item : list.items) {
    File file;
    if (item.kind == YamlNode::kMap) {
      file.name = TextAt(item, "name");
      file.bytes = TextAt(item, "text");
      test.files.push_back(std::move(file));
      continue;
    }
    const absl::StatusOr<std::string> path = Confine(load.folder, item.text);
    absl::StatusOr<std::string> bytes = path.ok() ? ReadFile(*path, kTestFileBytesMax) : path;
    if (!bytes.ok()) {
      load.out.Error(item.at, absl::StrCat("files: ", Describe(bytes.status())));
      continue;
    }
    file.name = item.text.substr(item.text.rfind('/') + 1);
    file.bytes = *std::move(bytes);
    test.files.push_back(std::move(file));
  }
}

void ReadExpect(const YamlNode& map, Load& load, PipelineTest& test) {
  test.contains = Texts(map.Find("contains"));
  test.excludes = Texts(map.Find("not_contains"));
  test.matches = TextAt(map, "matches");
  if (const YamlNode* equals = map.Find("equals")) test.equals = AsJson(*equals);
  if (const YamlNode* evidence = map.Find("evidence_min"))
    test.evidence_min = static_cast<int>(AsInteger(*evidence).value_or(0));
  if (test.matches.empty()) return;
  const RE2 parsed(test.matches, RE2::Quiet);
  if (parsed.ok()) return;
  load.out.Error(map.Find("matches")->at, absl::StrCat("\"", test.matches.substr(0, 80),
                                                       "\" is no regular expression: ", parsed.error()));
}

}  // namespace

void ReadTests(const YamlNode* list, Load& load, Pipeline& pipeline) {
  if (list == nullptr) return;
  for (const YamlNode& node : list->items) {
    if (node.kind != YamlNode::kMap) continue;
    PipelineTest test;
    test.name = TextAt(node, "name");
    test.question = TextAt(node, "question");
    test.line = node.at.line;
    if (test.name.empty()) test.name = test.question.substr(0, 60);
    if (const YamlNode* files = node.Find("files")) ReadFiles(*files, load, test);
    if (const YamlNode* input = node.Find("input")) {
      for (const YamlMember& member : input->members) test.inputs[member.key] = AsJson(member.value);
    }
    if (const YamlNode* expect = node.Find("expect")) ReadExpect(*expect, load, test);
    const absl::StatusOr<Prompt> prompt = pipeline.MakePrompt(test.question, test.inputs, test.files);
    if (!prompt.ok()) load.out.Error(node.at, absl::StrCat("test: ", Describe(prompt.status())));
    pipeline.tests.push_back(std::move(test));
  }
}

}  // namespace ninefold::pipeline
