// A vendor for the conformance suite: how its server speaks, written from its published specification, and
// what it would refuse. One file a wire form, in this folder; suite.cc plays the same behaviours to all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/model.h"
#include "ninefold/model_error.h"
#include "ninefold/models.h"
#include "testing/chat_server.h"

namespace ninefold::conformance {

enum class End { kNatural, kLength, kRefusal, kFiltered };

// What a model says in one reply.
struct Play {
  std::string reasoning;          // with the vendor's own seal on it (Kit::seal)
  std::vector<std::string> text;  // pieces
  std::vector<testing::ChatCall> calls;
  End end = End::kNatural;
};

// A refusal as the vendor's server sends it.
struct Refusal {
  int status = 500;
  std::string body;
  std::vector<std::string> headers = {};
};

// What is not in an API, by the row of the table; nothing is asked of it there.
enum class Behaviour {
  kText,
  kStream,
  kTools,
  kParallelTools,
  kImage,
  kImageFromTool,
  kStructuredOutput,
  kReasoning,
  kReasoningReplay,
  kLength,
  kRefusal,
  kFiltered,
  kUsage,
  kErrors,
  kMidStreamError,
  kCancellation,
  kEveryCut,
};

class Kit {
 public:
  virtual ~Kit() = default;
  virtual std::string name() const = 0;  // the column: "openai (Responses)"
  virtual std::string spec() const = 0;  // "openai/gpt-5.4"
  virtual std::string api() const { return ""; }
  virtual std::string base_path() const { return "/v1"; }
  // Why a behaviour is not in this API; "": it is.
  virtual std::string Lacks(Behaviour) const { return ""; }
  virtual std::string content_type() const { return "text/event-stream"; }

  virtual std::string Stream(const Play& play) const = 0;
  virtual std::string Whole(const Play& play) const = 0;
  virtual Refusal Refuse(ModelError error) const = 0;
  // An error in the midst of a stream, as it stands there; "" when the API has no form for it.
  virtual std::string MidStreamError() const = 0;
  // Bytes at the end of a stream without which the reply is whole nevertheless ("data: [DONE]").
  virtual std::size_t TrailingBytes() const { return 0; }
  // What a server that keeps to the specification would refuse in this request; "": nothing.
  virtual std::string FaultIn(const testing::ChatSeen& request, const Json& body) const = 0;
  // Opaque text in the vendor's reply that must come back with the conversation: a signature, an id.
  virtual std::string seal() const { return ""; }
};

std::vector<std::unique_ptr<Kit>> AllKits();
// One a wire form; AllKits calls them.
void AddChatKits(std::vector<std::unique_ptr<Kit>>& kits);
void AddResponsesKits(std::vector<std::unique_ptr<Kit>>& kits);
void AddAnthropicKit(std::vector<std::unique_ptr<Kit>>& kits);
void AddGeminiKit(std::vector<std::unique_ptr<Kit>>& kits);
void AddOllamaKit(std::vector<std::unique_ptr<Kit>>& kits);

// ---- for kits ------------------------------------------------------------------------------------

std::string Joined(const std::vector<std::string>& pieces);
// "event: TYPE\ndata: …\n\n" with the type of the event, or "data: …\n\n".
std::string TypedEvent(const Json& event);
std::string DataEvent(const Json& event);
// The value of a header of the request, "" when it has none.
std::string HeaderOf(const testing::ChatSeen& request, std::string_view name);

}  // namespace ninefold::conformance
