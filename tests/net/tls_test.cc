// The HTTP client against servers that nobody here wrote: nghttpd (HTTP/2 over TLS) and openssl's own
// (HTTP/1), with certificates made for the test; and through proxies.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "byte_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* was = std::getenv(name)) was_ = was;
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (was_) ::setenv(name_, was_->c_str(), 1);
    if (!was_) ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> was_;
};

// A program that runs until this is destroyed, its output in a file.
class Program {
 public:
  Program(std::vector<std::string> words, const std::string& output) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, argv[0], &files, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&files);
  }
  ~Program() { Stop(SIGTERM); }
  bool started() const { return pid_ > 0; }
  // The exit code.
  int Wait() { return Stop(0); }

 private:
  int Stop(int signal) {
    if (pid_ <= 0) return -1;
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  pid_t pid_ = -1;
};

asio::ip::port_type FreePort() {
  asio::io_context io;
  return asio::ip::tcp::acceptor(io, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

bool Accepts(asio::ip::port_type port) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

class Tls : public ::testing::Test {
 protected:
  Tls() {
    char name[] = "/tmp/ninefold_tls_XXXXXX";
    folder_ = ::mkdtemp(name);
    std::ofstream(folder_ + "/hello") << "hello";
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }

  // A certificate that vouches for itself; `days` may be negative: it has expired.
  std::string Certificate(const std::string& name, const std::string& alternative) {
    Program openssl(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=" + alternative, "-keyout",
         folder_ + "/" + name + ".key", "-out", folder_ + "/" + name + ".pem"},
        folder_ + "/openssl.log");
    EXPECT_TRUE(openssl.started()) << "the package openssl is missing";
    EXPECT_EQ(openssl.Wait(), 0) << ReadAll(folder_ + "/openssl.log");
    return folder_ + "/" + name + ".pem";
  }

  // "https://127.0.0.1:PORT" of a server with that certificate.
  std::string Serve(const std::string& name) {
    const auto port = FreePort();
    server_ = std::make_unique<Program>(
        std::vector<std::string>{"nghttpd", "-v", "--address=127.0.0.1", "-d", folder_, std::to_string(port),
                                 folder_ + "/" + name + ".key", folder_ + "/" + name + ".pem"},
        folder_ + "/server.log");
    EXPECT_TRUE(server_->started()) << "the package nghttp2-server is missing";
    for (int i = 0; i < 2000 && !Accepts(port); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_TRUE(Accepts(port)) << ReadAll(folder_ + "/server.log");
    return "https://127.0.0.1:" + std::to_string(port);
  }

  std::string folder_;
  std::unique_ptr<Program> server_;
};

Async<void> FetchInto(Loop& loop, std::shared_ptr<const HttpTarget> target, CancelNode& cancel,
                      absl::StatusOr<HttpResponse>& result) {
  result = co_await Fetch(loop, std::move(target), std::make_shared<const std::string>("{}"), cancel);
}

std::vector<absl::StatusOr<HttpResponse>> GetMany(const HttpTarget& target, int count) {
  asio::io_context io{1};
  std::unique_ptr<Loop> loop = MakeLoop(io, MakeBlockingPool(1));
  CancelNode cancel{nullptr};
  std::vector<absl::StatusOr<HttpResponse>> results(std::size_t(count), absl::InternalError("never ended"));
  auto shared = std::make_shared<const HttpTarget>(target);
  for (auto& result : results) asio::co_spawn(io, FetchInto(*loop, shared, cancel, result), asio::detached);
  io.run();
  return results;
}
absl::StatusOr<HttpResponse> Get(const HttpTarget& target) { return std::move(GetMany(target, 1)[0]); }

// With few descriptors the rest of the requests wait for those in flight. The limit is for good once lowered:
// in a process of its own, and first of all tests, while no other thread is there.
TEST(Limits, FewerDescriptorsThanRequests) {
  int address[2];
  ASSERT_EQ(::pipe(address), 0);
  // Before there is another thread, which may hold a lock of the allocator.
  const pid_t pid = ::fork();
  if (pid == 0) {
    char url[64] = {};
    if (::read(address[0], url, sizeof url - 1) <= 0) std::_Exit(3);
    const rlimit few{.rlim_cur = 90, .rlim_max = 90};
    if (::setrlimit(RLIMIT_NOFILE, &few) != 0) std::_Exit(2);
    for (const auto& result : GetMany({.url = url}, 500)) {
      if (!result.ok() || result->body != "hello") std::_Exit(1);
    }
    std::_Exit(0);
  }
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  });
  const std::string url = server.url();
  ASSERT_EQ(::write(address[1], url.data(), url.size()), ssize_t(url.size()));
  int status = 0;
  ::waitpid(pid, &status, 0);
  ::close(address[0]);
  ::close(address[1]);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(server.requests(), 500);
  EXPECT_LE(server.connections(), 90);
}

