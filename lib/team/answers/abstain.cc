// What is no answer: nothing, "I don't know", "I can't help with that".
#include <string>

#include "base/utf8.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

constexpr std::size_t kAbstentionMost = 400;

bool DropOneOf(std::string_view* text, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (DropPrefix(text, prefix)) return true;
  }
  return false;
}

bool IsWhole(std::string_view folded) {
  for (const std::string_view one : {"i don't know",
                                     "i do not know",
                                     "don't know",
                                     "dont know",
                                     "i'm not sure",
                                     "i am not sure",
                                     "not sure",
                                     "idk",
                                     "unknown",
                                     "n/a",
                                     "null",
                                     "no answer",
                                     "no answer found",
                                     "no answer can be given",
                                     "not available",
                                     "not found",
                                     "not mentioned",
                                     "not stated",
                                     "not provided",
                                     "not known",
                                     "no idea",
                                     "i have no idea",
                                     "cannot answer",
                                     "can't answer",
                                     "unable to answer",
                                     "unable to determine",
                                     "i couldn't find the answer",
                                     "i could not find the answer",
                                     "i won't help with that"}) {
    if (folded == one) return true;
  }
  return false;
}

// "not found in the given text", with "it is", "the answer is" or nothing before it.
bool IsNotInText(std::string_view folded) {
  while (DropOneOf(&folded, {"the answer is ", "answer is ", "it is ", "this is "})) {
  }
  if (!DropOneOf(&folded, {"not found in ", "not mentioned in ", "not stated in ", "not given in ",
                           "not provided in ", "not available in ", "not in "})) {
    return false;
  }
  DropPrefix(&folded, "the ");
  DropOneOf(&folded, {"given ", "provided "});
  for (const std::string_view place :
       {"text", "document", "documents", "context", "passage", "source", "sources"}) {
    if (folded == place) return true;
  }
  return false;
}

// Whether an answer is given all the same: "I cannot say exactly, but it is about 42".
bool GoesOnToAnswer(std::string_view text) {
  const std::size_t at = text.find(" but ");
  if (at == text.npos) return false;
  const std::string_view rest = text.substr(at + 5);
  if (rest.find_first_of("0123456789") != rest.npos) return true;
  for (const std::string_view one : {"it is ", "it's ", "i think", "i believe", "i guess", "i'd say", "my ",
                                     "the answer", "probably", "likely", "perhaps", "the best"}) {
    if (rest.substr(0, one.size()) == one) return true;
  }
  return false;
}

// What someone says who has no answer, after "I'm sorry, but" and its like.
bool IsRefusal(std::string_view text) {
  while (DropOneOf(
      &text, {"i'm sorry, but ", "i am sorry, but ", "sorry, but ", "i'm sorry, ", "sorry, ", "i'm sorry. ",
              "i am sorry. ", "i apologize, but ", "i apologise, but ", "unfortunately, ", "i'm afraid that ",
              "i'm afraid ", "i am afraid ", "as an ai language model, ", "as an ai model, ",
              "as an ai assistant, ", "as an ai, "})) {
  }
  std::string_view rest = text;
  if (DropOneOf(&rest, {"i can't ", "i cannot ", "i can not ", "i'm unable to ", "i am unable to ",
                        "i'm not able to ", "i am not able to "})) {
    for (const std::string_view verb : {"help", "answer", "assist", "determine", "provide", "find", "comply",
                                        "view", "access", "see images", "verify"}) {
      if (StartsWord(rest, verb)) return !GoesOnToAnswer(rest);
    }
    return false;
  }
  if (DropOneOf(&rest, {"i don't have ", "i do not have ", "there is not ", "there isn't "})) {
    DropOneOf(&rest, {"enough ", "sufficient ", "the ", "any "});
    return (StartsWord(rest, "information") || StartsWord(rest, "access")) && !GoesOnToAnswer(rest);
  }
  if (DropOneOf(&rest, {"i don't know the answer", "i do not know the answer"})) {
    return (rest.empty() || rest[0] == ' ' || rest[0] == '.') && !GoesOnToAnswer(rest);
  }
  if (DropOneOf(&rest, {"i'm not sure about ", "i am not sure about "})) {
    return rest == "this" || rest == "that" || rest == "it" || rest == "the answer";
  }
  return IsWhole(text);
}

}  // namespace

bool IsAbstention(std::string_view found) {
  // No abstention is long; its reasons may be.
  const std::string plain = Plain(CutUtf8(found, kAbstentionMost));
  const std::string folded = FoldCase(Bare(plain));
  if (folded.find_first_not_of("-_*.~?!,;:' \"\n") == folded.npos) {
    return found.size() <= kAbstentionMost || FoldText(Plain(found)).empty();
  }
  return IsWhole(folded) || IsNotInText(folded) || IsRefusal(folded);
}

}  // namespace ninefold::answers
