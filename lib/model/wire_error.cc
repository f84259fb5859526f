// Refusals of servers: the server's words, its request id, what kind of failure it is, and what to do.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "model/wire.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kWordsMax = 500;
constexpr std::int64_t kLastYearMs = 253'402'300'799'000;  // the end of the year 9999

std::string Words(std::string_view text) {
  const std::string_view cut = CutUtf8(text, kWordsMax);
  std::string shown = EscapeForTerminal(cut, true);
  if (cut.size() < text.size()) shown += "…";
  while (!shown.empty() && (shown.back() == '.' || shown.back() == ' ')) shown.pop_back();
  return shown;
}

// Google wraps its errors in a list.
const Json& Unwrapped(const Json& json) { return json.is_array() && !json.empty() ? json[0] : json; }

// The forms that servers use: {"error":{"message"}}, {"error":"…"}, {"detail":…}, {"message":"…"}.
std::string WordsOf(const Json& json) {
  const Json* error = GetMember(json, "error");
  if (error != nullptr && error->is_string()) return error->get<std::string>();
  for (const Json* object : {error, &json}) {
    if (object == nullptr) continue;
    if (const std::string* message = GetString(*object, "message")) return *message;
  }
  if (const Json* detail = GetMember(json, "detail")) {
    if (detail->is_string()) return detail->get<std::string>();
    return DumpJson(*detail);
  }
  return error != nullptr ? DumpJson(*error) : DumpJson(json);
}

// Google calls a minute's quota and a day's by one name; a day's does not pass with a little waiting.
const std::string* QuotaOfDay(const Json& detail) {
  const Json* violations = GetMember(detail, "violations");
  if (violations == nullptr || !violations->is_array()) return nullptr;
  for (const Json& violation : *violations) {
    const std::string* quota = GetString(violation, "quotaId");
    if (quota != nullptr && absl::StrContains(*quota, "PerDay")) return quota;
  }
  return nullptr;
}

// The quota of a day that is used up, by the name that the server has for it, else ""; nullopt: none of a
// day.
std::optional<std::string> DailyQuota(const Json& json, std::string_view words) {
  const Json* error = GetMember(json, "error");
  const Json* details = error == nullptr ? nullptr : GetMember(*error, "details");
  if (details != nullptr && details->is_array()) {
    for (const Json& detail : *details) {
      if (const std::string* quota = QuotaOfDay(detail)) return *quota;
    }
  }
  const std::string text = absl::AsciiStrToLower(ToAbsl(words));
  for (const char* said : {"per day", "per-day", "daily"}) {
    if (absl::StrContains(text, said)) return "";
  }
  return std::nullopt;
}

// All that an error object says of its kind: "code", "type", "status", each between blanks.
std::string CodesOf(const Json& json) {
  const Json* error = GetMember(json, "error");
  const Json& object = error != nullptr && error->is_object() ? *error : json;
  std::string codes = " ";
  for (const char* key : {"code", "type", "status"}) {
    if (const std::string* code = GetString(object, key)) absl::StrAppend(&codes, *code, " ");
  }
  if (const Json* details = GetMember(object, "details")) {
    for (const Json& detail : *details) {
      if (const std::string* reason = GetString(detail, "reason")) absl::StrAppend(&codes, *reason, " ");
      if (QuotaOfDay(detail) != nullptr) codes += "quota_of_day ";
    }
  }
  return codes;
}

