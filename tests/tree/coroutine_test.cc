// The forms of co_await that g++ 12 compiles wrongly (docs/embedding.md, "Writing coroutines"), as far as
// text shows them;
// ./dev check asks clang for the rest.
#include <gtest/gtest.h>

#include <cctype>

#include "tree/tree.h"

namespace ninefold::tree {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string WordBefore(std::string_view code, std::size_t end) {
  while (end > 0 && std::isspace(static_cast<unsigned char>(code[end - 1])) != 0) --end;
  std::size_t begin = end;
  while (begin > 0 && IsWord(code[begin - 1])) --begin;
  return std::string(begin == end && end > 0 ? code.substr(end - 1, 1) : code.substr(begin, end - begin));
}

// Whether the brace at `at` opens a block, not an initialiser.
bool OpensBlock(std::string_view code, std::size_t at) {
  static const std::set<std::string> before = {
      ")", ";", "{", "}", ">", ":", "else", "do", "try", "mutable", "const", "noexcept", "override", ""};
  return before.count(WordBefore(code, at)) > 0;
}

std::string FirstWord(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size() && !IsWord(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && IsWord(text[end])) ++end;
  return std::string(text.substr(begin, end - begin));
}

// Behind the first pair of round brackets from `at` on.
std::size_t AfterBrackets(std::string_view code, std::size_t at) {
  int depth = 0;
  for (; at < code.size(); ++at) {
    if (code[at] == '(') ++depth;
    if (code[at] == ')' && --depth == 0) return at + 1;
  }
  return at;
}

// Why the co_await at `at` must be written in another way; "" when it need not.
std::string Fault(std::string_view code, std::size_t at) {
  static const std::set<std::string> conditions = {"if", "while", "switch", "for"};
  std::size_t begin = at;
  int closed = 0;  // brackets passed on the way back whose opening is still to come
  int open = 0;    // those that are open at `at`
  for (; begin > 0; --begin) {
    const char c = code[begin - 1];
    if (c == ')' || c == ']') ++closed;
    if (c == '(' || c == '[') {
      if (closed > 0) {
        --closed;
      } else if (++open > 0 && conditions.count(WordBefore(code, begin - 1)) > 0) {
        return "co_await in a condition; await into a local first";
      }
    }
    if (c == '{' && !OpensBlock(code, begin - 1)) return "co_await in braces; await into a local first";
    if ((c == ';' && closed == 0) || c == '{' || c == '}') break;
  }
  std::size_t end = at;
  while (end < code.size() && code[end] != ';') ++end;
  // A condition before the statement is not part of it.
  if (conditions.count(FirstWord(code.substr(begin, at - begin))) > 0) begin = AfterBrackets(code, begin);
  const std::string_view statement = code.substr(begin, end - begin);
  if (statement.find('?') != std::string_view::npos) return "?: beside co_await; use if and a local";
  if (statement.find("||") != std::string_view::npos || statement.find(" && ") != std::string_view::npos) {
    return "&& or || beside co_await; await into locals first";
  }
  if (statement.find('{') != std::string_view::npos)
    return "braces or a lambda beside co_await; name it in a statement before";
  if (statement.find("new ") != std::string_view::npos)
    return "new beside co_await; await into a local first";
  if (statement.find("co_await", at - begin + 1) != std::string_view::npos)
    return "two co_await in a statement; one each";
  return "";
}

TEST(Coroutines, AwaitPlainly) {
  Findings findings;
  for (const char* folder : {"lib", "include", "tests", "examples"}) {
    for (const SourceFile& file : FilesIn(folder, {".h", ".cc"})) {
      std::size_t at = 0;
      while ((at = file.code.find("co_await", at)) != std::string::npos) {
        const std::string fault = Fault(file.code, at);
        if (!fault.empty()) findings.Add(file, LineOf(file.code, at), fault);
        at += 8;
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Coroutines, TheLintSeesEachForm) {
  struct {
    const char* code;
    bool bad;
  } cases[] = {
      {"{ co_await f(x); }", false},
      {"{ auto x = co_await f(std::move(y), 1); }", false},
      {"{ co_return co_await f(); }", false},
      {"{ CO_TRY(auto x, co_await f(x)); }", false},
      {"auto g = [&]() -> Async<void> { co_await f(); };", false},
      {"{ if (ready) co_await f(); }", false},
      {"{ if (ready && due) CO_CHECK_OK(co_await f()); }", false},
      {"{ for (int i = 0; i < 3; ++i) co_await f(i); }", false},
      {"{ for (auto& x : all) { co_await f(x); } }", false},
      {"{ if (co_await f()) return; }", true},
      {"{ while (!co_await f()) {} }", true},
      {"{ auto x = b ? co_await f() : 1; }", true},
      {"{ co_await f({1, 2}); }", true},
      {"{ co_await f(Req{}); }", true},
      {"{ auto a = Agg{co_await f()}; }", true},
      {"{ co_await f([s] { return s; }); }", true},
      {"{ bool b = ok && co_await f(); }", true},
      {"{ auto p = new T(co_await f()); }", true},
      {"{ auto s = co_await f() + co_await g(); }", true},
  };
  for (const auto& c : cases) {
    const std::string code = Code(c.code);
    EXPECT_EQ(!Fault(code, code.find("co_await")).empty(), c.bad) << c.code;
  }
}

}  // namespace
}  // namespace ninefold::tree
