// Reading and writing: streams, replies, JSON, templates, pipelines, and the model that needs no network.
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"
#include "graph/template.h"
#include "model/chat.h"
#include "net/sse.h"
#include "ninefold/pipeline.h"

namespace ninefold::bench {
namespace {

constexpr int kEvents = 1000;

void PerItem(benchmark::State& state, double items) {
  state.counters["each"] =
      benchmark::Counter(items, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

std::string ChunkText() {
  return R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,)"
         R"("delta":{"content":"twenty bytes of text"},"finish_reason":null}]})";
}

void SseParse(benchmark::State& state) {
  std::string stream;
  for (int i = 0; i < kEvents; ++i) absl::StrAppend(&stream, "data: ", ChunkText(), "\n\n");
  for (auto _ : state) {
    int events = 0;
    SseParser parser([&](const SseEvent&) {
      ++events;
      return absl::OkStatus();
    });
    const absl::Status fed = parser.Feed(stream);
    if (!fed.ok() || events != kEvents) state.SkipWithError("events were lost");
  }
  PerItem(state, kEvents);
  state.SetBytesProcessed(std::int64_t(state.iterations()) * std::int64_t(stream.size()));
}
BENCHMARK(SseParse);

void ChatChunkDecode(benchmark::State& state) {
  const std::string text = ChunkText();
  for (auto _ : state) {
    ChatAssembly assembly("server");
    for (int i = 0; i < kEvents; ++i) benchmark::DoNotOptimize(assembly.Take("", text, nullptr));
  }
  PerItem(state, kEvents);
}
BENCHMARK(ChatChunkDecode);

const std::string& WholeReply() {
  static const std::string text = absl::StrCat(
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":)",
      R"("assistant","content":")", kAnswer,
      R"(","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":)",
      R"(24,"completion_tokens":16,"total_tokens":40}})");
  return text;
}

void ChatReplyDecode(benchmark::State& state) {
  for (auto _ : state) {
    ChatAssembly assembly("server");
    benchmark::DoNotOptimize(assembly.Take("", WholeReply(), nullptr));
  }
}
BENCHMARK(ChatReplyDecode);

void JsonParse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseJson(WholeReply()));
  state.SetBytesProcessed(std::int64_t(state.iterations()) * std::int64_t(WholeReply().size()));
}
BENCHMARK(JsonParse);

void TemplateRender(benchmark::State& state) {
  const absl::StatusOr<Template> parsed =
      ParseTemplate("Compare {{ facts.text }} with {{ risks.text }} for {{ goal }}.");
  if (!parsed.ok()) Die(parsed.status());
  const auto lookup = [](const TemplatePiece&) -> absl::StatusOr<std::string> {
    return std::string(kAnswer);
  };
  for (auto _ : state) benchmark::DoNotOptimize(Render(*parsed, lookup));
}
BENCHMARK(TemplateRender);

void PipelineLoad(benchmark::State& state) {
  const std::string path = std::string(NINEFOLD_SOURCE_DIR) + "/agents/research.yaml";
  for (auto _ : state) {
    const absl::StatusOr<Pipeline> pipeline = LoadPipeline(path, {.model = "offline"});
    if (!pipeline.ok()) Die(pipeline.status());
  }
}
BENCHMARK(PipelineLoad)->Unit(benchmark::kMicrosecond);

// A text of 35 KB: a thousand lines in paragraphs, one of which answers.
std::string LongText() {
  std::string text;
  for (int i = 0; text.size() < 35'000; ++i) {
    absl::StrAppend(&text, "Section ", i, " of the agreement deals with matter ", i * 7 % 101, ".\n");
    if (i % 5 == 4) text += '\n';
    if (i == 400) text += "A copy may be conveyed in object code form when its source is offered along.\n\n";
  }
  return text;
}

void OfflineAnswer(benchmark::State& state) {
  Driver driver;
  const auto ask = [text = LongText(), model = OfflineModel()](Prompt prompt,
                                                               Context& ctx) -> Async<absl::StatusOr<Reply>> {
    ModelRequest request;
    Message question = UserMessage(TextOf(prompt));
    question.parts.emplace_back(File{.name = "agreement.txt", .bytes = text});
    request.conversation = request.conversation.With(std::move(question));
    absl::StatusOr<ModelReply> answer = co_await CallModel(*model, request, ctx);
    if (!answer.ok()) co_return answer.status();
    Reply reply;
    reply.text = TextOf(answer->message);
    co_return reply;
  };
  const AgentPtr agent = MakeFunctionAgent({.name = "reader", .description = "reads"}, ask);
  for (auto _ : state)
    benchmark::DoNotOptimize(driver.RunOnce(agent, "When may a copy be conveyed in object code form?"));
}
BENCHMARK(OfflineAnswer)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ninefold::bench
