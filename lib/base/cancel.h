// Cancellation is a tree: firing a node fires all below it, once. What waits hooks a callback into a node;
// the hook's destructor takes it out again. One loop, no locks.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"

namespace ninefold {

class CancelHook;

class CancelNode {
 public:
  explicit CancelNode(CancelNode* parent);
  ~CancelNode();  // its children and hooks are gone by then
  CancelNode(const CancelNode&) = delete;
  CancelNode& operator=(const CancelNode&) = delete;

  // OK, or why.
  const absl::Status& status() const { return status_; }
  bool fired() const { return !status_.ok(); }
  void Fire(const absl::Status& why);

 private:
  friend class CancelHook;
  CancelNode* parent_;
  CancelNode* first_child_ = nullptr;
  CancelNode* prev_ = nullptr;
  CancelNode* next_ = nullptr;
  CancelHook* first_hook_ = nullptr;
  absl::Status status_;
};

// Calls `fn` with the reason when the node fires; at once in the constructor's caller's stead when it has
// fired already: check node.fired() before. `fn` runs inside Fire: it must not destroy the node, and may
// destroy any hook.
class CancelHook {
 public:
  CancelHook(CancelNode& node, std::function<void(const absl::Status&)> fn);
  ~CancelHook();
  CancelHook(const CancelHook&) = delete;
  CancelHook& operator=(const CancelHook&) = delete;

 private:
  friend class CancelNode;
  void Unlink();
  CancelNode* node_;
  CancelHook* prev_ = nullptr;
  CancelHook* next_ = nullptr;
  std::function<void(const absl::Status&)> fn_;
};

}  // namespace ninefold
