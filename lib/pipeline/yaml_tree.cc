#include "pipeline/yaml_tree.h"

#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "pipeline/yaml_scan.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace ninefold::pipeline {
namespace {

// Leaves yaml-cpp's parser; the mistake has been said.
struct Stop {};

// Line starts, so that a mark costs no search of the whole text.
class Lines {
 public:
  explicit Lines(const Source& source) : source_(source) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < source.text.size(); ++i) {
      if (source.text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  // yaml-cpp's marks count lines and bytes from 0.
  Position At(int line, int column) const {
    Position at;
    at.source = &source_;
    const std::size_t row = std::min(static_cast<std::size_t>(std::max(line, 0)), starts_.size() - 1);
    at.offset = std::min(starts_[row] + static_cast<std::size_t>(std::max(column, 0)), source_.text.size());
    at.line = static_cast<int>(row) + 1;
    for (std::size_t i = starts_[row]; i < at.offset; ++i) {
      if ((static_cast<unsigned char>(source_.text[i]) & 0xC0) != 0x80) ++at.column;
    }
    return at;
  }
  Position At(const YAML::Mark& mark) const { return At(mark.line, mark.column); }

 private:
  const Source& source_;
  std::vector<std::size_t> starts_;
};

std::size_t CountNodes(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& item : node.items) count += CountNodes(item);
  for (const YamlMember& member : node.members) count += CountNodes(member.value);
  return count;
}

int DepthOf(const YamlNode& node) {
  int depth = 0;
  for (const YamlNode& item : node.items) depth = std::max(depth, 1 + DepthOf(item));
  for (const YamlMember& member : node.members) depth = std::max(depth, 1 + DepthOf(member.value));
  return depth;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(const Source& source, const Lines& lines, Diagnostics& out)
      : source_(source), lines_(lines), out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const Position at = lines_.At(mark);
    const std::string_view rest = std::string_view(source_.text).substr(at.offset);
    if (rest.substr(0, 3) == "---") {
      out_.Error(at, "a second document starts here", "a pipeline is one document; take the \"---\" away");
    } else if (source_.text.rfind("\n...", at.offset) != std::string::npos) {
      out_.Error(at, "text after the end of the document (\"...\")", "take it away, or the \"...\" above it");
    } else {
      out_.Error(at, "this does not belong to what stands above it",
                 "a list and a map cannot be mixed; check the indentation");
    }
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Scalar(mark, "?", anchor, YamlNode::kNull, "");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Scalar(mark, tag, anchor, YamlNode::kScalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::kList);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::kMap);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Position at = lines_.At(mark);
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      out_.Error(at, "the anchor of this alias contains the alias itself",
                 "an alias may only name what is complete above it");
      throw Stop{};
    }
    const YamlNode& target = known->second;
    alias_nodes_ += CountNodes(target);
    if (alias_nodes_ > kYamlAliasNodesMax) {
      out_.Error(at, "aliases expand to more than 10,000 nodes", "write the parts out, or use fewer aliases");
      throw Stop{};
    }
    if (static_cast<int>(open_.size()) + DepthOf(target) > kYamlDepthMax) TooDeep(at);
    YamlNode copy = target;
    Add(std::move(copy), at);
  }

  YamlNode Take() { return std::move(root_); }
  const Position& last() const { return last_; }

 private:
  struct Level {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool drop = false;  // the value of a key that is refused
    YamlMember member;
    std::unordered_map<std::string, Position> keys;
  };

  void TooDeep(const Position& at) {
    out_.Error(at, "nested deeper than 32 levels",
               "a pipeline needs no more than 10; check the brackets and the indentation");
    throw Stop{};
  }

  // A tag is refused; a quoted scalar has the tag "!" in yaml-cpp without having one in the file.
  void CheckTag(const Position& at, const std::string& tag) {
    const bool written = at.offset < source_.text.size() && source_.text[at.offset] == '!';
    if (tag == "?" || tag.empty() || (tag == "!" && !written)) return;
    out_.Error(at, absl::StrCat("tags are not supported (\"", tag.substr(0, 60), "\")"),
               "write plain values");
  }

  void Scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind,
              const std::string& value) {
    YamlNode node;
    node.kind = kind;
    node.at = lines_.At(mark);
    CheckTag(node.at, tag);
    node.at.offset = SkipProperties(source_.text, node.at.offset);
    node.text = value;
    node.quoted = kind == YamlNode::kScalar && tag == "!";
    if (node.quoted && !QuoteIsClosed(source_.text, node.at.offset)) {
      out_.Error(node.at, "this quote is never closed", "close it where the text ends");
      throw Stop{};
    }
    if (anchor != 0) anchors_.insert_or_assign(anchor, node);
    const Position at = node.at;
    Add(std::move(node), at);
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    const Position at = lines_.At(mark);
    CheckTag(at, tag);
    if (static_cast<int>(open_.size()) >= kYamlDepthMax) TooDeep(at);
    Level level;
    level.node.kind = kind;
    level.node.at = at;
    level.anchor = anchor;
    open_.push_back(std::move(level));
  }

  void Close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    if (level.anchor != 0) anchors_.insert_or_assign(level.anchor, level.node);
    const Position at = level.node.at;
    Add(std::move(level.node), at);
  }

  void Add(YamlNode node, const Position& at) {
    last_ = at;
    if (++nodes_ > kYamlNodesMax) {
      out_.Error(at, "more than 100,000 nodes", "a pipeline needs no such size");
      throw Stop{};
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.kind == YamlNode::kList) {
      level.node.items.push_back(std::move(node));
    } else if (!level.has_key) {
      Key(level, node, at);
    } else {
      level.has_key = false;
      level.member.value = std::move(node);
      if (!level.drop) level.node.members.push_back(std::move(level.member));
    }
  }

  void Key(Level& level, const YamlNode& node, const Position& at) {
    level.has_key = true;
    level.drop = false;
    level.member = YamlMember();
    level.member.key = node.text;
    level.member.key_at = at;
    if (node.kind != YamlNode::kScalar) {
      out_.Error(at, absl::StrCat("a key must be a text, this is ", std::string(KindName(node.kind))),
                 "write \"key: value\"");
      level.drop = true;
    } else if (node.text == "<<" && !node.quoted) {
      out_.Error(at, "merge keys (\"<<\") are not supported",
                 "name the agent or model once and refer to it by its name");
      level.drop = true;
    } else if (const auto [first, fresh] = level.keys.emplace(node.text, at); !fresh) {
      out_.Error(at,
                 absl::StrCat("key \"", node.text.substr(0, 80), "\" is here a second time; the first is at ",
                              Refer(first->second, at)),
                 "keep one of them");
      level.drop = true;
    }
  }

  const Source& source_;
  const Lines& lines_;
  Diagnostics& out_;
  YamlNode root_;
  Position last_;
  std::vector<Level> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0, alias_nodes_ = 0;
  int documents_ = 0;
};