TEST_F(Tls, ManyRequestsShareOneHttp2Connection) {
  const std::string certificate = Certificate("own", "IP:127.0.0.1");
  const std::string url = Serve("own");
  Environment trust("SSL_CERT_FILE", certificate);
  for (const auto& result : GetMany({.url = url + "/hello", .method = "GET"}, 60)) {
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->head.status, 200);
    EXPECT_EQ(result->body, "hello");
    EXPECT_THAT(std::string(result->head.Get("server").value_or("")), HasSubstr("nghttpd"));
  }
  server_.reset();
  // "[id=3] [  0.012] recv HEADERS frame <length=…, stream_id=1>"; the probes for the port have ids too.
  std::set<std::string> connections;
  int requests = 0;
  const std::string log = ReadAll(folder_ + "/server.log");
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(log, '\n'))) {
    if (line.find("recv HEADERS") == std::string_view::npos) continue;
    ++requests;
    connections.insert(std::string(line.substr(line.find("[id="), line.find(']') - line.find("[id="))));
  }
  EXPECT_EQ(requests, 60);
  EXPECT_EQ(connections.size(), 1u);
}

TEST_F(Tls, WhoIsNotTrustedIsNotAsked) {
  const std::string own = Certificate("own", "IP:127.0.0.1");
  const std::string other = Certificate("other", "DNS:other.example");
  const struct {
    const char *serve, *trust, *says;
  } cases[] = {
      {"own", "", "self"},                   // nobody vouches for it
      {"own", "other", "self"},              // somebody else is trusted
      {"other", "other", "no alternative"},  // trusted, under another name
      {"own", "none", "set SSL_CERT_FILE"},  // a file that is not there
  };
  for (const auto& c : cases) {
    const std::string url = Serve(c.serve);
    const std::string trust = *c.trust == '\0' ? "" : folder_ + "/" + c.trust + ".pem";
    std::unique_ptr<Environment> set;
    if (!trust.empty()) set = std::make_unique<Environment>("SSL_CERT_FILE", trust);
    const auto result = Get({.url = url + "/hello?key=SECRET"});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition) << result.status();
    const std::string message(result.status().message());
    EXPECT_THAT(message, HasSubstr(url + " is not trusted: "));
    EXPECT_THAT(message, HasSubstr(c.says));
    EXPECT_THAT(message, HasSubstr("SSL_CERT_FILE"));
    EXPECT_THAT(message, Not(HasSubstr("SECRET")));
    server_.reset();
    EXPECT_THAT(ReadAll(folder_ + "/server.log"), Not(HasSubstr("recv HEADERS"))) << c.serve << c.trust;
  }
}

// https: for a server that speaks http:, the commonest mistake with a server of one's own.
TEST_F(Tls, PlainServers) {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::thread plain([&] {
    auto socket = acceptor.accept();
    char hello[5];
    asio::read(socket, asio::buffer(hello));
    asio::write(socket, asio::buffer("HTTP/1.1 400 Bad Request\r\n\r\n", 28));
    socket.shutdown(socket.shutdown_send);
    boost::system::error_code error;
    std::string rest;
    asio::read(socket, asio::dynamic_buffer(rest), error);
  });
  const std::string port = std::to_string(acceptor.local_endpoint().port());
  const auto result = Get({.url = "https://127.0.0.1:" + port});
  plain.join();
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition) << result.status();
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("http://127.0.0.1:" + port));
}

TEST(Proxy, CarriesWhatIsNotLoopback) {
  ByteServer proxy([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy"};
  });
  ByteServer server([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect"};
  });
  Environment set("http_proxy", proxy.url());
  Environment not_for("no_proxy", "");
  auto result = Get({.url = "http://models.example/v1/x?y"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->body, "proxy");
  EXPECT_THAT(proxy.last(), HasSubstr("POST http://models.example/v1/x?y HTTP/1.1"));

  result = Get({.url = server.url() + "/v1"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->body, "direct");
}

TEST(Proxy, NotForWhatNoProxyNames) {
  ByteServer proxy(
      [](const std::string&) { return ByteReply{.bytes = "HTTP/1.1 200 OK\r\n\r\n", .close = true}; });
  Environment set("http_proxy", proxy.url());
  Environment not_for("no_proxy", "models.invalid");
  const auto result = Get({.url = "http://models.invalid/v1"});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("\"models.invalid\""));
  EXPECT_EQ(proxy.connections(), 0);
}

// A tunnel asks for it by name and port and shows the proxy neither path nor key.
TEST(Proxy, TunnelsWhatIsEncrypted) {
  ByteServer proxy([](const std::string&) {
    return ByteReply{.bytes = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", .close = true};
  });
  Environment set("https_proxy", proxy.url());
  Environment not_for("no_proxy", "");
  const auto result =
      Get({.url = "https://models.example/v1/secret", .headers = {"authorization: Bearer SECRET"}});
  EXPECT_FALSE(result.ok());
  EXPECT_THAT(proxy.last(), HasSubstr("CONNECT models.example:443 HTTP/1.1"));
  EXPECT_THAT(proxy.last(), Not(HasSubstr("SECRET")));
  EXPECT_THAT(proxy.last(), Not(HasSubstr("/v1")));
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("https_proxy"));
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("403"));
}

TEST(Proxy, NobodyThere) {
  Environment set("http_proxy", "http://127.0.0.1:1");
  Environment not_for("no_proxy", "");
  const auto result = Get({.url = "http://models.example/v1"});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("http_proxy"));
}

TEST(Proxy, IsNotBlamedForTheServer) {
  for (const char* url : {"http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"}) {
    const auto result = Get({.url = url});
    EXPECT_THAT(std::string(result.status().message()),
                HasSubstr(std::string(url) + " refused the connection"));
  }
}

}  // namespace
}  // namespace ninefold
