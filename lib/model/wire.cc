#include "model/wire.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/loop.h"
#include "base/try.h"
#include "model/estimate.h"
#include "model/wrap/guard.h"
#include "net/http.h"
#include "net/ndjson.h"
#include "net/sse.h"
#include "ninefold/context.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kErrorBodyMax = 64u << 10;
constexpr std::size_t kBodyMax = 64u << 20;
// What one event or line may hold: a whole reply with its images fits.
constexpr std::size_t kEventMax = 16u << 20;
// Keep-alive comments reset the idle time-out, but not for ever: an event must come within that many of it.
constexpr int kIdleTimeOutsMax = 10;

// The tools of an agent are the same in each of its requests: their text is made once.
class ToolTexts {
 public:
  // Models are shared by runs on several loops.
  std::shared_ptr<const WireTools> Of(const ToolList* tools, const Dialect& dialect) {
    static const auto kNone = std::make_shared<const WireTools>();
    if (tools == nullptr || tools->specs().empty()) return kNone;
    std::lock_guard lock(mutex_);
    for (const auto& text : texts_) {
      if (text->hash == tools->hash()) return text;
    }
    auto made = std::make_shared<WireTools>();
    made->hash = tools->hash();
    made->names = WireNames(tools);
    made->text = dialect.Tools(*tools, made->names);
    if (texts_.size() == kKept) texts_.erase(texts_.begin());
    texts_.push_back(made);
    return made;
  }

 private:
  static constexpr std::size_t kKept = 16;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const WireTools>> texts_;
};

// The bytes of a reply, cut into its events.
class Framing {
 public:
  Framing(bool ndjson, Assembly& assembly, const EmitFn& emit)
      : sse_(
            [this, &assembly, &emit](const SseEvent& event) {
              event_came_ = true;
              return assembly.Take(event.type, event.data, emit);
            },
            kEventMax),
        lines_(
            [this, &assembly, &emit](std::string_view line) {
              event_came_ = true;
              return assembly.Take("", line, emit);
            },
            kEventMax),
        ndjson_(ndjson) {}

  absl::Status Feed(std::string_view piece) { return ndjson_ ? lines_.Feed(piece) : sse_.Feed(piece); }
  absl::Status Finish() { return ndjson_ ? lines_.Finish() : sse_.Finish(); }
  const std::string& stray() const { return sse_.stray(); }
  bool TookEvent() { return std::exchange(event_came_, false); }

 private:
  SseParser sse_;
  NdjsonParser lines_;
  const bool ndjson_;
  bool event_came_ = false;
};

class WireModel : public Model {
 public:
  WireModel(WireOptions options, std::unique_ptr<const Dialect> dialect)
      : options_(std::move(options)), dialect_(std::move(dialect)), origin_(OriginOf(options_.base_url)) {
    HttpTarget target;
    target.url = options_.base_url + options_.path;
    target.headers = options_.headers;
    target.headers.push_back("content-type: application/json");
    target.headers.push_back(Accept());
    target.connect_timeout = options_.wire.connect_timeout;
    target.first_byte_timeout = options_.wire.first_byte_timeout;
    target.idle_timeout = options_.wire.idle_timeout;
    target.connections_max = options_.wire.connections_max;
    target.body_max = kBodyMax;
    target_ = std::make_shared<const HttpTarget>(std::move(target));
  }

