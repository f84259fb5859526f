// Responses (https://platform.openai.com/docs/api-reference/responses, 2026-08) and Meta's copy of it.
#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "conformance/kit.h"
#include "ninefold/status.h"

namespace ninefold::conformance {
namespace {

// What the specification allows in a request, written in our own words.
const Json& ResponsesSchema() {
  static const Json schema = *ParseJson(R"({
    "type":"object","required":["model","input","store"],"additionalProperties":false,
    "properties":{
      "model":{"type":"string"},"instructions":{"type":"string"},"stream":{"type":"boolean"},
      "store":{"const":false},
      "include":{"type":"array","items":{"enum":["reasoning.encrypted_content"]}},
      "reasoning":{"type":"object","additionalProperties":false,"properties":{
        "effort":{"enum":["none","minimal","low","medium","high","xhigh","max"]},
        "summary":{"enum":["auto","concise","detailed"]}}},
      "temperature":{"type":"number"},"top_p":{"type":"number"},
      "max_output_tokens":{"type":"integer","minimum":16},
      "parallel_tool_calls":{"type":"boolean"},"tool_choice":{"enum":["none","auto","required"]},
      "tools":{"type":"array","minItems":1,"items":{"type":"object","required":["type","name","parameters","strict"],
        "additionalProperties":false,"properties":{"type":{"const":"function"},
          "name":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},"description":{"type":"string"},
          "parameters":{"type":"object"},"strict":{"type":"boolean"}}}},
      "text":{"type":"object","required":["format"],"properties":{"format":{"type":"object",
        "required":["type","name","schema"],"properties":{"type":{"const":"json_schema"}}}}},
      "input":{"type":"array","minItems":1,"items":{"type":"object","required":["type"],"oneOf":[
        {"additionalProperties":false,"required":["role","content"],"properties":{"type":{"const":"message"},
          "role":{"enum":["user","developer"]},
          "content":{"type":"array","minItems":1,"items":{"type":"object","required":["type"],"properties":{
            "type":{"enum":["input_text","input_image","input_file"]}}}}}},
        {"additionalProperties":false,"required":["role","content"],"properties":{"type":{"const":"message"},
          "role":{"const":"assistant"},"phase":{"enum":["commentary","final_answer"]},
          "content":{"type":"string","minLength":1}}},
        {"required":["call_id","name","arguments"],"properties":{"type":{"const":"function_call"},
          "call_id":{"type":"string","minLength":1,"maxLength":64},"arguments":{"type":"string"}}},
        {"required":["call_id","output"],"properties":{"type":{"const":"function_call_output"},
          "output":{"type":["string","array"]}}},
        {"required":["summary","encrypted_content"],"properties":{"type":{"const":"reasoning"}}}]}}}})");
  return schema;
}

// A reasoning item is followed by what it led to; each call is answered, once.
std::string OrderFault(const Json& input) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::string type = *GetString(input[i], "type");
    if (type == "reasoning") {
      const std::string* next = i + 1 < input.size() ? GetString(input[i + 1], "type") : nullptr;
      if (next == nullptr || (*next != "function_call" && *next != "message" && *next != "reasoning"))
        return "a reasoning item without the item it led to";
    }
    if (type == "function_call") open.push_back(*GetString(input[i], "call_id"));
    if (type != "function_call_output") continue;
    const auto at = std::find(open.begin(), open.end(), *GetString(input[i], "call_id"));
    if (at == open.end()) return "an output for a call that nobody made";
    open.erase(at);
  }
  return open.empty() ? "" : "a call without its output";
}

class ResponsesKit : public Kit {
 public:
  ResponsesKit(std::string vendor, std::string model)
      : vendor_(std::move(vendor)), model_(std::move(model)) {}

