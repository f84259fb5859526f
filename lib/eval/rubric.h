// Points for an answer to an open question, given by a judge.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/eval.h"

namespace ninefold {

// A text, of ten points as a whole; or a list of texts, of one point each, and of {"criterion", "points"}.
absl::StatusOr<std::vector<RubricCriterion>> RubricFromJson(const Json& json);

// That of the item, or else of the options.
const std::vector<RubricCriterion>& RubricOf(const EvalItem& item, const GradeOptions& options);

// What the judge is asked; `reversed`: the criteria from the last to the first, before the answer.
std::string RubricQuestion(const EvalItem& item, const Reply& reply,
                           const std::vector<RubricCriterion>& rubric, bool reversed);

// The points it gave, in the rubric's order; nullopt: not for each criterion.
std::optional<std::vector<double>> PointsIn(const std::string& text,
                                            const std::vector<RubricCriterion>& rubric, bool reversed);

// Of both asks.
Grade GradeByPoints(const std::vector<RubricCriterion>& rubric,
                    const std::optional<std::vector<double>>& first,
                    const std::optional<std::vector<double>>& second, double pass);

}  // namespace ninefold