  const ModelCard& card() const override { return options_.card; }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    std::shared_ptr<const WireTools> tools = texts_.Of(request.tools.get(), *dialect_);
    auto body = std::make_shared<const std::string>(dialect_->Body(request, *tools));
    std::unique_ptr<Assembly> assembly = dialect_->NewReply();
    std::shared_ptr<const RateLimits> limits;
    absl::Status done;
    if (options_.wire.stream) {
      done = co_await Stream(std::move(body), *assembly, limits, ctx);
    } else {
      done = co_await Whole(std::move(body), *assembly, limits, ctx);
    }
    if (!done.ok()) co_return Used(Safe(done), *assembly);
    absl::StatusOr<ModelReply> reply = assembly->Finish(request.tools.get(), *tools);
    if (!reply.ok()) co_return Used(Safe(reply.status()), *assembly);
    reply->rate_limits = std::move(limits);
    co_return reply;
  }

 private:
  const char* Accept() const {
    if (!options_.wire.stream) return "accept: application/json";
    return dialect_->ndjson() ? "accept: application/x-ndjson" : "accept: text/event-stream";
  }

  // A server may echo the key anywhere.
  absl::Status Safe(const absl::Status& status) const {
    const std::string message(ToStd(status.message()));
    const std::string safe = WithoutSecrets(message, options_);
    if (safe == message) return status;
    absl::Status clean(status.code(), safe);
    status.ForEachPayload(
        [&](absl::string_view url, const absl::Cord& payload) { clean.SetPayload(url, payload); });
    return clean;
  }

  // With what it has cost, where the server was at work.
  static absl::Status Used(absl::Status status, const Assembly& assembly) {
    const ModelError error = ModelErrorOf(status);
    const bool worked = error == ModelError::kBroken || error == ModelError::kTimeout ||
                        absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
    return worked ? WithUsage(std::move(status), assembly.SoFar()) : status;
  }

  // What the transfer itself met, told apart from what this run's own end did to it.
  absl::Status Lost(const absl::Status& status, ModelError when_unavailable, const Context& ctx) const {
    if (ctx.cancelled()) return status;
    if (status.code() == absl::StatusCode::kUnavailable) {
      const bool hint = when_unavailable == ModelError::kConnection && !options_.unreachable_hint.empty();
      const std::string said =
          absl::StrCat(Describe(status), hint ? "; " : "", hint ? options_.unreachable_hint : "");
      return WithModelError(absl::UnavailableError(said), when_unavailable);
    }
    if (status.code() == absl::StatusCode::kDeadlineExceeded)
      return WithModelError(status, ModelError::kTimeout);
    return status;
  }

  Async<absl::Status> Whole(std::shared_ptr<const std::string> body, Assembly& assembly,
                            std::shared_ptr<const RateLimits>& limits, Context& ctx) const {
    absl::StatusOr<HttpResponse> response =
        co_await Fetch(ctx.loop(), target_, std::move(body), ctx.cancel_node());
    if (!response.ok()) co_return Lost(response.status(), ModelError::kConnection, ctx);
    if (response->head.status != 200) co_return ServerError(response->head, response->body, options_);
    limits = ReadRateLimits(response->head);
    co_return ReadWhole(response->body, assembly, EmitTo(ctx));
  }

  // Deltas go to whoever reads them as they come.
  static EmitFn EmitTo(Context& ctx) {
    if (!ctx.wants_deltas()) return nullptr;
    return [&ctx](EventBody body) { ctx.Emit(std::move(body)); };
  }

  // A body that is one JSON value, or a stream under another content type.
  absl::Status ReadWhole(std::string_view body, Assembly& assembly, EmitFn emit) const {
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) {
      return WithModelError(absl::UnavailableError(absl::StrCat(origin_, " sent an empty body")),
                            ModelError::kEmpty);
    }
    const std::string_view text = body.substr(begin);
    const bool framed = text[0] == 'd' || text[0] == ':' || text[0] == 'e' || dialect_->ndjson();
    if (!framed) return assembly.Take("", text, emit);
    Framing framing(dialect_->ndjson(), assembly, emit);
    CHECK_OK(framing.Feed(body));
    return framing.Finish();
  }

  bool IsStream(const HttpHead& head) const {
    const auto type = head.Get("content-type");
    if (head.status != 200 || !type) return false;
    return type->starts_with(dialect_->ndjson() ? "application/x-ndjson" : "text/event-stream");
  }

  Async<absl::Status> Stream(std::shared_ptr<const std::string> body, Assembly& assembly,
                             std::shared_ptr<const RateLimits>& limits, Context& ctx) const {
    HttpStream stream(ctx.loop(), target_, std::move(body));
    absl::StatusOr<const HttpHead*> head = co_await stream.Start(ctx.cancel_node());
    if (!head.ok()) co_return Lost(head.status(), ModelError::kConnection, ctx);
    limits = ReadRateLimits(**head);
    if (!IsStream(**head)) co_return co_await Other(stream, **head, assembly, ctx);
    const EmitFn emit = EmitTo(ctx);
    Framing framing(dialect_->ndjson(), assembly, emit);
    const absl::Duration patience = options_.wire.idle_timeout * kIdleTimeOutsMax;
    absl::Time due = ctx.Now() + patience;
    std::string piece;
    while (true) {
      absl::StatusOr<bool> more = co_await stream.Read(piece);
      if (!more.ok()) co_return Lost(more.status(), ModelError::kBroken, ctx);
      CO_CHECK_OK(*more ? framing.Feed(piece) : framing.Finish());
      if (!*more) break;
      if (framing.TookEvent()) due = ctx.Now() + patience;
      if (ctx.Now() > due) co_return NoEvents(patience);
      if (emit) CO_CHECK_OK(co_await ctx.Drain());
    }
    // Some servers send an error in the midst of a stream as a line of its own.
    if (!framing.stray().empty()) CO_CHECK_OK(assembly.Take("", framing.stray(), emit));
    co_return absl::OkStatus();
  }

  absl::Status NoEvents(absl::Duration patience) const {
    return WithModelError(absl::DeadlineExceededError(absl::StrCat(
                              origin_, " sent nothing but signs of life for ", absl::FormatDuration(patience),
                              " (", kIdleTimeOutsMax, " times idle_timeout)")),
                          ModelError::kTimeout);
  }

  // Not a stream: a refusal, or a server that answers at once whatever was asked for.
  Async<absl::Status> Other(HttpStream& stream, const HttpHead& head, Assembly& assembly,
                            Context& ctx) const {
    std::string all, piece;
    while (true) {
      absl::StatusOr<bool> more = co_await stream.Read(piece);
      if (!more.ok()) co_return Lost(more.status(), ModelError::kBroken, ctx);
      if (!*more) break;
      all += piece;
      if (head.status != 200 && all.size() > kErrorBodyMax) break;
    }
    if (head.status != 200) co_return ServerError(head, all, options_);
    co_return ReadWhole(all, assembly, EmitTo(ctx));
  }

  WireOptions options_;
  std::unique_ptr<const Dialect> dialect_;
  std::string origin_;
  std::shared_ptr<const HttpTarget> target_;
  mutable ToolTexts texts_;
};

