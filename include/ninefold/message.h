// What goes to a model and comes back: messages made of typed parts.
//
//   Message question = UserMessage("What is on this picture?");
//   question.parts.push_back(Image{.media_type = "image/png", .bytes = png});
//   Conversation talk = Conversation().With(question);
//   Conversation other = talk.With(AssistantMessage("A cat."));  // shares talk, copies nothing
//
// Messages are plain values. A Conversation is immutable and shared: a thousand children of one
// parent hold one history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "ninefold/json.h"

namespace ninefold {

enum class Role { kSystem, kUser, kAssistant, kTool };
std::string_view RoleName(Role role);  // "system", "user", "assistant", "tool"

struct Text {
  std::string text;  // UTF-8
};

// Either bytes or url is set.
struct Image {
  std::string media_type;  // "image/png", "image/jpeg", "image/gif", "image/webp"
  std::string bytes;       // the encoded file, not base64
  std::string url;         // https:, fetched by the vendor
  std::string name = {};   // "photo.png": how tools and people call it; may be empty
};

// A document: UTF-8 text for text/*, else the file's bytes. Its name is how it is cited.
struct File {
  std::string name;  // "gpl-3.txt"
  std::string media_type = "text/plain";
  std::string bytes;
};

// Structured input or output. What was read from a file (data.h) also has the file's text and what a model is
// shown instead of all of it.
struct Data {
  Json value;
  std::string name;          // what it is, for the reader; may be empty
  std::string text = {};     // what the value was read from, for search and citations; may be empty
  std::string preview = {};  // empty: a model is shown the value
};

// What a model thought. `vendor_state` is opaque and replayed verbatim to the vendor that made it.
struct Reasoning {
  std::string text;
  Json vendor_state;
};

// A model asks for a tool.
struct ToolCall {
  std::string id;  // [A-Za-z0-9_-]{1,64}, unique within the conversation
  std::string name;
  Json arguments;  // an object; a string when the model's text was not JSON
  Json vendor_state = nullptr;
};

struct Part;

// The answer to one ToolCall; every call has exactly one.
struct ToolResult {
  std::string call_id;
  std::string name;  // the tool's
  std::vector<Part> content;
  bool is_error = false;  // the model may mend it
};

struct Part : std::variant<Text, Image, File, Data, Reasoning, ToolCall, ToolResult> {
  using variant::variant;
};

struct Message {
  Role role = Role::kUser;
  std::vector<Part> parts;
};

Message UserMessage(std::string text);
Message AssistantMessage(std::string text);

// The text parts, joined by newlines; other parts are passed over.
std::string TextOf(const std::vector<Part>& parts);
inline std::string TextOf(const Message& message) { return TextOf(message.parts); }

// The tool calls of a message, in order; pointers into `message`.
std::vector<const ToolCall*> ToolCallsOf(const Message& message);

// As plain JSON, for journals and traces, and back. Bytes are base64. FromJson reads hostile input:
// kInvalidArgument names the JSON pointer of what is wrong.
Json ToJson(const Part& part);
Json ToJson(const Message& message);
absl::StatusOr<Part> PartFromJson(const Json& json);
absl::StatusOr<Message> MessageFromJson(const Json& json);

// An immutable, shared list of messages. Copying it copies a pointer.
class Conversation {
 public:
  Conversation() = default;
  Conversation(const Conversation&) = default;
  Conversation& operator=(const Conversation&) = default;
  Conversation(Conversation&&) noexcept = default;
  Conversation& operator=(Conversation&&) noexcept = default;
  ~Conversation();

  // This conversation and one more message after it.
  [[nodiscard]] Conversation With(Message message) const;

  bool empty() const { return node_ == nullptr; }
  std::size_t size() const;
  const Message& back() const;  // not empty

  // Oldest first; the pointers live as long as any conversation that shares them.
  std::vector<const Message*> messages() const;

  // Of the content; the same in every process. O(1): each message adds to its prefix's hash.
  std::uint64_t hash() const;

 private:
  struct Node;
  std::shared_ptr<const Node> node_;
};

// What a model is told about a tool (tool.h runs it).
enum class Effect {
  kPure,        // a function of its arguments
  kRead,        // looks at the world, changes nothing
  kIdempotent,  // changes it; doing it again with the same idempotency key changes nothing more
  kOnce,        // changes it each time: never repeated silently after a crash
};
std::string_view EffectName(Effect effect);

// What a tool can reach; policy decides over it.
struct Capabilities {
  bool reads_private = false;   // private data
  bool sees_untrusted = false;  // content that somebody else wrote
  bool changes_state = false;
  bool talks_outside = false;  // network beyond the model endpoint
  bool runs_code = false;
};

Json EmptyObjectSchema();  // {"type":"object","properties":{},"additionalProperties":false}

struct ToolSpec {
  std::string name;                       // [A-Za-z0-9_.-]{1,64}, unique within an agent
  std::string description;                // for the model: when to call it, what comes back
  Json parameters = EmptyObjectSchema();  // JSON Schema 2020-12 of the arguments
  Effect effect = Effect::kRead;
  Capabilities capabilities = {};
  std::optional<absl::Duration> timeout = std::nullopt;  // of one call; unset: the agent's (ToolLimits)
};

// A place in a source that supports an answer.
struct Citation {
  std::string source;  // a file's name, a tool's name, a URL
  int line_begin = 0;  // 1-based; 0: unknown
  int line_end = 0;    // inclusive
  std::string quote;   // verbatim
};
Json ToJson(const Citation& citation);
Citation CitationFromJson(const Json& json);
// "gpl-3.txt:210-214"
std::string Place(const Citation& citation);

}  // namespace ninefold
