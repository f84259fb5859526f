// Measures one workload in one process, so that ninefold can be laid beside other clients that do the same
// work. Prints one line of JSON. docs/performance.md describes the workloads.
#include <cstdio>
#include <optional>
#include <string>

#include "bench/driver.h"
#include "bench/flags.h"
#include "bench/measure.h"
#include "bench/workloads.h"

namespace ninefold::bench {
namespace {

void Print(const Json& line) { std::printf("%s\n", DumpJson(line).c_str()); }

Json Head(const Flags& flags) {
  return {{"peer", "ninefold"}, {"version", NINEFOLD_VERSION}, {"workload", flags.workload}, {"n", flags.n}};
}

std::optional<Workload> Find(const Flags& flags) {
  std::optional<Workload> found = ModelWorkload(flags);
  if (!found) found = TeamWorkload(flags);
  if (!found) found = GraphWorkload(flags);
  return found;
}

int Main(int argc, char** argv) {
  const absl::StatusOr<Flags> flags = ReadFlags(argc, argv);
  if (!flags.ok()) Die(flags.status());
  Json line = Head(*flags);
  const std::optional<Workload> workload = Find(*flags);
  if (!workload) {
    line["skipped"] = "unknown workload";
    Print(line);
    return 0;
  }
  if (flags->warmup > 0) workload->warm_up();
  const Measured measured = Measure(flags->repeat, workload->body);
  line["unit"] = workload->unit;
  line["units"] = std::int64_t(workload->units * flags->repeat);
  line["repeat"] = flags->repeat;
  line["cpu_user_s"] = measured.cpu.user_s;
  line["cpu_sys_s"] = measured.cpu.system_s;
  line["wall_s"] = measured.wall_s;
  line["walls_s"] = measured.walls_s;
  line["rss_base_kb"] = measured.base_kb;
  line["rss_peak_kb"] = measured.peak_kb;
  line["check"] = measured.check;
  line["note"] = workload->note;
  Print(line);
  return 0;
}

}  // namespace
}  // namespace ninefold::bench

int main(int argc, char** argv) { return ninefold::bench::Main(argc, argv); }
