#!/bin/bash
# Runs every fuzzer for some time, 60 s by default, from the corpus in the tree, which it doesn't change. Installs Clang
# where it is missing. What a fuzzer finds is left in the build directory, and its path is printed.
#
#     tests/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}

cmake/install_debian_packages.sh build fuzz
layout=()
if setarch "$(uname -m)" -R true 2> /dev/null; then layout=(setarch "$(uname -m)" -R); fi
cmake --preset fuzz
"${layout[@]}" cmake --build --preset fuzz

passed=0 failed=0
for fuzzer in build/fuzz/tests/fuzz/sociable_*_fuzz; do
    name=${fuzzer##*/sociable_}
    found=$(mktemp -d)
    if "${layout[@]}" "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix=build/fuzz/ "$found" "tests/fuzz/corpus/${name%_fuzz}" > "build/fuzz/$name.log" 2>&1; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") runs, nothing found"
        passed=$((passed + 1))
    else
        tail -n 40 "build/fuzz/$name.log" >&2
        failed=$((failed + 1))
    fi
    rm -rf "$found"
done
echo "fuzzers: $passed passed, $failed failed"
[[ $failed -eq 0 ]]
