// Small plots as inline SVG. Colours are classes (s0 to s9, axis, grid, band), so that a page's style decides
// over light and dark.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/statistics.h"

namespace ninefold {

// For text and for attributes in quotes; what is no UTF-8 becomes U+FFFD.
std::string EscapeHtml(std::string_view text);

// Ten colours and four marks: twenty series that differ.
constexpr std::size_t kPlotColors = 10;
// The mark of a series as a character: ● ■ ▲ ◆.
std::string_view PlotMark(int series);

struct PlotPoint {
  double x = 0, y = 0;
  Interval interval;  // of y; {0, 0}: none is drawn
  double size = 4;    // the mark's radius; 0: none
  std::string label;  // beside it; moved until it covers no other, with a line to it when far
  std::string hint;   // shown when pointed at
};
struct PlotSeries {
  int color = 0;  // and mark
  std::vector<PlotPoint> points;
  bool line = false;  // through the points
  bool band = false;  // their intervals as an area
  bool dashed = false;
};
struct PlotOptions {
  std::string title, x_name, y_name;
  bool x_share = false;      // x is 0 to 1, written in percent
  bool x_from_zero = false;  // else the axis begins near the least
  bool y_whole = false;      // y is all of 0 to 1; else what is used of it
  bool diagonal = false;
  double x_min_span = 0;
};
// y is a share, written in percent. "" when there is no point.
std::string DrawPlot(const PlotOptions& options, const std::vector<PlotSeries>& series);

// The plot with a line below it, as room for it is made. "": as it is.
std::string WithNote(std::string svg, std::string_view note);

struct PlotRow {
  std::string label;
  int color = 0;
  double value = 0;
  Interval interval;
};
// One row each: a dot on its interval, over an axis of shares.
std::string DrawIntervals(const std::string& title, const std::vector<PlotRow>& rows);

}  // namespace ninefold
