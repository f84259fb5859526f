// Units by all their names. Those that convert exactly, whatever country or year it is, become the base of
// their kind: 5 km are 5000 m, 2 hours 7200 s. What has several sizes (tons, calories, months in days, MB)
// or another zero (°C and °F) only has its names folded. Definitions: SI brochure (9th edition), the
// international yard and pound of 1959, IEC 80000-13 for KiB.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "team/answers/unit.h"

namespace ninefold::answers {
namespace {

// Blank-separated; several words joined with _. Symbols have their case, names any, and a plural.
struct UnitRow {
  std::string_view symbols, names, base;
  long long num = 1, den = 1;
};

constexpr UnitRow kUnits[] = {
    {"in", "inch inches", "m", 254, 10000},
    {"ft", "foot feet", "m", 3048, 10000},
    {"yd", "yard", "m", 9144, 10000},
    {"mi", "mile", "m", 1609344, 1000},
    {"nmi", "nautical_mile", "m", 1852},
    {"Å", "angstrom ångström", "m", 1, 10000000000},
    {"", "micron", "m", 1, 1000000},
    {"sqm", "", "m^2"},
    {"min", "min mins minute", "s", 60},
    {"h", "hr hrs hour", "s", 3600},
    {"", "sec secs", "s"},
    {"d", "day", "s", 86400},
    {"wk", "week", "s", 604800},
    {"yr", "yr yrs year", "month", 12},
    {"mo", "mos month", "month"},
    {"", "decade", "month", 120},
    {"", "century centuries", "month", 1200},
    {"t", "tonne metric_ton", "g", 1000000},
    {"", "ton", "ton"},
    {"", "kilo", "g", 1000},
    {"", "kilohm", "Ω", 1000},
    {"lb lbs", "lbs pound", "g", 45359237, 100000},
    {"oz", "ounce", "g", 45359237, 1600000},
    {"ha", "hectare", "m^2", 10000},
    {"", "acre", "acre"},
    {"cc", "", "m^3", 1, 1000000},
    {"Wh", "watt-hour watthour watt_hour", "J", 3600},
    {"kWh", "kilowatt-hour kilowatthour kilowatt_hour", "J", 3600000},
    {"MWh", "megawatt-hour megawatthour megawatt_hour", "J", 3600000000},
    {"atm", "atmosphere", "Pa", 101325},
    {"bar", "bar", "Pa", 100000},
    {"mbar", "millibar", "Pa", 100},
    {"mph", "mph", "m s^-1", 1609344, 3600000},
    {"kph kmh km/h", "kph kmh", "m s^-1", 10, 36},
    {"mpg", "mpg", "m gallon^-1", 1609344, 1000},
    {"°", "deg degree", "°"},
    {"°C °_C", "celsius degrees_celsius degree_celsius centigrade deg_c degrees_c", "°C"},
    {"°F °_F", "fahrenheit degrees_fahrenheit degree_fahrenheit deg_f degrees_f", "°F"},
    {"K", "kelvin", "K"},
    {"rad", "radian", "rad"},
    {"cal", "calorie", "cal"},
    {"Cal", "", "Cal"},
    {"kcal", "kilocalorie", "kcal"},
    {"gal", "gallon", "gallon"},
    {"qt", "quart", "gallon", 1, 4},
    {"pt", "pint", "gallon", 1, 8},
    {"", "cup", "cup"},
    {"hp", "horsepower", "hp"},
    {"dB", "decibel", "dB"},
    {"psi", "psi", "psi"},
    {"ppm", "ppm", "ppm"},
    {"rpm", "rpm", "rpm"},
    {"ly", "light_year light-year lightyear", "light year"},
    {"AU", "astronomical_unit", "AU"},
    {"KiB", "kibibyte", "byte", 1024},
    {"MiB", "mebibyte", "byte", 1024 * 1024},
    {"GiB", "gibibyte", "byte", 1024 * 1024 * 1024},
    {"TiB", "tebibyte", "byte", 1024LL * 1024 * 1024 * 1024},
    {"", "byte", "byte"},
    {"bit bits", "bit bits", "bit"},
    {"bps", "", "bit s^-1"},
    {"kB KB", "kilobyte", "kB"},
    {"MB", "megabyte", "MB"},
    {"GB", "gigabyte", "GB"},
    {"TB", "terabyte", "TB"},
    {"EUR €", "eur euro", "EUR"},
    {"GBP £", "gbp pound_sterling pounds_sterling", "GBP"},
    {"JPY ¥", "jpy yen", "JPY"},
    {"INR ₹", "inr rupee", "INR"},
    {"KRW ₩", "krw won", "KRW"},
    {"CNY", "cny yuan", "CNY"},
    {"CHF", "chf franc swiss_franc", "CHF"},
    {"¢", "cent", "cent"},
    {"KM Km", "kms", "m", 1000},
    {"CM Cm", "cms", "m", 1, 100},
    {"KG Kg", "kgs", "g", 1000},
};

// With each prefix.
constexpr UnitRow kScaled[] = {
    {"m", "meter metre", "m"},
    {"g", "gram gramme", "g"},
    {"s", "second", "s"},
    {"A", "ampere amp", "A"},
    {"mol", "mole", "mol"},
    {"M", "molar", "mol m^-3", 1000},
    {"J", "joule", "J"},
    {"W", "watt", "W"},
    {"V", "volt", "V"},
    {"Pa", "pascal", "Pa"},
    {"Hz", "hertz", "Hz"},
    {"N", "newton", "N"},
    {"Nm", "newton-meter newton-metre newton_meter newton_metre", "N m"},
    {"Ω ohm", "ohm", "Ω"},
    {"eV", "electronvolt electron_volt electron-volt", "eV"},
    {"L l", "liter litre", "m^3", 1, 1000},
    {"C", "coulomb", "C"},
    {"T", "tesla", "T"},
    {"G", "gauss", "T", 1, 10000},
    {"H", "henry henries", "H"},
    {"S", "siemens", "S"},
    {"F", "farad", "F"},
    {"Wb", "weber", "Wb"},
    {"Gy", "gray", "Gy"},
    {"Sv", "sievert", "Sv"},
    {"Bq", "becquerel", "Bq"},
    {"Da", "dalton", "Da"},
    {"cd", "candela", "cd"},
    {"lm", "lumen", "lm"},
    {"pc", "parsec", "pc"},
    {"bps", "bit_per_second bits_per_second", "bit s^-1"},
};

struct Prefix {
  std::string_view symbol, name;
  long long num, den;
};
constexpr Prefix kPrefixes[] = {
    {"", "", 1, 1},
    {"f", "femto", 1, 1000000000000000},
    {"p", "pico", 1, 1000000000000},
    {"n", "nano", 1, 1000000000},
    {"μ", "micro", 1, 1000000},
    {"u", "micro", 1, 1000000},
    {"m", "milli", 1, 1000},
    {"c", "centi", 1, 100},
    {"d", "deci", 1, 10},
    {"k", "kilo", 1000, 1},
    {"M", "mega", 1000000, 1},
    {"G", "giga", 1000000000, 1},
    {"T", "tera", 1000000000000, 1},
};

// "m s^-2" as {{"m", 1}, {"s", -2}}.
std::vector<std::pair<std::string, int>> BaseOf(std::string_view text) {
  std::vector<std::pair<std::string, int>> base;
  if (text == "light year") return {{std::string(text), 1}};
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::size_t at = one.find('^');
    const bool minus = at != one.npos && one[at + 1] == '-';
    const int power = at == one.npos ? 1 : one.back() - '0';
    base.emplace_back(std::string(one.substr(0, at)), minus ? -power : power);
  }
  return base;
}

class UnitNames {
 public:
  UnitNames() {
    for (const UnitRow& row : kUnits) Add(row, kPrefixes[0]);
    for (const UnitRow& row : kScaled) {
      for (const Prefix& prefix : kPrefixes) Add(row, prefix);
    }
  }

