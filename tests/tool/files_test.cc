#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tool/harness.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string name = (fs::temp_directory_path() / "ninefold-files-XXXXXX").string();
    top_ = ::mkdtemp(name.data());
    fs::create_directories(top_ / "root" / "sub");
    Write("root/a.txt", "first\nsecond line\nthird\n");
    Write("root/sub/b.txt", "The Second One\r\nseconds\n");
    Write("secret.txt", "secret\n");
    tools_ = *FileTools((top_ / "root").string(), 1'000);
  }
  ~Files() override { fs::remove_all(top_); }

  void Write(const std::string& path, const std::string& text) {
    std::ofstream(top_ / path, std::ios::binary) << text;
  }
  std::string Use(int tool, const Json& arguments) { return h_.Say(*tools_.at(tool), arguments); }
  std::string List(const std::string& path) { return Use(0, {{"path", path}}); }
  std::string Read(const std::string& path) { return Use(1, {{"path", path}}); }

  fs::path top_;
  std::vector<ToolPtr> tools_;
  Harness h_;
};

TEST_F(Files, List) {
  EXPECT_EQ(Use(0, Json::object()), "a.txt  24 bytes\nsub/\n");
  EXPECT_EQ(List("sub"), "sub/b.txt  24 bytes\n");
  EXPECT_EQ(List("a.txt"), "error: \"a.txt\" is not a folder, or goes through what is none");
  EXPECT_EQ(List("none"), "error: \"none\" does not exist");
}

TEST_F(Files, ReadNumbersTheLines) {
  EXPECT_EQ(Read("a.txt"), "1: first\n2: second line\n3: third\n");
  EXPECT_EQ(Read("sub/../a.txt"), Read("a.txt"));
  EXPECT_EQ(Read("./sub//b.txt"), "1: The Second One\n2: seconds\n");
  const auto output = h_.Call(*tools_[1], {{"path", "a.txt"}, {"first_line", 2}, {"lines", 1}});
  EXPECT_EQ(TextOf(output->parts), "2: second line\n[1 more lines; go on with first_line 3]\n");
  EXPECT_EQ(Place(output->citations.at(0)), "a.txt:2");
  EXPECT_EQ(output->citations[0].quote, "second line");
  EXPECT_EQ(Use(1, {{"path", "a.txt"}, {"first_line", 9}}),
            "error: \"a.txt\" has 3 lines; there is no line 9");
  EXPECT_EQ(Use(1, {{"path", "a.txt"}, {"first_line", 2147483647}, {"lines", 100000}}),
            "error: \"a.txt\" has 3 lines; there is no line 2147483647");
}

