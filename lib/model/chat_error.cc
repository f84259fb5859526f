// Refusals of servers that speak Chat Completions: the server's words, its request id, and what to do.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "model/chat.h"
#include "net/http.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

constexpr std::size_t kWordsMax = 500;

std::string Shown(std::string_view text) {
  const std::string_view cut = CutUtf8(text, kWordsMax);
  std::string shown = EscapeForTerminal(cut, true);
  if (cut.size() < text.size()) shown += "…";
  while (!shown.empty() && (shown.back() == '.' || shown.back() == ' ')) shown.pop_back();
  return shown;
}

// The four forms that servers use: {"error":{"message"}}, {"error":"…"}, {"detail":…}, {"message":"…"}.
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

std::string CodeOf(const Json& json) {
  const Json* error = GetMember(json, "error");
  const Json& object = error != nullptr && error->is_object() ? *error : json;
  for (const char* key : {"code", "type"}) {
    const std::string* code = GetString(object, key);
    if (code != nullptr && !code->empty()) return *code;
  }
  return "";
}

bool IsMoney(const std::string& code) {
  return code == "insufficient_quota" || code == "credit_balance_exhausted" || code.starts_with("billing_") ||
         code == "enforced_spend_limit_reached";
}

absl::StatusCode CodeFor(int status) {
  switch (status) {
    case 401:
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 402:
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 408:
    case 409:
      return absl::StatusCode::kUnavailable;
    default:
      break;
  }
  return status >= 400 && status < 500 ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kUnavailable;
}

std::string WhatNext(int status, const std::string& code, const ChatOptions& options) {
  if (status == 401) {
    if (options.key.empty() && !options.key_env.empty()) return absl::StrCat("; set ", options.key_env);
    return options.key_env.empty() ? "; check the key" : absl::StrCat("; check the key in ", options.key_env);
  }
  if (status == 404) return absl::StrCat("; check the model \"", options.model, "\" and the address");
  if (status == 402 || IsMoney(code)) return "; check the account's credit";
  if (code == "context_length_exceeded" || code == "exceed_context_size_error")
    return "; shorten the conversation";
  if (status == 413) return "; send less";
  if (status == 429) return "; wait, or ask less at once";
  return "";
}

std::string_view Verb(int status) {
  if (status == 401 || status == 403) return " refused the key (";
  if (status == 404) return " does not know what was asked for (";
  if (status == 429) return " is asked too often (";
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

// The delay that the server asks for, in milliseconds: for whoever tries again. A date is taken relative to
// the server's own clock.
std::optional<std::int64_t> RetryAfterMs(const HttpHead& head) {
  double value = 0;
  if (auto ms = head.Get("retry-after-ms");
      ms && absl::SimpleAtod(ToAbsl(*ms), &value) && value >= 0 && value < 1e10) {
    return std::int64_t(value);
  }
  if (auto s = head.Get("retry-after");
      s && absl::SimpleAtod(ToAbsl(*s), &value) && value >= 0 && value < 1e7) {
    return std::int64_t(value * 1000);
  }
  const auto until = HttpDate(head.Get("retry-after")), now = HttpDate(head.Get("date"));
  if (until && now)
    return std::clamp<std::int64_t>(absl::ToInt64Milliseconds(*until - *now), 0, kRetryAfterMaxMs);
  return std::nullopt;
}

}  // namespace

std::string WithoutKey(std::string text, std::string_view key) {
  if (key.size() < 4) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at))
    text.replace(at, key.size(), "[key]");
  return text;
}

std::string ChatErrorText(std::string_view body) {
  absl::StatusOr<Json> json = ParseJson(body);
  if (json.ok() && json->is_array() && !json->empty()) return Shown(WordsOf((*json)[0]));
  if (json.ok() && json->is_object()) return Shown(WordsOf(*json));
  return Shown(body);
}

absl::Status ChatError(const HttpHead& head, std::string_view body, const ChatOptions& options) {
  absl::StatusOr<Json> json = ParseJson(body);
  const std::string code = json.ok() ? CodeOf(*json) : "";
  // The key goes before anything is cut, or half of it would stay.
  const std::string words = ChatErrorText(WithoutKey(std::string(body), options.key));
  std::string message =
      absl::StrCat(OriginOf(options.base_url), std::string(Verb(head.status)), head.status, ")");
  if (!words.empty()) absl::StrAppend(&message, ": ", words);
  absl::StrAppend(&message, WhatNext(head.status, code, options));
  auto id = head.Get("x-request-id");
  if (!id) id = head.Get("x-generation-id");
  if (id && !id->empty())
    absl::StrAppend(&message, " (request ", EscapeForTerminal(CutUtf8(*id, 100), true), ")");
  const auto status_code = IsMoney(code) ? absl::StatusCode::kResourceExhausted : CodeFor(head.status);
  absl::Status status(status_code, WithoutKey(std::move(message), options.key));
  if (const auto delay = RetryAfterMs(head)) {
    // From a view: clang 18 and later mangle the constructor from a moved string otherwise than the g++ that
    // Debian's Abseil was built with.
    const std::string milliseconds = absl::StrCat(*delay);
    status.SetPayload("ninefold/retry-after-ms", absl::Cord(absl::string_view(milliseconds)));
  }
  return status;
}

absl::Status ChatErrorObject(const Json& error, std::string_view who) {
  const Json body{{"error", error}};
  const std::string code = CodeOf(body);
  std::int64_t number = GetInt(error, "code").value_or(0);
  if (number < 400 || number > 599) number = 0;
  absl::StatusCode status = number != 0 ? CodeFor(int(number)) : absl::StatusCode::kUnavailable;
  if (code.starts_with("rate_limit") || IsMoney(code)) status = absl::StatusCode::kResourceExhausted;
  if (code.starts_with("invalid_request") || code == "context_length_exceeded")
    status = absl::StatusCode::kInvalidArgument;
  return absl::Status(status, absl::StrCat(std::string(who), " broke off its reply: ", Shown(WordsOf(body))));
}

}  // namespace ninefold
