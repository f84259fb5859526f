// Units by all their names. Those that convert exactly, whatever country or year it is, become the base of
// their kind: 5 km are 5000 m, 2 hours 7200 s. What has several sizes (gallons, calories, months in days, MB)
// or another zero (°C and °F) only has its names folded. Definitions: SI brochure (9th edition), the
// international yard and pound of 1959, IEC 80000-13 for KiB.
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "team/answer_parts.h"

namespace ninefold::answers {
namespace {

struct UnitRow {
  std::string_view names;  // blank-separated, as written; several words joined with _
  std::string_view base;
  long long num = 1, den = 1;
};

// In words with any plural "s"; in symbols with their case.
constexpr UnitRow kUnits[] = {
    {"in inch inches", "m", 254, 10000},
    {"ft foot feet", "m", 3048, 10000},
    {"yd yard", "m", 9144, 10000},
    {"mi mile", "m", 1609344, 1000},
    {"nmi nautical_mile", "m", 1852},
    {"min mins minute", "s", 60},
    {"h hr hrs hour", "s", 3600},
    {"sec secs", "s"},
    {"d day", "s", 86400},
    {"wk week", "s", 604800},
    {"yr yrs year", "month", 12},
    {"mo mos month", "month"},
    {"decade", "month", 120},
    {"century centuries", "month", 1200},
    {"t tonne metric_ton", "g", 1000000},
    {"kilo", "g", 1000},
    {"lb lbs pound", "g", 45359237, 100000},
    {"oz ounce", "g", 45359237, 1600000},
    {"ha hectare", "m^2", 10000},
    {"acre", "acre"},
    {"cc", "m^3", 1, 1000000},
    {"Wh watt-hour watthour watt_hour", "J", 3600},
    {"kWh kilowatt-hour kilowatthour kilowatt_hour", "J", 3600000},
    {"MWh megawatt-hour megawatthour megawatt_hour", "J", 3600000000},
    {"atm atmosphere", "Pa", 101325},
    {"bar", "Pa", 100000},
    {"mbar millibar", "Pa", 100},
    {"mph", "mph"},
    {"kph kmh", "kph"},
    {"ohm", "Ω"},
    {"° deg degree", "°"},
    {"°C celsius degrees_celsius degree_celsius centigrade deg_c degrees_c", "°C"},
    {"°F fahrenheit degrees_fahrenheit degree_fahrenheit deg_f degrees_f", "°F"},
    {"K kelvin", "K"},
    {"rad radian", "rad"},
    {"cal calorie", "cal"},
    {"kcal kilocalorie", "kcal"},
    {"gal gallon", "gallon"},
    {"pint", "pint"},
    {"cup", "cup"},
    {"hp horsepower", "hp"},
    {"dB decibel", "dB"},
    {"psi", "psi"},
    {"ppm", "ppm"},
    {"rpm", "rpm"},
    {"KiB kibibyte", "byte", 1024},
    {"MiB mebibyte", "byte", 1024 * 1024},
    {"GiB gibibyte", "byte", 1024 * 1024 * 1024},
    {"TiB tebibyte", "byte", 1024LL * 1024 * 1024 * 1024},
    {"byte bytes", "byte"},
    {"bit bits", "bit"},
    {"kB KB kilobyte", "kB"},
    {"MB megabyte", "MB"},
    {"GB gigabyte", "GB"},
    {"TB terabyte", "TB"},
    {"EUR € euro", "EUR"},
    {"GBP £ pound_sterling pounds_sterling", "GBP"},
    {"JPY ¥ yen", "JPY"},
    {"INR ₹ rupee", "INR"},
    {"CHF franc swiss_franc", "CHF"},
    {"cent cents ¢", "cent"},
};

// With each prefix: symbol and names.
constexpr UnitRow kScaled[] = {
    {"m meter metre", "m"},    {"g gram gramme", "g"},
    {"s second", "s"},         {"A ampere amp", "A"},
    {"mol mole", "mol"},       {"J joule", "J"},
    {"W watt", "W"},           {"V volt", "V"},
    {"Pa pascal", "Pa"},       {"Hz hertz", "Hz"},
    {"N newton", "N"},         {"Ω", "Ω"},
    {"eV electronvolt", "eV"}, {"L l liter litre", "m^3", 1, 1000},
    {"C coulomb", "C"},
};

struct Prefix {
  std::string_view symbol, name;
  long long num, den;
};
constexpr Prefix kPrefixes[] = {
    {"", "", 1, 1},
    {"p", "pico", 1, 1000000000000},
    {"n", "nano", 1, 1000000000},
    {"μ", "micro", 1, 1000000},
    {"m", "milli", 1, 1000},
    {"c", "centi", 1, 100},
    {"d", "deci", 1, 10},
    {"k", "kilo", 1000, 1},
    {"M", "mega", 1000000, 1},
    {"G", "giga", 1000000000, 1},
    {"T", "tera", 1000000000000, 1},
};

// "m^2" as {"m", 2}.
std::pair<std::string, int> BaseOf(std::string_view text) {
  const std::size_t at = text.find('^');
  if (at == text.npos) return {std::string(text), 1};
  return {std::string(text.substr(0, at)), text[at + 1] - '0'};
}

class UnitNames {
 public:
  UnitNames() {
    for (const UnitRow& row : kUnits) Add(row, {"", "", 1, 1});
    for (const UnitRow& row : kScaled) {
      for (const Prefix& prefix : kPrefixes) Add(row, prefix);
    }
  }
  // As written, else in lower case (5 KM), else without the plural's s.
  const Unit* Find(std::string_view name) const {
    if (const Unit* unit = Exact(std::string(name))) return unit;
    if (name.size() < 2) return nullptr;  // 5 D are no days
    const std::string low = Lower(name);
    if (const Unit* unit = Exact(low)) return unit;
    const bool plural = low.size() > 3 && low.back() == 's';
    return plural ? Exact(low.substr(0, low.size() - 1)) : nullptr;
  }

