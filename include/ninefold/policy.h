// What a run may do. Every tool call is put to the policy before it happens.
//
//   class NoNetwork : public Policy {
//     Decision Decide(const Action& action) const override {
//       if (action.tool.capabilities.talks_outside) return {Verdict::kDeny, "no network here"};
//       return {Verdict::kAllow};
//     }
//   };
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ninefold/message.h"

namespace ninefold {

enum class Verdict {
  kAllow,
  kDeny,  // the model gets an error result with the reason
  kAsk,   // a person decides (RunOptions::on_ask); without one: deny
};

struct Decision {
  Verdict verdict = Verdict::kAllow;
  std::string why;  // for the model and the trace
};

struct Action {
  const ToolSpec& tool;
  const Json& arguments;
  std::string_view path;  // of the step
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual Decision Decide(const Action& action) const = 0;
};
using PolicyPtr = std::shared_ptr<const Policy>;

// Allows all but tools that both talk outside and read private data while seeing untrusted content, and
// tools with effect kOnce: those ask.
PolicyPtr DefaultPolicy();
PolicyPtr AllowAll();

}  // namespace ninefold
