#include "model/wrap/request_diff.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace ninefold {
namespace {

constexpr std::size_t kBefore = 20, kShown = 60;  // bytes of a text, before and from where it differs

// From a little before `at`, which may be inside a character.
std::string ExcerptAt(std::string_view text, std::size_t at) {
  std::size_t begin = at > kBefore ? at - kBefore : 0;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  const std::string_view shown = CutUtf8(text.substr(begin), kBefore + kShown);
  return absl::StrCat(begin > 0 ? "…" : "", std::string(shown),
                      begin + shown.size() < text.size() ? "…" : "");
}

std::string Shown(const Json* value, std::size_t at) {
  if (value == nullptr) return "nothing";
  const std::string text = value->is_string() ? value->get<std::string>() : DumpJson(*value);
  const std::string part = ExcerptAt(text, std::min(at, text.size()));
  return value->is_string() ? DumpJson(Json(part)) : part;
}

std::size_t FirstDifference(std::string_view a, std::string_view b) {
  return std::size_t(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

const Json* FindAt(const Json& json, const std::string& path) {
  const Json::json_pointer where(path);
  return json.contains(where) ? &json.at(where) : nullptr;
}

}  // namespace

std::string RequestDiff(const Json& recorded, const Json& now, std::size_t places) {
  const Json changes = Json::diff(recorded, now);
  std::string lines;
  std::size_t shown = 0;
  for (const Json& change : changes) {
    if (++shown > places) {
      absl::StrAppend(&lines, "\n  and ", changes.size() - places, " more");
      break;
    }
    const std::string path = change["path"].get<std::string>();
    const Json* before = change["op"] == "add" ? nullptr : FindAt(recorded, path);
    const Json* after = GetMember(change, "value");
    std::size_t at = 0;
    if (before != nullptr && after != nullptr && before->is_string() && after->is_string())
      at = FirstDifference(before->get_ref<const std::string&>(), after->get_ref<const std::string&>());
    absl::StrAppend(&lines, "\n  ", path.empty() ? "/" : path, ": recorded ", Shown(before, at), ", now ",
                    Shown(after, at));
  }
  return lines;
}

}  // namespace ninefold