  std::string name() const override { return vendor_ == "openai" ? "openai (Responses)" : vendor_; }
  std::string spec() const override { return absl::StrCat(vendor_, "/", model_); }
  std::string api() const override { return vendor_ == "openai" ? "responses" : ""; }
  std::string seal() const override { return "gAAA-sealed"; }
  std::size_t TrailingBytes() const override { return vendor_ == "meta" ? 14 : 0; }

  std::string Stream(const Play& play) const override {
    int sequence = 0;
    std::string out;
    const auto send = [&](Json event) {
      event["sequence_number"] = sequence++;
      out += TypedEvent(event);
    };
    send({{"type", "response.created"}, {"response", Response("in_progress", Json::array())}});
    const Json items = Output(play);
    for (std::size_t i = 0; i < items.size(); ++i) {
      Json open = items[i];
      open["status"] = "in_progress";
      open.erase("encrypted_content");
      for (const char* list : {"content", "summary"}) {
        if (open.contains(list)) open[list] = Json::array();
      }
      if (open.contains("arguments")) open["arguments"] = "";
      send({{"type", "response.output_item.added"}, {"output_index", i}, {"item", open}});
      Deltas(play, items[i], i, send);
      send({{"type", "response.output_item.done"}, {"output_index", i}, {"item", items[i]}});
    }
    // The last event may come without the items, which were all sent before.
    Json last = Response(Status(play), vendor_ == "meta" ? Json::array() : items);
    if (play.end == End::kLength) last["incomplete_details"] = {{"reason", "max_output_tokens"}};
    if (play.end == End::kFiltered) last["incomplete_details"] = {{"reason", "content_filter"}};
    send({{"type", absl::StrCat("response.", Status(play))}, {"response", last}});
    if (vendor_ == "meta") out += "data: [DONE]\n\n";
    return out;
  }

  std::string Whole(const Play& play) const override {
    Json response = Response(Status(play), Output(play));
    if (play.end == End::kLength) response["incomplete_details"] = {{"reason", "max_output_tokens"}};
    if (play.end == End::kFiltered) response["incomplete_details"] = {{"reason", "content_filter"}};
    return DumpJson(response);
  }

  Refusal Refuse(ModelError error) const override {
    switch (error) {
      case ModelError::kAuthentication:
        return {401, Body("wrong key", "invalid_request_error", "invalid_api_key")};
      case ModelError::kNotFound:
        return {404, Body("no such model", "invalid_request_error", "model_not_found")};
      case ModelError::kInvalidRequest:
        return {400, Body("unknown field", "invalid_request_error", nullptr)};
      case ModelError::kContextLength:
        return {400, Body("too long", "invalid_request_error", "context_length_exceeded")};
      case ModelError::kContentPolicy:
        return {400, Body("not that", "invalid_request_error", "content_policy_violation")};
      case ModelError::kQuota:
        return vendor_ == "meta"
                   ? Refusal{402, Body("no card", "billing_error", "billing_not_configured")}
                   : Refusal{429, Body("no credit", "insufficient_quota", "insufficient_quota")};
      case ModelError::kRateLimit:
        return {429, Body("slow", "rate_limit_error", "rate_limit_exceeded"), {"retry-after: 7"}};
      case ModelError::kOverloaded:
        return {503, Body("busy", "server_error", "service_overloaded"), {"retry-after: 3"}};
      default:
        return {500, Body("oops", "server_error", "server_error")};
    }
  }

  std::string MidStreamError() const override {
    return TypedEvent({{"type", "error"}, {"code", "server_error"}, {"message", "the GPU fell over"}});
  }

  std::string FaultIn(const testing::ChatSeen& request, const Json& body) const override {
    if (!request.path.ends_with("/v1/responses")) return absl::StrCat("path ", request.path);
    if (HeaderOf(request, "authorization") != "Bearer test-key-123") return "no bearer key";
    if (const absl::Status fits = ValidateJson(ResponsesSchema(), body); !fits.ok()) return Describe(fits);
    if (vendor_ == "meta" && GetMember(body, "tool_choice") != nullptr) return "tool_choice other than auto";
    return OrderFault(body["input"]);
  }

