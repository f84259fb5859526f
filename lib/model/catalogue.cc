#include "ninefold/catalogue.h"

#include <algorithm>
#include <utility>

namespace ninefold {
namespace {

bool IsShapedAs(std::string_view text, std::string_view shape) {  // '0': a digit
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(),
                    [](char c, char s) { return s == '0' ? c >= '0' && c <= '9' : c == s; });
}

// Vendors name a model's versions by their day.
std::string_view WithoutDate(std::string_view spec) {
  for (const std::string_view shape : {"-0000-00-00", "-00000000"}) {
    if (spec.size() <= shape.size()) continue;
    const std::string_view end = spec.substr(spec.size() - shape.size());
    if (IsShapedAs(end, shape)) return spec.substr(0, spec.size() - shape.size());
  }
  return spec;
}

}  // namespace

void Catalogue::Set(std::string spec, ModelFacts facts) {
  entries_.insert_or_assign(std::move(spec), std::move(facts));
}

void Catalogue::Merge(const Catalogue& later) {
  for (const auto& [spec, facts] : later.entries_) {
    const ModelFacts* known = Find(spec);
    ModelFacts merged = known == nullptr ? ModelFacts() : *known;
    if (facts.price) merged.price = facts.price;
    if (facts.context_tokens > 0) merged.context_tokens = facts.context_tokens;
    if (facts.max_output_tokens > 0) merged.max_output_tokens = facts.max_output_tokens;
    if (facts.images) merged.images = facts.images;
    if (!facts.as_of.empty()) merged.as_of = facts.as_of;
    if (!facts.source.empty()) merged.source = facts.source;
    Set(spec, std::move(merged));
  }
}

const ModelFacts* Catalogue::Find(std::string_view spec) const {
  auto found = entries_.find(spec);
  if (found == entries_.end()) found = entries_.find(WithoutDate(spec));
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace ninefold
