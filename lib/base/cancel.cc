#include "base/cancel.h"

#include <cassert>
#include <utility>

namespace ninefold {

CancelNode::CancelNode(CancelNode* parent) : parent_(parent) {
  if (parent_ == nullptr) return;
  status_ = parent_->status_;
  next_ = parent_->first_child_;
  if (next_ != nullptr) next_->prev_ = this;
  parent_->first_child_ = this;
}

CancelNode::~CancelNode() {
  assert(first_child_ == nullptr);
  for (CancelHook* hook = first_hook_; hook != nullptr; hook = hook->next_) hook->node_ = nullptr;
  if (parent_ == nullptr) return;
  if (prev_ != nullptr) prev_->next_ = next_;
  if (next_ != nullptr) next_->prev_ = prev_;
  if (parent_->first_child_ == this) parent_->first_child_ = next_;
}

void CancelNode::Fire(const absl::Status& why) {
  assert(!why.ok());
  if (fired()) return;
  status_ = why;
  // Callbacks resume nothing here (they post), so the tree below stands still while it is walked; hooks are
  // taken out one by one since a callback may take out others.
  while (first_hook_ != nullptr) {
    CancelHook* hook = first_hook_;
    hook->Unlink();
    auto fn = std::move(hook->fn_);
    fn(status_);
  }
  for (CancelNode* child = first_child_; child != nullptr; child = child->next_) child->Fire(why);
}

CancelHook::CancelHook(CancelNode& node, std::function<void(const absl::Status&)> fn)
    : node_(&node), fn_(std::move(fn)) {
  next_ = node.first_hook_;
  if (next_ != nullptr) next_->prev_ = this;
  node.first_hook_ = this;
}

void CancelHook::Unlink() {
  if (node_ == nullptr) return;
  if (prev_ != nullptr) prev_->next_ = next_;
  if (next_ != nullptr) next_->prev_ = prev_;
  if (node_->first_hook_ == this) node_->first_hook_ = next_;
  prev_ = next_ = nullptr;
  node_ = nullptr;
}

CancelHook::~CancelHook() { Unlink(); }

}  // namespace ninefold
