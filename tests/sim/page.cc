#include "sim/page.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace ninefold {
namespace {

const std::string kDocs = NINEFOLD_SOURCE_DIR "/docs/";
constexpr char kAnew[] =
    "if it is meant: NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/contemplate_figures_test";

bool Updating() { return std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr; }

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A picture by itself has no page around it that gives the colours.
constexpr char kStyle[] = R"(<style>
:root{--paper:#fff;--ink:#1b1f24;--faint:#667;--rule:#dde1e6;--c0:#2563b8;--c1:#d2600e;--c2:#16855b;--c3:#a0339c;
--c4:#8a6d00;--c5:#c2264b;--c6:#0b7d91;--c7:#6b5bd2}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--ink:#e4e7eb;--faint:#98a1ad;--rule:#2d333b;
--c0:#6ea8fe;--c1:#ff9d57;--c2:#4fd1a1;--c3:#e28bdf;--c4:#dfc04a;--c5:#ff7f9c;--c6:#5bc8dc;--c7:#ada0ff}}
text{fill:var(--ink);font-family:system-ui,"DejaVu Sans",sans-serif}.title{font-size:13px;font-weight:600}
.tick,.name,.note{font-size:11px;fill:var(--faint)}.label{font-size:11px}.label[class*=" s"]{fill:currentColor}
.grid{stroke:var(--rule)}.axis{stroke:var(--faint)}.whisker{stroke:currentColor;stroke-width:2;opacity:.55}
circle{fill:currentColor}.line{fill:none;stroke:currentColor;stroke-width:2}.paper{fill:var(--paper)}
.s0{color:var(--c0)}.s1{color:var(--c1)}.s2{color:var(--c2)}.s3{color:var(--c3)}
.s4{color:var(--c4)}.s5{color:var(--c5)}.s6{color:var(--c6)}.s7{color:var(--c7)}
</style>)";

// With its colours, on paper, and with what it does not show below it.
std::string Alone(std::string svg) {
  constexpr char kBox[] = "viewBox=\"0 0 ";
  const std::size_t at = svg.find(kBox) + sizeof kBox - 1, close = svg.find('>', at);
  double wide = 0, high = 0;
  std::istringstream(svg.substr(at)) >> wide >> high;
  const std::string head = absl::StrFormat(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g">%s)"
      R"(<rect class="paper" width="%g" height="%g"/>)"
      R"(<text class="note" x="12" y="%g">An oracle answers: this checks the orchestrator, not the idea.</text>)",
      wide, high + 22, wide, kStyle, wide, high + 22, high + 12);
  return absl::StrReplaceAll(absl::StrCat(head, svg.substr(close + 1)), {{"><", ">\n<"}});
}

}  // namespace

void ExpectOnPage(const std::string& name, const std::string& table) {
  const std::string path = kDocs + "contemplating.md";
  const std::string begin = absl::StrCat("<!-- computed: ", name, " -->\n"), end = "<!-- end -->\n";
  std::string page = ReadAll(path);
  const std::size_t from = page.find(begin);
  ASSERT_NE(from, std::string::npos) << path << " has no " << begin;
  const std::size_t to = page.find(end, from);
  ASSERT_NE(to, std::string::npos);
  const std::size_t at = from + begin.size();
  if (Updating()) {
    page.replace(at, to - at, table);
    std::ofstream(path) << page;
    return;
  }
  EXPECT_EQ(page.substr(at, to - at), table) << kAnew;
}

void ExpectPlot(const std::string& name, const std::string& svg) {
  const std::string file = absl::StrCat("plots/", name, ".svg"), plot = Alone(svg);
  EXPECT_NE(ReadAll(kDocs + "contemplating.md").find(absl::StrCat("](", file, ")")), std::string::npos)
      << "the page does not show " << file;
  if (Updating()) {
    std::ofstream(kDocs + file) << plot;
    return;
  }
  EXPECT_EQ(ReadAll(kDocs + file), plot) << kAnew;
}

std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

std::string Measured(const Mean& mean) {
  return absl::StrFormat("%.1f ± %.1f %%", 100 * mean.value(), 100 * mean.error());
}

PlotPoint Dot(double x, const Mean& share, std::string label) {
  const double y = share.value(), whisker = 2 * share.error();
  return {.x = x, .y = y, .interval = {y - whisker, y + whisker}, .size = 3, .label = std::move(label)};
}

}  // namespace ninefold
