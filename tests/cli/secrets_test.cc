// Keys are planted wherever a user may put one, the server throws back all it was sent, and then everything
// the program said or wrote is searched for them.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cli/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/byte_server.h"
#include "ninefold/json.h"

namespace ninefold {
namespace {

using ::ninefold::testing::Ended;
using ::ninefold::testing::Program;
using ::ninefold::testing::ReadText;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "canary-key-5e7d1c";
constexpr char kPassword[] = "canary-password-5e7d1c";
constexpr char kBasic[] = "dXNlcjpjYW5hcnktcGFzc3dvcmQtNWU3ZDFj";  // "user:" and the password, in base64

std::string Http(const std::string& status, const std::string& type, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nretry-after-ms: 1\r\nx-request-id: r\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

// What a server may do with a request it was sent: all of it comes back.
struct Echo {
  const char* name;
  std::function<std::string(const std::string& request)> reply;
};
const Echo kEchoes[] = {
    {"401, in the message",
     [](const std::string& request) {
       return Http("401 Unauthorized", "application/json", DumpJson({{"error", {{"message", request}}}}));
     }},
    {"500, as a page", [](const std::string& r) { return Http("500 Oops", "text/html", "<pre>" + r); }},
    {"429, in the code",
     [](const std::string& r) {
       return Http("429 Slow", "application/json", DumpJson({{"error", {{"code", r}, {"message", "slow"}}}}));
     }},
    {"200, and no reply", [](const std::string& r) { return Http("200 OK", "text/plain", r); }},
    {"200, and an error in the stream",
     [](const std::string& r) {
       return Http("200 OK", "text/event-stream",
                   "data: " + DumpJson({{"error", {{"message", r}}}, {"type", "error"}}) + "\n\n");
     }},
    {"302, to where it says",
     [](const std::string&) {
       return absl::StrCat("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/?key=", kKey,
                           "\r\nContent-Length: 0\r\n\r\n");
     }},
    {"a status line of its own", [](const std::string& r) { return "HTTP/9 " + r; }},
};

void ExpectNowhere(const Program& program, const Ended& ended, const std::string& what) {
  for (const char* secret : {kKey, kPassword, kBasic}) {
    EXPECT_THAT(ended.out, Not(HasSubstr(secret))) << what << ", on stdout";
    EXPECT_THAT(ended.err, Not(HasSubstr(secret))) << what << ", on stderr";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(program.Path("."))) {
      if (!entry.is_regular_file()) continue;
      EXPECT_EQ(ReadText(entry.path()).find(secret), std::string::npos) << what << ", in " << entry.path();
    }
  }
}

struct Vendor {
  const char *spec, *key, *address, *path;
};
constexpr Vendor kVendors[] = {
    {"openai/m", "OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1"},
    {"anthropic/claude-opus-5", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", ""},
    {"gemini/gemini-3-pro", "GEMINI_API_KEY", "GEMINI_BASE_URL", ""},
    {"meta/muse-spark-1.1", "MODEL_API_KEY", "META_BASE_URL", "/v1"},
    {"ollama/m", "OLLAMA_API_KEY", "OLLAMA_BASE_URL", ""},
    {"openrouter/a/m", "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL", "/v1"},
    {"compatible/m", "COMPATIBLE_API_KEY", "COMPATIBLE_BASE_URL", "/v1"},
};

class Secrets : public ::testing::TestWithParam<Vendor> {};

TEST_P(Secrets, AreShownAndWrittenNowhere) {
  const Vendor& vendor = GetParam();
  for (const Echo& echo : kEchoes) {
    std::atomic<bool> sent = false;
    ByteServer server([&](const std::string& request) {
      if (request.find(kKey) != std::string::npos) sent = true;
      return ByteReply{.bytes = echo.reply(request), .close = true};
    });
    Program program;
    const std::string host = server.url().substr(std::string("http://").size());
    program.environment = {absl::StrCat(vendor.key, "=", kKey), "no_proxy=127.0.0.1",
                           absl::StrCat(vendor.address, "=http://user:", kPassword, "@", host, vendor.path)};
    program.Write("team.yaml", absl::StrCat("version: 1\nname: t\nagents: {a: {model: {attempts: 2, model: ",
                                            vendor.spec, "}}}\nsteps: [{id: s, agent: a}]\n"));
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"run", "team.yaml", "q", "--json", "--trace", "trace.jsonl", "--record", "calls.jsonl"},
             {"run", "team.yaml", "q"},
             {"runs"},
             {"show"},
             {"resume"}}) {
      const Ended ended = program.Run(arguments);
      ExpectNowhere(program, ended, absl::StrCat(vendor.spec, ", ", echo.name, ", ", arguments[0]));
    }
    EXPECT_TRUE(sent) << vendor.spec << ": the server was not sent the key, and could not give it away";
  }
}

INSTANTIATE_TEST_SUITE_P(All, Secrets, ::testing::ValuesIn(kVendors), [](const auto& info) {
  const std::string spec = info.param.spec;
  return spec.substr(0, spec.find('/'));
});

}  // namespace
}  // namespace ninefold
