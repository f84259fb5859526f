// The fixed parts of a report's page: its look, for light and dark, and the filter of its list.
#pragma once

namespace ninefold {

// Nothing is loaded from anywhere, and the browser is told to refuse what would be.
inline constexpr char kPageHead[] = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #667; --rule: #dde1e6;
  --note: #fff6dd; --note-edge: #d9a400; --good: #177245; --bad: #b3261e;
  --c0: #2563b8; --c1: #d2600e; --c2: #16855b; --c3: #a0339c; --c4: #8a6d00; --c5: #c2264b; --c6: #0b7d91;
  --c7: #6b5bd2; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e4e7eb; --faint: #98a1ad;
  --rule: #2d333b; --note: #2e2814; --note-edge: #c79a1b; --good: #5fcf94; --bad: #ff8a80;
  --c0: #6ea8fe; --c1: #ff9d57; --c2: #4fd1a1; --c3: #e28bdf; --c4: #dfc04a; --c5: #ff7f9c; --c6: #5bc8dc;
  --c7: #ada0ff; } }
body { margin: 0 auto; max-width: 920px; padding: 24px 20px 60px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 17px; margin: 32px 0 8px; }
p.hint { color: var(--faint); margin: 4px 0 8px; font-size: 13px; }
.note { background: var(--note); border-left: 4px solid var(--note-edge); padding: 8px 12px; margin: 8px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
th:first-child, td:first-child, .items th, .items td { text-align: left; }
.items td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.wrap { display: inline-block; white-space: normal; min-width: 130px; }
.items code { color: var(--faint); font-size: 11px; display: block; }
.right { color: var(--good); } .wrong { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 20px; }
svg { width: 100%; height: auto; font-family: inherit; } svg.wide { max-width: 860px; }
svg text { fill: var(--ink); } svg .title { font-size: 13px; font-weight: 600; }
svg .tick, svg .name { font-size: 11px; fill: var(--faint); } svg .label { font-size: 11px; }
svg .label[class*=" s"] { fill: currentColor; }
.grid { stroke: var(--rule); } .axis { stroke: var(--faint); }
.diagonal { stroke: var(--faint); stroke-dasharray: 4 4; }
.whisker { stroke: currentColor; stroke-width: 2; opacity: .55; } circle { fill: currentColor; }
.line { fill: none; stroke: currentColor; stroke-width: 2; } .band { fill: currentColor; opacity: .14; }
.s0 { color: var(--c0); } .s1 { color: var(--c1); } .s2 { color: var(--c2); } .s3 { color: var(--c3); }
.s4 { color: var(--c4); } .s5 { color: var(--c5); } .s6 { color: var(--c6); } .s7 { color: var(--c7); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 8px 0; }
.legend b { font-size: 16px; line-height: 1; }
select, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--rule);
  border-radius: 4px; padding: 3px 6px; margin: 0 8px 8px 0; }
</style>
)html";

// A row's data-r holds a letter a variant: r right, w wrong, m of several trials some, - not asked.
inline constexpr char kPageScript[] = R"html(<script>
const show = document.getElementById('show'), find = document.getElementById('find');
const rows = [...document.querySelectorAll('.items tbody tr')], count = document.getElementById('count');
const fits = { all: r => true, some: r => /[wm]/.test(r), none: r => !/[rm]/.test(r),
  differ: r => /[rm]/.test(r) && /[wm]/.test(r) };
function filter() {
  let n = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const seen = fits[show.value](row.dataset.r) && text.includes(find.value.toLowerCase());
    row.hidden = !seen;
    n += seen;
  }
  count.textContent = n + ' of ' + rows.length;
}
show.oninput = find.oninput = filter;
filter();
</script>
)html";

}  // namespace ninefold
