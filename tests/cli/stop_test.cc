// Stopping the program, and going on: Ctrl-C, SIGTERM, kill -9, in the middle of a call to a model that does
// not answer.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>

#include "cli/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/json.h"
#include "sqlite3.h"

namespace ninefold {
namespace {

using ::ninefold::testing::Ended;
using ::ninefold::testing::Program;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A model server that answers only when told to.
class SlowServer {
 public:
  SlowServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 16) != 0) std::abort();
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SlowServer() {
    for (const int fd : open_) ::close(fd);
    ::close(fd_);
  }
  int port() const { return port_; }

  // Waits for a request, and leaves it waiting.
  int Take() {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    open_.push_back(fd);
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t size = ::read(fd, buffer, sizeof buffer);
      if (size <= 0) break;
      request.append(buffer, std::size_t(size));
    }
    return fd;
  }
  void Answer(int fd, const std::string& text) {
    Json body;
    body["id"] = "1";
    body["object"] = "chat.completion";
    body["model"] = "slow";
    body["choices"][0]["index"] = 0;
    body["choices"][0]["finish_reason"] = "stop";
    body["choices"][0]["message"]["role"] = "assistant";
    body["choices"][0]["message"]["content"] = text;
    const std::string json = body.dump();
    const std::string reply =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(json.size()) + "\r\n\r\n" + json;
    (void)!::write(fd, reply.data(), reply.size());
    ::shutdown(fd, SHUT_WR);
  }

 private:
  int fd_;
  int port_ = 0;
  std::vector<int> open_;
};

// A first step that is done at once, and a second that waits for the server.
std::string Team(int port) {
  return absl::StrCat(R"(version: 1
name: slow
agents:
  quick: {instructions: Quote the text, model: offline}
  slow:
    instructions: Answer
    model: {model: openai/slow, base_url: "http://127.0.0.1:)",
                      port, R"(/v1", key_env: SLOW_KEY, stream: false}
steps:
  - {id: first, agent: quick, prompt: "{{ goal }}"}
  - {id: second, agent: slow, needs: [first], prompt: "{{ first.text }}"}
)");
}

struct Slow : Program {
  Slow() {
    environment = {"SLOW_KEY=secret-canary", "no_proxy=127.0.0.1"};
    Write("team.yaml", Team(server.port()));
    Write("notes.txt", "Whales are mammals. They breathe air.\n");
  }
  pid_t Begin() const { return Start({"run", "team.yaml", "What are whales?", "-f", "notes.txt"}); }
  // Resumes, lets the server answer, and checks that the first step was not repeated.
  void ExpectResumes() {
    const pid_t child = Start({"resume", "--json"});
    server.Answer(server.Take(), "Mammals.");
    const Ended ended = Wait(child);
    ASSERT_EQ(ended.code, 0) << ended.err;
    const absl::StatusOr<Json> json = ParseJson(ended.out);
    ASSERT_TRUE(json.ok()) << ended.out;
    EXPECT_EQ((*json)["answer"], "Mammals.");
    EXPECT_EQ((*json)["steps_reused"], 1);
    EXPECT_EQ((*json)["steps"], 2);
  }
  SlowServer server;
};

TEST(Stop, CtrlCAndTermSayWhatIsSavedAndHowToGoOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Slow slow;
    const pid_t child = slow.Begin();
    slow.server.Take();
    ::kill(child, signal);
    const Ended ended = slow.Wait(child);
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err,
                AllOf(HasSubstr("stopping"), HasSubstr("1 step is saved in ~/state/ninefold/runs.db"),
                      HasSubstr("ninefold resume ")));
    EXPECT_EQ(ended.err.find("secret-canary"), std::string::npos);
    EXPECT_THAT(slow.Run({"runs"}).out, HasSubstr("cancelled"));
    slow.ExpectResumes();
  }
}

// When the end of the run itself cannot be written down, a second Ctrl-C waits for nothing.
TEST(Stop, ASecondCtrlCEndsItAtOnce) {
  Slow slow;
  const pid_t child = slow.Begin();
  slow.server.Take();
  sqlite3* store = nullptr;
  ASSERT_EQ(sqlite3_open(slow.Path("state/ninefold/runs.db").c_str(), &store), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(store, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  ::kill(child, SIGINT);
  while (slow.Err().find("stopping") == std::string::npos) ::usleep(1000);
  ::kill(child, SIGINT);
  EXPECT_EQ(slow.Wait(child).code, 128 + SIGINT);
  sqlite3_close(store);
  EXPECT_THAT(slow.Run({"runs"}).out, HasSubstr("interrupted"));
  slow.ExpectResumes();
}

TEST(Stop, AfterKillTheRunIsInterruptedAndGoesOn) {
  Slow slow;
  const pid_t child = slow.Begin();
  slow.server.Take();
  EXPECT_THAT(slow.Run({"runs"}).out, HasSubstr("running"));
  ::kill(child, SIGKILL);
  EXPECT_EQ(slow.Wait(child).code, 128 + SIGKILL);
  EXPECT_THAT(slow.Run({"runs"}).out, HasSubstr("interrupted"));
  slow.ExpectResumes();
}

TEST(Stop, ADeadlineIsExitCodeFour) {
  Slow slow;
  const Ended ended =
      slow.Run({"run", "team.yaml", "What are whales?", "-f", "notes.txt", "--deadline", "300ms"});
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_THAT(ended.err, AllOf(HasSubstr("deadline"), HasSubstr("ninefold resume")));
}

TEST(Stop, WhatHasChangedIsSaidBeforeARunGoesOn) {
  Slow slow;
  const pid_t child = slow.Begin();
  slow.server.Take();
  ::kill(child, SIGINT);
  slow.Wait(child);
  slow.Write("notes.txt", "Whales are fish.\n");
  const Ended file = slow.Run({"resume"});
  EXPECT_EQ(file.code, 2);
  EXPECT_THAT(file.err,
              AllOf(HasSubstr("notes.txt: its content has changed"), HasSubstr("--accept-changes")));
  slow.Write("notes.txt", "Whales are mammals. They breathe air.\n");
  std::string team = Team(slow.server.port());
  team.replace(team.find("Quote the text"), 14, "Sing the text!");
  slow.Write("team.yaml", team);
  const Ended pipeline = slow.Run({"resume"});
  EXPECT_EQ(pipeline.code, 2);
  EXPECT_THAT(pipeline.err, AllOf(HasSubstr("team.yaml:4: was "), HasSubstr("Sing")));
  const Ended accepted = slow.Run({"resume", "--accept-changes"});
  EXPECT_EQ(accepted.code, 1) << "the recorded first step was asked otherwise";
  EXPECT_THAT(accepted.err, HasSubstr("first/turn.1"));
  slow.Write("team.yaml", Team(slow.server.port()));
}

}  // namespace
}  // namespace ninefold
