// The workloads of bench_client, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "bench/flags.h"

namespace ninefold::bench {

struct Workload {
  std::string unit;                     // what is counted
  double units = 1;                     // in one repeat
  std::function<void()> warm_up;        // as often as Flags::warmup says, in all
  std::function<std::uint64_t()> body;  // one repeat; returns its check sum
  std::string note;
};

// nullopt: the name is not among these.
std::optional<Workload> ModelWorkload(const Flags& flags);  // W1, W2, W4, W6: agents and a server
std::optional<Workload> TeamWorkload(const Flags& flags);   // W3: a planned team and a server
std::optional<Workload> GraphWorkload(const Flags& flags);  // W5agent, W5chain, W5fan, W5loop, W7: no server

}  // namespace ninefold::bench
