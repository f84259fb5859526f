// What is fuzzed: each takes any bytes, and must neither crash, hang, nor say two things of one input.
// libFuzzer programs of them (fuzz_main.cc, cmake --preset fuzz) look for findings; targets_test runs the
// corpora and their mutations with every build.
#pragma once

#include <span>
#include <string_view>

namespace ninefold::fuzz {

struct Target {
  const char* name;  // of its corpus, in corpus/
  void (*run)(std::string_view bytes);
};
std::span<const Target> Targets();
const Target* FindTarget(std::string_view name);

}  // namespace ninefold::fuzz
