#include "net/http.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "net/http_hub.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

absl::Status CheckTarget(const HttpTarget& target) {
  if (!target.url.starts_with("http://") && !target.url.starts_with("https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", OriginOf(target.url), "\" is no http:// or https:// address"));
  }
  for (const std::string& header : target.headers) {
    if (header.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("header \"", header.substr(0, header.find(':')),
                     "\" holds a line break; check the key or value it was made from"));
  }
  return absl::OkStatus();
}

// Waits until the transfer has what is wanted.
Async<void> Until(HttpTransfer& transfer, HttpTransfer::Want want, boost::asio::any_io_executor executor) {
  OneShot<bool> there(std::move(executor));
  transfer.want = want;
  transfer.waiter = &there;
  transfer.Wake();
  co_await there.Wait();
  transfer.waiter = nullptr;
  transfer.want = HttpTransfer::Want::kNothing;
}

bool Done(const HttpTransfer& transfer) { return transfer.phase == HttpTransfer::Phase::kDone; }

}  // namespace

std::optional<std::string_view> HttpHead::Get(std::string_view name) const {
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!absl::EqualsIgnoreCase(ToAbsl(line.substr(0, name.size())), ToAbsl(name))) continue;
    return ToStd(absl::StripAsciiWhitespace(ToAbsl(line.substr(name.size() + 1))));
  }
  return std::nullopt;
}

std::string OriginOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url.substr(0, url.find_first_of("/?#@")));
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  const std::size_t user = authority.rfind('@');
  if (user != std::string_view::npos) authority.remove_prefix(user + 1);
  return absl::StrCat(std::string(url.substr(0, scheme + 3)), std::string(authority));
}

HttpStream::HttpStream(Loop& loop, std::shared_ptr<const HttpTarget> target,
                       std::shared_ptr<const std::string> body)
    : loop_(loop), target_(std::move(target)), body_(std::move(body)) {}

HttpStream::~HttpStream() {
  if (transfer_ == nullptr) return;
  transfer_->waiter = nullptr;
  hub_->Abort(*transfer_, absl::CancelledError("cancelled"));
}

absl::Status HttpStream::Begin(CancelNode& cancel) {
  CHECK_OK(CheckTarget(*target_));
  if (cancel.fired()) return cancel.status();
  if (loop_.io() == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("a loop with virtual time has no network to reach ", OriginOf(target_->url)));
  }
  hub_ = HttpHub::Of(loop_);
  transfer_ = std::make_unique<HttpTransfer>(hub_, target_, body_);
  hook_.emplace(cancel, [this](const absl::Status& why) { hub_->Abort(*transfer_, why); });
  hub_->Start(*transfer_);
  return absl::OkStatus();
}

Async<absl::StatusOr<const HttpHead*>> HttpStream::Start(CancelNode& cancel) {
  CO_CHECK_OK(Begin(cancel));
  HttpTransfer& transfer = *transfer_;
  co_await Until(transfer, HttpTransfer::Want::kHead, loop_.executor());
  if (!transfer.head_done) co_return transfer.result;
  const HttpHead* head = &transfer.head;
  co_return head;
}

Async<absl::StatusOr<bool>> HttpStream::Read(std::string& piece) {
  HttpTransfer& transfer = *transfer_;
  piece.clear();
  if (transfer.buffer.empty() && transfer.paused) hub_->Resume(transfer);
  if (transfer.buffer.empty() && !Done(transfer)) {
    co_await Until(transfer, HttpTransfer::Want::kData, loop_.executor());
  }
  // What was received before a cut is still handed over, but nothing after a cancellation.
  if (!transfer.buffer.empty() && transfer.result.code() != absl::StatusCode::kCancelled) {
    piece.swap(transfer.buffer);
    if (transfer.paused) hub_->Resume(transfer);
    co_return true;
  }
  if (!transfer.result.ok()) co_return transfer.result;
  co_return false;
}

Async<absl::StatusOr<HttpResponse>> HttpStream::Collect(CancelNode& cancel) {
  CO_CHECK_OK(Begin(cancel));
  HttpTransfer& transfer = *transfer_;
  co_await Until(transfer, HttpTransfer::Want::kEnd, loop_.executor());
  if (!transfer.result.ok()) co_return transfer.result;
  HttpResponse response;
  response.head = std::move(transfer.head);
  response.body = std::move(transfer.buffer);
  co_return response;
}

Async<absl::StatusOr<HttpResponse>> Fetch(Loop& loop, std::shared_ptr<const HttpTarget> target,
                                          std::shared_ptr<const std::string> body, CancelNode& cancel) {
  HttpStream stream(loop, std::move(target), std::move(body));
  co_return co_await stream.Collect(cancel);
}

}  // namespace ninefold
