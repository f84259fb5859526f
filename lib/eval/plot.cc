#include "eval/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"
#include "eval/figures.h"

namespace ninefold {
namespace {

constexpr double kWide = 420, kHigh = 300;
constexpr double kLeft = 52, kRight = 20, kTop = 34, kBottom = 46;
constexpr double kCharacter = 6.3;  // of a label of 11 px, about
constexpr double kRowHigh = 30;

struct Axis {
  double least = 0, most = 1, step = 0.1;
};

// Ticks at 1, 2 or 5 times a power of ten, about `ticks` of them.
Axis AxisOver(double least, double most, int ticks) {
  if (most <= least) most = least + (least == 0 ? 1 : std::abs(least) * 0.1);
  const double rough = (most - least) / ticks, power = std::pow(10, std::floor(std::log10(rough)));
  const double factor = rough / power;
  const double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  return {std::floor(least / step + 1e-9) * step, std::ceil(most / step - 1e-9) * step, step};
}

Axis ShareAxis(double least, double most) {
  Axis axis = AxisOver(std::max(0.0, least - 0.02), std::min(1.0, most + 0.02), 5);
  axis.least = std::max(0.0, axis.least), axis.most = std::min(1.0, axis.most);
  return axis;
}

std::string TickText(double value, double step, bool share) {
  if (share) return absl::StrFormat("%.0f %%", 100 * value);
  if (value >= 1e6) return absl::StrFormat("%gM", value / 1e6);
  if (value >= 10'000) return absl::StrFormat("%gk", value / 1e3);
  return absl::StrFormat("%.*f", step >= 1 ? 0 : int(std::ceil(-std::log10(step) - 1e-9)), value);
}

// A mark of about the same area whatever its form.
std::string MarkShape(int series, double x, double y, double r) {
  switch (series % 4) {
    case 1:
      return absl::StrFormat(R"(<rect class="mark" x="%.1f" y="%.1f" width="%.1f" height="%.1f">)",
                             x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
    case 2:
      return absl::StrFormat(R"(<path class="mark" d="M%.1f %.1fL%.1f %.1fL%.1f %.1fZ">)", x, y - 1.25 * r,
                             x + 1.2 * r, y + 0.9 * r, x - 1.2 * r, y + 0.9 * r);
    case 3:
      return absl::StrFormat(R"(<path class="mark" d="M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fZ">)", x,
                             y - 1.3 * r, x + 1.3 * r, y, x, y + 1.3 * r, x - 1.3 * r, y);
    default:
      return absl::StrFormat(R"(<circle class="mark" cx="%.1f" cy="%.1f" r="%.1f">)", x, y, r);
  }
}
const char* MarkEnd(int series) {
  return series % 4 == 0 ? "</circle>" : series % 4 == 1 ? "</rect>" : "</path>";
}
int ColorOf(int series) { return series % int(kPlotColors); }

struct Box {
  double x = 0, y = 0, wide = 0, high = 0;
  bool Hits(const Box& b) const {
    return x < b.x + b.wide && b.x < x + wide && y < b.y + b.high && b.y < y + high;
  }
};

// A place for a label beside a dot, near and then farther, that covers nothing taken and, if there is one, no
// whisker.
Box PlaceLabel(double x, double y, double wide, const std::vector<Box>& taken,
               const std::vector<Box>& whiskers, const Box& inside) {
  constexpr double kHighOfText = 12;
  const auto covers = [](const std::vector<Box>& boxes, const Box& place) {
    return std::any_of(boxes.begin(), boxes.end(), [&](const Box& b) { return b.Hits(place); });
  };
  for (const bool heed_whiskers : {true, false}) {
    for (double far = 0; far <= 72; far += 8) {
      const Box places[] = {
          {x + 8, y - 6 - far, wide, kHighOfText},         {x + 8, y - 6 + far, wide, kHighOfText},
          {x - 8 - wide, y - 6 - far, wide, kHighOfText},  {x - 8 - wide, y - 6 + far, wide, kHighOfText},
          {x - wide / 2, y - 20 - far, wide, kHighOfText}, {x - wide / 2, y + 8 + far, wide, kHighOfText}};
      for (const Box& place : places) {
        const bool fits = place.x >= inside.x && place.x + place.wide <= inside.x + inside.wide &&
                          place.y >= inside.y && place.y + place.high <= inside.y + inside.high;
        if (fits && !covers(taken, place) && !(heed_whiskers && covers(whiskers, place))) return place;
      }
    }
  }
  return {x + 8, y - 6, wide, kHighOfText};
}

class PlotDrawing {
 public:
  PlotDrawing(const PlotOptions& options, const std::vector<PlotSeries>& series)
      : options_(options), series_(series) {
    double left = 1e300, right = -1e300, low = 1e300, high = -1e300;
    for (const PlotSeries& each : series) {
      for (const PlotPoint& p : each.points) {
        const bool has = p.interval.high > p.interval.low;
        left = std::min(left, p.x), right = std::max(right, p.x);
        low = std::min(low, has ? p.interval.low : p.y), high = std::max(high, has ? p.interval.high : p.y);
        ++points_;
      }
    }
    if (points_ == 0) return;
    if (options.x_from_zero) left = 0;
    x_ = options.x_share ? Axis{0, 1, 0.2} : AxisOver(left, std::max(right, left + options.x_min_span), 5);
    y_ = options.y_whole ? Axis{0, 1, 0.2} : ShareAxis(low, high);
  }

  std::string Draw() {
    if (points_ == 0) return "";
    svg_ = absl::StrFormat(R"(<svg viewBox="0 0 %g %g" role="img" aria-label="%s">)", kWide, kHigh,
                           EscapeHtml(options_.title));
    absl::StrAppendFormat(&svg_, R"(<text class="title" x="%g" y="16">%s</text>)", kLeft - 40,
                          EscapeHtml(options_.title));
    DrawAxes();
    for (const PlotSeries& each : series_) DrawBand(each);
    for (const PlotSeries& each : series_) DrawLine(each);
    for (const PlotSeries& each : series_) DrawDots(each);
    DrawLabels();
    return absl::StrCat(svg_, "</svg>\n");
  }

 private:
  double X(double x) const {
    return kLeft + (x - x_.least) / (x_.most - x_.least) * (kWide - kLeft - kRight);
  }
  double Y(double y) const {
    return kHigh - kBottom - (y - y_.least) / (y_.most - y_.least) * (kHigh - kTop - kBottom);
  }
  void Line(const char* kind, double x1, double y1, double x2, double y2) {
    absl::StrAppendFormat(&svg_, R"(<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>)", kind, x1,
                          y1, x2, y2);
  }

  void DrawAxes() {
    for (double y = y_.least; y <= y_.most + y_.step / 1e3; y += y_.step) {
      Line("grid", kLeft, Y(y), kWide - kRight, Y(y));
      absl::StrAppendFormat(&svg_, R"(<text class="tick" text-anchor="end" x="%g" y="%.1f">%s</text>)",
                            kLeft - 5, Y(y) + 4, TickText(y, y_.step, true));
    }
    for (double x = x_.least; x <= x_.most + x_.step / 1e3; x += x_.step) {
      Line("axis", X(x), kHigh - kBottom, X(x), kHigh - kBottom + 4);
      absl::StrAppendFormat(&svg_, R"(<text class="tick" text-anchor="middle" x="%.1f" y="%g">%s</text>)",
                            X(x), kHigh - kBottom + 16, TickText(x, x_.step, options_.x_share));
    }
    Line("axis", kLeft, kHigh - kBottom, kWide - kRight, kHigh - kBottom);
    absl::StrAppendFormat(&svg_, R"(<text class="name" text-anchor="middle" x="%g" y="%g">%s</text>)",
                          (kLeft + kWide - kRight) / 2, kHigh - 10, EscapeHtml(options_.x_name));
    if (options_.diagonal) Line("diagonal", X(x_.least), Y(x_.least), X(x_.most), Y(x_.most));
  }

  void DrawBand(const PlotSeries& series) {
    if (!series.band || series.points.size() < 2) return;
    std::string corners;
    for (const PlotPoint& p : series.points)
      absl::StrAppendFormat(&corners, "%.1f,%.1f ", X(p.x), Y(p.interval.high));
    for (auto p = series.points.rbegin(); p != series.points.rend(); ++p)
      absl::StrAppendFormat(&corners, "%.1f,%.1f ", X(p->x), Y(p->interval.low));
    absl::StrAppendFormat(&svg_, R"(<polygon class="band s%d" points="%s"/>)", ColorOf(series.color),
                          corners);
  }

  void DrawLine(const PlotSeries& series) {
    if (!series.line || series.points.size() < 2) return;
    std::string corners;
    for (const PlotPoint& p : series.points) absl::StrAppendFormat(&corners, "%.1f,%.1f ", X(p.x), Y(p.y));
    absl::StrAppendFormat(&svg_, R"(<polyline class="line%s s%d" points="%s"/>)",
                          series.dashed ? " dashed" : "", ColorOf(series.color), corners);
  }

  void DrawDots(const PlotSeries& series) {
    for (const PlotPoint& p : series.points) {
      absl::StrAppendFormat(&svg_, R"(<g class="s%d">)", ColorOf(series.color));
      if (!series.band && p.interval.high > p.interval.low) DrawWhisker(p);
      // What has no mark still says what it is.
      const double size = std::max(p.size, 0.1);
      absl::StrAppend(&svg_, MarkShape(series.color, X(p.x), Y(p.y), size), "<title>", EscapeHtml(p.hint),
                      "</title>", MarkEnd(series.color), "</g>");
      taken_.push_back({X(p.x) - p.size, Y(p.y) - p.size, 2 * p.size, 2 * p.size});
    }
  }

  void DrawWhisker(const PlotPoint& p) {
    const double x = X(p.x), low = Y(p.interval.low), high = Y(p.interval.high);
    Line("whisker", x, low, x, high);
    whiskers_.push_back({x - 2, high, 4, low - high});
  }

  // From a label that stands apart to its mark.
  void DrawLeader(const PlotSeries& series, const PlotPoint& p, const Box& label) {
    const double x = std::clamp(X(p.x), label.x, label.x + label.wide);
    const double y = std::clamp(Y(p.y), label.y, label.y + label.high);
    const double away = std::hypot(x - X(p.x), y - Y(p.y));
    if (away < p.size + 8) return;
    const double from = (p.size + 1) / away;
    absl::StrAppendFormat(&svg_, R"(<g class="s%d">)", ColorOf(series.color));
    Line("leader", X(p.x) + from * (x - X(p.x)), Y(p.y) + from * (y - Y(p.y)), x, y);
    svg_ += "</g>";
  }

  void DrawLabels() {
    const Box inside = {kLeft, kTop - 12, kWide - kLeft - 2, kHigh - kTop - kBottom + 12};
    for (const PlotSeries& each : series_) {
      for (const PlotPoint& p : each.points) {
        if (p.label.empty()) continue;
        const Box at =
            PlaceLabel(X(p.x), Y(p.y), kCharacter * double(WidthOf(p.label)), taken_, whiskers_, inside);
        taken_.push_back(at);
        DrawLeader(each, p, at);
        absl::StrAppendFormat(&svg_, R"(<text class="label s%d" x="%.1f" y="%.1f">%s</text>)",
                              ColorOf(each.color), at.x, at.y + 10, EscapeHtml(p.label));
      }
    }
  }

  const PlotOptions& options_;
  const std::vector<PlotSeries>& series_;
  int points_ = 0;
  Axis x_, y_;
  std::string svg_;
  std::vector<Box> taken_, whiskers_;
};

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : MendUtf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view PlotMark(int series) {
  constexpr std::string_view kMarks[] = {"●", "■", "▲", "◆"};
  return kMarks[std::size_t(series % 4)];
}

std::string DrawPlot(const PlotOptions& options, const std::vector<PlotSeries>& series) {
  return PlotDrawing(options, series).Draw();
}

std::string WithNote(std::string svg, std::string_view note) {
  constexpr std::string_view kBox = "viewBox=\"0 0 ", kEnd = "</svg>";
  const std::size_t at = svg.find(kBox), end = svg.rfind(kEnd);
  if (note.empty() || at == std::string::npos || end == std::string::npos) return svg;
  double wide = 0, high = 0;
  const std::size_t from = at + kBox.size(), close = svg.find('"', from);
  if (std::sscanf(svg.c_str() + from, "%lf %lf", &wide, &high) != 2) return svg;
  svg.insert(end,
             absl::StrFormat(R"(<text class="tick" x="12" y="%g">%s</text>)", high + 12, EscapeHtml(note)));
  return svg.replace(from, close - from, absl::StrFormat("%g %g", wide, high + 18));
}

std::string DrawIntervals(const std::string& title, const std::vector<PlotRow>& rows) {
  if (rows.empty()) return "";
  double low = 1, high = 0;
  std::size_t longest = 0;
  for (const PlotRow& row : rows) {
    low = std::min(low, row.interval.low), high = std::max(high, row.interval.high);
    longest = std::max(longest, WidthOf(row.label));
  }
  const Axis axis = ShareAxis(low, high);
  const double wide = 760, left = std::min(230.0, 24 + kCharacter * double(longest)), right = wide - 70;
  const double bottom = kTop + kRowHigh * double(rows.size());
  const auto x = [&](double share) {
    return left + (share - axis.least) / (axis.most - axis.least) * (right - left);
  };
  std::string svg = absl::StrFormat(R"(<svg class="wide" viewBox="0 0 %g %g" role="img" aria-label="%s">)",
                                    wide, bottom + 28, EscapeHtml(title));
  absl::StrAppendFormat(&svg, R"(<text class="title" x="12" y="16">%s</text>)", EscapeHtml(title));
  for (double at = axis.least; at <= axis.most + axis.step / 1e3; at += axis.step) {
    absl::StrAppendFormat(&svg, R"(<line class="grid" x1="%.1f" y1="%g" x2="%.1f" y2="%g"/>)", x(at),
                          kTop - 6, x(at), bottom);
    absl::StrAppendFormat(&svg, R"(<text class="tick" text-anchor="middle" x="%.1f" y="%g">%s</text>)", x(at),
                          bottom + 16, TickText(at, axis.step, true));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PlotRow& row = rows[i];
    const double y = kTop + kRowHigh * (double(i) + 0.5);
    absl::StrAppendFormat(&svg, R"(<text class="label" x="12" y="%.1f">%s</text>)", y + 4,
                          EscapeHtml(row.label));
    absl::StrAppendFormat(&svg,
                          R"(<g class="s%d"><line class="whisker" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>)",
                          ColorOf(row.color), x(row.interval.low), y, x(row.interval.high), y);
    absl::StrAppend(&svg, MarkShape(row.color, x(row.value), y, 5), MarkEnd(row.color), "</g>");
    absl::StrAppendFormat(&svg, R"(<text class="label" x="%.1f" y="%.1f">%.1f %%</text>)", right + 12, y + 4,
                          100 * row.value);
  }
  return absl::StrCat(svg, "</svg>\n");
}

}  // namespace ninefold
