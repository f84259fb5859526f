// Many answers as one: quotes are counted by place, so a passage that several members found comes first; what
// contradicts is said.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text_terms.h"
#include "base/utf8.h"
#include "model/offline.h"

namespace ninefold::offline {
namespace {

struct Point {
  std::string text, place;
  std::vector<std::string> who;
  std::size_t order = 0;   // in the answer of the first who gave it
  std::size_t member = 0;  // that one's place
};

bool SaysNotFound(const std::string& text) {
  const std::string folded = FoldCase(text);
  return folded.find("not found") != std::string::npos && folded.find("\" [") == std::string::npos;
}

// The quotes with places in an answer: '"…" [name:1-2]'.
std::vector<Quote> QuotesIn(std::string_view text) {
  std::vector<Quote> quotes;
  for (std::size_t at = text.find("\" ["); at != std::string_view::npos; at = text.find("\" [", at + 1)) {
    const std::size_t close = text.find(']', at);
    const std::size_t line = at == 0                                          ? 0
                             : text.rfind('\n', at) == std::string_view::npos ? 0
                                                                              : text.rfind('\n', at) + 1;
    const std::size_t open = text.find('"', line);
    if (close == std::string_view::npos || open >= at) continue;
    const std::string_view place = text.substr(at + 3, close - at - 3);
    const std::size_t colon = place.rfind(':');
    const bool numbered = colon != std::string_view::npos && colon + 1 < place.size() &&
                          place[colon + 1] >= '0' && place[colon + 1] <= '9';
    if (!numbered || place.find('\n') != std::string_view::npos) continue;
    quotes.push_back({std::string(text.substr(open + 1, at - open - 1)), std::string(place), 0});
  }
  return quotes;
}

std::string Short(const std::string& text) {
  const std::string folded = FoldWhiteSpace(text);
  return std::string(CutUtf8(folded, 300));
}

// The last "answer: …" line, or "".
std::string AnswerLine(const std::string& text) {
  const std::size_t at = FoldCase(text).rfind("answer:");
  if (at == std::string::npos || at + 7 > text.size()) return "";
  return FoldWhiteSpace(std::string_view(text).substr(at + 7, text.find('\n', at) - at - 7));
}

// Yes, no or the numbers of a short answer without quotes; what can contradict.
std::string ClaimOf(const Member& member) {
  const std::string line = AnswerLine(member.text);
  if (!line.empty()) return FoldCase(line);
  if (!QuotesIn(member.text).empty() || member.text.size() > 400) return "";
  const std::string folded = FoldCase(member.text);
  if (folded.rfind("yes", 0) == 0) return "yes";
  if (folded.rfind("no", 0) == 0 && folded.size() > 2 && !std::isalpha(std::uint8_t(folded[2])) &&
      !SaysNotFound(member.text))
    return "no";
  std::string numbers;
  ForEachWord(member.text, [&](std::string_view word, std::size_t, std::size_t) {
    if (word[0] >= '0' && word[0] <= '9')
      absl::StrAppend(&numbers, numbers.empty() ? "" : " ", std::string(word));
  });
  return numbers;
}

std::string Disagreement(const Reading& reading) {
  std::map<std::string, std::vector<std::string>> claims;
  std::vector<std::string> lost;
  for (const Member& member : reading.members) {
    if (SaysNotFound(member.text)) lost.push_back(member.name);
    const std::string claim = SaysNotFound(member.text) ? "" : ClaimOf(member);
    if (!claim.empty()) claims[claim].push_back(member.name);
  }
  std::vector<std::string> said;
  if (claims.size() > 1) {
    for (const auto& [claim, who] : claims)
      said.push_back(absl::StrCat(absl::StrJoin(who, ", "), ": ", std::string(CutUtf8(claim, 120))));
  }
  std::string text =
      lost.empty() ? "" : absl::StrCat("\n", absl::StrJoin(lost, ", "), ": ", std::string(kNotFound));
  if (!said.empty()) absl::StrAppend(&text, "\nDisagreement: ", absl::StrJoin(said, "; "));
  return text;
}

std::vector<Point> PointsOf(const Reading& reading) {
  std::vector<Point> points;
  for (const Member& member : reading.members) {
    if (SaysNotFound(member.text) || FoldWhiteSpace(member.text).empty()) continue;
    std::vector<Quote> quotes = QuotesIn(member.text);
    if (quotes.empty()) quotes.push_back({Short(member.text), "", 0});
    std::size_t order = 0;
    const std::size_t who = std::size_t(&member - reading.members.data());
    for (Quote& quote : quotes) {
      const auto same = [&](const Point& point) {
        return point.place == quote.place && FoldWhiteSpace(point.text) == FoldWhiteSpace(quote.text);
      };
      auto it = std::find_if(points.begin(), points.end(), same);
      if (it == points.end()) it = points.insert(points.end(), {quote.text, quote.place, {}, order, who});
      if (std::find(it->who.begin(), it->who.end(), member.name) == it->who.end())
        it->who.push_back(member.name);
      ++order;
    }
  }
  // More support first; then what members put first. Whatever has most support of what members put first
  // leads.
  const auto better = [](const Point& a, const Point& b) {
    return a.who.size() != b.who.size() ? a.who.size() > b.who.size() : a.order < b.order;
  };
  std::stable_sort(points.begin(), points.end(), better);
  const auto lead =
      std::find_if(points.begin(), points.end(), [](const Point& point) { return point.order == 0; });
  if (lead != points.end()) std::rotate(points.begin(), lead, lead + 1);
  return points;
}

}  // namespace

std::string Merge(const Reading& reading) {
  std::vector<Point> points = PointsOf(reading);
  const bool line = WantsAnswerLine(reading);
  if (points.empty())
    return absl::StrCat(std::string(kNotFound),
                        line ? absl::StrCat("\nanswer: ", std::string(kNotFound)) : "");
  const std::size_t shown =
      std::min<std::size_t>(points.size(), std::max<std::size_t>(12, QuotesMax(reading)));
  // Of those shown, each member's stay together, so that a list reads as one.
  std::sort(points.begin() + 1, points.begin() + std::ptrdiff_t(shown), [](const Point& a, const Point& b) {
    const auto rank = [](const Point& point) {
      return std::make_tuple(-int(point.who.size()), point.member, point.order);
    };
    return rank(a) < rank(b);
  });
  std::size_t answered = 0;
  for (const Member& member : reading.members) answered += SaysNotFound(member.text) ? 0 : 1;
  std::string text = absl::StrCat(answered, " of ", reading.members.size(), " found an answer:");
  for (std::size_t i = 0; i < shown; ++i) {
    const Point& point = points[i];
    const std::string quoted =
        point.place.empty() ? point.text : absl::StrCat("\"", point.text, "\" [", point.place, "]");
    absl::StrAppend(&text, "\n- ", quoted, " (", absl::StrJoin(point.who, ", "), ")");
  }
  if (points.size() > shown) absl::StrAppend(&text, "\n", points.size() - shown, " more points are left out");
  absl::StrAppend(&text, Disagreement(reading));
  if (line) {
    std::map<std::string, int> votes;
    std::string leader = points[0].text;
    int most = 0;
    for (const Member& member : reading.members) {
      const std::string said = AnswerLine(member.text);
      if (said.empty() || ++votes[said] <= most) continue;
      most = votes[said];
      leader = said;
    }
    absl::StrAppend(&text, "\nanswer: ", FoldWhiteSpace(leader));
  }
  return text;
}

std::string Refine(const Reading& reading) {
  std::vector<Source> sources = reading.sources;
  sources.insert(sources.end(), reading.found.begin(), reading.found.end());
  std::string text = reading.draft;
  if (sources.empty()) return text;
  const Answer answer = Extract(reading, sources, QuotesMax(reading) + 4);
  for (const Quote& quote : answer.quotes) {
    if (FoldWhiteSpace(text).find(quote.text) != std::string::npos) continue;
    absl::StrAppend(&text, "\n- ", WithPlace(quote));
    break;
  }
  return text;
}

}  // namespace ninefold::offline