struct Kind {
  const char* said;  // a whole word of the codes, or the beginning of one when it ends in "*"
  ModelError error;
};
// https://platform.openai.com/docs/guides/error-codes, https://docs.claude.com/en/api/errors,
// https://ai.google.dev/gemini-api/docs/troubleshooting and what compatible servers send (2026-08).
constexpr Kind kKinds[] = {{"insufficient_quota", ModelError::kQuota},
                           {"credit_balance_exhausted", ModelError::kQuota},
                           {"billing_*", ModelError::kQuota},
                           {"enforced_spend_limit_reached", ModelError::kQuota},
                           {"quota_of_day", ModelError::kQuota},
                           {"context_length_exceeded", ModelError::kContextLength},
                           {"exceed_context_size_error", ModelError::kContextLength},
                           {"content_policy_violation", ModelError::kContentPolicy},
                           {"content_filter", ModelError::kContentPolicy},
                           {"API_KEY_INVALID", ModelError::kAuthentication},
                           {"invalid_api_key", ModelError::kAuthentication},
                           {"authentication_error", ModelError::kAuthentication},
                           {"permission_error", ModelError::kAuthentication},
                           {"model_not_found", ModelError::kNotFound},
                           {"not_found_error", ModelError::kNotFound},
                           {"rate_limit*", ModelError::kRateLimit},
                           {"RESOURCE_EXHAUSTED", ModelError::kRateLimit},
                           {"overloaded_error", ModelError::kOverloaded},
                           {"service_overloaded", ModelError::kOverloaded},
                           {"server_is_overloaded", ModelError::kOverloaded},
                           {"slow_down", ModelError::kOverloaded},
                           {"unavailable_error", ModelError::kOverloaded},
                           {"UNAVAILABLE", ModelError::kOverloaded},
                           {"timeout_error", ModelError::kTimeout},
                           {"invalid_request*", ModelError::kInvalidRequest},
                           {"invalid_prompt", ModelError::kInvalidRequest},
                           {"INVALID_ARGUMENT", ModelError::kInvalidRequest},
                           {"request_too_large", ModelError::kInvalidRequest},
                           {"server_error", ModelError::kServer},
                           {"api_error", ModelError::kServer},
                           {"INTERNAL", ModelError::kServer}};

std::optional<ModelError> KindOfCodes(std::string_view codes) {
  for (const Kind& kind : kKinds) {
    std::string word = absl::StrCat(" ", kind.said);
    if (word.ends_with('*')) {
      word.pop_back();
    } else {
      word += ' ';
    }
    if (codes.find(word) != std::string_view::npos) return kind.error;
  }
  return std::nullopt;
}

// What no code tells apart, by the words of the servers that leave it at that.
std::optional<ModelError> KindOfWords(std::string_view words) {
  const std::string text = absl::AsciiStrToLower(ToAbsl(words));
  for (const char* said : {"prompt is too long", "maximum context length", "context window", "context length",
                           "exceeds the available context size", "input token count"}) {
    if (absl::StrContains(text, said)) return ModelError::kContextLength;
  }
  for (const char* said : {"credit balance", "spend limit", "usage limits"}) {
    if (absl::StrContains(text, said)) return ModelError::kQuota;
  }
  return std::nullopt;
}

ModelError KindOfStatus(int status) {
  switch (status) {
    case 401:
    case 403:
      return ModelError::kAuthentication;
    case 402:
      return ModelError::kQuota;
    case 404:
      return ModelError::kNotFound;
    case 408:
    case 504:
      return ModelError::kTimeout;
    case 409:
      return ModelError::kServer;
    case 429:
      return ModelError::kRateLimit;
    case 502:
    case 503:
    case 529:
      return ModelError::kOverloaded;
    default:
      break;
  }
  if (status >= 520 && status <= 524) return ModelError::kOverloaded;
  return status >= 400 && status < 500 ? ModelError::kInvalidRequest : ModelError::kServer;
}

// The codes say more than the status where a server says 400 or 429 to several things.
ModelError KindOf(int status, std::string_view codes, std::string_view words) {
  const auto by_code = KindOfCodes(codes);
  const auto by_words = KindOfWords(words);
  if (status == 400 || status == 413 || status == 429 || status == 0) {
    if (by_code && *by_code != ModelError::kInvalidRequest &&
        !(status == 429 && *by_code == ModelError::kRateLimit && by_words))
      return *by_code;
    if (by_words) return *by_words;
    if (by_code) return *by_code;
  }
  if (by_code == ModelError::kQuota || by_code == ModelError::kContentPolicy ||
      by_code == ModelError::kOverloaded)
    return *by_code;
  return status == 0 ? ModelError::kServer : KindOfStatus(status);
}

