// Chat Completions (https://platform.openai.com/docs/api-reference/chat, 2026-08) and the servers that speak
// it in their own ways.
#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "conformance/kit.h"
#include "ninefold/status.h"

namespace ninefold::conformance {
namespace {

// What the specification allows in a request, written in our own words.
const Json& RequestSchema() {
  static const Json schema = *ParseJson(R"({
    "type":"object","required":["model","messages"],"additionalProperties":false,
    "properties":{
      "model":{"type":"string"},"stream":{"type":"boolean"},
      "stream_options":{"type":"object","properties":{"include_usage":{"type":"boolean"}}},
      "temperature":{"type":"number"},"top_p":{"type":"number"},"seed":{"type":"integer"},
      "max_tokens":{"type":"integer","minimum":1},"max_completion_tokens":{"type":"integer","minimum":1},
      "reasoning_effort":{"enum":["none","minimal","low","medium","high","xhigh","max"]},
      "parallel_tool_calls":{"type":"boolean"},"tool_choice":{"enum":["none","auto","required"]},
      "tools":{"type":"array","minItems":1,"items":{"type":"object","required":["type","function"],
        "properties":{"type":{"const":"function"},"function":{"type":"object","required":["name","parameters"],
          "properties":{"name":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},"parameters":{"type":"object"}}}}}},
      "response_format":{"type":"object","required":["type","json_schema"],"properties":{
        "type":{"const":"json_schema"},"json_schema":{"type":"object","required":["name","schema"]}}},
      "messages":{"type":"array","minItems":1,"items":{"type":"object","required":["role","content"],
        "properties":{
          "role":{"enum":["system","developer","user","assistant","tool"]},
          "content":{"anyOf":[{"type":["string","null"]},{"type":"array","minItems":1,"items":{
            "type":"object","required":["type"],"properties":{"type":{"enum":["text","image_url","file"]}}}}]},
          "tool_call_id":{"type":"string"},
          "tool_calls":{"type":"array","minItems":1,"items":{"type":"object","required":["id","type","function"],
            "properties":{"id":{"type":"string","minLength":1,"maxLength":64},
              "function":{"type":"object","required":["name","arguments"],
                "properties":{"arguments":{"type":"string"}}}}}}},
        "if":{"properties":{"role":{"const":"tool"}}},"then":{"required":["tool_call_id"],
          "properties":{"content":{"type":"string"}}}}}}})");
  return schema;
}

// Each call is answered right behind it, once.
std::string PairingFault(const Json& messages) {
  std::vector<std::string> open;
  for (const Json& message : messages) {
    const std::string role = *GetString(message, "role");
    if (role == "tool") {
      const std::string id = *GetString(message, "tool_call_id");
      const auto at = std::find(open.begin(), open.end(), id);
      if (at == open.end()) return absl::StrCat("a result for \"", id, "\", which nobody asked for");
      open.erase(at);
    } else if (!open.empty()) {
      return absl::StrCat("no result for \"", open.front(), "\"");
    }
    const Json* calls = GetMember(message, "tool_calls");
    for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i)
      open.push_back(*GetString((*calls)[i], "id"));
  }
  return open.empty() ? "" : "calls without results at the end";
}

struct ChatWays {
  std::string vendor, model;
  std::string reasoning_field;  // "": none is told
  bool whole_calls = false;     // a call in one delta, without an index
  bool done_marker = true;
  bool usage_on_finish = false;  // on the chunk with the finish reason
  bool details = false;          // OpenRouter's reasoning_details
  bool refuses = true;           // has a "refusal" of its own
};

class ChatKit : public Kit {
 public:
  explicit ChatKit(ChatWays ways) : ways_(std::move(ways)) {}

  std::string name() const override { return ways_.vendor == "openai" ? "openai (Chat)" : ways_.vendor; }
  std::string spec() const override { return absl::StrCat(ways_.vendor, "/", ways_.model); }
  std::string api() const override { return ways_.vendor == "openai" ? "chat" : ""; }
  std::string seal() const override { return ways_.details ? "sig-or-1" : ""; }

