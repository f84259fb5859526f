// What this process uses: time on the clock, CPU time, memory.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace ninefold::bench {

struct CpuTime {
  double user_s = 0;
  double system_s = 0;
  double cpu_s() const { return user_s + system_s; }
};
CpuTime CpuUsed();      // by this process so far
double ClockSeconds();  // monotonic

// Of /proc/self/status, in KiB; 0: it is not said here.
std::int64_t ResidentKb();
std::int64_t PeakResidentKb();
// The peak starts over from what is resident now.
void ResetPeak();

struct Measured {
  CpuTime cpu;
  std::vector<double> walls_s;  // one a repeat
  double wall_s = 0;            // their sum
  std::int64_t base_kb = 0;     // resident before
  std::int64_t peak_kb = 0;     // the most while it ran
  std::uint64_t check = 0;      // what the body returned, added up
};
Measured Measure(unsigned repeat, const std::function<std::uint64_t()>& body);

}  // namespace ninefold::bench
