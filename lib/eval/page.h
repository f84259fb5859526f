// The parts of a report's page. What comes from models and data sets is escaped where it enters.
#pragma once

#include <string>
#include <vector>

#include "ninefold/eval.h"

namespace ninefold::page {

using Cells = std::vector<std::string>;  // escaped already

std::string TableOf(const Cells& head, const std::vector<Cells>& rows);

// Which family an arm is of, by number: variants of one family have one colour and one mark.
std::size_t FamilyOf(const EvalReport& report, const EvalArm& arm);
// Its mark, coloured.
std::string MarkOf(const EvalReport& report, const EvalArm& arm);
std::string Legend(const EvalReport& report);

std::string Tables(const EvalReport& report);      // of variants, and against the baseline
std::string MoreTables(const EvalReport& report);  // of attempts, votes, confidence, judges, tags
std::string AccuracyPlot(const EvalReport& report);
std::string Plots(const EvalReport& report);  // accuracy against what is paid, votes, confidence
std::string Items(const EvalReport& report, const std::vector<EvalTrial>& trials, const PageOptions& options);

}  // namespace ninefold::page
