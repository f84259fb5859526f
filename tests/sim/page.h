// A page with computed tables and plots.
#pragma once

#include <string>
#include <vector>

#include "eval/plot.h"
#include "sim/oracle_runs.h"

namespace ninefold {

// Compares `table` with what stands on docs/contemplating.md between the marks of `name`, and the plot with
// docs/plots/`name`.svg; with NINEFOLD_UPDATE_GOLDEN in the environment writes them instead.
void ExpectOnPage(const std::string& name, const std::string& table);
void ExpectPlot(const std::string& name, const std::string& svg);

std::string Percent(double share);                                   // "70.1 %"
std::string Measured(const Mean& share);                             // "70.1 ± 0.5 %"
PlotPoint Dot(double x, const Mean& share, std::string label = "");  // with two standard errors

}  // namespace ninefold
