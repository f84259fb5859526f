// Units and what is made of them: km/h, m s^-2, J/(mol*K), square metres.
#include "team/answers/unit.h"

#include <map>
#include <string>

namespace ninefold::answers {
namespace {

constexpr int kUnitPowerMost = 9;
constexpr int kUnitDepth = 3;

struct Factor {
  Unit unit;
  bool symbol = false;
};

// "^2", "^-1", "2" behind a length, " squared": 1 when there is none, 0 when it is none of a unit.
int ReadUnitPower(std::string_view* text, bool length) {
  std::string_view s = *text;
  if (!s.empty() && s[0] == '^') {
    s.remove_prefix(1);
    const bool wrapped = DropPrefix(&s, "(");
    const bool minus = DropPrefix(&s, "-");
    if (s.empty() || s[0] < '1' || s[0] > '4' || (s.size() > 1 && IsDigit(s[1]))) return 0;
    const int power = s[0] - '0';
    s.remove_prefix(1);
    if (wrapped && !DropPrefix(&s, ")")) return 0;
    *text = s;
    return minus ? -power : power;
  }
  if (length && !s.empty() && (s[0] == '2' || s[0] == '3') && (s.size() == 1 || !IsDigit(s[1]))) {  // cm2
    text->remove_prefix(1);
    return s[0] - '0';
  }
  const std::string_view after = TrimBlank(s);
  for (const auto& [word, power] : {std::pair{"squared", 2}, {"cubed", 3}}) {
    if (!StartsWord(after, word)) continue;
    *text = after.substr(std::string_view(word).size());
    return power;
  }
  return 1;
}

std::optional<Unit> Raised(const Unit& unit, int power) {
  Unit made{{1, 1}, unit.base};
  for (auto& base : made.base) base.second *= power;
  for (int i = 0; i < (power < 0 ? -power : power); ++i) {
    const auto scale = power < 0 ? Divide(made.scale, unit.scale) : Multiply(made.scale, unit.scale);
    if (!scale) return std::nullopt;
    made.scale = *scale;
  }
  return made;
}

// One unit and its power from the start: "m^2", "square metres".
std::optional<Factor> ReadFactor(std::string_view* text) {
  std::string_view s = TrimBlank(*text);
  int power = 1;
  for (const auto& [word, given] :
       {std::pair{"square ", 2}, {"sq ", 2}, {"sq. ", 2}, {"cubic ", 3}, {"cu ", 3}, {"cu. ", 3}}) {
    if (power == 1 && DropWord(&s, word)) power = given;
  }
  // The longest name: up to eight words.
  const std::size_t stop = std::min(s.find_first_of("/*^()0123456789,;"), s.size());
  std::string_view name = TrimBlank(s.substr(0, stop));
  const NamedUnit* unit = nullptr;
  for (int words = 0; words < 8 && !name.empty(); ++words) {
    unit = FindUnit(name);
    if (unit == nullptr && name.back() == '.') unit = FindUnit(name.substr(0, name.size() - 1));
    if (unit != nullptr) break;
    const std::size_t cut = name.find_last_of(" -");
    if (cut == name.npos) return std::nullopt;
    name = TrimBlank(name.substr(0, cut));
  }
  if (unit == nullptr) return std::nullopt;
  s.remove_prefix(static_cast<std::size_t>(name.data() - s.data()) + name.size());
  const bool length =
      unit->unit.base.size() == 1 && unit->unit.base[0] == std::pair<std::string, int>{"m", 1};
  const int given = ReadUnitPower(&s, length && unit->symbol);
  if (given == 0 || (power > 1 && given != 1)) return std::nullopt;
  auto made = Raised(unit->unit, power * given);
  if (!made) return std::nullopt;
  *text = s;
  return Factor{*made, unit->symbol};
}

class UnitReader {
 public:
  explicit UnitReader(std::string_view text) : text_(TrimBlank(text)) {}

  std::optional<Unit> Read() {
    if (!Factors(false, 0) || !text_.empty()) return std::nullopt;
    Unit unit{scale_, {}};
    for (const auto& [name, power] : powers_) {
      if (power > kUnitPowerMost || power < -kUnitPowerMost) return std::nullopt;
      if (power != 0) unit.base.emplace_back(name, power);
    }
    if (unit.base.empty()) return std::nullopt;
    return unit;
  }

 private:
  // Whether the factor that follows is divided by; nullopt: nothing says how it is joined.
  std::optional<bool> Joined(bool first, bool symbol) {
    text_ = TrimBlank(text_);
    if (DropWord(&text_, "per ") || DropPrefix(&text_, "/")) return true;
    if (!first && (DropWord(&text_, "an ") || DropWord(&text_, "a "))) return true;  // $18 an hour
    if (first) return false;
    if (DropPrefix(&text_, "*") || DropPrefix(&text_, "-")) return false;
    // "m s" are symbols; of "metres seconds" nobody knows.
    return symbol || text_.find('^') != text_.npos ? std::optional(false) : std::nullopt;
  }

  bool Factors(bool below, int depth) {
    bool first = true, symbol = false, divided = false;
    while (!text_.empty() && text_[0] != ')') {
      const auto joined = Joined(first, symbol);
      if (!joined) return false;
      const bool side = below != *joined;
      // What J/mol*K divides by is read in two ways.
      if (divided && !*joined && text_.find('^') == text_.npos) return false;
      divided = divided || *joined;
      text_ = TrimBlank(text_);
      if (DropPrefix(&text_, "(")) {
        if (depth >= kUnitDepth || !Factors(side, depth + 1) || !DropPrefix(&text_, ")")) return false;
        symbol = true;
      } else if (!One(side, &symbol)) {
        return false;
      }
      text_ = TrimBlank(text_);
      first = false;
    }
    return !first;
  }

  bool One(bool below, bool* symbol) {
    const auto factor = ReadFactor(&text_);
    if (!factor) return false;
    const auto made = below ? Divide(scale_, factor->unit.scale) : Multiply(scale_, factor->unit.scale);
    if (!made) return false;
    scale_ = *made;
    for (const auto& [name, power] : factor->unit.base) powers_[name] += below ? -power : power;
    *symbol = factor->symbol;
    return true;
  }

  std::string_view text_;
  std::map<std::string, int> powers_;
  Rational scale_{1, 1};
};

}  // namespace

std::optional<Unit> ParseUnit(std::string_view text) { return UnitReader(text).Read(); }

std::string UnitText(const Unit& unit) {
  std::string above, below;
  for (const auto& [name, power] : unit.base) {
    const int size = power < 0 ? -power : power;
    std::string& side = power < 0 ? below : above;
    if (power < 0 || !above.empty()) side += power < 0 ? "/" : "*";
    side += name;
    if (size > 1) side += "^" + std::to_string(size);
  }
  return above + below;
}

}  // namespace ninefold::answers
