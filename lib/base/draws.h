// Random draws that follow from a seed, the same in every process and build; the standard's distributions and
// shuffle differ from library to library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ninefold {

// SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
  }
  double Even() { return (double(Next() >> 11) + 0.5) * 0x1.0p-53; }  // above 0, below 1
  bool Happens(double chance) { return Even() < chance; }
  // 0 to n - 1; n is small against 2^64, so that the remainder's bias is none to speak of.
  std::uint64_t Below(std::uint64_t n) { return Next() % n; }

  // Fisher and Yates.
  template <class T>
  void Shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace ninefold
