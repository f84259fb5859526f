// Google's Gemini: generateContent (https://ai.google.dev/api/generate-content, 2026-10). The model stands in
// the address, a stream ends with a finish reason and nothing else, and a call comes whole.
#include "model/gemini.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/try.h"
#include "base/utf8.h"
#include "model/body_parts.h"
#include "model/in_place.h"
#include "model/vendors/vendors.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr char kGemini[] = "gemini";

const VendorFacts& Gemini() {
  static const VendorFacts facts{.name = kGemini,
                                 .base_url = "https://generativelanguage.googleapis.com/v1beta",
                                 .base_env = "GEMINI_BASE_URL",
                                 .path = "",
                                 .key_env = "GEMINI_API_KEY",
                                 .key_env2 = "",
                                 .needs_key = true,
                                 .to_start = ""};
  return facts;
}

struct GeminiRow {
  std::string_view prefix;  // the first that fits holds
  GeminiFamily family;
};
// What each family takes, as its servers answered in 2026-10.
constexpr GeminiRow kGeminiRows[] = {
    {"gemini-3-flash", {GeminiThinking::kLevel, true}},
    {"gemini-3.1-flash", {GeminiThinking::kLevel, true}},
    {"gemini-3.5-flash", {GeminiThinking::kLevel, true}},
    {"gemini-3.6-flash", {GeminiThinking::kLevel, true}},
    {"gemini-2.5-pro", {GeminiThinking::kBudget, false}},
    {"gemini-2.5-flash-image", {GeminiThinking::kNone, false}},
    {"gemini-2.5", {GeminiThinking::kBudget, true}},
    {"gemini-robotics-er-1.5", {GeminiThinking::kBudget, true}},
    {"gemini-2", {GeminiThinking::kNone, false}},
    {"gemini-1", {GeminiThinking::kNone, false}},
};

// ---- the reply -----------------------------------------------------------------------------------

// Ends that the server's filters made.
constexpr std::string_view kFilters[] = {
    "SAFETY", "RECITATION",   "BLOCKLIST",        "PROHIBITED_CONTENT",
    "SPII",   "IMAGE_SAFETY", "IMAGE_RECITATION", "IMAGE_PROHIBITED_CONTENT"};
// Ends of a reply that came to nothing; another attempt may do better.
constexpr std::string_view kFailures[] = {
    "MALFORMED_FUNCTION_CALL",   "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE", "NO_IMAGE",           "IMAGE_OTHER",          "OTHER"};

template <class List>
bool IsIn(const List& list, std::string_view what) {
  return std::find(std::begin(list), std::end(list), what) != std::end(list);
}

// The member's text; "" where there is none, and for the zero of an enumeration, which says nothing.
std::string TextAt(const Json& object, std::string_view key) {
  const std::string* text = GetString(object, key);
  return text == nullptr || text->ends_with("_UNSPECIFIED") ? "" : *text;
}

class GeminiAssembly : public Assembly {
 public:
  explicit GeminiAssembly(std::string who) : who_(std::move(who)) {}

