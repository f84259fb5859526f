// Messages (https://platform.claude.com/docs/en/api/messages, 2026-08).
#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "conformance/kit.h"
#include "ninefold/status.h"

namespace ninefold::conformance {
namespace {

// What the specification allows in a request, written in our own words.
const Json& MessagesSchema() {
  static const Json schema = *ParseJson(R"({
    "type":"object","required":["model","messages","max_tokens"],"additionalProperties":false,
    "$defs":{"mark":{"type":"object","required":["type"],"properties":{"type":{"const":"ephemeral"}}},
      "source":{"type":"object","required":["type"],"properties":{"type":{"enum":["base64","url","text"]},
        "data":{"type":"string","minLength":1}}}},
    "properties":{
      "model":{"type":"string"},"stream":{"type":"boolean"},"max_tokens":{"type":"integer","minimum":1},
      "system":{"type":"array","items":{"type":"object","required":["type","text"],"additionalProperties":false,
        "properties":{"type":{"const":"text"},"text":{"type":"string","minLength":1},
          "cache_control":{"$ref":"#/$defs/mark"}}}},
      "thinking":{"type":"object","required":["type"],"properties":{"type":{"enum":["adaptive","disabled"]},
        "display":{"enum":["summarized","omitted"]}}},
      "output_config":{"type":"object","additionalProperties":false,"properties":{
        "effort":{"enum":["low","medium","high","xhigh","max"]},
        "format":{"type":"object","required":["type","schema"],"properties":{"type":{"const":"json_schema"}}}}},
      "tool_choice":{"type":"object","required":["type"],"properties":{"type":{"enum":["auto","any","none"]}}},
      "tools":{"type":"array","minItems":1,"items":{"type":"object","required":["name","input_schema"],
        "additionalProperties":false,"properties":{"name":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},
          "description":{"type":"string"},"cache_control":{"$ref":"#/$defs/mark"},
          "input_schema":{"type":"object","required":["type"]}}}},
      "messages":{"type":"array","minItems":1,"items":{"type":"object","required":["role","content"],
        "additionalProperties":false,"properties":{"role":{"enum":["user","assistant"]},
          "content":{"type":"array","minItems":1,"items":{"type":"object","required":["type"],"oneOf":[
            {"required":["text"],"properties":{"type":{"const":"text"},"text":{"type":"string","minLength":1}}},
            {"required":["source"],"properties":{"type":{"enum":["image","document"]},
              "source":{"$ref":"#/$defs/source"}}},
            {"required":["id","name","input"],"properties":{"type":{"const":"tool_use"},"input":{"type":"object"}}},
            {"required":["tool_use_id"],"properties":{"type":{"const":"tool_result"},"content":{"type":"array"}}},
            {"required":["thinking","signature"],"properties":{"type":{"const":"thinking"}}},
            {"required":["data"],"properties":{"type":{"const":"redacted_thinking"}}}]}}}}}}})");
  return schema;
}

int MarksIn(const Json& json) {
  int marks = 0;
  if (json.is_object() && json.contains("cache_control")) ++marks;
  if (json.is_structured()) {
    for (const Json& item : json) marks += MarksIn(item);
  }
  return marks;
}

// Roles take turns, and all results of a turn stand first in the very next message.
std::string TurnFault(const Json& messages) {
  std::vector<std::string> open;
  std::string last;
  for (const Json& message : messages) {
    const std::string role = *GetString(message, "role");
    if (role == last) return absl::StrCat("two messages of ", role, " in a row");
    if (last.empty() && role != "user") return "the first message is not the user's";
    last = role;
    bool results_over = false;
    for (const Json& block : message["content"]) {
      const std::string type = *GetString(block, "type");
      if (type == "tool_use") open.push_back(*GetString(block, "id"));
      if (type != "tool_result") {
        results_over = true;
        continue;
      }
      if (results_over) return "a result behind something else";
      const auto at = std::find(open.begin(), open.end(), *GetString(block, "tool_use_id"));
      if (at == open.end()) return "a result for a call that nobody made";
      open.erase(at);
    }
    if (role == "user" && !open.empty()) return absl::StrCat("no result for ", open.front());
  }
  return open.empty() ? "" : "calls without results at the end";
}

class AnthropicKit : public Kit {
 public:
  std::string name() const override { return "anthropic"; }
  std::string spec() const override { return "anthropic/claude-opus-5"; }
  std::string base_path() const override { return ""; }
  std::string seal() const override { return "EqoBsealed"; }

  std::string Lacks(Behaviour behaviour) const override {
    return behaviour == Behaviour::kFiltered ? "no form for it" : "";
  }

