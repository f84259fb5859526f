#include "ninefold/cassette.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "model/wrap/request_diff.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr char kHeader[] = "ninefold_cassette";
constexpr std::size_t kCompared = 1000;  // recorded requests, to find the nearest of one that is not there

// A recorded call may have failed.
struct Take {
  absl::StatusOr<ModelReply> reply;
};

absl::StatusOr<Take> ReadTake(const Json& call) {
  if (const Json* error = GetMember(call, "error")) {
    const std::optional<std::int64_t> code = GetInt(*error, "code");
    const std::string* message = GetString(*error, "message");
    if (!code || *code <= 0 || *code > 16 || message == nullptr)
      return absl::DataLossError("/error: not {\"code\": 1 to 16, \"message\": text}");
    return Take{absl::Status(absl::StatusCode(*code), *message)};
  }
  const Json* reply = GetMember(call, "reply");
  if (reply == nullptr) return absl::DataLossError("neither /reply nor /error");
  absl::StatusOr<ModelReply> read = ModelReplyFromJson(*reply);
  if (!read.ok()) return absl::DataLossError(Describe(read.status()));
  return Take{*std::move(read)};
}

absl::Status FileError(const std::string& path, const char* what) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("cassette ", path, ": ", what));
}

}  // namespace

class Cassette::State {
 public:
  State(std::string path, CassetteMode mode) : path_(std::move(path)), mode_(mode) {}
  ~State() {
    if (fd_ >= 0) ::close(fd_);
  }
  CassetteMode mode() const { return mode_; }
  const std::string& path() const { return path_; }

  absl::Status Read(std::istream& in) {
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      if (in.eof()) break;  // cut short
      bytes_ += line.size() + 1;
      if (line.empty()) continue;
      const absl::Status status = ReadLine(line, number);
      if (!status.ok()) return absl::DataLossError(absl::StrCat(path_, ":", number, ": ", Describe(status)));
    }
    if (bytes_ == 0) return absl::DataLossError(absl::StrCat(path_, ": is empty, and no cassette"));
    return absl::OkStatus();
  }

  absl::Status OpenForWriting() {
    const bool anew = mode_ == CassetteMode::kRecord || bytes_ == 0;
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (anew ? O_TRUNC : 0), 0600);
    if (fd_ < 0) return FileError(path_, "cannot be written");
    // A line that was cut short would spoil the next one.
    if (!anew && ::ftruncate(fd_, off_t(bytes_)) != 0) return FileError(path_, "cannot be written");
    return anew ? Append(absl::StrCat("{\"", kHeader, "\":1}\n")) : absl::OkStatus();
  }

  // nullopt: to be asked. An error that was written down is played as it was.
  std::optional<absl::StatusOr<ModelReply>> Play(const ModelRequest& request) {
    if (mode_ == CassetteMode::kRecord) return std::nullopt;
    const Json json = ToJson(request);
    std::lock_guard lock(mutex_);
    const auto found = takes_.find(DumpJson(json));
    if (found != takes_.end() && !found->second.empty()) {
      Take take = std::move(found->second.front());
      found->second.pop_front();
      ++played_;
      if (take.reply.ok() || mode_ == CassetteMode::kReplay) return std::move(take.reply);
    }
    if (mode_ == CassetteMode::kResume) return std::nullopt;
    if (found != takes_.end()) {
      return absl::NotFoundError(
          absl::StrCat(path_, ": this request was made once more than it was recorded; record it again"));
    }
    return Missing(json);
  }

  absl::Status Write(const std::string& model, const ModelRequest& request,
                     const absl::StatusOr<ModelReply>& reply) {
    Json call = {{"model", model}, {"request", ToJson(request)}};
    if (reply.ok()) {
      call["reply"] = ToJson(*reply);
    } else {
      call["error"] = {{"code", int(reply.status().code())},
                       {"message", std::string(reply.status().message())}};
    }
    const std::string line = DumpJson(call) + "\n";
    std::lock_guard lock(mutex_);
    if (fd_ < 0) {
      const absl::Status opened = OpenForWriting();
      if (!opened.ok()) return opened;
    }
    const absl::Status written = Append(line);
    if (written.ok()) ++size_;
    return written;
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return size_;
  }
  std::size_t unused() const {
    std::lock_guard lock(mutex_);
    return read_ - played_;
  }

 private:
  absl::Status ReadLine(const std::string& line, int number) {
    const absl::StatusOr<Json> call = ParseJson(line, {.bytes_max = std::size_t(1) << 30});
    if (number == 1) {
      if (call.ok() && GetInt(*call, kHeader) == 1) return absl::OkStatus();
      return absl::DataLossError(absl::StrCat("no cassette: its first line is {\"", kHeader, "\":1}"));
    }
    CHECK_OK(call.status());
    const Json* request = GetMember(*call, "request");
    if (request == nullptr) return absl::DataLossError("/request: missing");
    TRY(Take take, ReadTake(*call));
    takes_[DumpJson(*request)].push_back(std::move(take));
    ++read_, ++size_;
    return absl::OkStatus();
  }

  absl::Status Missing(const Json& request) const {
    std::size_t least = ~std::size_t(0), compared = 0;
    Json nearest;
    for (const auto& [text, takes] : takes_) {
      if (++compared > kCompared) break;
      absl::StatusOr<Json> recorded = ParseJson(text, {.bytes_max = text.size() + 1});
      if (!recorded.ok()) continue;
      const std::size_t changes = DumpJson(Json::diff(*recorded, request)).size();
      if (changes >= least) continue;
      least = changes;
      nearest = *std::move(recorded);
    }
    if (nearest.is_null()) return absl::NotFoundError(absl::StrCat(path_, ": nothing is recorded in it"));
    return absl::NotFoundError(absl::StrCat(
        path_, ": this request is not recorded; the nearest one differs:", RequestDiff(nearest, request),
        "\nif the change is meant, record it again"));
  }

  absl::Status Append(const std::string& line) {
    for (std::size_t done = 0; done < line.size();) {
      const ssize_t size = ::write(fd_, line.data() + done, line.size() - done);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return FileError(path_, "cannot be written");
      done += std::size_t(size);
    }
    return absl::OkStatus();
  }

  const std::string path_;
  const CassetteMode mode_;
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Take>> takes_;  // by the request's text
  std::size_t size_ = 0, read_ = 0, played_ = 0;
  std::size_t bytes_ = 0;  // of whole lines that were read
  int fd_ = -1;
};

