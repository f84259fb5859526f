// A whole reply in the usual form, read in place: one choice with text, no tool calls. Building a document of
// it first takes several times as long as all else that is done for a call. Whatever is unusual is left to
// ChatAssembly::Take, which reads anything.
#include <charconv>
#include <utility>

#include "base/utf8.h"
#include "model/chat.h"

namespace ninefold {
namespace {

constexpr int kSkipDepthMax = 16;

struct ReplyFields {
  std::string_view id, model, finish;
  std::string content;
  Usage usage;
  int choices = 0;
};

// Each function returns false when it meets something it does not know.
class ReplyReader {
 public:
  explicit ReplyReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // Calls `member` for each key, which reads the value.
  template <class Member>
  bool Object(Member member) {
    if (!Eat('{')) return false;
    if (Eat('}')) return true;
    do {
      std::string_view key;
      if (!Plain(key) || !Eat(':') || !member(key)) return false;
    } while (Eat(','));
    return Eat('}');
  }

  // A string without escapes.
  bool Plain(std::string_view& out) {
    if (!Eat('"')) return false;
    const char* begin = at_;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
    if (at_ == end_ || *at_ != '"') return false;
    out = std::string_view(begin, std::size_t(at_++ - begin));
    return true;
  }

  bool Text(std::string& out) {
    if (!Eat('"')) return false;
    const char* begin = at_;
    for (; at_ != end_ && *at_ != '"'; ++at_) {
      if (static_cast<unsigned char>(*at_) < 0x20) return false;
      if (*at_ != '\\') continue;
      out.append(begin, at_++);
      if (at_ == end_ || !Escape(*at_, out)) return false;
      begin = at_ + 1;
    }
    if (at_ == end_) return false;
    out.append(begin, at_++);
    return true;
  }

  bool Null() { return Word("null"); }
  bool NullOrPlain(std::string_view& out) { return Null() || Plain(out); }
  bool NullOrEmpty() { return Null() || (Eat('[') && Eat(']')); }

  bool Count(std::optional<std::int64_t>& out) {
    Blank();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(at_, end_, value);
    if (error != std::errc() || value < 0 || stop == end_ || (*stop != ',' && *stop != '}' && *stop > ' '))
      return false;
    at_ = stop;
    out = value;
    return true;
  }

  bool Skip(int depth = 0) {
    Blank();
    if (at_ == end_ || depth > kSkipDepthMax) return false;
    if (*at_ == '"') {
      std::string unused;
      return Text(unused);
    }
    if (*at_ == '{') return Object([&](std::string_view) { return Skip(depth + 1); });
    if (*at_ == '[') {
      Eat('[');
      if (Eat(']')) return true;
      do {
        if (!Skip(depth + 1)) return false;
      } while (Eat(','));
      return Eat(']');
    }
    if (Null() || Word("true") || Word("false")) return true;
    double unused = 0;
    const auto [stop, error] = std::from_chars(at_, end_, unused);
    if (error != std::errc()) return false;
    at_ = stop;
    return true;
  }

  bool Eat(char c) {
    Blank();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool AtEnd() {
    Blank();
    return at_ == end_;
  }

 private:
  void Blank() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool Word(std::string_view word) {
    Blank();
    if (!std::string_view(at_, std::size_t(end_ - at_)).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  static bool Escape(char c, std::string& out) {
    switch (c) {
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'r':
        out += '\r';
        return true;
      case '"':
      case '\\':
      case '/':
        out += c;
        return true;
      default:
        return false;
    }
  }

  const char* at_;
  const char* const end_;
};

bool ReadReplyMessage(ReplyReader& in, ReplyFields& found) {
  return in.Object([&](std::string_view key) {
    std::string_view role;
    if (key == "role") return in.Plain(role);
    if (key == "content") return in.Null() || in.Text(found.content);
    return in.NullOrEmpty();  // "refusal", "tool_calls", "annotations", …: nothing in them
  });
}

bool ReadReplyChoice(ReplyReader& in, ReplyFields& found) {
  std::optional<std::int64_t> index;
  const bool read = in.Object([&](std::string_view key) {
    if (key == "index") return in.Count(index);
    if (key == "message") return ReadReplyMessage(in, found);
    if (key == "finish_reason") return in.NullOrPlain(found.finish);
    return key != "delta" && in.Skip();
  });
  ++found.choices;
  return read && index.value_or(0) == 0;
}

bool ReadReplyUsage(ReplyReader& in, Usage& usage) {
  const auto details = [&](std::string_view name, std::optional<std::int64_t>& out) {
    return in.Null() || in.Object([&](std::string_view key) {
      return key == name ? in.Null() || in.Count(out) : in.Skip();
    });
  };
  return in.Object([&](std::string_view key) {
    if (key == "prompt_tokens") return in.Count(usage.input);
    if (key == "completion_tokens") return in.Count(usage.output);
    if (key == "prompt_tokens_details") return details("cached_tokens", usage.cached_input);
    if (key == "completion_tokens_details") return details("reasoning_tokens", usage.reasoning);
    return in.Skip();
  });
}

bool ReadWholeReply(std::string_view text, ReplyFields& found) {
  ReplyReader in(text);
  const bool read = in.Object([&](std::string_view key) {
    if (key == "id") return in.NullOrPlain(found.id);
    if (key == "model") return in.NullOrPlain(found.model);
    if (key == "choices") return in.Eat('[') && ReadReplyChoice(in, found) && in.Eat(']');
    if (key == "usage") return in.Null() || ReadReplyUsage(in, found.usage);
    if (key == "error") return in.Null();
    return in.Skip();
  });
  return read && in.AtEnd() && found.choices == 1;
}

}  // namespace

bool ChatAssembly::PlainReply(std::string_view text, const EmitFn& emit) {
  ReplyFields found;
  if (!ReadWholeReply(text, found) || found.finish == "content_filter" ||
      FindInvalidUtf8(text) != std::string_view::npos)
    return false;
  if (!found.id.empty()) id_ = found.id;
  if (!found.model.empty()) model_ = found.model;
  if (!found.finish.empty()) finish_ = std::string(found.finish);
  TakeUsage(found.usage);
  AddText(std::move(found.content), emit);
  return true;
}

}  // namespace ninefold
