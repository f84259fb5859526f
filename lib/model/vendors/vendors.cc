#include "model/vendors/vendors.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr int kListensMs = 100;
constexpr std::size_t kKeyBytesMax = 16 << 10;

std::string FirstOf(const std::string& first, const std::string& second) {
  return first.empty() ? second : first;
}

// Keys are pasted from pages, blanks and all.
std::string Trimmed(std::string text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

absl::StatusOr<std::string> CheckedBase(std::string base, const VendorFacts& facts, std::string_view from) {
  while (base.ends_with('/')) base.pop_back();
  if (!facts.path.empty() && base.ends_with(facts.path)) base.resize(base.size() - facts.path.size());
  if (base.starts_with("http://") || base.starts_with("https://")) return base;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(from), ": \"", OriginOf(base),
                   "\" is no address; write it as \"http://localhost:11434/v1\""));
}

absl::StatusOr<std::string> KeyInFile(const std::string& path) {
  std::ifstream in(path);
  std::string key(kKeyBytesMax, '\0');
  in.read(key.data(), std::streamsize(key.size()));
  key.resize(std::size_t(std::max<std::streamsize>(in.gcount(), 0)));
  key = Trimmed(std::move(key));
  if (!key.empty() && key.find_first_of("\r\n") == std::string::npos && key.size() < kKeyBytesMax) return key;
  return absl::FailedPreconditionError(absl::StrCat("key_file \"", path, "\": ",
                                                    !in.is_open() ? "cannot be read"
                                                    : key.empty() ? "is empty"
                                                                  : "holds more than a key"));
}

absl::StatusOr<std::string> KeyOf(const VendorFacts& facts, const ModelOptions& options) {
  if (!options.key.empty()) return Trimmed(options.key);
  if (!options.key_file.empty()) return KeyInFile(options.key_file);
  if (!options.key_env.empty()) return Environment(options.key_env);
  return FirstOf(Environment(facts.key_env), Environment(facts.key_env2));
}

const ModelFacts* FactsOf(const WireOptions& wire) {
  const Catalogue* catalogue = wire.wire.catalogue.get();
  return catalogue == nullptr ? nullptr : catalogue->Find(wire.card.name);
}

// A server of the user's own may need no key.
bool IsVendorsOwn(const VendorFacts& facts, std::string_view base) {
  return !facts.base_url.empty() && OriginOf(base) == OriginOf(facts.base_url);
}

}  // namespace

std::string Environment(const std::string& name) {
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  return value == nullptr ? "" : Trimmed(value);
}

bool IsLocalAddress(std::string_view base_url) {
  const std::string origin = OriginOf(base_url);
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string::npos) return false;
  const std::string_view host = std::string_view(origin).substr(scheme + 3);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
}

bool Listens(std::string_view base_url) {
  int port = 0;
  const std::string origin = OriginOf(base_url);
  if (!absl::SimpleAtoi(ToAbsl(std::string_view(origin).substr(origin.rfind(':') + 1)), &port)) port = 80;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool up = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!up && errno == EINPROGRESS) {
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    int error = 0;
    socklen_t size = sizeof error;
    up = poll(&wait, 1, kListensMs) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
  }
  close(fd);
  return up;
}

bool IsOfFamily(std::string_view model, std::initializer_list<std::string_view> families) {
  for (const std::string_view family : families) {
    if (!model.starts_with(family)) continue;
    if (model.size() == family.size() || !std::isalnum(static_cast<unsigned char>(model[family.size()])))
      return true;
  }
  return false;
}

absl::StatusOr<WireOptions> Configure(const VendorFacts& facts, std::string_view model,
                                      const ModelOptions& options) {
  WireOptions wire;
  wire.vendor = facts.name;
  wire.model = std::string(model);
  wire.wire = options;
  const bool given = !options.base_url.empty();
  const std::string base = FirstOf(FirstOf(options.base_url, Environment(facts.base_env)), facts.base_url);
  const std::string spec = absl::StrCat(facts.name, "/", wire.model);
  if (base.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("model \"", spec,
                                                      "\" needs its server's address: set base_url or ",
                                                      facts.base_env, " (\"http://localhost:8080/v1\")"));
  }
  TRY(wire.base_url, CheckedBase(base, facts, given ? "base_url" : facts.base_env));
  wire.key_env = FirstOf(FirstOf(options.key_file, options.key_env), facts.key_env);
  TRY(wire.key, KeyOf(facts, options));
  if (wire.key.empty() && facts.needs_key && IsVendorsOwn(facts, wire.base_url)) {
    return absl::FailedPreconditionError(absl::StrCat("model \"", spec, "\" needs a key: set ", wire.key_env,
                                                      ", or base_url (", facts.base_env,
                                                      ") to a server of your own"));
  }
  wire.card.name = spec;
  wire.card.price = options.price;
  wire.card.free = !options.price && IsLocalAddress(wire.base_url);
  if (const ModelFacts* facts = FactsOf(wire)) {
    if (!options.price && !wire.card.free) wire.card.price = facts->price;
    wire.card.context_tokens = facts->context_tokens;
    wire.card.max_output_tokens = facts->max_output_tokens;
  }
  wire.card.images = SeesImages(wire, false);
  return wire;
}

bool SeesImages(const WireOptions& wire, bool guess) {
  const ModelFacts* facts = FactsOf(wire);
  return facts == nullptr ? guess : facts->images.value_or(guess);
}

VendorStatus StatusOf(const VendorFacts& facts) {
  VendorStatus status{.vendor = facts.name, .ready = false, .detail = ""};
  const std::string base = Environment(facts.base_env);
  const bool key = !Environment(facts.key_env).empty();
  const bool key2 = !key && !Environment(facts.key_env2).empty();
  const bool own = !base.empty() && !IsVendorsOwn(facts, base);
  const std::string set = key ? facts.key_env : key2 ? facts.key_env2 : "";
  const std::string_view at = own ? std::string_view(base) : std::string_view(facts.base_url);
  if (IsLocalAddress(at) && !Listens(at)) {
    status.detail = absl::StrCat("nobody listens at ", OriginOf(at));
    if (own) absl::StrAppend(&status.detail, " (", facts.base_env, ")");
    if (!facts.to_start.empty()) absl::StrAppend(&status.detail, "; type: ", facts.to_start);
    if (!own) absl::StrAppend(&status.detail, "; or set ", facts.base_env);
  } else if (own) {
    status.ready = true;
    status.detail = absl::StrCat(facts.base_env, " is ", OriginOf(base));
    if (set.empty() && facts.needs_key) status.detail += ", without a key";
  } else if (facts.needs_key) {
    status.ready = !set.empty();
    status.detail = status.ready ? absl::StrCat(set, " is set")
                                 : absl::StrCat("set ", facts.key_env, ", or ", facts.base_env,
                                                " to a server of your own");
  } else if (facts.base_url.empty()) {
    status.detail = absl::StrCat("any server that speaks Chat Completions: set ", facts.base_env);
  } else {
    status.ready = true;
    status.detail = absl::StrCat("listens at ", OriginOf(facts.base_url));
  }
  return status;
}

}  // namespace ninefold
