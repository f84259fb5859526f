// One request: the options of its handle, what curl hands over, and its time-outs.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "net/http_hub.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr long kReceiveBytes = 4096;            // held by every transfer in flight; a larger one gains little
constexpr std::size_t kBufferHigh = 64u << 10;  // unread bytes at which the server has to wait
constexpr std::size_t kRefuse = 0;              // from a callback: end the transfer

bool Loopback(std::string_view origin) {
  const std::string_view host = origin.substr(origin.find("://") + 3);
  for (std::string_view name : {"localhost", "127.", "[::1]"}) {
    if (host.starts_with(name)) return true;
  }
  return false;
}

std::size_t OnHead(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<HttpTransfer*>(user);
  const std::string_view line(data, size * count);
  transfer.activity_ms = transfer.hub->now_ms();
  transfer.head_bytes += line.size();
  if (transfer.head_bytes > transfer.target->head_max) {
    transfer.result = absl::ResourceExhaustedError(absl::StrCat(
        OriginOf(transfer.target->url), " sent a head of more than ", transfer.target->head_max, " bytes"));
    return kRefuse;
  }
  if (transfer.head_done) return line.size();  // trailers
  if (line.starts_with("HTTP/")) {
    transfer.phase = HttpTransfer::Phase::kReceiving;
    const std::size_t blank = line.find(' ');
    transfer.head.status =
        blank == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(blank, 4)).c_str());
    transfer.head.lines.clear();
    return line.size();
  }
  if (line != "\r\n" && line != "\n") {
    transfer.head.lines.append(line);
    return line.size();
  }
  if (transfer.head.status < 200) return line.size();  // "100 Continue" and its like
  if (transfer.head.status < 400 && transfer.head.status >= 300 && transfer.head.Get("location")) {
    transfer.result = RedirectError(transfer);
    return kRefuse;
  }
  transfer.head_done = true;
  transfer.Wake();
  return line.size();
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<HttpTransfer*>(user);
  const std::size_t bytes = size * count;
  transfer.activity_ms = transfer.hub->now_ms();
  if (transfer.want != HttpTransfer::Want::kEnd && transfer.buffer.size() >= kBufferHigh) {
    transfer.paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.body_bytes += bytes;
  if (transfer.body_bytes > transfer.target->body_max) {
    transfer.result = absl::ResourceExhaustedError(absl::StrCat(
        OriginOf(transfer.target->url), " sent a body of more than ", transfer.target->body_max, " bytes"));
    return kRefuse;
  }
  transfer.buffer.append(data, bytes);
  transfer.Wake();
  return bytes;
}

// Called when there is a connection, new or used before, and nothing is sent yet.
int OnConnected(void* user, char*, char*, int, int) {
  auto& transfer = *static_cast<HttpTransfer*>(user);
  transfer.phase = HttpTransfer::Phase::kSent;
  transfer.activity_ms = transfer.hub->now_ms();
  return CURL_PREREQFUNC_OK;
}

std::int64_t LimitMs(absl::Duration limit) {
  if (limit == absl::InfiniteDuration()) return std::numeric_limits<std::int64_t>::max() / 4;
  return absl::ToInt64Milliseconds(limit);
}

}  // namespace

HttpHandle::~HttpHandle() {
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers);
}

void HttpHandle::Aim(std::shared_ptr<const HttpTarget> aim, HttpHub& hub) {
  if (target == aim) return;
  target = std::move(aim);
  curl_easy_reset(easy);
  curl_slist_free_all(headers);
  headers = curl_slist_append(nullptr, "Expect:");  // no round trip before large bodies
  for (const std::string& header : target->headers) headers = curl_slist_append(headers, header.c_str());
  const bool encrypted = target->url.starts_with("https:");
  curl_easy_setopt(easy, CURLOPT_URL, target->url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "ninefold/0.1");
  if (target->method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  // Prior-knowledge HTTP/2 without TLS fails in libcurl 7.88.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   long(encrypted ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  if (encrypted) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  if (!hub.ca_file().empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, hub.ca_file().c_str());
  if (Loopback(OriginOf(target->url))) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  // The wheel keeps the time-outs; curl's own for connections must only not be shorter.
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 3600L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHead);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, OnConnected);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, HttpHub::OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &hub);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, HttpHub::CloseSocket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &hub);
}

std::int64_t HttpTransfer::DueMs() const {
  std::int64_t due = started_ms + LimitMs(target->total_timeout);
  switch (phase) {
    case Phase::kConnecting:
      return std::min(due, activity_ms + LimitMs(target->connect_timeout));
    case Phase::kSent:
      return std::min(due, activity_ms + LimitMs(target->first_byte_timeout));
    case Phase::kReceiving:
      if (paused) return due;  // the reader is slow, not the server
      return std::min(due, activity_ms + LimitMs(target->idle_timeout));
    case Phase::kQueued:
    case Phase::kDone:
      return due;
  }
  return due;
}

std::int64_t HttpTransfer::CheckMs() const {
  const absl::Duration later = std::min(target->first_byte_timeout, target->idle_timeout);
  return std::min(DueMs(), hub->now_ms() + LimitMs(later));
}

absl::Status HttpTransfer::TimeOut() const {
  const std::string origin = OriginOf(target->url);
  if (started_ms + LimitMs(target->total_timeout) <= hub->now_ms()) {
    return absl::DeadlineExceededError(absl::StrCat(origin, ": the request took longer than ",
                                                    absl::FormatDuration(target->total_timeout),
                                                    " (total_timeout)"));
  }
  switch (phase) {
    case Phase::kConnecting:
      return absl::DeadlineExceededError(absl::StrCat("no connection to ", origin, " within ",
                                                      absl::FormatDuration(target->connect_timeout),
                                                      " (connect_timeout)"));
    case Phase::kSent:
      return absl::DeadlineExceededError(absl::StrCat(origin, " sent nothing within ",
                                                      absl::FormatDuration(target->first_byte_timeout),
                                                      " of the request (first_byte_timeout)"));
    default:
      return absl::DeadlineExceededError(absl::StrCat(origin, " fell silent for ",
                                                      absl::FormatDuration(target->idle_timeout), " after ",
                                                      body_bytes, " bytes of its reply (idle_timeout)"));
  }
}

void HttpTransfer::Wake() {
  if (waiter == nullptr) return;
  const bool there =
      phase == Phase::kDone || (want == Want::kHead && head_done) || (want == Want::kData && !buffer.empty());
  if (there) waiter->Set(true);
}

}  // namespace ninefold
