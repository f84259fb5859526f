// Runs a line as a reader types it: by a shell, in a folder of its own, with neither key nor terminal.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold::docs {

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Ended {
  int code = -1;  // 128 + signal when one ended it
  std::string out, err;
};

class Shell {
 public:
  std::vector<std::string> environment;  // "NAME=value", added

  std::string Path(const std::string& name) const { return folder_ / name; }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << text;
  }

  // A line that has not ended after a minute is killed: code 128 + SIGALRM.
  Ended Run(const std::string& line) const {
    const std::string program = std::filesystem::path(NINEFOLD_PROGRAM).parent_path().string();
    std::vector<std::string> words = {"sh", "-c", line};
    std::vector<std::string> settings = {"HOME=" + folder_.path(), "PATH=" + program + ":/usr/bin:/bin",
                                         "TERM=dumb", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0"};
    settings.insert(settings.end(), environment.begin(), environment.end());
    std::vector<char*> argv, env;
    for (std::string& word : words) argv.push_back(word.data());
    for (std::string& setting : settings) env.push_back(setting.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);
    const std::string out = Path(".stdout"), err = Path(".stderr");
    const pid_t child = ::fork();
    if (child == 0) {
      if (::chdir(folder_.path().c_str()) != 0) ::_exit(126);
      Redirect("/dev/null", STDIN_FILENO, O_RDONLY);
      Redirect(out.c_str(), STDOUT_FILENO, O_WRONLY | O_CREAT | O_TRUNC);
      Redirect(err.c_str(), STDERR_FILENO, O_WRONLY | O_CREAT | O_TRUNC);
      ::alarm(60);
      ::execve("/bin/sh", argv.data(), env.data());
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), ReadText(out), ReadText(err)};
  }

  // `text` with what differs from run to run and from machine to machine replaced by fixed words.
  std::string Fixed(std::string text) const {
    for (std::size_t at; (at = text.find(folder_.path())) != std::string::npos;)
      text.replace(at, folder_.path().size(), "~");
    text = std::regex_replace(text, std::regex(R"(127\.0\.0\.1:\d+)"), "127.0.0.1:8080");
    text = std::regex_replace(text, std::regex(R"(\b[0-9a-f]{12}\b)"), "67c415ec7815");
    text = std::regex_replace(text, std::regex(R"(  [0-9.]+m?s\n)"), "  3ms\n");
    return std::regex_replace(text, std::regex(R"(process \d+)"), "process 4711");
  }

 private:
  static void Redirect(const char* path, int to, int flags) {
    const int fd = ::open(path, flags, 0600);
    ::dup2(fd, to);
    ::close(fd);
  }
  testing::TempFolder folder_;
};

}  // namespace ninefold::docs
