// Characters that Unicode's compatibility form (NFKC) would merge with their neighbours, written out before
// it sees them: 10² is not 102, 1½ not 11/2, log₂3 not log23. Dashes and quotes it leaves alone.
#include <utf8proc.h>

#include <string>

#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr int kMarksMost = 30;  // combining marks on one letter, as UAX #15 allows; sorting more is quadratic

// "": it stays as it is.
std::string_view DashOrQuote(utf8proc_int32_t c) {
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe63) return "-";
  if ((c >= 0x2018 && c <= 0x201b) || c == 0x2032 || c == 0xb4) return "'";
  if ((c >= 0x201c && c <= 0x201f) || c == 0x2033 || c == 0xab || c == 0xbb || c == 0x2039 || c == 0x203a ||
      (c >= 0x300c && c <= 0x300f)) {
    return "\"";
  }
  return "";
}

std::string_view SignInstead(utf8proc_int32_t c) {
  switch (c) {
    case 0xb7:
    case 0xd7:
    case 0x2217:
    case 0x2219:
    case 0x22c5:
      return "*";
    case 0xf7:
    case 0x2044:
    case 0x2215:
      return "/";
    case 0xba:
    case 0x2da:
      return "°";
    case 0x66b:
    case 0x3002:
      return ".";
    case 0x66c:
    case 0x3001:
      return ",";
    case 0x2126:
      return "Ω";
    case 0x221b:
      return "sqrt[3]";
    case 0x2223:
      return "|";
    case 0x2236:
      return ":";
    case 0x2a7d:
      return "≤";
    case 0x2a7e:
      return "≥";
    default:
      return "";
  }
}

// Each set of ten digits is in order and begins with its zero, and sets that touch are whole.
char DigitOf(utf8proc_int32_t c, const utf8proc_property_t& property) {
  if (property.category != UTF8PROC_CATEGORY_ND) return 0;
  int before = 0;
  while (before < 60 && utf8proc_category(c - before - 1) == UTF8PROC_CATEGORY_ND) ++before;
  return static_cast<char>('0' + before % 10);
}

// 1: written high, -1: low.
int SideOf(utf8proc_int32_t c, const utf8proc_property_t& property) {
  if (c == 0x2120 || c == 0x2122) return 0;  // not the marks of trade and of service
  const auto type = property.decomp_type;
  return type == UTF8PROC_DECOMP_TYPE_SUPER ? 1 : type == UTF8PROC_DECOMP_TYPE_SUB ? -1 : 0;
}

std::string Spelled(std::string_view character) {
  std::string spelled = Mapped(character, UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  for (const auto& [from, to] : {std::pair{"\u2044", "/"}, {"\u2212", "-"}}) {
    const std::size_t at = spelled.find(from);
    if (at != spelled.npos) spelled.replace(at, 3, to);
  }
  return spelled;
}

class Writer {
 public:
  explicit Writer(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::string Write() {
    while (at_ < text_.size()) {
      if ((text_[at_] & 0x80) == 0) {
        Ascii(text_[at_++]);
        continue;
      }
      utf8proc_int32_t c = 0;
      const auto length = utf8proc_iterate(Bytes(at_), static_cast<utf8proc_ssize_t>(text_.size() - at_), &c);
      if (length <= 0) break;  // not reached: the text has been mended
      const std::string_view whole = text_.substr(at_, static_cast<std::size_t>(length));
      at_ += whole.size();
      const utf8proc_property_t& property = *utf8proc_get_property(c);
      marks_ = property.combining_class > 0 ? marks_ + 1 : 0;
      if (marks_ <= kMarksMost) One(c, property, whole);
    }
    Turn(0);
    return std::move(out_);
  }

 private:
  const utf8proc_uint8_t* Bytes(std::size_t at) const {
    return reinterpret_cast<const utf8proc_uint8_t*>(text_.data()) + at;
  }

  // Groups what is high or low as LaTeX does: x^{12}, H_{2}O.
  void Turn(int side) {
    if (side == side_) return;
    if (side_ != 0) out_ += '}';
    if (side != 0) out_ += side > 0 ? "^{" : "_{";
    side_ = side;
  }

  void Ascii(char c) {
    Turn(0);
    marks_ = 0;
    out_ += c == '\n' || c == '\t' ? '\n' : c < 0x20 || c == 0x7f ? ' ' : c;
  }

  void One(utf8proc_int32_t c, const utf8proc_property_t& property, std::string_view whole) {
    const std::string_view sign = SignInstead(c);
    const int side = sign.empty() ? SideOf(c, property) : 0;
    Turn(side);
    if (side != 0) return void(out_ += Spelled(whole));
    if (!sign.empty()) return void(out_ += sign);
    if (const std::string_view mark = DashOrQuote(c); !mark.empty()) return void(out_ += mark);
    if (const char digit = DigitOf(c, property); digit != 0) return void(out_ += digit);
    if (property.decomp_type == UTF8PROC_DECOMP_TYPE_FRACTION) {
      if (!out_.empty() && (IsDigit(out_.back()) || IsLetter(out_.back()) || out_.back() == ')')) out_ += ' ';
      out_ += Spelled(whole);
      if (at_ < text_.size() && (IsLetter(text_[at_]) || (text_[at_] & 0x80) != 0)) out_ += ' ';
      return;
    }
    if (c == 0x2028 || c == 0x2029) return void(out_ += '\n');
    out_ += c < 0xa0 ? std::string_view(" ") : whole;
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
  int marks_ = 0, side_ = 0;
};

}  // namespace

std::string WrittenOut(std::string_view text) { return Writer(text).Write(); }

}  // namespace ninefold::answers
