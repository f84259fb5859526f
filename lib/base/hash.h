// A 64-bit hash that is the same in every process and build, for naming requests; not for hostile keys.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace ninefold {

inline std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15ull ^ (b + 0x632be59bd9b4e019ull);
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ull;
  x ^= x >> 32;
  return x;
}

inline std::uint64_t HashBytes(std::string_view s, std::uint64_t seed = 0) {
  std::uint64_t h = Mix(seed, s.size());
  while (s.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, s.data(), 8);
    h = Mix(h, word);
    s.remove_prefix(8);
  }
  std::uint64_t tail = 0;
  std::memcpy(&tail, s.data(), s.size());
  return Mix(h, tail);
}

}  // namespace ninefold