namespace {

class CassetteModel : public Model {
 public:
  CassetteModel(ModelPtr model, std::shared_ptr<Cassette> cassette)
      : model_(std::move(model)), cassette_(std::move(cassette)) {
    if (model_ == nullptr) card_ = {.name = "replay:" + state().path(), .price = {}, .free = true};
    if (model_ == nullptr) card_.images = true;
  }
  const ModelCard& card() const override { return model_ == nullptr ? card_ : model_->card(); }

  Async<absl::StatusOr<ModelReply>> Generate(const ModelRequest& request, Context& ctx) const override {
    CO_CHECK_OK(ctx.status());
    std::optional<absl::StatusOr<ModelReply>> played = state().Play(request);
    if (played) {
      const std::string text = played->ok() ? TextOf((*played)->message) : "";
      if (!text.empty()) ctx.Emit(event::TextDelta{text});
      if (!text.empty()) CO_CHECK_OK(co_await ctx.Drain());
      co_return *std::move(played);
    }
    if (model_ == nullptr) co_return absl::FailedPreconditionError("a cassette that records needs a model");
    absl::StatusOr<ModelReply> reply = co_await model_->Generate(request, ctx);
    if (ctx.cancelled()) co_return reply;
    const absl::Status written = state().Write(card().name, request, reply);
    if (!written.ok()) co_return written;
    co_return reply;
  }

 private:
  Cassette::State& state() const { return cassette_->state(); }
  const ModelPtr model_;
  const std::shared_ptr<Cassette> cassette_;
  ModelCard card_;
};

}  // namespace

Cassette::Cassette(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cassette::~Cassette() = default;
std::size_t Cassette::size() const { return state_->size(); }
std::size_t Cassette::unused() const { return state_->unused(); }

absl::StatusOr<std::shared_ptr<Cassette>> Cassette::Open(const std::string& path, CassetteMode mode) {
  auto state = std::make_unique<State>(path, mode);
  if (mode != CassetteMode::kRecord) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    const bool absent = !in && errno == ENOENT;
    if (!in && !(absent && mode == CassetteMode::kResume)) return FileError(path, "cannot be read");
    if (in) CHECK_OK(state->Read(in));
  }
  if (mode == CassetteMode::kRecord) CHECK_OK(state->OpenForWriting());
  return std::shared_ptr<Cassette>(new Cassette(std::move(state)));
}

ModelPtr WithCassette(ModelPtr model, std::shared_ptr<Cassette> cassette) {
  return std::make_shared<CassetteModel>(std::move(model), std::move(cassette));
}

}  // namespace ninefold
