#!/usr/bin/env bash
# ./dev check [FILES]: format, clang-tidy, the coroutine rules, the tree. Of FILES, or of everything. Slow: half an hour for everything
# on two cores.
set -uo pipefail
cd "$(dirname "$0")/.."
build=build/lint
failed=()

if [ $# -gt 0 ]; then
  files=("$@")
else
  mapfile -t files < <(git ls-files 'lib/*.cc' 'lib/*.h' 'include/*.h' 'tests/*.cc' 'tests/*.h' 'examples/*.cc')
fi
mapfile -t units < <(printf '%s\n' "${files[@]}" | grep '\.cc$' | grep -v '^tests/consumer/')

say() { echo "check: $*" >&2; }

say "format"
clang-format-19 --dry-run -Werror "${files[@]}" || failed+=("format (./dev format mends it)")

# clang reads the compile commands of a folder of its own: no precompiled headers, no flags of g++.
cmake --preset lint >"/dev/null" || exit 1

say "coroutine rules, ${#units[@]} files"
mapfile -t coroutines < <(grep -l co_await "${units[@]}")
if [ ${#coroutines[@]} -gt 0 ]; then
  found=$(printf '%s\n' "${coroutines[@]}" | xargs -P "$(nproc)" -n 4 clang-query-14 -p "$build" --extra-arg=-Wno-unknown-warning-option -f cmake/coroutines.query 2>&1 |
            grep -E 'binds here|error:' | sort -u)
  if [ -n "$found" ]; then
    echo "$found"
    say "these forms of co_await are compiled wrongly by g++ 12 (docs/embedding.md, \"Writing coroutines\")"
    failed+=("coroutine rules")
  fi
fi

say "clang-tidy, ${#units[@]} files"
printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$build" --quiet 2>/dev/null || failed+=("clang-tidy")

say "the tree"
cmake --build "$build" --target tree_test ninefold_headers_alone >/dev/null && "$build/bin/tree_test" --gtest_brief=1 || failed+=("tree")

if [ ${#failed[@]} -gt 0 ]; then
  printf 'check: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
say "all is well"
