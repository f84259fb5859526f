// Models behind an HTTP API, whatever they speak: a Dialect writes the request and reads the reply, the rest
// (transfer, framing, time-outs, errors, the key's secrecy) is the same for all.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/event.h"
#include "ninefold/model.h"
#include "ninefold/model_error.h"
#include "ninefold/models.h"

namespace ninefold {

struct HttpHead;

// Who is asked.
struct WireOptions {
  std::string vendor;                // "openai"; what it marks as its own goes back to it alone
  std::string base_url;              // "https://api.openai.com/v1"
  std::string path;                  // "/chat/completions"
  std::string key;                   // taken out of whatever is shown
  std::string key_env;               // the variable to name when the key is refused
  std::string model;                 // as the server calls it
  std::string missing_hint;          // what to do when there is no such model; "": the usual words
  std::string unreachable_hint;      // what to do when nobody listens there; ""
  std::vector<std::string> headers;  // beside content-type and accept: the key's among them
  ModelCard card;
  ModelOptions wire;  // stream, time-outs, connections_max
};

// Deltas go here as they come; empty: nobody reads them.
using EmitFn = std::function<void(EventBody)>;

// The tools of a request as a dialect writes them: made once for all requests of an agent.
struct WireTools {
  std::uint64_t hash = 0;
  std::vector<std::string> names;  // on the wire, in the order of the list
  std::string text;                // a dialect's own form; "": none
};
// Names as all vendors allow them ([A-Za-z0-9_-]), unique, in the order of the list.
std::vector<std::string> WireNames(const ToolList* tools);
// The name on the wire of a tool, listed or not, and back.
std::string WireNameOf(std::string_view name, const ToolList* tools, const WireTools& wire);
std::string ToolNameOf(std::string_view wire_name, const ToolList* tools, const WireTools& wire);

// Puts one reply together, from the events of a stream or from one whole JSON value.
class Assembly {
 public:
  virtual ~Assembly() = default;
  // `type` is the event's name, often empty. Errors: what the server said, or that it makes no sense.
  virtual absl::Status Take(std::string_view type, std::string_view text, const EmitFn& emit) = 0;
  virtual absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) = 0;
  // Of a reply that will not be finished: what the server has said of it, and else what has come.
  virtual Usage SoFar() const = 0;
};
// `said`, with an output of at least what so many bytes are.
Usage WithOutput(Usage said, std::size_t output_bytes);

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const = 0;
  virtual std::string Body(const ModelRequest& request, const WireTools& tools) const = 0;
  virtual std::unique_ptr<Assembly> NewReply() const = 0;
  // JSON values one a line instead of server-sent events.
  virtual bool ndjson() const { return false; }
};

// No network is touched yet.
ModelPtr MakeWireModel(WireOptions options, std::unique_ptr<const Dialect> dialect);

// ---- vendor state --------------------------------------------------------------------------------

// {"vendor":…,"KEY":value}, and back: null when another vendor made it.
Json VendorState(std::string_view vendor, std::string_view key, Json value);
const Json* FromVendorState(const Json& state, std::string_view vendor, std::string_view key);

// ---- errors --------------------------------------------------------------------------------------

// What a server's refusal means; `body` is what it sent. The key is taken out wherever the server echoes it.
absl::Status ServerError(const HttpHead& head, std::string_view body, const WireOptions& options);
// The same of an error object inside a stream or a reply of status 200.
absl::Status ServerErrorObject(const Json& error, std::string_view who);
// The stream ended, and the reply has not.
absl::Status BrokenOff(std::string_view who, std::string_view what);
absl::Status NoSense(std::string_view who, std::string_view api, std::string_view text);
// A reply with nothing in it; `cut` when it ran out of tokens.
absl::Status EmptyReply(std::string_view who, std::string_view finish, bool cut);
// What ModelReply::stop_detail says of a server's word for its reason and its sentence about it.
std::string StopDetail(std::string_view kind, std::string_view words);
// The server's own words in an error body of any known form.
std::string ServerErrorText(std::string_view body);
// Without the key, and the name and password of the address.
std::string WithoutSecrets(std::string text, const WireOptions& options);

// Of x-ratelimit-* and anthropic-ratelimit-*; null when there are none. `now` for those that are dates.
std::shared_ptr<const RateLimits> ReadRateLimits(const HttpHead& head);

}  // namespace ninefold
