// Dates as ISO 8601 has them, times of day on 24 hours.
#include <cstdio>
#include <string>
#include <vector>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kDateMost = 60;

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

// 1 to 12 of a name or its first letters, with or without a full stop; 0: it is none.
int MonthOf(std::string_view word) {
  if (!word.empty() && word.back() == '.') word.remove_suffix(1);
  const std::string low = Lower(word);
  if (low == "sept") return 9;
  for (int i = 0; i < 12; ++i) {
    if (low == kMonths[i] || (low.size() == 3 && low == kMonths[i].substr(0, 3))) return i + 1;
  }
  return 0;
}

bool IsWeekday(std::string_view word) {
  const std::string low = Lower(word);
  for (const std::string_view day :
       {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
    if (low == day || low == day.substr(0, 3)) return true;
  }
  return false;
}

// -1: no number of at most four digits.
int SmallInt(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return -1;
  int value = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

int DaysIn(int month, int year) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<std::string> DateText(int year, int month, int day) {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysIn(month, year)) return std::nullopt;
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  return text;
}

std::vector<std::string_view> SplitAt(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(marks), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// 2024-03-05, 2024/03/05; 05.03.2024; 25/03/2024 and 03/25/2024, which can be read in one way only.
std::optional<std::string> InDigits(std::string_view text) {
  const std::size_t at = text.find_first_of("-/.");
  if (at == text.npos || text.size() > 10) return std::nullopt;
  const std::string mark(1, text[at]);
  const std::size_t second = text.find(mark, at + 1);
  if (second == text.npos || second == at + 1) return std::nullopt;
  const std::string_view a = text.substr(0, at), b = text.substr(at + 1, second - at - 1);
  const std::string_view c = text.substr(second + 1);
  const int x = SmallInt(a), y = SmallInt(b), z = SmallInt(c);
  if (x < 0 || y < 0 || z < 0 || b.size() > 2) return std::nullopt;
  if (a.size() == 4 && c.size() <= 2) return DateText(x, y, z);
  if (c.size() != 4 || a.size() > 2) return std::nullopt;
  if (mark == "." || x == y) return DateText(z, y, x);
  if (x > 12) return DateText(z, y, x);
  if (y > 12) return DateText(z, x, y);
  return std::nullopt;
}

// A day's number: 5, 05, 5th, fifth; 0: it is none.
int DayOf(std::string_view word) {
  std::string_view rest = word;
  if (const auto ordinal = ReadOrdinal(&rest)) return rest.empty() && *ordinal <= 31 ? *ordinal : 0;
  const int value = word.size() <= 2 ? SmallInt(word) : -1;
  return value < 1 || value > 31 ? 0 : value;
}

// March 5, 2024; 5th of March 2024; Tue, 5 Mar 2024; 2024 March 5; March 2024; 5 March.
std::optional<std::string> InWords(std::string_view text) {
  int month = 0, day = 0, year = 0;
  const auto words = SplitAt(text, " ,-");
  if (words.size() < 2) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string low = Lower(words[i]);
    const int value = SmallInt(words[i]);
    if (low == "of" || low == "the" || (i == 0 && (IsWeekday(low) || low == "on"))) continue;
    if (month == 0 && MonthOf(words[i]) > 0) {
      month = MonthOf(words[i]);
    } else if (day == 0 && (year == 0 || month > 0) && DayOf(words[i]) > 0) {
      day = DayOf(words[i]);
    } else if (year == 0 && words[i].size() == 4 && value >= 1000) {
      year = value;
    } else {
      return std::nullopt;
    }
  }
  if (month == 0 || (day == 0 && year == 0)) return std::nullopt;
  char out[40];
  if (year == 0) {
    if (day > DaysIn(month, 2000)) return std::nullopt;
    return std::string(kMonths[month - 1]) + " " + std::to_string(day);
  }
  if (day > 0) return DateText(year, month, day);
  std::snprintf(out, sizeof out, "%04d-%02d", year, month);
  return out;
}

// "BC", "B.C.E.", "AD" and its like at the end: -1 before, 1 since, 0 neither; dropped.
int TakeEra(std::string_view* text) {
  const std::size_t blank = text->rfind(' ');
  if (blank == text->npos || blank == 0) return 0;
  std::string era;
  for (const char c : text->substr(blank + 1)) {
    if (c != '.') era += IsCapital(c) ? c : static_cast<char>(c - 'a' + 'A');
  }
  const int side = era == "BC" || era == "BCE" ? -1 : era == "AD" || era == "CE" ? 1 : 0;
  if (side != 0) *text = text->substr(0, blank);
  return side;
}

bool IsYear(std::string_view text) { return text.size() == 4 && SmallInt(text) >= 1000; }

// 44 BC, 1776 AD, the year 1776, 1939 to 1945, 1914-18.
std::optional<std::string> AsYears(std::string_view text) {
  const int era = TakeEra(&text);
  if (era < 0 && SmallInt(text) > 0) return std::to_string(SmallInt(text)) + " BC";
  if (era > 0 && IsYear(text)) return std::string(text);
  if (era != 0) return std::nullopt;
  for (const std::string_view before : {"ad ", "a.d. ", "in the year ", "the year ", "year ", "in "}) {
    if (DropWord(&text, before)) return IsYear(text) ? std::optional(std::string(text)) : std::nullopt;
  }
  DropWord(&text, "from ");
  for (const std::string_view mark : {"-", " - ", " to ", " until "}) {
    const std::size_t at = text.find(mark);
    if (at != 4 || !IsYear(text.substr(0, 4))) continue;
    std::string last(text.substr(at + mark.size()));
    if (mark == "-" && last.size() == 2 && SmallInt(last) > 12) last = std::string(text.substr(0, 2)) + last;
    if (IsYear(last) && SmallInt(last) > SmallInt(text.substr(0, 4)))
      return std::string(text.substr(0, 4)) + "-" + last;
  }
  return std::nullopt;
}

std::string TimeText(int hour, int minute, int second) {
  char out[40];
  if (second == 0) {
    std::snprintf(out, sizeof out, "%02d:%02d", hour, minute);
  } else {
    std::snprintf(out, sizeof out, "%02d:%02d:%02d", hour, minute, second);
  }
  return out;
}

// Without blanks and stops, in lower case; "o'clock" dropped. 3.45pm becomes 3:45pm.
std::string SqueezedTime(std::string_view text) {
  std::string low;
  const std::string lower = Lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const bool between =
        lower[i] == '.' && i > 0 && IsDigit(lower[i - 1]) && i + 1 < lower.size() && IsDigit(lower[i + 1]);
    if (between) low += ':';
    if (lower[i] != ' ' && lower[i] != '.') low += lower[i];
  }
  const std::size_t clock = low.find("o'clock");
  if (clock != low.npos) low.erase(clock, 7);
  return low;
}

