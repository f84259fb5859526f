// The most bytes on the heap at once since ResetHeapPeak, above what was there then. Counts what `new` gives.
#pragma once

#include <cstdint>

namespace ninefold {

void ResetHeapPeak();
std::int64_t HeapPeak();

}  // namespace ninefold
