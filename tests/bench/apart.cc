#include "bench/apart.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "bench/driver.h"
#include "bench/measure.h"

namespace ninefold::bench {

Figures Apart(unsigned repeat, const std::function<std::uint64_t()>& body) {
  int ends[2];
  if (pipe(ends) != 0) Die(absl::InternalError("pipe failed"));
  const pid_t child = fork();
  if (child == 0) {
    const std::int64_t base_kb = ResidentKb();
    if (repeat > 1) body();
    const Measured measured = Measure(repeat, body);
    Figures figures;
    figures.wall_s = *std::min_element(measured.walls_s.begin(), measured.walls_s.end());
    figures.cpu_s = measured.cpu.cpu_s() / repeat;
    figures.grown_kb = double(measured.peak_kb - base_kb);  // also what the first repeat has left
    figures.check = measured.check;
    const bool sent = write(ends[1], &figures, sizeof figures) == ssize_t(sizeof figures);
    std::_Exit(sent ? 0 : 1);
  }
  close(ends[1]);
  Figures figures;
  if (read(ends[0], &figures, sizeof figures) != ssize_t(sizeof figures))
    Die(absl::InternalError("a measured process failed"));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return figures;
}

ServerProcess::ServerProcess(const testing::ChatServer::Responder& responder) {
  int to_us[2], to_it[2];
  if (pipe(to_us) != 0 || pipe(to_it) != 0) Die(absl::InternalError("pipe failed"));
  pid_ = fork();
  if (pid_ == 0) {
    close(to_it[1]);
    testing::ChatServer server(responder);
    server.set_keep_seen(false);
    const int port = server.port();
    char end = 0;
    const bool sent = write(to_us[1], &port, sizeof port) == ssize_t(sizeof port);
    const bool ended = sent && read(to_it[0], &end, 1) == 0;  // the other end is closed when this object goes
    std::_Exit(ended ? 0 : 1);
  }
  close(to_us[1]);
  close(to_it[0]);
  end_ = to_it[1];
  if (read(to_us[0], &port_, sizeof port_) != ssize_t(sizeof port_))
    Die(absl::InternalError("no model server"));
  close(to_us[0]);
}

ServerProcess::~ServerProcess() {
  close(end_);
  waitpid(pid_, nullptr, 0);
}

std::string ServerProcess::base_url() const { return absl::StrCat("http://127.0.0.1:", port_, "/v1"); }

}  // namespace ninefold::bench
