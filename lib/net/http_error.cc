// What a failed transfer means to a person.
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "net/http_hub.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::string HostOf(const std::string& origin) {
  std::string host = origin.substr(origin.find("://") + 3);
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) host.resize(colon);
  return host;
}

const char* ProxyVariable(const std::string& origin) {
  return origin.starts_with("https:") ? "https_proxy" : "http_proxy";
}

// "Failed to connect to 127.0.0.1 port 1 after 0 ms: ..." is the one place where curl says whom it called.
bool FailedAtProxy(const std::string& origin, const std::string& detail) {
  constexpr std::string_view kCalled = "Failed to connect to ";
  if (!detail.starts_with(kCalled)) return false;
  std::string host = HostOf(origin);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return !detail.substr(kCalled.size()).starts_with(host + " ");
}

absl::Status NoConnection(const HttpTransfer& transfer, const std::string& origin,
                          const std::string& detail) {
  long error = 0;
  curl_easy_getinfo(transfer.handle->easy, CURLINFO_OS_ERRNO, &error);
  if (FailedAtProxy(origin, detail)) {
    return absl::UnavailableError(absl::StrCat("no connection to the proxy for ", origin, ": ", detail,
                                               "; check ", ProxyVariable(origin), " and no_proxy"));
  }
  if (error == ECONNREFUSED) {
    return absl::UnavailableError(
        absl::StrCat(origin, " refused the connection; is a server listening at ", origin, "?"));
  }
  if (error == EMFILE || error == ENFILE) {
    return absl::UnavailableError(
        absl::StrCat("no connection to ", origin, ": too many open files; raise the limit (ulimit -n)"));
  }
  return absl::UnavailableError(absl::StrCat("no connection to ", origin, ": ", detail));
}

}  // namespace

absl::Status CurlError(CURLcode code, const HttpTransfer& transfer) {
  const std::string origin = OriginOf(transfer.target->url);
  const char* text = transfer.handle->error[0] != '\0' ? transfer.handle->error : curl_easy_strerror(code);
  const std::string detail = text;
  long tunnel = 0;
  curl_easy_getinfo(transfer.handle->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if (tunnel / 100 > 2) {
    return absl::UnavailableError(absl::StrCat("the proxy refused a tunnel to ", origin, " (", tunnel,
                                               "); check https_proxy and no_proxy"));
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return absl::UnavailableError(absl::StrCat("the host \"", HostOf(origin), "\" of ", origin,
                                                 " is not known; check the address and the network"));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return absl::UnavailableError(
          absl::StrCat("the proxy for ", origin, " is not known; check ", ProxyVariable(origin)));
    case CURLE_COULDNT_CONNECT:
      return NoConnection(transfer, origin, detail);
    case CURLE_SSL_CONNECT_ERROR:
      if (detail.find("wrong version number") != std::string::npos) {
        return absl::FailedPreconditionError(absl::StrCat(
            origin, " does not speak TLS; if it is a plain server, its address is http", origin.substr(5)));
      }
      [[fallthrough]];
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return absl::FailedPreconditionError(
          absl::StrCat(origin, " is not trusted: ", detail,
                       "; certificates are always verified: for one of your own set SSL_CERT_FILE"));
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (transfer.head_bytes == 0 && transfer.phase != HttpTransfer::Phase::kSent) {
        return absl::InvalidArgumentError(absl::StrCat("\"", origin, "\" is no http:// or https:// address"));
      }
      [[fallthrough]];
    case CURLE_WEIRD_SERVER_REPLY:
      return absl::UnavailableError(
          absl::StrCat(origin, " answered with something that is not HTTP; check the address"));
    case CURLE_GOT_NOTHING:
      return absl::UnavailableError(absl::StrCat(origin, " closed the connection without an answer"));
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return absl::UnavailableError(
          absl::StrCat(origin, " broke off after ", transfer.body_bytes, " bytes of its reply"));
    case CURLE_OPERATION_TIMEDOUT:
      return absl::DeadlineExceededError(absl::StrCat(origin, ": ", detail));
    default:
      return absl::UnavailableError(absl::StrCat(origin, ": ", detail));
  }
}

absl::Status RedirectError(const HttpTransfer& transfer) {
  const std::string origin = OriginOf(transfer.target->url);
  std::string where = OriginOf(*transfer.head.Get("location"));
  if (where.find("://") == std::string::npos) where = origin;  // within the server
  return absl::FailedPreconditionError(
      absl::StrCat(origin, " redirects to ", where, " (", transfer.head.status,
                   "), which is not followed; if that is right, use its address"));
}

}  // namespace ninefold
