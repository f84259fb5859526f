// What a scripted reply is on the wire.
#include <utility>

#include "absl/strings/str_cat.h"
#include "testing/chat_server.h"

namespace ninefold::testing {
namespace {

std::string Finish(const ChatScript& script) {
  if (!script.finish.empty()) return script.finish;
  return script.calls.empty() ? "stop" : "tool_calls";
}

Json UsageOf(const ChatScript& script, const Json& request) {
  std::size_t output = script.calls.size() * 8;
  for (const std::string& piece : script.pieces) output += piece.size() / 4 + 1;
  const std::size_t input = DumpJson(request).size() / 4;
  Json usage = Json::object();
  usage["prompt_tokens"] = input;
  usage["completion_tokens"] = output;
  usage["total_tokens"] = input + output;
  return usage;
}

Json Base(const Json& request, const char* object) {
  Json base = Json::object();
  base["id"] = "chatcmpl-1";
  base["object"] = object;
  base["created"] = 1;
  const std::string* model = GetString(request, "model");
  base["model"] = model == nullptr ? "" : *model;
  return base;
}

Json CallJson(const ChatCall& call) {
  Json json = Json::object();
  json["id"] = call.id;
  json["type"] = "function";
  json["function"]["name"] = call.name;
  json["function"]["arguments"] = call.arguments;
  return json;
}

void AppendEvent(std::string& out, const Json& chunk) {
  absl::StrAppend(&out, "data: ", DumpJson(chunk), "\n\n");
}

void AppendDelta(std::string& out, const Json& request, Json delta, Json finish) {
  Json chunk = Base(request, "chat.completion.chunk");
  Json choice = Json::object();
  choice["index"] = 0;
  choice["delta"] = std::move(delta);
  choice["finish_reason"] = std::move(finish);
  chunk["choices"] = Json::array();
  chunk["choices"].push_back(std::move(choice));
  AppendEvent(out, chunk);
}

void AppendCalls(std::string& out, const ChatScript& script, const Json& request) {
  for (std::size_t i = 0; i < script.calls.size(); ++i) {
    const ChatCall& call = script.calls[i];
    const std::size_t half = call.arguments.size() / 2;
    Json opened = CallJson(call);
    opened["index"] = i;
    opened["function"]["arguments"] = call.arguments.substr(0, half);
    Json delta = Json::object();
    delta["tool_calls"] = Json::array();
    delta["tool_calls"].push_back(std::move(opened));
    AppendDelta(out, request, std::move(delta), nullptr);
    Json more = Json::object();
    more["index"] = i;
    more["function"]["arguments"] = call.arguments.substr(half);
    Json rest = Json::object();
    rest["tool_calls"] = Json::array();
    rest["tool_calls"].push_back(std::move(more));
    AppendDelta(out, request, std::move(rest), nullptr);
  }
}

std::string StreamOf(const ChatScript& script, const Json& request) {
  std::string out;
  Json role = Json::object();
  role["role"] = "assistant";
  role["content"] = "";
  AppendDelta(out, request, std::move(role), nullptr);
  if (!script.reasoning.empty()) {
    Json delta = Json::object();
    delta["reasoning_content"] = script.reasoning;
    AppendDelta(out, request, std::move(delta), nullptr);
  }
  for (const std::string& piece : script.pieces) {
    Json delta = Json::object();
    delta["content"] = piece;
    AppendDelta(out, request, std::move(delta), nullptr);
  }
  AppendCalls(out, script, request);
  AppendDelta(out, request, Json::object(), Finish(script));
  const Json* options = GetMember(request, "stream_options");
  if (options != nullptr && GetBool(*options, "include_usage") == true) {
    Json chunk = Base(request, "chat.completion.chunk");
    chunk["choices"] = Json::array();
    chunk["usage"] = UsageOf(script, request);
    AppendEvent(out, chunk);
  }
  if (script.done_marker) out += "data: [DONE]\n\n";
  return out;
}

std::string WholeOf(const ChatScript& script, const Json& request) {
  Json body = Base(request, "chat.completion");
  Json message = Json::object();
  message["role"] = "assistant";
  std::string text;
  for (const std::string& piece : script.pieces) text += piece;
  if (text.empty() && !script.calls.empty()) {
    message["content"] = nullptr;
  } else {
    message["content"] = text;
  }
  if (!script.reasoning.empty()) message["reasoning_content"] = script.reasoning;
  for (const ChatCall& call : script.calls) message["tool_calls"].push_back(CallJson(call));
  Json choice = Json::object();
  choice["index"] = 0;
  choice["message"] = std::move(message);
  choice["finish_reason"] = Finish(script);
  body["choices"] = Json::array();
  body["choices"].push_back(std::move(choice));
  body["usage"] = UsageOf(script, request);
  return DumpJson(body);
}

}  // namespace

ChatScript ChatScript::Say(std::vector<std::string> pieces) {
  ChatScript script;
  script.pieces = std::move(pieces);
  return script;
}

ChatScript ChatScript::Call(std::vector<ChatCall> calls) {
  ChatScript script;
  script.calls = std::move(calls);
  return script;
}

ChatScript ChatScript::Refuse(int status, std::string body) {
  ChatScript script;
  script.status = status;
  script.body = std::move(body);
  script.content_type = "application/json";
  script.length_known = true;
  return script;
}

ChatScript ChatScript::Raw(std::string stream) {
  ChatScript script;
  script.body = std::move(stream);
  script.content_type = "text/event-stream";
  return script;
}

std::string ChatBodyOf(const ChatScript& script, const Json& request) {
  if (script.body) return *script.body;
  return GetBool(request, "stream") == true ? StreamOf(script, request) : WholeOf(script, request);
}

}  // namespace ninefold::testing
