#include "bench/flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ninefold::bench {
namespace {

struct TextFlag {
  const char* name;
  std::string Flags::* field;
};
struct NumberFlag {
  const char* name;
  unsigned Flags::* field;
};

constexpr TextFlag kTexts[] = {{"--workload", &Flags::workload},
                               {"--base-url", &Flags::base_url},
                               {"--db", &Flags::db},
                               {"--sync", &Flags::sync}};
constexpr NumberFlag kNumbers[] = {
    {"--n", &Flags::n},     {"--concurrency", &Flags::concurrency}, {"--streams", &Flags::streams},
    {"--gap", &Flags::gap}, {"--repeat", &Flags::repeat},           {"--warmup", &Flags::warmup}};

absl::Status Set(Flags& flags, const std::string& name, const std::string& value) {
  for (const TextFlag& flag : kTexts) {
    if (name != flag.name) continue;
    flags.*flag.field = value;
    return absl::OkStatus();
  }
  for (const NumberFlag& flag : kNumbers) {
    if (name != flag.name) continue;
    if (absl::SimpleAtoi(value, &(flags.*flag.field))) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(name, ": \"", value, "\" is no whole number"));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown flag \"", name, "\""));
}

}  // namespace

absl::StatusOr<Flags> ReadFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return absl::InvalidArgumentError(absl::StrCat(argv[i], ": a value is missing"));
    const absl::Status set = Set(flags, argv[i], argv[i + 1]);
    if (!set.ok()) return set;
  }
  if (flags.workload.empty()) return absl::InvalidArgumentError("--workload is missing");
  if (flags.n == 0 || flags.repeat == 0 || flags.concurrency == 0 || flags.streams == 0) {
    return absl::InvalidArgumentError("--n, --repeat, --concurrency and --streams are at least 1");
  }
  return flags;
}

}  // namespace ninefold::bench