 private:
  static std::string Body(const char* message, const char* type, const char* code) {
    Json error{{"message", message}, {"type", type}, {"param", nullptr}, {"code", nullptr}};
    if (code != nullptr) error["code"] = code;
    return DumpJson({{"error", error}});
  }

  static std::string Status(const Play& play) {
    return play.end == End::kLength || play.end == End::kFiltered ? "incomplete" : "completed";
  }

  Json Response(const std::string& status, const Json& output) const {
    Json response{{"id", "resp_1"},   {"object", "response"}, {"model", model_},
                  {"status", status}, {"output", output},     {"error", nullptr}};
    if (status != "in_progress") {
      response["usage"] = {{"input_tokens", 40},
                           {"input_tokens_details", {{"cached_tokens", 8}}},
                           {"output_tokens", 18},
                           {"output_tokens_details", {{"reasoning_tokens", 5}}},
                           {"total_tokens", 58}};
    }
    return response;
  }

  Json Output(const Play& play) const {
    Json items = Json::array();
    if (!play.reasoning.empty()) {
      items.push_back({{"type", "reasoning"},
                       {"id", "rs_1"},
                       {"summary", Json::array({{{"type", "summary_text"}, {"text", play.reasoning}}})},
                       {"encrypted_content", seal()}});
    }
    if (!play.text.empty()) {
      Json part{{"type", "output_text"}, {"text", Joined(play.text)}, {"annotations", Json::array()}};
      if (play.end == End::kRefusal) part = {{"type", "refusal"}, {"refusal", Joined(play.text)}};
      Json message{
          {"type", "message"}, {"id", "msg_1"}, {"role", "assistant"}, {"content", Json::array({part})}};
      if (!play.calls.empty()) message["phase"] = "commentary";
      items.push_back(message);
    }
    int n = 0;
    for (const testing::ChatCall& call : play.calls) {
      items.push_back({{"type", "function_call"},
                       {"id", absl::StrCat("fc_", ++n)},
                       {"call_id", call.id},
                       {"name", call.name},
                       {"arguments", call.arguments},
                       {"status", "completed"}});
    }
    return items;
  }

  static void Deltas(const Play& play, const Json& item, std::size_t index,
                     const std::function<void(Json)>& send) {
    const std::string type = *GetString(item, "type"), id = *GetString(item, "id");
    if (type == "reasoning") {
      send({{"type", "response.reasoning_summary_part.added"},
            {"item_id", id},
            {"output_index", index},
            {"summary_index", 0}});
      send({{"type", "response.reasoning_summary_text.delta"},
            {"item_id", id},
            {"output_index", index},
            {"summary_index", 0},
            {"delta", play.reasoning}});
    } else if (type == "message") {
      const bool refusal = play.end == End::kRefusal;
      for (const std::string& piece : play.text) {
        send({{"type", refusal ? "response.refusal.delta" : "response.output_text.delta"},
              {"item_id", id},
              {"output_index", index},
              {"content_index", 0},
              {"delta", piece}});
      }
    } else {
      const std::string arguments = *GetString(item, "arguments");
      for (const std::string& piece : {arguments.substr(0, 3), arguments.substr(3)}) {
        send({{"type", "response.function_call_arguments.delta"},
              {"item_id", id},
              {"output_index", index},
              {"delta", piece},
              {"obfuscation", "xx"}});
      }
    }
  }

  const std::string vendor_, model_;
};

}  // namespace

void AddResponsesKits(std::vector<std::unique_ptr<Kit>>& kits) {
  kits.push_back(std::make_unique<ResponsesKit>("openai", "gpt-5.4"));
  kits.push_back(std::make_unique<ResponsesKit>("meta", "muse-spark-1.3"));
}

}  // namespace ninefold::conformance