  const NamedUnit* Find(std::string_view name) const {
    if (const NamedUnit* unit = In(symbols_, std::string(name))) return unit;
    std::string low = Lower(name);
    if (const NamedUnit* unit = In(names_, low)) return unit;
    const bool plural = low.size() > 3 && low.back() == 's';
    if (plural) low.pop_back();
    const NamedUnit* unit = plural ? In(names_, low) : nullptr;
    const std::size_t hyphen = low.find('-');
    if (unit != nullptr || hyphen == low.npos) return unit;
    low.erase(hyphen, 1);  // kilo-ohms
    return In(names_, low);
  }

 private:
  using Map = std::unordered_map<std::string, NamedUnit>;

  static const NamedUnit* In(const Map& map, const std::string& name) {
    const auto it = map.find(name);
    return it == map.end() ? nullptr : &it->second;
  }
  static void AddAll(std::string_view names, std::string_view prefix, const NamedUnit& unit, Map* map) {
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      std::string whole(prefix);
      whole += name;
      std::replace(whole.begin(), whole.end(), '_', ' ');
      map->emplace(whole, unit);
    }
  }
  void Add(const UnitRow& row, const Prefix& prefix) {
    const auto scale = Multiply(*MakeRational(row.num, row.den), *MakeRational(prefix.num, prefix.den));
    AddAll(row.symbols, prefix.symbol, {{*scale, BaseOf(row.base)}, true}, &symbols_);
    AddAll(row.names, prefix.name, {{*scale, BaseOf(row.base)}, false}, &names_);
  }

  Map symbols_, names_;
};

}  // namespace

const NamedUnit* FindUnit(std::string_view name) {
  static const UnitNames& names = *new UnitNames;
  return names.Find(name);
}

}  // namespace ninefold::answers
