// Replies of a model's server that are none.
#include "docs/bad_inputs.h"
#include "docs/shell.h"
#include "net/byte_server.h"

namespace ninefold::docs {
namespace {

std::string Http(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string Json(const std::string& status, const std::string& body, const std::string& headers = "") {
  return Http(status, headers + "Content-Type: application/json\r\n", body);
}

std::string Stream(const std::string& events) {
  return Http("200 OK", "Content-Type: text/event-stream\r\n", events);
}

std::string Piece(const std::string& text) {
  return R"(data: {"choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}\n\n";
}

struct Bad {
  const char* done;
  ByteReply reply;
  const char* more = "";  // options of the program
};

std::vector<Bad> Replies() {
  return {
      {"401, and echoes the key",
       {Json("401 Unauthorized", R"({"error":{"message":"Incorrect API key provided: sk-test-1234567890."}})",
             "x-request-id: req_71\r\n")}},
      {"403", {Json("403 Forbidden", R"({"error":{"message":"Your country is not supported."}})")}},
      {"404: no such model",
       {Json("404 Not Found", R"({"error":{"message":"The model `m` does not exist"}})")}},
      {"400: the conversation is too long",
       {Json(
           "400 Bad Request",
           R"({"error":{"message":"maximum context length is 8192 tokens","code":"context_length_exceeded"}})")}},
      {"429",
       {Json("429 Too Many Requests", R"({"error":{"message":"Rate limit reached"}})",
             "retry-after: 2\r\n")}},
      {"429: no money left",
       {Json("429 Too Many Requests",
             R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})")}},
      {"500, with a page of HTML",
       {Http("500 Internal Server Error", "Content-Type: text/html\r\n", "<html><h1>oops</h1></html>")}},
      {"503, with no body", {Http("503 Service Unavailable", "", "")}},
      {"301", {Http("301 Moved Permanently", "Location: http://elsewhere.example/v1\r\n", "")}},
      {"closes the connection without a word", {"", true}},
      {"speaks SMTP", {"220 mail.example ESMTP\r\n", true}},
      {"200, with a page of HTML",
       {Http("200 OK", "Content-Type: text/html\r\n", "<html>Log in to the guest network</html>")}},
      {"200, with JSON that is cut", {Json("200 OK", R"({"choices":[{"message":{"content":"It is )")}},
      {"200, with another JSON", {Json("200 OK", R"({"result":"fine"})")}},
      {"a stream with no event", {Stream("")}},
      {"a stream that ends in the middle", {Stream(Piece("It is"))}},
      {"a stream that breaks off",
       {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n" + Piece("It is"),
        true}},
      {"a stream with broken JSON", {Stream(Piece("It is") + "data: {\"choices\":[{]\n\n")}},
      {"a stream that ends in an error",
       {Stream(Piece("It is") + "data: {\"error\":{\"message\":\"The engine is overloaded\"}}\n\n")}},
      {"an answer with no text",
       {Stream("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: "
               "[DONE]\n\n")}},
      {"nothing, and the deadline of --deadline 300ms passes", {"", false, true}, " --deadline 300ms"},
  };
}

constexpr char kTeam[] =
    "version: 1\nname: team\nagents: {reader: {}, writer: {}}\nsteps:\n"
    "- {id: facts, agent: reader}\n- {id: answer, agent: writer, needs: facts}\n";
constexpr char kCommand[] = "ninefold run team.yaml \"When?\" --model openai/m --quiet";

constexpr char kKept[] =
    "what was asked is kept in ~/.local/state/ninefold/runs.db; begin again with: ninefold resume 67c415ec7815\n";

// The folder of a team whose models are at `url`.
void Prepare(Shell& shell, const std::string& url) {
  shell.environment = {"OPENAI_API_KEY=sk-test-1234567890", "OPENAI_BASE_URL=" + url + "/v1"};
  shell.Write("team.yaml", kTeam);
}

std::string Answer(const std::string& text) {
  return Stream(
      Piece(text) +
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
}

// One question to the server at `url`, of which nothing is kept.
BadInput Ask(const std::string& done, const std::string& url, const std::string& more) {
  Shell shell;
  Prepare(shell, url);
  const Ended ended = shell.Run(kCommand + more);
  EXPECT_EQ(ended.out, "") << done;
  EXPECT_EQ(ended.err.find("sk-test"), std::string::npos) << done << ": the key is shown";
  std::string said = shell.Fixed(ended.err);
  EXPECT_TRUE(said.ends_with(kKept)) << done << "\n" << said;
  if (said.ends_with(kKept)) said.resize(said.size() - sizeof kKept + 1);
  return {done, said, ended.code};
}

// The server fails three times, at the second step: the first is kept, and resuming repeats the second alone.
BadInput FailsInTheMiddle() {
  std::atomic<int> calls = 0;
  ByteServer server([&](const std::string&) -> ByteReply {
    if (++calls > 1 && calls < 5) return {Http("503 Service Unavailable", "", "")};
    return {Answer("On Saturday.")};
  });
  Shell shell;
  Prepare(shell, server.url());
  const Ended failed = shell.Run(kCommand);
  EXPECT_EQ(failed.out, "");
  const Ended resumed = shell.Run("ninefold resume --quiet");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(resumed.out, "On Saturday.\n");
  EXPECT_EQ(calls, 5) << "the step that was done is not repeated";
  return {"503 at the second step; after the run, `ninefold resume` calls that step alone",
          shell.Fixed(failed.err), failed.code};
}

}  // namespace

BadInputs ServerInputs() {
  BadInputs group{
      .title = "Replies of a server",
      .about = "What a server does that `OPENAI_BASE_URL` names, and what\n`" + std::string(kCommand) +
               "`\nsays. Exit code 1: the run failed; 4: a limit is used up. Where no step was done, "
               "the message is followed by the line\n`" +
               std::string(kKept, sizeof kKept - 2) + "`.",
      .code = 1,
      .all = {}};
  for (const Bad& bad : Replies()) {
    ByteServer server([&](const std::string&) { return bad.reply; });
    group.all.push_back(Ask(bad.done, server.url(), bad.more));
  }
  std::string gone;
  {
    const ByteServer server([](const std::string&) { return ByteReply{}; });
    gone = server.url();
  }
  group.all.push_back(Ask("nothing listens there", gone, ""));
  group.all.push_back(FailsInTheMiddle());
  return group;
}

}  // namespace ninefold::docs
