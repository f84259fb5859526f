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
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #5d6775; --rule: #dde1e6;
  --panel: #f6f7f9; --note: #fff6dd; --note-edge: #d9a400; --good: #177245; --bad: #b3261e;
  --c0: #2563b8; --c1: #d2600e; --c2: #16855b; --c3: #a0339c; --c4: #8a6d00; --c5: #c2264b; --c6: #0b7d91;
  --c7: #6b5bd2; --c8: #5a6b1a; --c9: #8c4a2f; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e4e7eb; --faint: #98a1ad;
  --rule: #2d333b; --panel: #1b2027; --note: #2e2814; --note-edge: #c79a1b; --good: #5fcf94; --bad: #ff8a80;
  --c0: #6ea8fe; --c1: #ff9d57; --c2: #4fd1a1; --c3: #e28bdf; --c4: #dfc04a; --c5: #ff7f9c; --c6: #5bc8dc;
  --c7: #ada0ff; --c8: #b4cc5f; --c9: #d9a184; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1000px; padding: 24px 20px 60px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 17px; margin: 36px 0 8px; }
h3 { font-size: 13px; margin: 14px 0 4px; }
a { color: var(--c0); }
p.hint { color: var(--faint); margin: 4px 0 8px; font-size: 13px; max-width: 80ch; }
.faint { color: var(--faint); }
.note { background: var(--note); border-left: 4px solid var(--note-edge); padding: 8px 12px; margin: 8px 0;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
.wrap { display: inline-block; white-space: normal; min-width: 110px; max-width: 260px; }
.right { color: var(--good); } .wrong { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 22px; }
svg { width: 100%; height: auto; font-family: inherit; display: block; }
svg.wide { max-width: 880px; min-width: 560px; }
svg text { fill: var(--ink); } svg .title { font-size: 13px; font-weight: 600; }
svg .tick, svg .name { font-size: 11px; fill: var(--faint); } svg .label { font-size: 11px; }
svg .label[class*=" s"] { fill: currentColor; }
.grid { stroke: var(--rule); } .axis { stroke: var(--faint); }
.diagonal { stroke: var(--faint); stroke-dasharray: 4 4; }
.whisker { stroke: currentColor; stroke-width: 2; opacity: .45; } .mark { fill: currentColor; }
.leader { stroke: currentColor; stroke-width: 1; opacity: .55; }
.line { fill: none; stroke: currentColor; stroke-width: 2; } .dashed { stroke-dasharray: 5 4; opacity: .8; }
.band { fill: currentColor; opacity: .14; }
.s0 { color: var(--c0); } .s1 { color: var(--c1); } .s2 { color: var(--c2); } .s3 { color: var(--c3); }
.s4 { color: var(--c4); } .s5 { color: var(--c5); } .s6 { color: var(--c6); } .s7 { color: var(--c7); }
.s8 { color: var(--c8); } .s9 { color: var(--c9); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 8px 0; }
.legend b { font-size: 15px; line-height: 1; }
select, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--rule);
  border-radius: 4px; padding: 3px 6px; margin: 0 8px 8px 0; max-width: 100%; }
summary { cursor: pointer; }
.items { border-top: 1px solid var(--rule); }
.item { border-bottom: 1px solid var(--rule); font-size: 13px; }
.item[hidden] { display: none; }
.item > summary { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 6px 4px; align-items: baseline; }
.item[open] > summary { background: var(--panel); }
.id { font-weight: 600; overflow-wrap: anywhere; }
.excerpt { color: var(--faint); flex: 1 1 240px; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; min-width: 0; }
.strip { display: flex; flex-wrap: wrap; gap: 2px; }
.strip i { font-style: normal; font-size: 11px; line-height: 17px; width: 17px; text-align: center;
  border-radius: 3px; border: 1px solid var(--rule); }
.strip .r { color: var(--good); } .strip .w { color: var(--bad); border-color: currentColor; }
.strip .m { color: var(--note-edge); border-color: currentColor; } .strip .n { color: var(--faint); }
.question { white-space: pre-wrap; overflow-wrap: anywhere; margin: 8px 4px; max-width: 80ch; }
.choice { margin: 0 4px 0 16px; } .item p { margin: 8px 4px; overflow-wrap: anywhere; }
.tag { border: 1px solid var(--rule); border-radius: 9px; padding: 0 8px; font-size: 12px;
  color: var(--faint); }
.trials td { text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.trials td:first-child { min-width: 110px; position: static; }
.trials td:last-child { white-space: nowrap; width: 1%; } .trials td:nth-child(2) { min-width: 160px; }
.trials code { color: var(--faint); font-size: 11px; } .why { color: var(--faint); }
pre { background: var(--panel); padding: 8px 10px; margin: 6px 0; overflow-x: auto; font-size: 12px;
  white-space: pre-wrap; overflow-wrap: anywhere; } pre.picture { white-space: pre; }
@media (max-width: 600px) { body { padding: 16px 12px 40px; } .excerpt { flex-basis: 100%; order: 3; }
  .trials td:last-child { white-space: normal; } }
</style>
)html";

// An item's data-r holds a letter a variant: r right, w wrong, m of several trials some, - not asked; its
// data-t a tag a line.
inline constexpr char kPageScript[] = R"html(<script>
const show = document.getElementById('show'), find = document.getElementById('find');
const tag = document.getElementById('tag'), count = document.getElementById('count');
const rows = [...document.querySelectorAll('.item')];
const fits = { all: r => true, some: r => /[wm]/.test(r), none: r => !/[rm]/.test(r),
  differ: r => /[rm]/.test(r) && /[wm]/.test(r) };
function filter() {
  let n = 0;
  for (const row of rows) {
    const tagged = !tag || !tag.value || row.dataset.t.split('\n').includes(tag.value);
    const found = !find.value || row.textContent.toLowerCase().includes(find.value.toLowerCase());
    const seen = tagged && found && fits[show.value](row.dataset.r);
    row.hidden = !seen;
    n += seen;
  }
  count.textContent = n + ' of ' + rows.length;
}
show.oninput = find.oninput = filter;
if (tag) tag.oninput = filter;
filter();
</script>
)html";

}  // namespace ninefold
