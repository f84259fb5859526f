// Reasoning as servers of Chat Completions send it: beside the text, within it between tags, or as a list.
#include <algorithm>
#include <utility>

#include "model/chat.h"

namespace ninefold {
namespace {

constexpr std::string_view kOpenTag = "<think>";
constexpr std::string_view kCloseTag = "</think>";

// How much of the end of `text` may be the beginning of `tag`.
std::size_t TagBegun(std::string_view text, std::string_view tag) {
  for (std::size_t n = std::min(text.size(), tag.size() - 1); n > 0; --n) {
    if (text.ends_with(tag.substr(0, n))) return n;
  }
  return 0;
}

void TrimFront(std::string& text) { text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size())); }

}  // namespace

void ChatAssembly::AddReasoning(std::string_view piece, const EmitFn& emit) {
  if (piece.empty()) return;
  reasoning_ += piece;
  if (emit) emit(event::ReasoningDelta{std::string(piece)});
}

void ChatAssembly::AddText(std::string piece, const EmitFn& emit) {
  if (thought_ != Thought::kOver) {
    held_ += piece;
    SplitThought(emit);
    if (thought_ != Thought::kOver) return;
    piece = std::exchange(held_, "");
  }
  text_ += piece;
  if (emit && !piece.empty()) emit(event::TextDelta{std::move(piece)});
}

// Leaves in held_ what cannot be told yet, or, when the thought is over, the text behind it.
void ChatAssembly::SplitThought(const EmitFn& emit) {
  if (thought_ == Thought::kMayCome) {
    const std::size_t begin = held_.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return;
    const std::string_view text = std::string_view(held_).substr(begin);
    if (text.starts_with(kOpenTag)) {
      held_.erase(0, begin + kOpenTag.size());
      TrimFront(held_);
      thought_ = Thought::kInside;
    } else if (!kOpenTag.starts_with(text)) {
      thought_ = Thought::kOver;
    }
  }
  if (thought_ != Thought::kInside) return;
  const std::size_t end = held_.find(kCloseTag);
  const std::size_t known = end != std::string::npos ? end : held_.size() - TagBegun(held_, kCloseTag);
  AddReasoning(std::string_view(held_).substr(0, known), emit);
  held_.erase(0, end == std::string::npos ? known : end + kCloseTag.size());
  if (end == std::string::npos) return;
  TrimFront(held_);
  thought_ = Thought::kOver;
}

void ChatAssembly::EndThought() {
  if (thought_ == Thought::kInside) AddReasoning(std::exchange(held_, ""), nullptr);
  text_ += std::exchange(held_, "");
  while (!reasoning_.empty() && reasoning_.back() == '\n') reasoning_.pop_back();
}

// Pieces of one index and type belong together: texts are appended, the rest is set.
void ChatAssembly::Details(const Json& details) {
  if (!keeps_details_ || !details.is_array()) return;
  for (const Json& piece : details) {
    if (!piece.is_object()) continue;
    Json* same = nullptr;
    for (Json& kept : details_) {
      if (kept.value("index", Json()) == piece.value("index", Json()) &&
          kept.value("type", Json()) == piece.value("type", Json()))
        same = &kept;
    }
    if (same == nullptr) {
      details_.push_back(piece);
      continue;
    }
    for (const auto& [key, value] : piece.items()) {
      const bool grows = key == "text" || key == "summary" || key == "data";
      Json& kept = (*same)[key];
      if (grows && kept.is_string() && value.is_string()) {
        kept = kept.get_ref<const std::string&>() + value.get_ref<const std::string&>();
      } else if (!value.is_null()) {
        kept = value;
      }
    }
  }
}

}  // namespace ninefold