std::string WithoutDots(std::string_view name) {
  std::string wire(name);
  std::replace(wire.begin(), wire.end(), '.', '_');
  return wire;
}

}  // namespace

Usage WithOutput(Usage said, std::size_t output_bytes) {
  said.output = std::max(said.output.value_or(0), TokensOfOutput(output_bytes));
  return said;
}

ModelPtr MakeWireModel(WireOptions options, std::unique_ptr<const Dialect> dialect) {
  const WireOptions guarded = options;
  return Guard(std::make_shared<WireModel>(std::move(options), std::move(dialect)), guarded);
}

std::vector<std::string> WireNames(const ToolList* tools) {
  std::vector<std::string> names;
  if (tools == nullptr) return names;
  std::set<std::string> taken;
  for (const ToolSpec& spec : tools->specs()) {
    const std::string name = WithoutDots(spec.name);
    std::string unique = name;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = absl::StrCat(name.substr(0, 60), "_", i);
    names.push_back(std::move(unique));
  }
  return names;
}

std::string WireNameOf(std::string_view name, const ToolList* tools, const WireTools& wire) {
  for (std::size_t i = 0; tools != nullptr && i < wire.names.size(); ++i) {
    if (tools->specs()[i].name == name) return wire.names[i];
  }
  return WithoutDots(name);
}

std::string ToolNameOf(std::string_view wire_name, const ToolList* tools, const WireTools& wire) {
  for (std::size_t i = 0; tools != nullptr && i < wire.names.size(); ++i) {
    if (wire.names[i] == wire_name) return tools->specs()[i].name;
  }
  return std::string(wire_name);
}

Json VendorState(std::string_view vendor, std::string_view key, Json value) {
  Json state = Json::object();
  state["vendor"] = std::string(vendor);
  state[std::string(key)] = std::move(value);
  return state;
}

const Json* FromVendorState(const Json& state, std::string_view vendor, std::string_view key) {
  const std::string* made_by = GetString(state, "vendor");
  return made_by != nullptr && *made_by == vendor ? GetMember(state, key) : nullptr;
}

}  // namespace ninefold
