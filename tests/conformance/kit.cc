#include "conformance/kit.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold::conformance {

std::vector<std::unique_ptr<Kit>> AllKits() {
  std::vector<std::unique_ptr<Kit>> kits;
  AddResponsesKits(kits);
  AddAnthropicKit(kits);
  AddGeminiKit(kits);
  AddOllamaKit(kits);
  AddChatKits(kits);
  return kits;
}

std::string Joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  return all;
}

std::string TypedEvent(const Json& event) {
  return absl::StrCat("event: ", *GetString(event, "type"), "\n", DataEvent(event));
}

std::string DataEvent(const Json& event) { return absl::StrCat("data: ", DumpJson(event), "\n\n"); }

std::string HeaderOf(const testing::ChatSeen& request, std::string_view name) {
  const std::string head = absl::AsciiStrToLower(request.head);
  const std::string start = absl::StrCat("\r\n", ToAbsl(name), ":");
  const std::size_t at = head.find(start);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + start.size(), end = head.find("\r\n", begin);
  return std::string(
      absl::StripAsciiWhitespace(ToAbsl(std::string_view(request.head).substr(begin, end - begin))));
}

}  // namespace ninefold::conformance
