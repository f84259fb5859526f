// Ollama's native chat (https://github.com/ollama/ollama/blob/main/docs/api.md, 2026-08).
#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "conformance/kit.h"
#include "ninefold/status.h"

namespace ninefold::conformance {
namespace {

const Json& OllamaSchema() {
  static const Json schema = *ParseJson(R"({
    "type":"object","required":["model","messages","stream"],"additionalProperties":false,
    "properties":{
      "model":{"type":"string"},"stream":{"type":"boolean"},"truncate":{"type":"boolean"},
      "think":{"type":["boolean","string"]},"format":{"type":"object"},
      "options":{"type":"object","additionalProperties":false,"properties":{
        "temperature":{"type":"number"},"top_p":{"type":"number"},"seed":{"type":"integer"},
        "num_predict":{"type":"integer"},"num_ctx":{"type":"integer"}}},
      "tools":{"type":"array","minItems":1},
      "messages":{"type":"array","minItems":1,"items":{"type":"object","required":["role","content"],
        "additionalProperties":false,"properties":{
          "role":{"enum":["system","user","assistant","tool"]},"content":{"type":"string"},
          "thinking":{"type":"string"},"tool_name":{"type":"string"},"tool_call_id":{"type":"string"},
          "images":{"type":"array","items":{"type":"string","pattern":"^[A-Za-z0-9+/=]+$"}},
          "tool_calls":{"type":"array","items":{"type":"object","required":["function"],"properties":{
            "function":{"type":"object","required":["name","arguments"],
              "properties":{"arguments":{"type":"object"}}}}}}}}}}})");
  return schema;
}

class OllamaKit : public Kit {
 public:
  std::string name() const override { return "ollama"; }
  std::string spec() const override { return "ollama/llama3.2"; }
  std::string base_path() const override { return ""; }
  std::string content_type() const override { return "application/x-ndjson"; }
  std::string seal() const override { return "the sky is far"; }  // the thinking itself goes back

  std::string Lacks(Behaviour behaviour) const override {
    if (behaviour == Behaviour::kRefusal || behaviour == Behaviour::kFiltered) return "no form for it";
    return "";
  }

  std::string Stream(const Play& play) const override {
    std::string out;
    if (!play.reasoning.empty()) out += Line({{"content", ""}, {"thinking", play.reasoning}});
    for (const std::string& piece : play.text) out += Line({{"content", piece}});
    for (const testing::ChatCall& call : play.calls)
      out += Line({{"content", ""}, {"tool_calls", {Call(call)}}});
    return out + DumpJson(Last({{"role", "assistant"}, {"content", ""}}, play)) + "\n";
  }

  std::string Whole(const Play& play) const override {
    Json message{{"role", "assistant"}, {"content", Joined(play.text)}};
    if (!play.reasoning.empty()) message["thinking"] = play.reasoning;
    for (const testing::ChatCall& call : play.calls) message["tool_calls"].push_back(Call(call));
    return DumpJson(Last(message, play));
  }

  Refusal Refuse(ModelError error) const override {
    switch (error) {
      case ModelError::kAuthentication:
        return {401, R"({"error":"unauthorized"})"};
      case ModelError::kNotFound:
        return {404, R"({"error":"model 'llama3.2' not found"})"};
      case ModelError::kInvalidRequest:
        return {400, R"({"error":"\"llama3.2\" does not support thinking"})"};
      case ModelError::kContextLength:
        return {400, R"({"error":"the prompt exceeds the context length"})"};
      case ModelError::kRateLimit:
        return {429, R"({"error":"too many requests"})", {"retry-after: 7"}};
      case ModelError::kOverloaded:
        return {503, R"({"error":"server busy, please try again. maximum pending requests exceeded"})"};
      case ModelError::kQuota:
        return {402, R"({"error":"usage limits reached"})"};
      case ModelError::kContentPolicy:
        return {0, ""};
      default:
        return {500, R"({"error":"llama runner process has terminated"})"};
    }
  }

  std::string MidStreamError() const override { return "{\"error\":\"the GPU fell over\"}\n"; }
  std::size_t TrailingBytes() const override { return 1; }

  std::string FaultIn(const testing::ChatSeen& request, const Json& body) const override {
    if (request.path != "/api/chat") return absl::StrCat("path ", request.path);
    const absl::Status fits = ValidateJson(OllamaSchema(), body);
    return fits.ok() ? "" : Describe(fits);
  }

 private:
  static Json Call(const testing::ChatCall& call) {
    return {{"id", call.id}, {"function", {{"name", call.name}, {"arguments", *ParseJson(call.arguments)}}}};
  }

  static std::string Line(Json message) {
    message["role"] = "assistant";
    // In the order that the server writes.
    return absl::StrCat(R"({"model":"llama3.2","created_at":"2026-08-01T10:00:00Z","message":)",
                        DumpJson(message), ",\"done\":false}\n");
  }

  static Json Last(const Json& message, const Play& play) {
    return {{"model", "llama3.2"}, {"message", message},
            {"done", true},        {"done_reason", play.end == End::kLength ? "length" : "stop"},
            {"total_duration", 9}, {"prompt_eval_count", 40},
            {"eval_count", 18}};
  }
};

}  // namespace

void AddOllamaKit(std::vector<std::unique_ptr<Kit>>& kits) { kits.push_back(std::make_unique<OllamaKit>()); }

}  // namespace ninefold::conformance