  absl::Status Take(std::string_view, std::string_view text, const EmitFn& emit) override {
    // Proxies end a stream as others do.
    if (IsBlank(text) || text.starts_with("[DONE]")) return absl::OkStatus();
    absl::StatusOr<Json> json = ParseJson(text);
    if (!json.ok()) json = ParseJson(MendUtf8(text));
    if (!json.ok() || !json->is_structured()) return NoSense(who_, "Gemini", text);
    if (json->is_object()) return Event(*json, emit);
    // What would be events, in one list: a stream that a proxy took the "alt=sse" from, or an error.
    for (const Json& event : *json) {
      if (event.is_object()) CHECK_OK(Event(event, emit));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ModelReply> Finish(const ToolList* tools, const WireTools& wire) override {
    if (!blocked_.empty()) return Blocked();
    if (finish_.empty()) return BrokenOff(who_, "it has no finish reason");
    if (IsIn(kFailures, finish_) || finish_ == "LANGUAGE") return Failed();
    ModelReply reply;
    reply.message.role = Role::kAssistant;
    reply.model = model_;
    reply.request_id = id_;
    reply.usage = UsageSaid();
    for (Block& block : blocks_) Add(std::move(block), reply.message.parts, tools, wire);
    const bool cut = finish_ == "MAX_TOKENS";
    const bool calls = !ToolCallsOf(reply.message).empty();
    if (calls) reply.stop_reason = StopReason::kToolCalls;
    if (cut) reply.stop_reason = StopReason::kLength;
    if (IsIn(kFilters, finish_)) {
      reply.stop_reason = StopReason::kFiltered;
      reply.stop_detail = StopDetail(finish_, words_);
      std::erase_if(reply.message.parts,
                    [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
    } else if (!calls && TextOf(reply.message).empty() && !ShowsImage(reply.message)) {
      return EmptyReply(who_, finish_, cut);
    }
    return reply;
  }

  Usage SoFar() const override {
    std::size_t bytes = 0;
    for (const Block& block : blocks_) bytes += block.text.size();
    return WithOutput(UsageSaid(), bytes);
  }

 private:
  enum class Kind { kText, kThought, kCall, kImage, kOther };
  struct Block {
    Kind kind = Kind::kText;
    std::string text, signature;
    bool alone = false;  // the signature came with an empty text behind this one
    Json part = nullptr;
  };

  absl::Status Event(const Json& event, const EmitFn& emit) {
    const Json* error = GetMember(event, "error");
    if (error != nullptr && !error->is_null()) return ServerErrorObject(*error, who_);
    if (const std::string model = TextAt(event, "modelVersion"); !model.empty()) model_ = model;
    if (const std::string id = TextAt(event, "responseId"); !id.empty()) id_ = id;
    TakeUsage(GetMember(event, "usageMetadata"));
    if (const Json* feedback = GetMember(event, "promptFeedback")) {
      if (const std::string reason = TextAt(*feedback, "blockReason"); !reason.empty()) {
        blocked_ = reason;
        words_ = TextAt(*feedback, "blockReasonMessage");
      }
    }
    const Json* candidates = GetMember(event, "candidates");
    if (candidates == nullptr || !candidates->is_array()) return absl::OkStatus();
    for (const Json& candidate : *candidates) {
      if (GetInt(candidate, "index").value_or(0) == 0) Candidate(candidate, emit);
    }
    return absl::OkStatus();
  }

  void Candidate(const Json& candidate, const EmitFn& emit) {
    if (const std::string reason = TextAt(candidate, "finishReason"); !reason.empty()) {
      finish_ = reason;
      if (blocked_.empty()) words_ = TextAt(candidate, "finishMessage");
    }
    const Json* content = GetMember(candidate, "content");
    const Json* parts = content == nullptr ? nullptr : GetMember(*content, "parts");
    if (parts == nullptr || !parts->is_array()) return;
    for (const Json& part : *parts) {
      if (part.is_object() && blocked_.empty()) OnePart(part, emit);
    }
  }

  void OnePart(const Json& part, const EmitFn& emit) {
    const bool thought = GetBool(part, "thought") == true;
    const std::string* text = GetString(part, "text");
    const std::string* signature = GetString(part, "thoughtSignature");
    Block block{.text = "", .signature = signature == nullptr ? "" : *signature};
    if (const Json* call = GetMember(part, "functionCall"); call != nullptr && call->is_object()) {
      block.kind = Kind::kCall;
      block.part = *call;
      if (emit) {
        const ToolCall made = CallOf(*call);
        emit(event::ToolCallDelta{made.id, made.name, DumpJson(made.arguments)});
      }
    } else if (text != nullptr || OnlySigned(part)) {
      return AddText(thought ? Kind::kThought : Kind::kText, text == nullptr ? "" : *text, block.signature,
                     emit);
    } else {
      const Json* image = thought ? nullptr : GetMember(part, "inlineData");
      block.kind = image != nullptr && IsImage(*image) ? Kind::kImage : Kind::kOther;
      block.part = block.kind == Kind::kImage ? *image : part;
    }
    blocks_.push_back(std::move(block));
  }

  // A part must hold something; one that would not is sent back as an empty text.
  static bool OnlySigned(const Json& part) {
    return std::all_of(part.items().begin(), part.items().end(), [](const auto& item) {
      return item.key() == "thought" || item.key() == "thoughtSignature";
    });
  }

  static bool IsImage(const Json& data) {
    const std::string* bytes = GetString(data, "data");
    return TextAt(data, "mimeType").starts_with("image/") && bytes != nullptr && FromBase64(*bytes);
  }

  // Pieces of one kind belong together, with the signature that is among them.
  void AddText(Kind kind, const std::string& text, const std::string& signature, const EmitFn& emit) {
    if (text.empty() && signature.empty()) return;
    if (blocks_.empty() || blocks_.back().kind != kind) blocks_.push_back(Block{.kind = kind});
    Block& block = blocks_.back();
    if (!signature.empty()) block.signature = signature;
    block.alone = text.empty();
    if (text.empty()) return;
    block.text += text;
    if (!emit) return;
    if (kind == Kind::kThought) {
      emit(event::ReasoningDelta{text});
    } else {
      emit(event::TextDelta{text});
    }
  }

  static ToolCall CallOf(const Json& call) {
    ToolCall made{.id = TextAt(call, "id"), .name = TextAt(call, "name"), .arguments = Json::object()};
    const Json* arguments = GetMember(call, "args");
    if (arguments != nullptr && arguments->is_object()) made.arguments = *arguments;
    if (arguments != nullptr && arguments->is_string())
      made.arguments = ArgumentsOf(arguments->get_ref<const std::string&>());
    return made;
  }

  // Counts are running totals: the last that was said holds.
  void TakeUsage(const Json* usage) {
    if (usage == nullptr || !usage->is_object()) return;
    const auto take = [&](std::string_view key, std::optional<std::int64_t>& into) {
      if (const auto value = GetInt(*usage, key); value && *value >= 0) into = value;
    };
    take("promptTokenCount", prompt_);
    take("toolUsePromptTokenCount", tool_prompt_);
    take("cachedContentTokenCount", cached_);
    take("candidatesTokenCount", candidates_);
    take("thoughtsTokenCount", thoughts_);
  }

  // Thoughts are not counted among the candidates, and are billed with them.
  Usage UsageSaid() const {
    Usage usage;
    if (prompt_) usage.input = *prompt_ + tool_prompt_.value_or(0);
    usage.cached_input = cached_;
    if (cached_ && usage.input) usage.cached_input = std::min(*cached_, *usage.input);
    if (candidates_ || thoughts_) usage.output = candidates_.value_or(0) + thoughts_.value_or(0);
    usage.reasoning = thoughts_;
    return usage;
  }

  static Reasoning Sealed(std::string text, std::string_view key, Json value) {
    return {.text = std::move(text), .vendor_state = VendorState(kGemini, key, std::move(value))};
  }

  static void Add(Block&& block, std::vector<Part>& parts, const ToolList* tools, const WireTools& wire) {
    switch (block.kind) {
      case Kind::kText:
        return AddTextParts(std::move(block), parts);
      case Kind::kThought: {
        Json part{{"text", block.text}, {"thought", true}};
        if (!block.signature.empty()) part["thoughtSignature"] = std::move(block.signature);
        parts.push_back(Sealed(std::move(block.text), "part", std::move(part)));
        return;
      }
      case Kind::kCall: {
        ToolCall call = CallOf(block.part);
        Json state = Json::object();
        if (!call.id.empty()) state["id"] = call.id;
        if (!block.signature.empty()) state["signature"] = std::move(block.signature);
        if (call.id.empty()) call.id = absl::StrCat("call_", parts.size() + 1);
        call.name = ToolNameOf(call.name, tools, wire);
        call.vendor_state = VendorState(kGemini, "call", std::move(state));
        parts.push_back(std::move(call));
        return;
      }
      case Kind::kImage:
        if (!block.signature.empty()) parts.push_back(Sealed("", "next", std::move(block.signature)));
        parts.push_back(Image{.media_type = TextAt(block.part, "mimeType"),
                              .bytes = *FromBase64(*GetString(block.part, "data")),
                              .url = ""});
        return;
      case Kind::kOther:
        parts.push_back(Sealed("", "part", std::move(block.part)));
    }
  }

  // A signature must come back on the part it was on.
  static void AddTextParts(Block&& block, std::vector<Part>& parts) {
    const bool alone = block.alone || IsBlank(block.text);
    if (!block.signature.empty() && !alone) parts.push_back(Sealed("", "next", block.signature));
    if (!block.text.empty()) parts.push_back(Text{std::move(block.text)});
    if (block.signature.empty() || !alone) return;
    parts.push_back(Sealed("", "part", {{"text", ""}, {"thoughtSignature", std::move(block.signature)}}));
  }

  static bool ShowsImage(const Message& message) {
    return std::any_of(message.parts.begin(), message.parts.end(),
                       [](const Part& part) { return std::holds_alternative<Image>(part); });
  }

  // The server's own words, as a clause of an error.
  std::string Words() const {
    if (words_.empty()) return "";
    return absl::StrCat(": ", EscapeForTerminal(CutUtf8(words_, 500), true));
  }

  absl::Status Blocked() const {
    return WithModelError(absl::InvalidArgumentError(
                              absl::StrCat(who_, " refused the prompt for what it says (",
                                           EscapeForTerminal(CutUtf8(blocked_, 60), true), ")", Words())),
                          ModelError::kContentPolicy);
  }

  absl::Status Failed() const {
    std::string message = absl::StrCat(who_, " gave up its reply (", finish_, ")", Words());
    if (finish_ == "LANGUAGE") {
      return WithModelError(
          absl::InvalidArgumentError(absl::StrCat(message, "; ask in a language that the model knows")),
          ModelError::kInvalidRequest);
    }
    return WithModelError(absl::UnavailableError(message), ModelError::kEmpty);
  }

  std::string who_, model_, id_, finish_, blocked_, words_;
  std::vector<Block> blocks_;
  std::optional<std::int64_t> prompt_, tool_prompt_, cached_, candidates_, thoughts_;
};

}  // namespace

std::unique_ptr<Assembly> MakeGeminiAssembly(std::string who) {
  return std::make_unique<GeminiAssembly>(std::move(who));
}

GeminiFamily GeminiFamilyOf(std::string_view model) {
  for (const GeminiRow& row : kGeminiRows) {
    if (IsOfFamily(model, {row.prefix})) return row.family;
  }
  if (!IsOfFamily(model, {kGemini})) return {GeminiThinking::kNone, false};
  return {GeminiThinking::kLevel, absl::StrContains(ToAbsl(model), "flash-lite")};
}

namespace {

class GeminiDialect : public Dialect {
 public:
  explicit GeminiDialect(GeminiOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {}

  std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const override {
    return GeminiTools(tools, names);
  }
  std::string Body(const ModelRequest& request, const WireTools& tools) const override {
    return GeminiBody(request, options_, tools);
  }
  std::unique_ptr<Assembly> NewReply() const override { return MakeGeminiAssembly(origin_); }

 private:
  const GeminiOptions options_;
  const std::string origin_;
};

// Addresses are pasted whole, with the version or without it, or as those of its Chat Completions.
void PutVersion(std::string& base) {
  base.resize(std::min(base.find("/models/"), base.size()));
  if (base.ends_with("/openai")) base.resize(base.size() - 7);
  const std::string_view last = std::string_view(base).substr(base.rfind('/') + 1);
  const bool version = last.size() > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9';
  if (!version) base += "/v1beta";
}

// It becomes a part of the address.
bool IsGeminiName(std::string_view model) {
  constexpr std::string_view kAlso = "-._";
  return !model.empty() && std::all_of(model.begin(), model.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || kAlso.find(char(c)) != std::string_view::npos;
  });
}

}  // namespace

absl::StatusOr<ModelPtr> OpenGemini(std::string_view model, const ModelOptions& options) {
  const bool tuned = model.starts_with("tunedModels/");
  // Its own lists name a model so.
  if (model.starts_with("models/") || tuned) model.remove_prefix(model.find('/') + 1);
  if (!IsGeminiName(model)) {
    return absl::InvalidArgumentError(
        absl::StrCat("model \"gemini/", std::string(model),
                     "\": a model's name there is made of letters, digits, \"-\", \".\" and \"_\""));
  }
  TRY(WireOptions wire, Configure(Gemini(), model, options));
  PutVersion(wire.base_url);
  if (!wire.key.empty()) wire.headers.push_back("x-goog-api-key: " + wire.key);
  wire.path = absl::StrCat(tuned ? "/tunedModels/" : "/models/", wire.model,
                           options.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  wire.card.images = SeesImages(wire, IsOfFamily(model, {kGemini}));
  GeminiOptions made{wire};
  made.family = GeminiFamilyOf(model);
  return MakeWireModel(std::move(wire), std::make_unique<GeminiDialect>(std::move(made)));
}

VendorStatus GeminiStatus() { return StatusOf(Gemini()); }

}  // namespace ninefold
