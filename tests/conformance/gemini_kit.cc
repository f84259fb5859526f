// generateContent (https://ai.google.dev/api/generate-content, 2026-10).
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/json_schema.h"
#include "conformance/kit.h"
#include "ninefold/status.h"

namespace ninefold::conformance {
namespace {

// What the specification allows in a request, written in our own words.
const Json& GenerateContentSchema() {
  static const Json schema = *ParseJson(R"({
    "type":"object","required":["contents"],"additionalProperties":false,
    "$defs":{
      "data":{"type":"object","required":["mimeType","data"],"additionalProperties":false,"properties":{
        "mimeType":{"type":"string","minLength":3},"data":{"type":"string","pattern":"^[A-Za-z0-9+/=]+$"}}},
      "name":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$"},
      "part":{"type":"object","additionalProperties":false,"properties":{
        "text":{"type":"string"},"thought":{"const":true},
        "thoughtSignature":{"type":"string","pattern":"^[A-Za-z0-9+/=_-]+$"},
        "inlineData":{"$ref":"#/$defs/data"},
        "fileData":{"type":"object","required":["fileUri"]},
        "functionCall":{"type":"object","required":["name","args"],"additionalProperties":false,"properties":{
          "id":{"type":"string"},"name":{"$ref":"#/$defs/name"},"args":{"type":"object"}}},
        "functionResponse":{"type":"object","required":["name","response"],"additionalProperties":false,
          "properties":{"id":{"type":"string"},"name":{"$ref":"#/$defs/name"},"response":{"type":"object"},
            "parts":{"type":"array","minItems":1,"items":{"type":"object","required":["inlineData"],
              "properties":{"inlineData":{"$ref":"#/$defs/data"}}}}}}}}},
    "properties":{
      "systemInstruction":{"type":"object","required":["parts"],"properties":{"parts":{"type":"array",
        "minItems":1,"items":{"type":"object","required":["text"]}}}},
      "contents":{"type":"array","minItems":1,"items":{"type":"object","required":["role","parts"],
        "additionalProperties":false,"properties":{"role":{"enum":["user","model"]},
          "parts":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/part"}}}}},
      "tools":{"type":"array","minItems":1,"items":{"type":"object","required":["functionDeclarations"],
        "properties":{"functionDeclarations":{"type":"array","minItems":1,"items":{"type":"object",
          "required":["name","description"],"additionalProperties":false,"properties":{
            "name":{"$ref":"#/$defs/name"},"description":{"type":"string"},
            "parametersJsonSchema":{"type":"object","required":["type"]}}}}}}},
      "toolConfig":{"type":"object","properties":{"functionCallingConfig":{"type":"object","properties":{
        "mode":{"enum":["AUTO","ANY","NONE"]}}}}},
      "generationConfig":{"type":"object","additionalProperties":false,"properties":{
        "temperature":{"type":"number"},"topP":{"type":"number"},
        "seed":{"type":"integer","maximum":2147483647},"maxOutputTokens":{"type":"integer","minimum":1},
        "responseMimeType":{"const":"application/json"},"responseJsonSchema":{"type":"object"},
        "thinkingConfig":{"type":"object","additionalProperties":false,"properties":{
          "includeThoughts":{"type":"boolean"},"thinkingLevel":{"enum":["LOW","MEDIUM","HIGH"]}}}}}}})");
  return schema;
}

// What a part holds, beside what is said of it; "" when that is not one thing.
std::string HeldBy(const Json& part) {
  std::string held;
  for (const auto& [key, value] : part.items()) {
    if (key == "thought" || key == "thoughtSignature") continue;
    if (!held.empty()) return "";
    held = key;
  }
  return held;
}

// One content's calls, in order; its results have to be the next content's, in the same order.
struct OpenCalls {
  std::vector<std::pair<std::string, std::string>> calls;  // id and name

  std::string Take(const Json& response) {
    if (calls.empty()) return "a result for a call that nobody made";
    const std::string* id = GetString(response, "id");
    if (id == nullptr || *id != calls.front().first || *GetString(response, "name") != calls.front().second)
      return absl::StrCat("a result that is not that of ", calls.front().first);
    calls.erase(calls.begin());
    return "";
  }
};

std::string ContentFault(const Json& content, OpenCalls& open) {
  const bool model = *GetString(content, "role") == "model";
  bool first_call = true;
  for (const Json& part : content["parts"]) {
    const std::string held = HeldBy(part);
    if (held.empty()) return absl::StrCat("a part that does not hold one thing: ", DumpJson(part));
    if (held == "functionCall") {
      if (!model) return "a call of the user's";
      if (first_call && !part.contains("thoughtSignature")) return "the first call of a step is not signed";
      first_call = false;
      const std::string* id = GetString(part["functionCall"], "id");
      open.calls.emplace_back(id == nullptr ? "" : *id, *GetString(part["functionCall"], "name"));
    } else if (held == "functionResponse") {
      if (model) return "a result of the model's";
      if (const std::string fault = open.Take(part["functionResponse"]); !fault.empty()) return fault;
    } else if (held == "text" && GetString(part, "text")->empty() && !part.contains("thoughtSignature")) {
      return "an empty text";
    }
  }
  if (!model && !open.calls.empty()) return absl::StrCat("no result for ", open.calls.front().first);
  return "";
}

std::string TurnFaultOf(const Json& contents) {
  OpenCalls open;
  std::string last;
  for (const Json& content : contents) {
    const std::string role = *GetString(content, "role");
    if (role == last) return absl::StrCat("two contents of ", role, " in a row");
    if (last.empty() && role != "user") return "the first content is not the user's";
    last = role;
    if (const std::string fault = ContentFault(content, open); !fault.empty()) return fault;
  }
  return open.calls.empty() ? "" : "calls without results at the end";
}

class GeminiKit : public Kit {
 public:
  std::string name() const override { return "gemini"; }
  std::string spec() const override { return "gemini/gemini-3.7-flash"; }
  std::string base_path() const override { return ""; }
  std::string seal() const override { return "EqoBsealed"; }

  std::string Lacks(Behaviour behaviour) const override {
    return behaviour == Behaviour::kRefusal ? "no form for it" : "";
  }

  std::string Stream(const Play& play) const override {
    std::string out;
    if (!play.reasoning.empty()) out += DataEvent(Response(Json::array({Thought(play)}), ""));
    for (const std::string& piece : play.text)
      out += DataEvent(Response(Json::array({{{"text", piece}}}), ""));
    if (!play.calls.empty()) out += DataEvent(Response(Calls(play), ""));
    Json last{{"text", ""}};
    if (play.calls.empty()) last["thoughtSignature"] = seal();
    return out + DataEvent(Response(Json::array({last}), FinishOf(play)));
  }

  std::string Whole(const Play& play) const override {
    Json parts = Json::array();
    if (!play.reasoning.empty()) parts.push_back(Thought(play));
    if (!play.text.empty()) parts.push_back({{"text", Joined(play.text)}});
    if (!play.text.empty() && play.calls.empty()) parts.back()["thoughtSignature"] = seal();
    for (const Json& call : Calls(play)) parts.push_back(call);
    return DumpJson(Response(parts, FinishOf(play)));
  }

  Refusal Refuse(ModelError error) const override {
    switch (error) {
      case ModelError::kAuthentication:
        return {400, Body(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                          {{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                            {"reason", "API_KEY_INVALID"},
                            {"domain", "googleapis.com"}}})};
      case ModelError::kNotFound:
        return {404, Body(404, "NOT_FOUND", "models/gemini-x is not found for API version v1beta")};
      case ModelError::kInvalidRequest:
        return {400,
                Body(400, "INVALID_ARGUMENT", "Thinking level MINIMAL is not supported for this model.")};
      case ModelError::kContextLength:
        return {400, Body(400, "INVALID_ARGUMENT",
                          "The input token count (1200000) exceeds the maximum number of tokens allowed "
                          "(1048576).")};
      case ModelError::kContentPolicy:
        return {200, R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},)"
                     R"("usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}})"};
      case ModelError::kQuota:
        return {429, Exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "38202s")};
      case ModelError::kRateLimit:
        return {429, absl::StrCat("[", Exhausted("GenerateRequestsPerMinutePerProjectPerModel", "7s"), "]")};
      case ModelError::kOverloaded:
        return {503, Body(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")};
      default:
        return {500, Body(500, "INTERNAL", "An internal error has occurred.")};
    }
  }

