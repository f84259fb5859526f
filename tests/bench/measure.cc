#include "bench/measure.h"

#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <string>

namespace ninefold::bench {
namespace {

double Seconds(const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; }

std::int64_t StatusKb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string name;
  while (status >> name) {
    std::int64_t value = 0;
    if (name == field && status >> value) return value;
    status.ignore(4096, '\n');
  }
  return 0;
}

}  // namespace

CpuTime CpuUsed() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {Seconds(used.ru_utime), Seconds(used.ru_stime)};
}

double ClockSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t ResidentKb() { return StatusKb("VmRSS:"); }
std::int64_t PeakResidentKb() { return StatusKb("VmHWM:"); }
void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

Measured Measure(unsigned repeat, const std::function<std::uint64_t()>& body) {
  Measured measured;
  measured.walls_s.reserve(repeat);
  measured.base_kb = ResidentKb();
  ResetPeak();
  const CpuTime before = CpuUsed();
  for (unsigned i = 0; i < repeat; ++i) {
    const double began = ClockSeconds();
    measured.check += body();
    measured.walls_s.push_back(ClockSeconds() - began);
  }
  const CpuTime after = CpuUsed();
  measured.peak_kb = PeakResidentKb();
  measured.cpu = {after.user_s - before.user_s, after.system_s - before.system_s};
  for (const double wall : measured.walls_s) measured.wall_s += wall;
  return measured;
}

}  // namespace ninefold::bench
