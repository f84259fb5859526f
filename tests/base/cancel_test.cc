#include "base/cancel.h"

#include <memory>
#include <optional>

#include "gtest/gtest.h"

namespace ninefold {
namespace {

TEST(Cancel, ReachesAllBelowOnce) {
  CancelNode root(nullptr), child(&root), grandchild(&child), sibling(nullptr);
  int calls = 0;
  CancelHook hook(grandchild, [&](const absl::Status& why) {
    ++calls;
    EXPECT_EQ(why.message(), "stop");
  });
  root.Fire(absl::CancelledError("stop"));
  root.Fire(absl::DeadlineExceededError("late"));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(grandchild.status().message(), "stop") << "the first reason stays";
  EXPECT_FALSE(sibling.fired());
}

TEST(Cancel, AChildOfACancelledNodeIsCancelled) {
  CancelNode root(nullptr);
  root.Fire(absl::CancelledError("stop"));
  CancelNode child(&root);
  EXPECT_TRUE(child.fired());
}

TEST(Cancel, AChildDoesNotReachItsParent) {
  CancelNode root(nullptr), child(&root);
  child.Fire(absl::CancelledError("stop"));
  EXPECT_FALSE(root.fired());
}

TEST(Cancel, ACallbackMayRemoveOtherHooks) {
  CancelNode root(nullptr);
  int calls = 0;
  std::optional<CancelHook> first, second, third;
  const auto drop_all = [&](const absl::Status&) {
    ++calls;
    first.reset();
    third.reset();
  };
  first.emplace(root, [&](const absl::Status&) { ++calls; });
  second.emplace(root, drop_all);
  third.emplace(root, [&](const absl::Status&) { ++calls; });
  root.Fire(absl::CancelledError("stop"));
  EXPECT_EQ(calls, 2) << "third (the last hooked runs first) and second; first was removed";
}

TEST(Cancel, ARemovedHookIsNotCalled) {
  CancelNode root(nullptr);
  {
    CancelHook hook(root, [](const absl::Status&) { FAIL(); });
  }
  root.Fire(absl::CancelledError("stop"));
}

}  // namespace
}  // namespace ninefold
