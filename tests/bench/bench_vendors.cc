// What each vendor's dialect costs: a streamed call, and each chunk of a long stream, beside a hand-written
// libcurl loop that reads the same bytes and makes nothing of them.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/apart.h"
#include "bench/curl_loop.h"
#include "bench/driver.h"
#include "conformance/kit.h"

namespace ninefold::bench {
namespace {

constexpr unsigned kCalls = 64;  // at once
constexpr unsigned kRepeat = 5;
constexpr unsigned kChunks = 1000;

std::vector<std::string> Pieces(unsigned count) { return std::vector<std::string>(count, " word"); }

struct Cost {
  double call_us = 0, chunk_us = 0;
};
Cost CostOf(const Figures& one, const Figures& many) {
  return {one.cpu_s * 1e6 / kCalls, (many.cpu_s - one.cpu_s) * 1e6 / (double(kCalls) * (kChunks - 1))};
}

struct Pair {
  Figures floor, ours;
};
Pair MeasureBoth(const conformance::Kit& kit, unsigned chunks) {
  const std::string stream = kit.Stream({.text = Pieces(chunks)});
  const ServerProcess server([&](const Json&) {
    testing::ChatScript script = testing::ChatScript::Raw(stream);
    script.content_type = kit.content_type();
    return script;
  });
  const std::string body =
      absl::StrCat(R"({"model":"any","messages":[{"role":"user","content":")", kQuestion, "\"}]}");
  Pair pair;
  pair.floor =
      Apart(kRepeat, [&] { return PostAllAtOnce(server.base_url() + "/chat/completions", body, kCalls); });
  pair.ours = Apart(kRepeat, [&] {
    ModelOptions options;
    options.base_url = absl::StrCat("http://127.0.0.1:", server.port(), kit.base_path());
    options.key = "x";
    options.api = kit.api();
    absl::StatusOr<ModelPtr> model = OpenModel(kit.spec(), options);
    if (!model.ok()) Die(model.status());
    Driver driver;
    const AgentPtr agent = MakeAgent({.name = "assistant", .instructions = kSystem, .model = *model});
    return driver.RunAll(agent, kQuestion, kCalls, kCalls);
  });
  const std::uint64_t expected = std::uint64_t(chunks) * 5 * kCalls * kRepeat;
  if (pair.ours.check < expected - std::uint64_t(kCalls) * kRepeat)
    Die(absl::InternalError(absl::StrCat(kit.name(), ": some text is missing")));
  return pair;
}

void Compare(const conformance::Kit& kit) {
  const Pair one = MeasureBoth(kit, 1), many = MeasureBoth(kit, kChunks);
  const Cost floor = CostOf(one.floor, many.floor), ours = CostOf(one.ours, many.ours);
  std::printf("%-24s %8.1f %8.1f %6.1f   %10.2f %8.2f %6.1f\n", kit.name().c_str(), ours.call_us,
              floor.call_us, ours.call_us / floor.call_us, ours.chunk_us, floor.chunk_us,
              ours.chunk_us / floor.chunk_us);
  std::fflush(stdout);
}

}  // namespace
}  // namespace ninefold::bench

int main() {
  std::printf("%-24s %8s %8s %6s   %10s %8s %6s\n", "us of CPU", "a call", "libcurl", "ratio", "a chunk",
              "libcurl", "ratio");
  for (const auto& kit : ninefold::conformance::AllKits()) ninefold::bench::Compare(*kit);
  return 0;
}
