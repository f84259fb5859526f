#include "net/http.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "byte_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// A loop on this thread, until all of its work is done.
struct Bench {
  asio::io_context io{1};
  std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
  CancelNode cancel{nullptr};

  absl::StatusOr<HttpResponse> Get(HttpTarget target, std::string body = "") {
    absl::StatusOr<HttpResponse> result = absl::InternalError("never ended");
    auto shared = std::make_shared<const HttpTarget>(std::move(target));
    asio::co_spawn(io,
                   FetchInto(std::move(shared), std::make_shared<const std::string>(std::move(body)), result),
                   asio::detached);
    io.restart();
    io.run();
    return result;
  }
  Async<void> FetchInto(std::shared_ptr<const HttpTarget> target, std::shared_ptr<const std::string> body,
                        absl::StatusOr<HttpResponse>& result) {
    result = co_await Fetch(*loop, std::move(target), std::move(body), cancel);
  }
};

TEST(Http, PostsAndKeepsTheConnection) {
  ByteServer server(
      [](const std::string&) { return ByteReply{.bytes = Ok("hello", "X-Request-Id: r1\r\n")}; });
  Bench bench;
  for (int i = 0; i < 3; ++i) {
    auto response = bench.Get({.url = server.url() + "/a?b=c", .headers = {"x-mine: 7"}}, "the body");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->head.status, 200);
    EXPECT_EQ(response->head.Get("x-request-id"), "r1");
    EXPECT_EQ(response->head.Get("absent"), std::nullopt);
    EXPECT_EQ(response->body, "hello");
    EXPECT_THAT(server.last(), HasSubstr("POST /a?b=c HTTP/1.1"));
    EXPECT_THAT(server.last(), HasSubstr("x-mine: 7"));
    EXPECT_THAT(server.last(), HasSubstr("\r\n\r\nthe body"));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, GetsWithoutABody) {
  ByteServer server([](const std::string&) { return ByteReply{.bytes = Ok("{}")}; });
  Bench bench;
  auto response = bench.Get({.url = server.url() + "/models", .method = "GET"});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(server.last(), HasSubstr("GET /models HTTP/1.1"));
}

TEST(Http, ReadsErrorsOfTheServerAsReplies) {
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes =
                         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Busy\r\nRetry-After: "
                         "2\r\nContent-Length: 4\r\n\r\nbusy"};
  });
  Bench bench;
  auto response = bench.Get({.url = server.url()});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->head.status, 429);
  EXPECT_EQ(response->head.Get("retry-after"), "2");
  EXPECT_EQ(response->body, "busy");
}

// Each way to fail: its code, what the message says, and that the query, which may hold secrets, is never in
// it.
TEST(Http, FailsWithReasons) {
  const absl::Duration soon = absl::Milliseconds(80);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const struct {
    const char* name;
    ByteReply reply;
    absl::StatusCode code;
    const char* says;
  } cases[] = {
      {"closes at once",
       {"", true},
       absl::StatusCode::kUnavailable,
       "closed the connection without an answer"},
      {"cut body",
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true},
       absl::StatusCode::kUnavailable,
       "broke off after 3 bytes"},
      {"cut chunk", {chunked + "5\r\nabc", true}, absl::StatusCode::kUnavailable, "broke off after"},
      {"bad chunk size",
       {chunked + "fffffffffffffffffffff\r\nabc", true},
       absl::StatusCode::kUnavailable,
       "127.0.0.1"},
      {"no HTTP", {"SSH-2.0-OpenSSH_9.2\r\n", true}, absl::StatusCode::kUnavailable, "not HTTP"},
      {"silent",
       {"", false, true},
       absl::StatusCode::kDeadlineExceeded,
       "sent nothing within 80ms of the request (first_byte_timeout)"},
      {"falls silent",
       {chunked + "3\r\nabc\r\n", false, true},
       absl::StatusCode::kDeadlineExceeded,
       "fell silent for 80ms after 3 bytes of its reply (idle_timeout)"},
      {"long body",
       {Ok(std::string(5000, 'x'))},
       absl::StatusCode::kResourceExhausted,
       "sent a body of more than 1000 bytes"},
      {"long head",
       {Ok("", "X: " + std::string(5000, 'x') + "\r\n")},
       absl::StatusCode::kResourceExhausted,
       "sent a head of more than 2000 bytes"},
      {"redirect",
       {"HTTP/1.1 301 Moved\r\nLocation: http://user:pw@evil.example:81/x?y\r\nContent-Length: 0\r\n\r\n"},
       absl::StatusCode::kFailedPrecondition,
       "redirects to http://evil.example:81 (301)"},
      {"redirect to a file",
       {"HTTP/1.1 302 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
       absl::StatusCode::kFailedPrecondition,
       "redirects to file:// (302)"},
  };
  for (const auto& c : cases) {
    ByteServer server([&](const std::string&) { return c.reply; });
    Bench bench;
    auto response = bench.Get({.url = server.url() + "/p?key=SECRET",
                               .first_byte_timeout = soon,
                               .idle_timeout = soon,
                               .head_max = 2000,
                               .body_max = 1000});
    EXPECT_EQ(response.status().code(), c.code) << c.name << ": " << response.status();
    const std::string message(response.status().message());
    EXPECT_THAT(message, HasSubstr(c.says)) << c.name;
    EXPECT_THAT(message, HasSubstr("127.0.0.1")) << c.name;
    EXPECT_THAT(message, Not(HasSubstr("SECRET"))) << c.name;
    EXPECT_THAT(message, Not(HasSubstr("pw@"))) << c.name;
  }
}

