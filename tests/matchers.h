// Matchers for statuses, and shorthands for agents under test.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ninefold/agent.h"
#include "ninefold/status.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P2(Fails, code, why, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code && ::testing::Matches(why)(Describe(StatusOf(arg)));
}

MATCHER_P(Says, text, "") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(text, arg->text, result_listener);
}

// The bodies of one kind of event, in order.
template <class Body>
std::vector<std::pair<std::string, Body>> EventsOf(const std::vector<Event>& events) {
  std::vector<std::pair<std::string, Body>> found;
  for (const Event& event : events) {
    if (const auto* body = std::get_if<Body>(&event.body)) found.emplace_back(*event.path, *body);
  }
  return found;
}

}  // namespace ninefold