  std::string Lacks(Behaviour behaviour) const override {
    if (behaviour == Behaviour::kReasoning && ways_.reasoning_field.empty()) return "reasoning is never told";
    if (behaviour == Behaviour::kReasoningReplay && !ways_.details) return "reasoning is not taken back";
    if (behaviour == Behaviour::kRefusal && !ways_.refuses) return "no form for a refusal";
    return "";
  }

  std::string Stream(const Play& play) const override {
    std::string out = Chunk({{"role", "assistant"}, {"content", ""}});
    if (!play.reasoning.empty() && !ways_.reasoning_field.empty()) {
      Json delta{{ways_.reasoning_field, play.reasoning}};
      if (ways_.details) delta["reasoning_details"] = Details(play);
      out += Chunk(delta);
    }
    for (const std::string& piece : play.text) {
      out += Chunk({{play.end == End::kRefusal ? "refusal" : "content", piece}});
    }
    int index = 0;
    for (const testing::ChatCall& call : play.calls) out += Call(call, index++);
    Json last = Json::object();
    last["choices"] =
        Json::array({{{"index", 0}, {"delta", Json::object()}, {"finish_reason", Finish(play)}}});
    last["id"] = "c1";
    if (ways_.usage_on_finish) last["usage"] = Usage();
    out += DataEvent(last);
    if (!ways_.usage_on_finish)
      out += DataEvent({{"id", "c1"}, {"choices", Json::array()}, {"usage", Usage()}});
    if (ways_.done_marker) out += "data: [DONE]\n\n";
    return out;
  }

  std::string Whole(const Play& play) const override {
    Json message{{"role", "assistant"}, {"content", nullptr}};
    if (!play.text.empty()) message[play.end == End::kRefusal ? "refusal" : "content"] = Joined(play.text);
    if (!play.reasoning.empty() && !ways_.reasoning_field.empty())
      message[ways_.reasoning_field] = play.reasoning;
    if (ways_.details && !play.reasoning.empty()) message["reasoning_details"] = Details(play);
    for (const testing::ChatCall& call : play.calls) message["tool_calls"].push_back(CallJson(call));
    Json choice{{"index", 0}, {"message", message}, {"finish_reason", Finish(play)}};
    return DumpJson({{"id", "c1"},
                     {"object", "chat.completion"},
                     {"model", ways_.model},
                     {"choices", Json::array({choice})},
                     {"usage", Usage()}});
  }

  Refusal Refuse(ModelError error) const override {
    switch (error) {
      case ModelError::kAuthentication:
        return {401, Body("wrong key", "invalid_request_error", "invalid_api_key")};
      case ModelError::kNotFound:
        return {404, Body("no such model", "invalid_request_error", "model_not_found")};
      case ModelError::kInvalidRequest:
        return {400, Body("unknown field", "invalid_request_error", "unsupported_parameter")};
      case ModelError::kContextLength:
        return {400, Body("too long", "invalid_request_error", "context_length_exceeded")};
      case ModelError::kContentPolicy:
        return {400, Body("not that", "invalid_request_error", "content_policy_violation")};
      case ModelError::kQuota:
        return {429, Body("no credit", "insufficient_quota", "insufficient_quota")};
      case ModelError::kRateLimit:
        return {429, Body("slow", "requests", "rate_limit_exceeded"), {"retry-after: 7"}};
      case ModelError::kOverloaded:
        return {503, Body("busy", "server_error", "server_is_overloaded")};
      default:
        return {500, Body("oops", "server_error", "")};
    }
  }

  std::string MidStreamError() const override {
    return DataEvent(
        {{"error", {{"message", "the GPU fell over"}, {"type", "server_error"}, {"code", 500}}}});
  }