  std::string Stream(const Play& play) const override {
    Json start = Message(play);
    start["content"] = Json::array();
    start["stop_reason"] = nullptr;
    start["usage"] = {{"input_tokens", 2},
                      {"cache_read_input_tokens", 8},
                      {"cache_creation_input_tokens", 30},
                      {"output_tokens", 1}};
    std::string out =
        TypedEvent({{"type", "message_start"}, {"message", start}}) + TypedEvent({{"type", "ping"}});
    const Json blocks = Blocks(play);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      out += TypedEvent({{"type", "content_block_start"}, {"index", i}, {"content_block", Shell(blocks[i])}});
      Deltas(play, blocks[i], i, out);
      out += TypedEvent({{"type", "content_block_stop"}, {"index", i}});
    }
    out += TypedEvent({{"type", "message_delta"},
                       {"delta", {{"stop_reason", StopOf(play)}, {"stop_sequence", nullptr}}},
                       {"usage", {{"output_tokens", 18}}}});
    return out + TypedEvent({{"type", "message_stop"}});
  }

  std::string Whole(const Play& play) const override { return DumpJson(Message(play)); }

  Refusal Refuse(ModelError error) const override {
    switch (error) {
      case ModelError::kAuthentication:
        return {401, Body("authentication_error", "invalid x-api-key")};
      case ModelError::kNotFound:
        return {404, Body("not_found_error", "model: claude-x")};
      case ModelError::kInvalidRequest:
        return {400, Body("invalid_request_error", "temperature: extra inputs are not permitted")};
      case ModelError::kContextLength:
        return {400, Body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")};
      case ModelError::kContentPolicy:
        return {0, ""};  // a reply with the stop reason "refusal"
      case ModelError::kQuota:
        return {400, Body("invalid_request_error", "Your credit balance is too low to access the API")};
      case ModelError::kRateLimit:
        return {429, Body("rate_limit_error", "too many requests"), {"retry-after: 7"}};
      case ModelError::kOverloaded:
        return {529, Body("overloaded_error", "Overloaded")};
      default:
        return {500, Body("api_error", "oops")};
    }
  }

  std::string MidStreamError() const override {
    return TypedEvent(
        {{"type", "error"}, {"error", {{"type", "api_error"}, {"message", "the GPU fell over"}}}});
  }

  std::string FaultIn(const testing::ChatSeen& request, const Json& body) const override {
    if (request.path != "/v1/messages") return absl::StrCat("path ", request.path);
    if (HeaderOf(request, "x-api-key") != "test-key-123") return "no key";
    if (HeaderOf(request, "anthropic-version") != "2023-06-01") return "no version";
    if (const absl::Status fits = ValidateJson(MessagesSchema(), body); !fits.ok()) return Describe(fits);
    if (MarksIn(body) > 4) return "more than 4 cache marks";
    return TurnFault(body["messages"]);
  }

 private:
  static std::string Body(const char* type, const char* message) {
    return DumpJson(
        {{"type", "error"}, {"error", {{"type", type}, {"message", message}}}, {"request_id", "req_1"}});
  }

  static std::string StopOf(const Play& play) {
    if (play.end == End::kLength) return "max_tokens";
    if (play.end == End::kRefusal) return "refusal";
    return play.calls.empty() ? "end_turn" : "tool_use";
  }

  Json Blocks(const Play& play) const {
    Json blocks = Json::array();
    if (!play.reasoning.empty())
      blocks.push_back({{"type", "thinking"}, {"thinking", play.reasoning}, {"signature", seal()}});
    if (!play.text.empty()) blocks.push_back({{"type", "text"}, {"text", Joined(play.text)}});
    for (const testing::ChatCall& call : play.calls) {
      blocks.push_back({{"type", "tool_use"},
                        {"id", call.id},
                        {"name", call.name},
                        {"input", *ParseJson(call.arguments)}});
    }
    return blocks;
  }

  Json Message(const Play& play) const {
    return {{"id", "msg_1"},
            {"type", "message"},
            {"role", "assistant"},
            {"model", "claude-opus-5"},
            {"content", Blocks(play)},
            {"stop_reason", StopOf(play)},
            {"usage",
             {{"input_tokens", 2},
              {"cache_read_input_tokens", 8},
              {"cache_creation_input_tokens", 30},
              {"output_tokens", 18}}}};
  }

  static Json Shell(Json block) {
    for (const char* key : {"text", "thinking", "signature"}) {
      if (block.contains(key)) block[key] = "";
    }
    if (block.contains("input")) block["input"] = Json::object();
    return block;
  }

  void Deltas(const Play& play, const Json& block, std::size_t index, std::string& out) const {
    const auto send = [&](const Json& delta) {
      out += TypedEvent({{"type", "content_block_delta"}, {"index", index}, {"delta", delta}});
    };
    const std::string type = *GetString(block, "type");
    if (type == "thinking") {
      send({{"type", "thinking_delta"}, {"thinking", play.reasoning}});
      send({{"type", "signature_delta"}, {"signature", seal()}});
    } else if (type == "text") {
      for (const std::string& piece : play.text) {  // in the order that the server sends it
        absl::StrAppend(
            &out, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":", index,
            R"(,"delta":{"type":"text_delta","text":)", DumpJson(Json(piece)), "}}\n\n");
      }
    } else {
      const std::string input = DumpJson(block["input"]);
      for (const std::string& piece : {std::string(), input.substr(0, 3), input.substr(3)})
        send({{"type", "input_json_delta"}, {"partial_json", piece}});
    }
  }
};

}  // namespace

void AddAnthropicKit(std::vector<std::unique_ptr<Kit>>& kits) {
  kits.push_back(std::make_unique<AnthropicKit>());
}

}  // namespace ninefold::conformance
