#include "ninefold/policy.h"

#include "absl/strings/str_cat.h"

namespace ninefold {
namespace {

class RuleOfTwo : public Policy {
 public:
  Decision Decide(const Action& action) const override {
    const Capabilities& can = action.tool.capabilities;
    if (can.reads_private && can.sees_untrusted && (can.talks_outside || can.changes_state)) {
      return {Verdict::kAsk,
              absl::StrCat("tool \"", action.tool.name,
                           "\" reads private data, sees untrusted content and acts on the outside")};
    }
    if (action.tool.effect == Effect::kOnce) {
      return {Verdict::kAsk,
              absl::StrCat("tool \"", action.tool.name, "\" changes the world each time it is called")};
    }
    return {};
  }
};

class Everything : public Policy {
 public:
  Decision Decide(const Action&) const override { return {}; }
};

}  // namespace

PolicyPtr DefaultPolicy() {
  static const PolicyPtr policy = std::make_shared<RuleOfTwo>();
  return policy;
}

PolicyPtr AllowAll() {
  static const PolicyPtr policy = std::make_shared<Everything>();
  return policy;
}

}  // namespace ninefold