// 14:30, 14:30:05, 2:30 pm, 2.30 pm, 2 p.m., 5 o'clock, noon.
std::optional<std::string> AsTime(std::string_view text) {
  const std::string low = SqueezedTime(text);
  if (low == "noon" || low == "12noon") return "12:00";
  if (low == "midnight" || low == "12midnight") return "00:00";
  std::string_view rest = low;
  int half = -1;  // 0: am, 1: pm
  if (rest.size() > 2 && rest.substr(rest.size() - 2) == "am") half = 0;
  if (rest.size() > 2 && rest.substr(rest.size() - 2) == "pm") half = 1;
  if (half >= 0) rest.remove_suffix(2);
  const bool clock = text.find("'clock") != text.npos && rest.size() <= 2;
  if (half < 0 && !clock && rest != text) return std::nullopt;
  const auto parts = SplitAt(rest, ":");
  if (parts.empty() || parts.size() > 3 || (half < 0 && !clock && parts.size() < 2)) return std::nullopt;
  int value[3] = {0, 0, 0};
  std::size_t length = parts.size() - 1;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    value[i] = SmallInt(parts[i]);
    if (value[i] < 0 || (i > 0 && parts[i].size() != 2) || parts[i].size() > 2) return std::nullopt;
    length += parts[i].size();
  }
  if (length != rest.size() || value[1] > 59 || value[2] > 59 || value[0] > 23) return std::nullopt;
  if (half >= 0) {
    if (value[0] < 1 || value[0] > 12) return std::nullopt;
    value[0] = value[0] % 12 + 12 * half;
  }
  return TimeText(value[0], value[1], value[2]);
}

// 2024-03-05T14:30:00Z: a day that begins is the day.
std::optional<std::string> AsStamp(std::string_view text) {
  if (text.size() < 16 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const auto day = InDigits(text.substr(0, 10));
  std::string_view hours = text.substr(11);
  if (!hours.empty() && (hours.back() == 'Z' || hours.back() == 'z')) hours.remove_suffix(1);
  const auto time = AsTime(hours);
  if (!day || !time || hours.find_first_not_of("0123456789:") != hours.npos) return std::nullopt;
  return *time == "00:00" ? *day : *day + " " + *time;
}

// 1776年7月4日
std::optional<std::string> InHan(std::string_view text) {
  int value[3] = {0, 0, 0};
  for (int i = 0; const std::string_view mark : {"年", "月", "日"}) {
    const std::size_t at = text.find(mark);
    if (at == text.npos || at > 4) return std::nullopt;
    value[i++] = SmallInt(text.substr(0, at));
    text.remove_prefix(at + mark.size());
  }
  return text.empty() ? DateText(value[0], value[1], value[2]) : std::nullopt;
}

}  // namespace

std::optional<std::string> AsDate(std::string_view plain) {
  if (plain.size() > kDateMost) return std::nullopt;
  for (const auto as : {InDigits, InWords, AsStamp, AsYears, AsTime, InHan}) {
    if (auto date = as(plain)) return date;
  }
  std::string_view since = plain;
  return TakeEra(&since) > 0 ? InWords(since) : std::nullopt;
}

std::optional<std::string> AsHours(std::string_view plain) {
  std::string_view digits = plain;
  const std::size_t blank = plain.find(' ');
  if (blank != 4 || (plain.substr(5) != "hours" && plain.substr(5) != "hrs")) return std::nullopt;
  digits = plain.substr(0, 4);
  const int value = SmallInt(digits);
  if (value < 0 || value > 2359 || value % 100 > 59) return std::nullopt;
  return TimeText(value / 100, value % 100, 0);
}

}  // namespace ninefold::answers