struct Wording {
  std::string_view theirs, message, hint;
};
constexpr Wording kWordings[] = {
    {"end of map not found", "this does not belong to the map above it",
     "check the indentation and the colons; text with \": \" or \" #\" in it needs quotes"},
    {"end of sequence not found", "this does not belong to the list above it",
     "check the indentation; each item starts with \"- \""},
    {"illegal map value", "a \": \" that makes no key here",
     "put the text in quotes, or check the indentation"},
    {"end of map flow not found", "a \"{\" is not closed before this", "close it with \"}\""},
    {"end of sequence flow not found", "a \"[\" is not closed before this", "close it with \"]\""},
    {"illegal flow end", "a bracket that closes nothing", "take it away"},
    {"the referenced anchor is not defined", "this alias names no anchor",
     "a text that starts with * needs quotes"},
    {"unknown token", "a text cannot start with this character", "put the text in quotes"},
    {"illegal tab", "a tab where indentation is due", "indent with blanks"},
    {"illegal block entry", "a list item where none may stand", "check the indentation"},
    {"illegal map key", "a key where none may stand", "check the indentation"},
};

void SayYamlError(const YAML::Exception& error, const Source& source, const Lines& lines,
                  const Position& last, Diagnostics& out) {
  const Position at = lines.At(error.mark);
  if (error.msg.find("illegal EOF") != std::string::npos) {
    const std::size_t quote = source.text.find_first_of("\"'", last.offset);
    const Position opened = quote == std::string::npos ? at : PositionAt(source, quote);
    out.Error(opened, "this quote is never closed", "close it where the text ends");
    return;
  }
  for (const Wording& wording : kWordings) {
    if (error.msg.find(wording.theirs) == std::string::npos) continue;
    out.Error(at, std::string(wording.message), std::string(wording.hint));
    return;
  }
  out.Error(at, absl::StrCat("not valid YAML: ", error.msg),
            "check the quotes, brackets and indentation near here");
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlMember& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::kNull:
      return "nothing";
    case YamlNode::kScalar:
      return "a text";
    case YamlNode::kList:
      return "a list";
    case YamlNode::kMap:
      return "a map";
  }
  return "?";
}

YamlNode ParseYaml(const Source& source, Diagnostics& out) {
  const Lines lines(source);
  if (const std::size_t tab = FindIndentTab(source.text); tab != std::string::npos) {
    out.Error(PositionAt(source, tab), "a tab in the indentation", "indent with blanks");
    return {};
  }
  Builder builder(source, lines, out);
  std::istringstream in(source.text);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    SayYamlError(error, source, lines, builder.last(), out);
  } catch (const std::exception& error) {
    out.Error(builder.last(), absl::StrCat("not valid YAML: ", error.what()));
  }
  return builder.Take();
}

}  // namespace ninefold::pipeline
