// A disk for SQLite that fails when told to, and that remembers which writes were never confirmed, so that a
// power cut can be played.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ninefold::testing {

// The content of each file, by its full path.
using DiskImage = std::map<std::string, std::string>;

// While one lives, SQLite in this process reads and writes through it.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  enum class Call { kWrite, kSync, kTruncate, kOpen };
  // The n-th call (from 1) of that kind from now on, and all after it, fail with `code`.
  void FailFrom(Call call, int n, int code);
  void FailNever();
  int calls(Call call) const;

  // What the disk holds when the power is cut now: what was synced, and of the rest each write kept, dropped
  // or torn, as `seed` has it.
  DiskImage Cut(std::uint64_t seed) const;
  // Called before each write and each sync.
  void OnChange(void (*fn)(void*), void* argument);
};

}  // namespace ninefold::testing