  std::string MidStreamError() const override {
    return absl::StrCat("data: ", Body(500, "INTERNAL", "the GPU fell over"), "\n\n");
  }

  std::string FaultIn(const testing::ChatSeen& request, const Json& body) const override {
    const bool whole = request.path == "/v1beta/models/gemini-3.7-flash:generateContent";
    if (!whole && request.path != "/v1beta/models/gemini-3.7-flash:streamGenerateContent?alt=sse")
      return absl::StrCat("path ", request.path);
    if (HeaderOf(request, "x-goog-api-key") != "test-key-123") return "no key";
    if (absl::StrContains(request.path, "test-key-123")) return "the key in the address";
    const absl::Status fits = ValidateJson(GenerateContentSchema(), body);
    if (!fits.ok()) return Describe(fits);
    return TurnFaultOf(body["contents"]);
  }

 private:
  static std::string Body(int code, const char* status, const char* message,
                          const Json& details = Json::array()) {
    Json error{{"code", code}, {"message", message}, {"status", status}};
    if (!details.empty()) error["details"] = details;
    return DumpJson({{"error", error}});
  }

  static std::string Exhausted(const char* quota, const char* delay) {
    Json details = Json::array();
    details.push_back({{"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
                       {"violations", Json::array({{{"quotaId", quota}}})}});
    details.push_back({{"@type", "type.googleapis.com/google.rpc.RetryInfo"}, {"retryDelay", delay}});
    return Body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan.",
                details);
  }

  static std::string FinishOf(const Play& play) {
    if (play.end == End::kLength) return "MAX_TOKENS";
    return play.end == End::kFiltered ? "SAFETY" : "STOP";
  }

  static Json Thought(const Play& play) { return {{"text", play.reasoning}, {"thought", true}}; }

  // Of calls in parallel the first alone is signed.
  Json Calls(const Play& play) const {
    Json parts = Json::array();
    for (const testing::ChatCall& call : play.calls) {
      parts.push_back(
          {{"functionCall", {{"id", call.id}, {"name", call.name}, {"args", *ParseJson(call.arguments)}}}});
    }
    if (!parts.empty()) parts[0]["thoughtSignature"] = seal();
    return parts;
  }

  static Json Response(const Json& parts, const std::string& finish) {
    Json candidate{{"content", {{"parts", parts}, {"role", "model"}}}, {"index", 0}};
    if (!finish.empty()) candidate["finishReason"] = finish;
    return {{"candidates", Json::array({candidate})},
            {"usageMetadata",
             {{"promptTokenCount", 40},
              {"cachedContentTokenCount", 8},
              {"candidatesTokenCount", 11},
              {"thoughtsTokenCount", 7},
              {"totalTokenCount", 58}}},
            {"modelVersion", "gemini-3.7-flash"},
            {"responseId", "r1"}};
  }
};

}  // namespace

void AddGeminiKit(std::vector<std::unique_ptr<Kit>>& kits) { kits.push_back(std::make_unique<GeminiKit>()); }

}  // namespace ninefold::conformance
