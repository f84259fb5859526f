// Runs the program as a user would: arguments, stdin, what it printed, how it ended.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "stores/store_testing.h"

namespace ninefold::testing {

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}
inline void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

struct Ended {
  int code = -1;  // 128 + signal when one ended it
  std::string out, err;
};

// A folder to work in, with a store of its own.
class Program {
 public:
  std::string Path(const std::string& name) const { return folder_ / name; }
  void Write(const std::string& name, const std::string& text) const { WriteText(Path(name), text); }
  std::vector<std::string> environment;  // "NAME=value", added

  pid_t Start(const std::vector<std::string>& arguments, const std::string& input = "") const {
    WriteText(Path("stdin"), input);
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::chdir(folder_.path().c_str()) != 0) ::_exit(126);
    Redirect("stdin", STDIN_FILENO, O_RDONLY);
    Redirect("stdout", STDOUT_FILENO, O_WRONLY | O_CREAT | O_TRUNC);
    Redirect("stderr", STDERR_FILENO, O_WRONLY | O_CREAT | O_TRUNC);
    std::vector<std::string> words = {"ninefold"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> settings = {"HOME=" + folder_.path(), "XDG_STATE_HOME=" + Path("state"),
                                         "PATH=/usr/bin:/bin", "TERM=xterm", "ASAN_OPTIONS=detect_leaks=0"};
    settings.insert(settings.end(), environment.begin(), environment.end());
    std::vector<char*> argv, env;
    for (std::string& word : words) argv.push_back(word.data());
    for (std::string& setting : settings) env.push_back(setting.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);
    ::execve(NINEFOLD_PROGRAM, argv.data(), env.data());
    ::_exit(127);
  }

  Ended Wait(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), ReadText(Path("stdout")),
            ReadText(Path("stderr"))};
  }

  std::string Err() const { return ReadText(Path("stderr")); }  // so far

  Ended Run(const std::vector<std::string>& arguments, const std::string& input = "") const {
    return Wait(Start(arguments, input));
  }

 private:
  void Redirect(const char* name, int to, int flags) const {
    const int fd = ::open(Path(name).c_str(), flags, 0600);
    ::dup2(fd, to);
  }
  TempFolder folder_;
};

}  // namespace ninefold::testing
