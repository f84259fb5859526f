#include "ninefold/message.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/hash.h"

namespace ninefold {

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kUser:
      return "user";
    case Role::kAssistant:
      return "assistant";
    case Role::kTool:
      return "tool";
  }
  return "user";
}

std::string_view EffectName(Effect effect) {
  switch (effect) {
    case Effect::kPure:
      return "pure";
    case Effect::kRead:
      return "read";
    case Effect::kIdempotent:
      return "idempotent";
    case Effect::kOnce:
      return "once";
  }
  return "read";
}

Message UserMessage(std::string text) {
  Message message{Role::kUser, {}};
  message.parts.emplace_back(Text{std::move(text)});
  return message;
}

Message AssistantMessage(std::string text) {
  Message message{Role::kAssistant, {}};
  message.parts.emplace_back(Text{std::move(text)});
  return message;
}

std::string TextOf(const std::vector<Part>& parts) {
  std::string joined;
  bool first = true;
  for (const Part& part : parts) {
    const auto* text = std::get_if<Text>(&part);
    if (text == nullptr) continue;
    if (!first) joined += '\n';
    first = false;
    joined += text->text;
  }
  return joined;
}

std::vector<const ToolCall*> ToolCallsOf(const Message& message) {
  std::vector<const ToolCall*> calls;
  for (const Part& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part)) calls.push_back(call);
  }
  return calls;
}

Json EmptyObjectSchema() {
  return {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
}

std::string Place(const Citation& citation) {
  if (citation.line_begin <= 0) return citation.source;
  if (citation.line_end <= citation.line_begin)
    return absl::StrCat(citation.source, ":", citation.line_begin);
  return absl::StrCat(citation.source, ":", citation.line_begin, "-", citation.line_end);
}

struct Conversation::Node {
  std::shared_ptr<const Node> before;
  Message message;
  std::size_t size;
  std::uint64_t hash;
};

namespace {

std::uint64_t HashPart(const Part& part, std::uint64_t h);

std::uint64_t HashJson(const Json& json, std::uint64_t h) {
  return json.is_null() ? Mix(h, 1) : HashBytes(DumpJson(json), h);
}

struct PartHash {
  std::uint64_t h;
  std::uint64_t operator()(const Text& p) const { return HashBytes(p.text, h); }
  std::uint64_t operator()(const Image& p) const {
    const std::uint64_t sum = HashBytes(p.url, HashBytes(p.bytes, h));
    return p.name.empty() ? sum : HashBytes(p.name, sum);
  }
  std::uint64_t operator()(const File& p) const { return HashBytes(p.name, HashBytes(p.bytes, h)); }
  std::uint64_t operator()(const Data& p) const {
    const std::uint64_t named = HashBytes(p.name, h);
    const std::uint64_t shown = p.preview.empty() ? named : HashBytes(p.preview, named);
    return p.text.empty() ? HashJson(p.value, shown) : HashBytes(p.text, shown);
  }
  std::uint64_t operator()(const Reasoning& p) const {
    return HashJson(p.vendor_state, HashBytes(p.text, h));
  }
  std::uint64_t operator()(const ToolCall& p) const {
    return HashJson(p.arguments, HashBytes(p.name, HashBytes(p.id, h)));
  }
  std::uint64_t operator()(const ToolResult& p) const {
    std::uint64_t sum = HashBytes(p.call_id, Mix(h, p.is_error));
    for (const Part& part : p.content) sum = HashPart(part, sum);
    return sum;
  }
};

std::uint64_t HashPart(const Part& part, std::uint64_t h) {
  return std::visit(PartHash{Mix(h, part.index())}, static_cast<const Part::variant&>(part));
}

std::uint64_t HashMessage(const Message& message, std::uint64_t h) {
  h = Mix(h, std::uint64_t(message.role) + 1);
  for (const Part& part : message.parts) h = HashPart(part, h);
  return h;
}

}  // namespace

Conversation Conversation::With(Message message) const {
  const std::uint64_t hash = HashMessage(message, this->hash());
  Conversation longer;
  longer.node_ = std::make_shared<const Node>(Node{node_, std::move(message), size() + 1, hash});
  return longer;
}

// Long talks are long chains: freeing them must not recurse.
Conversation::~Conversation() {
  while (node_ != nullptr && node_.use_count() == 1) {
    std::shared_ptr<const Node> before = std::move(const_cast<Node&>(*node_).before);
    node_ = std::move(before);
  }
}

std::size_t Conversation::size() const { return node_ == nullptr ? 0 : node_->size; }
std::uint64_t Conversation::hash() const { return node_ == nullptr ? 0 : node_->hash; }
const Message& Conversation::back() const { return node_->message; }

std::vector<const Message*> Conversation::messages() const {
  std::vector<const Message*> all(size());
  std::size_t i = all.size();
  for (const Node* node = node_.get(); node != nullptr; node = node->before.get()) all[--i] = &node->message;
  return all;
}

}  // namespace ninefold