TEST_F(Files, NoPathLeavesTheFolder) {
  const struct {
    std::string path, want;
  } cases[] = {
      {"../secret.txt", "error: \"../secret.txt\" is outside the folder"},
      {"sub/../../secret.txt", "error: \"sub/../../secret.txt\" is outside the folder"},
      {"..", "error: \"..\" is outside the folder"},
      {"/etc/passwd", "error: \"/etc/passwd\" is outside the folder"},
      {"//etc/passwd", "error: \"//etc/passwd\" is outside the folder"},
      {(top_ / "root/a.txt").string(),
       "error: \"" + (top_ / "root/a.txt").string() + "\" is outside the folder"},
      {"", "error: the path is empty; \".\" is the folder itself"},
      {".", "error: \".\" is a folder; files.list shows what is in it"},
      {std::string("a.txt\0.png", 10), "error: the path has a NUL character in it"},
      {std::string(5'000, 'a'), "error: the path is 5000 bytes long; at most 4000"},
      {std::string(300, 'a'), "error: \"" + std::string(200, 'a') + "…\" has a name that is too long"},
      {"a.txt.", "error: \"a.txt.\" does not exist; did you mean \"a.txt\"?"},
      {"a.txt ", "error: \"a.txt \" does not exist; did you mean \"a.txt\"?"},
      {"A.TXT", "error: \"A.TXT\" does not exist; did you mean \"a.txt\"?"},
      {"sub/c.txt", "error: \"sub/c.txt\" does not exist; did you mean \"sub/b.txt\"?"},
      {"a.txt/x", "error: \"a.txt/x\" is not a folder, or goes through what is none"},
      {"a\xcc\x88.txt", "error: \"a\xcc\x88.txt\" does not exist"},
  };
  for (const auto& c : cases) EXPECT_THAT(Read(c.path), StartsWith(c.want)) << c.path;
  EXPECT_THAT(List("../"), HasSubstr("is outside the folder"));
  EXPECT_THAT(Use(2, {{"text", "secret"}, {"path", ".."}}), HasSubstr("is outside the folder"));
}

TEST_F(Files, LinksAreNotFollowed) {
  fs::create_symlink("../secret.txt", top_ / "root/link.txt");
  fs::create_symlink("a.txt", top_ / "root/inner.txt");
  fs::create_symlink(top_, top_ / "root/up");
  fs::create_symlink("/proc/self/root", top_ / "root/magic");
  const std::string why = "is or goes through a symbolic link, which is not followed";
  for (const char* path : {"link.txt", "inner.txt", "up/secret.txt", "magic/etc/passwd"}) {
    EXPECT_THAT(Read(path), AnyOf(HasSubstr(why), HasSubstr("is not a regular file"))) << path;
    EXPECT_THAT(Read(path), StartsWith("error: "));
  }
  EXPECT_THAT(List("up"), StartsWith("error: "));
  EXPECT_THAT(List("."), HasSubstr("link.txt  symbolic link, not followed\n"));
  EXPECT_THAT(Use(2, {{"text", "secret"}}), StartsWith("no line matches"));
}

TEST_F(Files, OnlyRegularTextFilesAreRead) {
  ASSERT_EQ(::mkfifo((top_ / "root/pipe").c_str(), 0600), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (top_ / "root/socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(Read("pipe"), "error: \"pipe\" is not a regular file");
  EXPECT_EQ(Read("socket"), "error: \"socket\" is not a regular file");
  ::close(socket);
  const std::vector<ToolPtr> devices = *FileTools("/dev");
  EXPECT_EQ(h_.Say(*devices[1], {{"path", "zero"}}), "error: \"zero\" is not a regular file");
  Write("root/binary", std::string("ab\0c", 4));
  Write("root/latin", "caf\xe9");
  Write("root/large", std::string(1'001, 'x'));
  Write("root/full", std::string(1'000, 'x'));
  Write("root/empty", "");
  Write("root/bom", "\xEF\xBB\xBFhello");
  EXPECT_EQ(Read("binary"), "error: \"binary\" is binary (a NUL byte at 2), not text");
  EXPECT_EQ(Read("latin"), "error: \"latin\" is not UTF-8 text (at byte 3)");
  EXPECT_EQ(Read("large"), "error: \"large\" is larger than 1000 bytes, the most that is read");
  EXPECT_THAT(Read("full"), StartsWith("1: xxx"));
  EXPECT_EQ(Read("empty"), "the file is empty");
  EXPECT_EQ(Read("bom"), "1: hello\n");
}

TEST_F(Files, SearchFindsLines) {
  EXPECT_EQ(Use(2, {{"text", "second"}}),
            "a.txt:2: second line\nsub/b.txt:1: The Second One\nsub/b.txt:2: seconds\n");
  EXPECT_EQ(Use(2, {{"text", "second"}, {"whole_words", true}, {"match_case", true}}),
            "a.txt:2: second line\n");
  EXPECT_EQ(Use(2, {{"text", "SECOND"}, {"path", "sub/b.txt"}, {"whole_words", true}}),
            "sub/b.txt:1: The Second One\n");
  EXPECT_EQ(Use(2, {{"text", "(a+)+$"}}), "no line matches\n");
  const auto output = h_.Call(*tools_[2], {{"text", "third"}});
  EXPECT_EQ(Place(output->citations.at(0)), "a.txt:3");
  EXPECT_EQ(output->citations[0].quote, "third");
  EXPECT_THAT(Use(2, {{"text", ""}}), StartsWith("error: bad arguments"));
}

TEST_F(Files, SearchIsBoundedAndSaysSo) {
  std::string many;
  for (int i = 0; i < 300; ++i) many += "x\n";
  Write("root/many", many);
  EXPECT_THAT(Use(2, {{"text", "x"}, {"path", "many"}}), HasSubstr("[partial: stopped after 200 matches"));
  Write("root/binary", std::string("ab\0c", 4));
  Write("root/large", std::string(1'001, 'x'));
  EXPECT_THAT(Use(2, {{"text", "nowhere"}}), HasSubstr("[2 passed over"));
  Write("root/wide", std::string(600, '-') + "needle" + std::string(300, '-'));
  const std::string found = Use(2, {{"text", "needle"}});
  EXPECT_THAT(found, HasSubstr("needle"));
  EXPECT_LT(found.size(), 700u);
  fs::path deep = top_ / "root";
  for (int i = 0; i < 40; ++i) deep /= "d";
  fs::create_directories(deep);
  std::ofstream(deep / "f") << "abyss";
  EXPECT_THAT(Use(2, {{"text", "abyss"}}), AllOf(HasSubstr("no line matches"), HasSubstr("passed over")));
}

TEST(FileTools, NeedAFolder) {
  EXPECT_EQ(FileTools("/nowhere/at/all").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FileTools("/etc/passwd").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FileTools(std::string("/\0", 2)).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ninefold