 private:
  const Unit* Exact(const std::string& name) const {
    const auto it = units_.find(name);
    return it == units_.end() ? nullptr : &it->second;
  }
  void Add(const UnitRow& row, const Prefix& prefix) {
    std::string_view names = row.names;
    const auto scale = Multiply(*MakeRational(row.num, row.den), *MakeRational(prefix.num, prefix.den));
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      // One or two letters are a symbol, but for "mol" and "amp".
      const bool symbol = name.size() <= 2 || name == "mol";
      std::string whole(symbol ? prefix.symbol : prefix.name);
      whole += name;
      std::replace(whole.begin(), whole.end(), '_', ' ');
      units_.emplace(whole, Unit{*scale, {BaseOf(row.base)}});
    }
  }
  std::unordered_map<std::string, Unit> units_;
};

const UnitNames& AllUnits() {
  static const UnitNames& names = *new UnitNames;
  return names;
}

// One unit and its power from the start: "m^2", "square metres".
std::optional<Unit> ReadFactor(std::string_view* text) {
  std::string_view s = TrimBlank(*text);
  int power = 1;
  if (StartsWord(s, "square ") || StartsWord(s, "sq ")) power = 2;
  if (StartsWord(s, "cubic ")) power = 3;
  if (power > 1) s = TrimBlank(s.substr(s.find(' ')));
  // The longest name: up to two words.
  const std::size_t stop = std::min(s.find_first_of("/*^()0123456789,;"), s.size());
  std::string_view name = TrimBlank(s.substr(0, stop));
  const Unit* unit = nullptr;
  for (int words = 0; words < 8 && !name.empty(); ++words) {
    unit = AllUnits().Find(name);
    if (unit != nullptr) break;
    const std::size_t cut = name.rfind(' ');
    if (cut == name.npos) return std::nullopt;
    name = TrimBlank(name.substr(0, cut));
  }
  if (unit == nullptr) return std::nullopt;
  s.remove_prefix(name.size());
  if (s.size() > 1 && s[0] == '^' && (s[1] == '-' ? s.size() > 2 && IsDigit(s[2]) : IsDigit(s[1]))) {
    const bool minus = s[1] == '-';
    const std::size_t at = minus ? 2 : 1;
    const int given = s[at] - '0';
    if (given == 0 || given > 4 || (s.size() > at + 1 && IsDigit(s[at + 1]))) return std::nullopt;
    power *= minus ? -given : given;
    s.remove_prefix(at + 1);
  } else if (power == 1 && StartsWord(TrimBlank(s), "squared")) {
    power = 2;
    s = TrimBlank(s).substr(7);
  } else if (power == 1 && StartsWord(TrimBlank(s), "cubed")) {
    power = 3;
    s = TrimBlank(s).substr(5);
  }
  Unit made{{1, 1}, unit->base};
  for (auto& base : made.base) base.second *= power;
  for (int i = 0; i < (power < 0 ? -power : power); ++i) {
    const auto scale = power < 0 ? Divide(made.scale, unit->scale) : Multiply(made.scale, unit->scale);
    if (!scale) return std::nullopt;
    made.scale = *scale;
  }
  *text = s;
  return made;
}

}  // namespace

std::optional<Unit> ParseUnit(std::string_view text) {
  std::string_view s = TrimBlank(text);
  std::map<std::string, int> powers;
  Rational scale{1, 1};
  bool first = true;
  while (!s.empty()) {
    bool below = false;
    if (StartsWord(s, "per ")) {
      below = true;
      s.remove_prefix(4);
    } else if (s.front() == '/') {
      below = true;
      s.remove_prefix(1);
    } else if (s.front() == '*' && !first) {
      s.remove_prefix(1);
    } else if (!first && s.find('^') == s.npos && s.find('/') == s.npos) {
      return std::nullopt;  // "m s" needs a sign, or powers as in "m s^-1"
    }
    const auto factor = ReadFactor(&s);
    if (!factor) return std::nullopt;
    const auto made = below ? Divide(scale, factor->scale) : Multiply(scale, factor->scale);
    if (!made) return std::nullopt;
    scale = *made;
    for (const auto& [name, power] : factor->base) powers[name] += below ? -power : power;
    s = TrimBlank(s);
    first = false;
  }
  Unit unit{scale, {}};
  for (const auto& [name, power] : powers) {
    if (power != 0) unit.base.emplace_back(name, power);
  }
  if (unit.base.empty()) return std::nullopt;
  for (const auto& base : unit.base) {
    if (base.second > 9 || base.second < -9) return std::nullopt;
  }
  return unit;
}

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