TEST(Http, TotalTimeOutHoldsThoughBytesCome) {
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                     .silence = true};
  });
  Bench bench;
  auto response = bench.Get({.url = server.url(), .total_timeout = absl::Milliseconds(100)});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("took longer than 100ms (total_timeout)"));
}

TEST(Http, NobodyListens) {
  std::string url;
  {
    ByteServer server([](const std::string&) { return ByteReply{}; });
    url = server.url();
  }
  Bench bench;
  auto response = bench.Get({.url = url + "/v1?key=SECRET"});
  EXPECT_EQ(response.status(),
            absl::UnavailableError(url + " refused the connection; is a server listening at " + url + "?"));
}

TEST(Http, RefusesBadTargets) {
  const struct {
    HttpTarget target;
    const char* says;
  } cases[] = {
      {{.url = "ftp://host/x"}, "\"ftp://host\" is no http:// or https:// address"},
      {{.url = "file:///etc/passwd"}, "is no http:// or https:// address"},
      {{.url = "localhost:80?key=SECRET"}, "\"localhost:80\" is no http://"},
      {{.url = ""}, "is no http:// or https:// address"},
      {{.url = "http://"}, "is no http:// or https:// address"},
      {{.url = "http://127.0.0.1:99999/"}, "is no http:// or https:// address"},
      {{.url = "http://127.0.0.1:1/", .headers = {"authorization: Bearer SECRET\r\nx: y"}},
       "header \"authorization\" holds a line break"},
  };
  for (const auto& c : cases) {
    Bench bench;
    auto response = bench.Get(c.target);
    EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument)
        << c.target.url << response.status();
    EXPECT_THAT(std::string(response.status().message()), HasSubstr(c.says));
    EXPECT_THAT(std::string(response.status().message()), Not(HasSubstr("SECRET")));
  }
}

TEST(Http, VirtualTimeHasNoNetwork) {
  std::unique_ptr<SimLoop> loop = MakeSimLoop(1, false);
  CancelNode cancel(nullptr);
  auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = "http://127.0.0.1:1"});
  absl::Status status;
  const auto ask = [&]() -> Async<void> {
    auto response = co_await Fetch(*loop, target, nullptr, cancel);
    status = response.status();
  };
  asio::co_spawn(loop->executor(), ask, asio::detached);
  loop->Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

Async<void> ReadAll(Loop& loop, std::shared_ptr<const HttpTarget> target, CancelNode& cancel,
                    std::string& all, absl::Status& end) {
  HttpStream stream(loop, std::move(target), nullptr);
  auto head = co_await stream.Start(cancel);
  if (!head.ok()) {
    end = head.status();
    co_return;
  }
  std::string piece;
  while (true) {
    auto more = co_await stream.Read(piece);
    end = more.status();
    if (!more.ok() || !*more) co_return;
    all += piece;
  }
}

TEST(HttpStream, HandsOverWhatCameBeforeACut) {
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                     .close = true};
  });
  Bench bench;
  std::string all;
  absl::Status end;
  auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = server.url()});
  asio::co_spawn(bench.io, ReadAll(*bench.loop, target, bench.cancel, all, end), asio::detached);
  bench.io.run();
  EXPECT_EQ(all, "abc");
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
}