  std::size_t TrailingBytes() const override {
    const std::string usage = DataEvent({{"id", "c1"}, {"choices", Json::array()}, {"usage", Usage()}});
    return (ways_.usage_on_finish ? 0 : usage.size()) + (ways_.done_marker ? 14 : 0);
  }

  std::string FaultIn(const testing::ChatSeen& request, const Json& body) const override {
    if (!request.path.ends_with("/v1/chat/completions")) return absl::StrCat("path ", request.path);
    if (HeaderOf(request, "authorization") != "Bearer test-key-123") return "no bearer key";
    Json rest = body;
    if (ways_.details) {
      for (Json& message : rest["messages"]) message.erase("reasoning_details");
    }
    if (const absl::Status fits = ValidateJson(RequestSchema(), rest); !fits.ok()) return Describe(fits);
    return PairingFault(rest["messages"]);
  }

 private:
  static std::string Body(const char* message, const char* type, const char* code) {
    return DumpJson({{"error", {{"message", message}, {"type", type}, {"code", code}, {"param", nullptr}}}});
  }

  std::string Chunk(const Json& delta) const {
    // In the order that servers send it.
    return absl::StrCat(R"(data: {"id":"c1","object":"chat.completion.chunk","model":)",
                        DumpJson(ways_.model), R"(,"choices":[{"index":0,"delta":)", DumpJson(delta),
                        R"(,"logprobs":null,"finish_reason":null}],"usage":null})", "\n\n");
  }

  static Json CallJson(const testing::ChatCall& call) {
    return {{"id", call.id},
            {"type", "function"},
            {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
  }

  std::string Call(const testing::ChatCall& call, int index) const {
    if (ways_.whole_calls) return Chunk({{"tool_calls", Json::array({CallJson(call)})}});
    Json open = CallJson(call);
    open["index"] = index;
    open["function"]["arguments"] = "";
    std::string out = Chunk({{"tool_calls", Json::array({open})}});
    for (const std::string& piece : {call.arguments.substr(0, 3), call.arguments.substr(3)}) {
      out += Chunk({{"tool_calls", Json::array({{{"index", index}, {"function", {{"arguments", piece}}}}})}});
    }
    return out;
  }

  Json Details(const Play& play) const {
    return Json::array(
        {{{"type", "reasoning.text"}, {"index", 0}, {"text", play.reasoning}, {"signature", seal()}}});
  }

  static Json Usage() {
    return {{"prompt_tokens", 40},
            {"completion_tokens", 18},
            {"total_tokens", 58},
            {"prompt_tokens_details", {{"cached_tokens", 8}}},
            {"completion_tokens_details", {{"reasoning_tokens", 5}}}};
  }

  static std::string Finish(const Play& play) {
    if (play.end == End::kLength) return "length";
    if (play.end == End::kFiltered) return "content_filter";
    return play.calls.empty() ? "stop" : "tool_calls";
  }

  const ChatWays ways_;
};

}  // namespace

void AddChatKits(std::vector<std::unique_ptr<Kit>>& kits) {
  const ChatWays all[] = {
      {.vendor = "openai", .model = "gpt-4.1"},
      {.vendor = "llamacpp", .model = "m", .reasoning_field = "reasoning_content", .refuses = false},
      {.vendor = "vllm",
       .model = "m",
       .reasoning_field = "reasoning",
       .usage_on_finish = true,
       .refuses = false},
      {.vendor = "lmstudio",
       .model = "m",
       .reasoning_field = "reasoning_content",
       .whole_calls = true,
       .done_marker = false,
       .refuses = false},
      {.vendor = "openrouter", .model = "a/b", .reasoning_field = "reasoning", .details = true},
      {.vendor = "compatible", .model = "m", .reasoning_field = "reasoning_content", .whole_calls = true},
  };
  for (const ChatWays& ways : all) kits.push_back(std::make_unique<ChatKit>(ways));
}

}  // namespace ninefold::conformance
