#include "fuzz/targets.h"

#include <cstdlib>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "image/codec.h"
#include "model/anthropic.h"
#include "model/chat.h"
#include "model/responses.h"
#include "model/vendors/vendors.h"
#include "net/ndjson.h"
#include "net/sse.h"
#include "ninefold/answer.h"
#include "ninefold/data.h"
#include "ninefold/eval.h"
#include "ninefold/image.h"
#include "ninefold/json.h"
#include "ninefold/pipeline.h"
#include "ninefold/status.h"
#include "ninefold/testing/scripted.h"

namespace ninefold::fuzz {
namespace {

void Require(bool fact) {
  if (!fact) std::abort();
}

// The first byte says how the rest is cut into pieces: the result may not depend on it.
struct Cut {
  explicit Cut(std::string_view bytes)
      : step(bytes.empty() ? 1 : 1 + static_cast<unsigned char>(bytes[0]) % 17),
        text(bytes.empty() ? bytes : bytes.substr(1)) {}
  std::size_t step;
  std::string_view text;
};

template <class Parser>
std::string Parsed(std::string_view text, std::size_t step, std::size_t bytes_max) {
  std::string seen;
  const auto on_item = [&](const auto& item) {
    if constexpr (requires { item.data; }) {
      seen.append(item.type).append("|").append(item.data).append("\n");
    } else {
      seen.append(item).append("\n");
    }
    return absl::OkStatus();
  };
  Parser parser(on_item, bytes_max);
  for (std::size_t at = 0; at < text.size(); at += step) {
    if (!parser.Feed(text.substr(at, step)).ok()) return seen + "!";
  }
  return parser.Finish().ok() ? seen : seen + "!";
}

void Sse(std::string_view bytes) {
  const Cut cut(bytes);
  Require(Parsed<SseParser>(cut.text, cut.step, 4096) ==
          Parsed<SseParser>(cut.text, cut.text.size() + 1, 4096));
}

void Ndjson(std::string_view bytes) {
  const Cut cut(bytes);
  Require(Parsed<NdjsonParser>(cut.text, cut.step, 4096) ==
          Parsed<NdjsonParser>(cut.text, cut.text.size() + 1, 4096));
}

void JsonText(std::string_view bytes) {
  const absl::StatusOr<Json> json = ParseJson(bytes);
  if (!json.ok()) return;
  const std::string text = DumpJson(*json);
  const absl::StatusOr<Json> again = ParseJson(text);
  Require(again.ok() && DumpJson(*again) == text);
}

// A reply, from a stream in the dialect's framing: read with deltas shown and without, it must be the same.
void Reply(std::string_view bytes, bool ndjson, const std::function<std::unique_ptr<Assembly>()>& make) {
  std::string shown[2];
  for (const bool emits : {true, false}) {
    const std::unique_ptr<Assembly> assembly = make();
    const EmitFn emit = emits ? EmitFn([](EventBody) {}) : EmitFn();
    absl::Status status;
    if (ndjson) {
      NdjsonParser lines([&](std::string_view line) { return assembly->Take("", line, emit); });
      status = lines.Feed(bytes);
      if (status.ok()) status = lines.Finish();
    } else {
      SseParser events([&](const SseEvent& event) { return assembly->Take(event.type, event.data, emit); });
      status = events.Feed(bytes);
      if (status.ok()) status = events.Finish();
    }
    if (!status.ok()) {
      shown[emits] = std::string(status.message());
      continue;
    }
    absl::StatusOr<ModelReply> reply = assembly->Finish(nullptr, {});
    shown[emits] = reply.ok() ? DumpJson(ToJson(*reply)) : std::string(reply.status().message());
    // What is journaled can be read again.
    if (reply.ok()) Require(ModelReplyFromJson(*ParseJson(shown[emits])).ok());
  }
  Require(shown[0] == shown[1]);
}

void Chat(std::string_view bytes) {
  Reply(bytes, false, [] {
    ChatOptions options;
    options.vendor = "v";
    options.think_tags = options.reasoning_details = true;
    return std::make_unique<ChatAssembly>("who", options);
  });
}

void Responses(std::string_view bytes) {
  Reply(bytes, false, [] { return std::make_unique<ResponsesAssembly>("who", "v"); });
}

void Anthropic(std::string_view bytes) {
  Reply(bytes, false, [] { return std::make_unique<AnthropicAssembly>("who", "v"); });
}

void Gemini(std::string_view bytes) {
  Reply(bytes, false, [] { return MakeGeminiAssembly("who"); });
}

void Ollama(std::string_view bytes) {
  Reply(bytes, true, [] { return MakeOllamaAssembly("who"); });
}

// The header says no size that is none, and what is decoded has the size that the header said.
void Picture(std::string_view bytes) {
  const absl::StatusOr<ImageInfo> info = ReadImageInfo(bytes);
  if (!info.ok()) return;
  Require(info->width > 0 && info->height > 0 && info->media_type == SniffMediaType(bytes));
  Require(info->orientation >= 1 && info->orientation <= 8);
  constexpr std::int64_t kSmall = 1 << 20;  // pixels: more would only show how slow decoding is
  const absl::StatusOr<std::int64_t> pixels = PixelsOf(bytes);
  if (!pixels.ok() || *pixels > kSmall) return;
  const absl::StatusOr<Pixels> decoded = DecodeImage(bytes);
  if (decoded.ok()) Require(decoded->width() == info->width && decoded->height() == info->height);
}

// Each row has a cell a column, and the preview keeps to its size.
void Table(std::string_view bytes) {
  const absl::StatusOr<Json> table = ReadTable(bytes);
  if (!table.ok()) return;
  Require(IsTable(*table));
  for (const Json& row : (*table)["rows"]) Require(row.size() == (*table)["columns"].size());
  constexpr std::size_t kRoom = 600;
  Require(Preview(*table, kRoom).size() <= kRoom);
}

// Items have names of their own, and can be asked and graded, or it is said why not.
void Items(std::string_view bytes) {
  const absl::StatusOr<std::vector<EvalItem>> items = ParseEvalItems(bytes, "set.jsonl");
  if (!items.ok()) return;
  std::set<std::string> ids;
  for (const EvalItem& item : *items) {
    Require(!item.id.empty() && ids.insert(item.id).second);
    Require(!QuestionText(item).empty());
    if (CheckGrader(item, {}).ok()) Require(GradeReply(item, {.text = "answer: 42"}, {}).ok());
  }
}

// The first byte says what kind the answer is of. A form is its own form, and an answer the same as itself.
void Answer(std::string_view bytes) {
  constexpr AnswerKind kKinds[] = {AnswerKind::kAny,  AnswerKind::kNumber, AnswerKind::kChoice,
                                   AnswerKind::kDate, AnswerKind::kSet,    AnswerKind::kList,
                                   AnswerKind::kJson, AnswerKind::kText};
  const Cut cut(bytes);
  const AnswerKind kind = kKinds[cut.step % std::size(kKinds)];
  const std::string form = NormalizeAnswer(cut.text, kind);
  Require(NormalizeAnswer(form, kind) == form);
  Require(form.empty() || !IsNoAnswer(cut.text));
  if (!form.empty()) Require(SameAnswer(cut.text, cut.text, kind));
}

// Every mistake has its place, and what has none can be drawn.
void Yaml(std::string_view bytes) {
  PipelineOptions options;
  options.open_model = [](std::string_view, const ModelOptions&) -> absl::StatusOr<ModelPtr> {
    return testing::Scripted({});
  };
  std::vector<Diagnostic> found;
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(bytes, "no/such/folder/t.yaml", options, &found);
  bool wrong = false;
  for (const Diagnostic& one : found) {
    wrong = wrong || one.severity == Diagnostic::kError;
    Require(one.line > 0 && one.column > 0 && !one.message.empty());
  }
  Require(pipeline.ok() == !wrong);
  if (pipeline.ok()) Require(!ToMermaid(pipeline->graph).empty() && !ToDot(pipeline->graph).empty());
}

constexpr Target kTargets[] = {{"sse", Sse},       {"ndjson", Ndjson},       {"json", JsonText},
                               {"chat", Chat},     {"responses", Responses}, {"anthropic", Anthropic},
                               {"gemini", Gemini}, {"ollama", Ollama},       {"image", Picture},
                               {"table", Table},   {"items", Items},         {"answer", Answer},
                               {"yaml", Yaml}};

}  // namespace

std::span<const Target> Targets() { return kTargets; }

const Target* FindTarget(std::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

}  // namespace ninefold::fuzz