absl::StatusCode CodeOf(ModelError error) {
  switch (error) {
    case ModelError::kAuthentication:
      return absl::StatusCode::kPermissionDenied;
    case ModelError::kNotFound:
      return absl::StatusCode::kNotFound;
    case ModelError::kQuota:
    case ModelError::kRateLimit:
      return absl::StatusCode::kResourceExhausted;
    case ModelError::kInvalidRequest:
    case ModelError::kContextLength:
    case ModelError::kContentPolicy:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// OpenRouter puts its headers into the body: {"error":{"metadata":{"headers":{"X-RateLimit-Reset":"…ms"}}}}.
std::optional<absl::Time> ResetInBody(const Json& json) {
  const Json* at = &json;
  for (const char* key : {"error", "metadata", "headers"}) {
    at = GetMember(*at, key);
    if (at == nullptr) return std::nullopt;
  }
  const std::string* text = GetString(*at, "X-RateLimit-Reset");
  std::int64_t ms = 0;
  if (text == nullptr || !absl::SimpleAtoi(*text, &ms) || ms <= 0 || ms > kLastYearMs) return std::nullopt;
  return absl::FromUnixMillis(ms);
}

// https://ai.google.dev/gemini-api/docs/rate-limits (2026-11): a day there ends at midnight Pacific time.
std::string AfterDailyQuota(const std::string& name, const Json& json, std::optional<absl::Duration> delay,
                            const WireOptions& options) {
  const std::optional<absl::Time> reset = ResetInBody(json);
  std::string advice = "; the daily quota ";
  if (!name.empty()) absl::StrAppend(&advice, EscapeForTerminal(CutUtf8(name, 100), true), " ");
  advice += "is used up; ";
  if (delay && *delay > absl::ZeroDuration()) {
    const bool whole = *delay >= absl::Seconds(1);
    const absl::Duration shown = whole ? absl::Ceil(*delay, absl::Seconds(1)) : *delay;
    absl::StrAppend(&advice, "there is room again in ", absl::FormatDuration(shown));
  } else if (reset) {
    absl::StrAppend(&advice, "it starts anew at ",
                    absl::FormatTime("%Y-%m-%d %H:%M UTC", *reset, absl::UTCTimeZone()));
  } else if (options.vendor == "gemini") {
    advice += "it starts anew at midnight Pacific time";
  } else {
    advice += "ask again tomorrow, or have it raised";
  }
  return advice;
}

std::string WhatNext(ModelError error, int status, const WireOptions& options) {
  switch (error) {
    case ModelError::kAuthentication:
      if (status == 403) return "";
      if (options.key.empty() && !options.key_env.empty()) return absl::StrCat("; set ", options.key_env);
      return options.key_env.empty() ? "; check the key"
                                     : absl::StrCat("; check the key in ", options.key_env);
    case ModelError::kNotFound:
      if (!options.missing_hint.empty()) return absl::StrCat("; ", options.missing_hint);
      return absl::StrCat("; check the model \"", options.model, "\" and the address");
    case ModelError::kQuota:
      return "; check the account's credit";
    case ModelError::kContextLength:
      return "; shorten the conversation";
    case ModelError::kRateLimit:
      return "; wait, or ask less at once";
    default:
      return status == 413 ? "; send less" : "";
  }
}

std::string_view Verb(ModelError error, int status) {
  if (error == ModelError::kAuthentication) return " refused the key (";
  if (error == ModelError::kNotFound) return " does not know what was asked for (";
  if (status == 429 && error == ModelError::kRateLimit) return " is asked too often (";
  if (status >= 500) return " failed (";
  return " refused the request (";
}

constexpr std::int64_t kRetryAfterMaxMs = 10'000'000'000;

// RFC 9110, 5.6.7, in the form that is not obsolete.
std::optional<absl::Time> HttpDate(std::optional<std::string_view> text) {
  absl::Time time;
  std::string error;
  if (!text || !absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", ToAbsl(*text), &time, &error))
    return std::nullopt;
  return time;
}

std::optional<absl::Duration> DurationOf(std::optional<std::string_view> text) {
  absl::Duration value;
  if (!text || !absl::ParseDuration(ToAbsl(*text), &value) || value < absl::ZeroDuration())
    return std::nullopt;
  return value;
}

// google.rpc.RetryInfo (https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto).
std::optional<absl::Duration> DelayInBody(const Json& json) {
  const Json* error = GetMember(json, "error");
  const Json* details = error == nullptr ? nullptr : GetMember(*error, "details");
  if (details == nullptr || !details->is_array()) return std::nullopt;
  for (const Json& detail : *details) {
    if (const std::string* delay = GetString(detail, "retryDelay")) return DurationOf(*delay);
  }
  return std::nullopt;
}

// "Please try again in 7m12s. Visit …"
std::optional<absl::Duration> DelayInWords(std::string_view words) {
  constexpr std::string_view kBefore = "try again in ";
  const std::string text = absl::AsciiStrToLower(ToAbsl(words));
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return std::nullopt;
  std::string_view delay = std::string_view(text).substr(at + kBefore.size());
  delay = delay.substr(0, delay.find_first_not_of("0123456789.hms"));
  while (delay.ends_with('.')) delay.remove_suffix(1);
  return DurationOf(delay);
}

// The delay that the server asks for. A date is taken relative to the server's own clock.
std::optional<absl::Duration> DelayOf(const HttpHead& head, const Json& body, std::string_view words) {
  double value = 0;
  if (auto ms = head.Get("retry-after-ms");
      ms && absl::SimpleAtod(ToAbsl(*ms), &value) && value >= 0 && value < 1e10) {
    return absl::Milliseconds(std::int64_t(value));
  }
  if (auto s = head.Get("retry-after");
      s && absl::SimpleAtod(ToAbsl(*s), &value) && value >= 0 && value < 1e7) {
    return absl::Milliseconds(std::int64_t(value * 1000));
  }
  const auto until = HttpDate(head.Get("retry-after")), now = HttpDate(head.Get("date"));
  if (until && now)
    return std::clamp(*until - *now, absl::ZeroDuration(), absl::Milliseconds(kRetryAfterMaxMs));
  if (const auto in_body = DelayInBody(body)) return in_body;
  if (const auto in_words = DelayInWords(words)) return in_words;
  const std::shared_ptr<const RateLimits> limits = head.status == 429 ? ReadRateLimits(head) : nullptr;
  if (!limits) return std::nullopt;
  for (const RateLimits::Bucket* bucket : {&limits->requests, &limits->tokens}) {
    if (bucket->remaining == 0 && bucket->reset) return bucket->reset;
  }
  return std::nullopt;
}

std::string RequestId(const HttpHead& head, const Json& body) {
  for (const char* name : {"x-request-id", "request-id", "x-generation-id"}) {
    if (const auto id = head.Get(name); id && !id->empty()) return std::string(*id);
  }
  const std::string* id = GetString(body, "request_id");
  return id == nullptr ? "" : *id;
}

std::optional<bool> ShouldRetry(const HttpHead& head) {
  const auto said = head.Get("x-should-retry");
  if (said == "true") return true;
  if (said == "false") return false;
  return std::nullopt;
}

void Hide(std::string& text, std::string_view secret) {
  if (secret.size() < 4) return;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "[key]");
}

// "user:password" of "http://user:password@host", with its %XX read.
std::string LoginOf(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  std::string_view login = url.substr(begin, url.find('/', begin) - begin);
  if (login.find('@') == std::string_view::npos) return "";
  login = login.substr(0, login.rfind('@'));
  std::string read;
  for (std::size_t i = 0; i < login.size(); ++i) {
    unsigned code = 0;
    const bool coded = login[i] == '%' && absl::SimpleHexAtoi(ToAbsl(login.substr(i + 1, 2)), &code);
    read += coded ? char(code) : login[i];
    if (coded) i += 2;
  }
  return read;
}

}  // namespace

std::string WithoutSecrets(std::string text, const WireOptions& options) {
  Hide(text, options.key);
  const std::string login = LoginOf(options.base_url);
  if (login.empty()) return text;
  Hide(text, login.substr(login.find(':') + 1));
  Hide(text, Base64(login));  // as a server sees it (RFC 7617)
  return text;
}

std::string ServerErrorText(std::string_view body) {
  const absl::StatusOr<Json> json = ParseJson(body);
  if (!json.ok() || !Unwrapped(*json).is_object()) return Words(body);
  return Words(WordsOf(Unwrapped(*json)));
}

absl::Status ServerError(const HttpHead& head, std::string_view body, const WireOptions& options) {
  const absl::StatusOr<Json> parsed = ParseJson(body);
  const Json nothing = Json::object();
  const Json& json = parsed.ok() ? Unwrapped(*parsed) : nothing;
  // The key goes before anything is cut, or half of it would stay.
  const std::string words = ServerErrorText(WithoutSecrets(std::string(body), options));
  const ModelError error = KindOf(head.status, CodesOf(json), words);
  const std::optional<absl::Duration> delay = DelayOf(head, json, words);
  const bool limit = error == ModelError::kQuota || error == ModelError::kRateLimit;
  const std::optional<std::string> daily = limit ? DailyQuota(json, words) : std::nullopt;
  std::string message =
      absl::StrCat(OriginOf(options.base_url), std::string(Verb(error, head.status)), head.status, ")");
  if (!words.empty()) absl::StrAppend(&message, ": ", words);
  absl::StrAppend(&message, daily ? AfterDailyQuota(*daily, json, delay, options)
                                  : WhatNext(error, head.status, options));
  if (const std::string id = RequestId(head, json); !id.empty())
    absl::StrAppend(&message, " (request ", EscapeForTerminal(CutUtf8(id, 100), true), ")");
  return WithModelError(absl::Status(CodeOf(error), WithoutSecrets(std::move(message), options)), error,
                        delay, ShouldRetry(head));
}

absl::Status ServerErrorObject(const Json& error, std::string_view who) {
  const Json body{{"error", error}};
  const std::string words = Words(WordsOf(body));
  std::int64_t number = GetInt(error, "code").value_or(0);
  if (number < 400 || number > 599) number = 0;
  const ModelError kind = KindOf(int(number), CodesOf(body), words);
  const std::optional<absl::Duration> in_body = DelayInBody(body);
  return WithModelError(
      absl::Status(CodeOf(kind), absl::StrCat(std::string(who), " broke off its reply: ", words)), kind,
      in_body ? in_body : DelayInWords(words));
}

absl::Status BrokenOff(std::string_view who, std::string_view what) {
  return WithModelError(
      absl::UnavailableError(absl::StrCat(std::string(who), " broke off its reply: ", std::string(what))),
      ModelError::kBroken);
}

absl::Status NoSense(std::string_view who, std::string_view api, std::string_view text) {
  return WithModelError(absl::UnavailableError(absl::StrCat(
                            std::string(who), " sent something that is no ", std::string(api), " reply: \"",
                            EscapeForTerminal(CutUtf8(text, 80), true), "\"; check the address")),
                        ModelError::kServer);
}

std::string StopDetail(std::string_view kind, std::string_view words) {
  return absl::StrCat(std::string(kind), kind.empty() || words.empty() ? "" : ": ", std::string(words));
}

absl::Status EmptyReply(std::string_view who, std::string_view finish, bool cut) {
  if (cut) {
    return WithModelError(
        absl::ResourceExhaustedError(absl::StrCat(
            std::string(who), " used up its output tokens before any text; raise max_output_tokens")),
        ModelError::kInvalidRequest);
  }
  return WithModelError(
      absl::UnavailableError(absl::StrCat(std::string(who), " sent an empty reply (finish reason \"",
                                          EscapeForTerminal(CutUtf8(finish, 60), true), "\")")),
      ModelError::kEmpty);
}

}  // namespace ninefold