// Twenty megabytes to a reader that is slower than the server: all arrives, through pauses.
TEST(HttpStream, PausesTheServer) {
  const std::string body(20u << 20, 'x');
  ByteServer server([&](const std::string&) { return ByteReply{.bytes = Ok(body)}; });
  Bench bench;
  std::string all;
  absl::Status end = absl::InternalError("never ended");
  std::size_t longest = 0;
  auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = server.url()});
  const auto read = [&]() -> Async<void> {
    HttpStream stream(*bench.loop, target, nullptr);
    auto head = co_await stream.Start(bench.cancel);
    if (!head.ok()) co_return;
    std::string piece;
    bool more = true;
    while (more) {
      for (int i = 0; i < 50; ++i) co_await asio::post(bench.io, asio::use_awaitable);
      auto next = co_await stream.Read(piece);
      end = next.status();
      more = next.ok() && *next;
      longest = std::max(longest, piece.size());
      all += piece;
    }
  };
  asio::co_spawn(bench.io, read, asio::detached);
  bench.io.run();
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(all.size(), body.size());
  EXPECT_LT(longest, 100u << 10);
}

TEST(HttpStream, CancellingClosesTheConnection) {
  const std::string chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
  // Before the head, between pieces, before it began.
  for (const std::string& bytes : {std::string(), chunk, std::string("never")}) {
    ByteServer server([&](const std::string&) { return ByteReply{.bytes = bytes, .silence = true}; });
    Bench bench;
    std::string all;
    absl::Status end;
    auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = server.url()});
    const absl::Status why = absl::CancelledError("enough");
    if (bytes == "never") bench.cancel.Fire(why);
    asio::co_spawn(bench.io, ReadAll(*bench.loop, target, bench.cancel, all, end), asio::detached);
    while (end.ok() && (server.requests() == 0 || (!bytes.empty() && all.empty()))) bench.io.poll_one();
    bench.cancel.Fire(why);
    bench.io.run();
    EXPECT_EQ(end, why);
    while (server.open() > 0) std::this_thread::yield();
  }
}

// The reader has seen the head and wants no more.
TEST(HttpStream, DestroyingItClosesTheConnection) {
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                     .silence = true};
  });
  Bench bench;
  int status = 0;
  auto target = std::make_shared<const HttpTarget>(HttpTarget{.url = server.url()});
  const auto look = [&]() -> Async<void> {
    HttpStream stream(*bench.loop, target, nullptr);
    auto head = co_await stream.Start(bench.cancel);
    if (head.ok()) status = (*head)->status;
  };
  asio::co_spawn(bench.io, look, asio::detached);
  bench.io.run();
  EXPECT_EQ(status, 200);
  while (server.open() > 0) std::this_thread::yield();
}

struct Crowd {
  int ended = 0;
  int failed = 0;
};

Async<void> AskOnce(Loop& loop, std::shared_ptr<const HttpTarget> target, CancelNode& cancel, Crowd& crowd) {
  auto response = co_await Fetch(loop, target, nullptr, cancel);
  ++crowd.ended;
  if (!response.ok() || response->body != "hello") ++crowd.failed;
}

Crowd AskMany(ByteServer& server, int count, int connections_max) {
  Bench bench;
  Crowd crowd;
  auto target =
      std::make_shared<const HttpTarget>(HttpTarget{.url = server.url(), .connections_max = connections_max});
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(bench.io, AskOnce(*bench.loop, target, bench.cancel, crowd), asio::detached);
  }
  bench.io.run();
  return crowd;
}

TEST(Http, ThousandsInFlight) {
  ByteServer server([](const std::string&) { return ByteReply{.bytes = Ok("hello")}; });
  const Crowd crowd = AskMany(server, 4096, 0);
  EXPECT_EQ(crowd.ended, 4096);
  EXPECT_EQ(crowd.failed, 0);
  EXPECT_EQ(server.requests(), 4096);
}

TEST(Http, ConnectionsAreBounded) {
  ByteServer server([](const std::string&) { return ByteReply{.bytes = Ok("hello")}; });
  const Crowd crowd = AskMany(server, 200, 3);
  EXPECT_EQ(crowd.ended, 200);
  EXPECT_EQ(crowd.failed, 0);
  EXPECT_LE(server.connections(), 3);
}

TEST(Http, AConnectionThatTheServerClosedIsReplaced) {
  ByteServer server([](const std::string&) { return ByteReply{.bytes = Ok("hello"), .close = true}; });
  Bench bench;
  for (int i = 0; i < 3; ++i) {
    auto response = bench.Get({.url = server.url()});
    EXPECT_TRUE(response.ok()) << response.status();
    while (server.open() > 0) std::this_thread::yield();
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(Http, Origins) {
  const struct {
    const char *url, *origin;
  } cases[] = {{"https://user:pw@host.example:8443/a/b?key=1#f", "https://host.example:8443"},
               {"http://127.0.0.1\\@example.com/", "http://127.0.0.1"},
               {"http://[::1]:80/x", "http://[::1]:80"},
               {"nonsense?key=1", "nonsense"}};
  for (const auto& c : cases) EXPECT_EQ(OriginOf(c.url), c.origin);
}

}  // namespace
}  // namespace ninefold
