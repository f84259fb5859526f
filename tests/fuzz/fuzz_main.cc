// One libFuzzer program a target (https://llvm.org/docs/LibFuzzer.html): fuzz_chat corpus/chat.
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ninefold::fuzz::Target* target = ninefold::fuzz::FindTarget(NINEFOLD_FUZZ_TARGET);
  target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
