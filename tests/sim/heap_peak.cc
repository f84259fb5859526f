#include "sim/heap_peak.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace ninefold {
namespace {

std::atomic<std::int64_t> live{0}, most{0}, start{0};

void* Counted(void* block) {
  if (block == nullptr) std::abort();  // a test has no way on
  const std::int64_t now = live += std::int64_t(::malloc_usable_size(block));
  std::int64_t seen = most;
  while (now > seen && !most.compare_exchange_weak(seen, now)) {
  }
  return block;
}

void Release(void* block) {
  if (block == nullptr) return;
  live -= std::int64_t(::malloc_usable_size(block));
  std::free(block);
}

}  // namespace

void ResetHeapPeak() {
  start = live.load();
  most = live.load();
}
std::int64_t HeapPeak() { return most - start; }

}  // namespace ninefold

void* operator new(std::size_t size) { return ninefold::Counted(std::malloc(size)); }
void* operator new(std::size_t size, std::align_val_t align) {
  const std::size_t unit = std::size_t(align);
  return ninefold::Counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* block) noexcept { ninefold::Release(block); }
void operator delete(void* block, std::size_t) noexcept { ninefold::Release(block); }
void operator delete(void* block, std::align_val_t) noexcept { ninefold::Release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { ninefold::Release(block); }
