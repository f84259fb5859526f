#include "model/chat.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/loop.h"
#include "base/try.h"
#include "net/http.h"
#include "net/sse.h"
#include "ninefold/context.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kErrorBodyMax = 64u << 10;
// Keep-alive comments reset the idle time-out, but not for ever: an event must come within that many of it.
constexpr int kIdleTimeOutsMax = 10;

// The tools of an agent are the same in each of its requests: their text is made once.
struct ToolText {
  std::uint64_t hash = 0;
  std::vector<std::string> names;
  std::string text;
};

class ToolTexts {
 public:
  // Models are shared by runs on several loops.
  std::shared_ptr<const ToolText> Of(const ToolList* tools) {
    static const auto kNone = std::make_shared<const ToolText>();
    if (tools == nullptr || tools->specs().empty()) return kNone;
    std::lock_guard lock(mutex_);
    for (const auto& text : texts_) {
      if (text->hash == tools->hash()) return text;
    }
    auto made = std::make_shared<ToolText>();
    made->hash = tools->hash();
    made->names = WireNames(tools);
    made->text = ChatTools(*tools, made->names);
    if (texts_.size() == kKept) texts_.erase(texts_.begin());
    texts_.push_back(made);
    return made;
  }

 private:
  static constexpr std::size_t kKept = 16;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const ToolText>> texts_;
};

class ChatModel : public Model {
 public:
  explicit ChatModel(ChatOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {
    HttpTarget target;
    target.url = options_.base_url + "/chat/completions";
    target.headers = options_.headers;
    target.headers.push_back("content-type: application/json");
    target.headers.push_back(options_.wire.stream ? "accept: text/event-stream" : "accept: application/json");
    if (!options_.key.empty()) target.headers.push_back("authorization: Bearer " + options_.key);
    target.connect_timeout = options_.wire.connect_timeout;
    target.first_byte_timeout = options_.wire.first_byte_timeout;
    target.idle_timeout = options_.wire.idle_timeout;
    target.connections_max = options_.wire.connections_max;
    target.body_max = kBodyMax;
    target_ = std::make_shared<const HttpTarget>(std::move(target));
  }

  const ModelCard& card() const override { return options_.card; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    std::shared_ptr<const ToolText> tools = texts_.Of(request.tools.get());
    auto body = std::make_shared<const std::string>(ChatBody(request, options_, tools->names, tools->text));
    ChatAssembly assembly(origin_);
    absl::Status done;
    if (options_.wire.stream) {
      done = co_await Stream(std::move(body), assembly, ctx);
    } else {
      done = co_await Whole(std::move(body), assembly, ctx);
    }
    if (!done.ok()) co_return Safe(done);
    absl::StatusOr<ModelReply> reply = assembly.Finish(request.tools.get(), tools->names);
    if (!reply.ok()) co_return Safe(reply.status());
    SignCalls(*reply);
    co_return reply;
  }

 private:
  static constexpr std::size_t kBodyMax = 64u << 20;

  // A server may echo the key anywhere.
  absl::Status Safe(const absl::Status& status) const {
    const std::string message(ToStd(status.message()));
    const std::string safe = WithoutKey(message, options_.key);
    return safe == message ? status : absl::Status(status.code(), safe);
  }

  // What a server put beside a call is for that vendor alone.
  void SignCalls(ModelReply& reply) const {
    for (Part& part : reply.message.parts) {
      auto* call = std::get_if<ToolCall>(&part);
      if (call == nullptr || call->vendor_state.is_null()) continue;
      Json fields = std::move(call->vendor_state);
      call->vendor_state = Json::object();
      call->vendor_state["vendor"] = options_.vendor;
      call->vendor_state["fields"] = std::move(fields);
    }
  }

  Async<absl::Status> Whole(std::shared_ptr<const std::string> body, ChatAssembly& assembly,
                            Context& ctx) const {
    CO_TRY(HttpResponse response, co_await Fetch(ctx.loop(), target_, std::move(body), ctx.cancel_node()));
    if (response.head.status != 200) co_return ChatError(response.head, response.body, options_);
    co_return ReadWhole(response.body, assembly, EmitTo(ctx));
  }

  // Deltas go to whoever reads them as they come.
  static std::function<void(EventBody)> EmitTo(Context& ctx) {
    if (!ctx.wants_deltas()) return nullptr;
    return [&ctx](EventBody body) { ctx.Emit(std::move(body)); };
  }

  // A body that is one JSON value, or a stream under another content type.
  absl::Status ReadWhole(std::string_view body, ChatAssembly& assembly,
                         std::function<void(EventBody)> emit) const {
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
      return absl::UnavailableError(absl::StrCat(origin_, " sent an empty body"));
    const std::string_view text = body.substr(begin);
    if (text[0] != 'd' && text[0] != ':' && text[0] != 'e') return assembly.Chunk(text, emit);
    SseParser parser([&](const SseEvent& event) { return assembly.Chunk(event.data, emit); });
    CHECK_OK(parser.Feed(body));
    return parser.Finish();
  }

  Async<absl::Status> Stream(std::shared_ptr<const std::string> body, ChatAssembly& assembly,
                             Context& ctx) const {
    HttpStream stream(ctx.loop(), target_, std::move(body));
    CO_TRY(const HttpHead* head, co_await stream.Start(ctx.cancel_node()));
    const auto type = head->Get("content-type");
    if (head->status != 200 || !type || !type->starts_with("text/event-stream")) {
      co_return co_await Other(stream, *head, assembly, ctx);
    }
    std::function<void(EventBody)> emit = EmitTo(ctx);
    bool event_came = true;
    SseParser parser([&](const SseEvent& event) {
      event_came = true;
      return assembly.Chunk(event.data, emit);
    });
    const absl::Duration patience = options_.wire.idle_timeout * kIdleTimeOutsMax;
    absl::Time due;
    std::string piece;
    bool more = true;
    while (more) {
      if (std::exchange(event_came, false)) due = ctx.Now() + patience;
      CO_TRY(more, co_await stream.Read(piece));
      CO_CHECK_OK(more ? parser.Feed(piece) : parser.Finish());
      if (!event_came && more && ctx.Now() > due) co_return NoEvents(patience);
      if (emit) CO_CHECK_OK(co_await ctx.Drain());
    }
    // Some servers send an error in the midst of a stream as a line of its own.
    if (!parser.stray().empty()) CO_CHECK_OK(assembly.Chunk(parser.stray(), emit));
    co_return absl::OkStatus();
  }

  absl::Status NoEvents(absl::Duration patience) const {
    return absl::DeadlineExceededError(absl::StrCat(origin_, " sent nothing but signs of life for ",
                                                    absl::FormatDuration(patience), " (", kIdleTimeOutsMax,
                                                    " times idle_timeout)"));
  }

  // Not a stream: a refusal, or a server that answers at once whatever was asked for.
  Async<absl::Status> Other(HttpStream& stream, const HttpHead& head, ChatAssembly& assembly,
                            Context& ctx) const {
    std::string all, piece;
    bool more = true;
    while (more) {
      CO_TRY(more, co_await stream.Read(piece));
      all += piece;
      if (head.status != 200 && all.size() > kErrorBodyMax) break;
    }
    if (head.status != 200) co_return ChatError(head, all, options_);
    co_return ReadWhole(all, assembly, EmitTo(ctx));
  }

  ChatOptions options_;
  std::string origin_;
  std::shared_ptr<const HttpTarget> target_;
  mutable ToolTexts texts_;
};

}  // namespace

ModelPtr MakeChatModel(ChatOptions options) { return std::make_shared<ChatModel>(std::move(options)); }

}  // namespace ninefold
