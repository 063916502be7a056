#!/bin/bash
# Runs every test and prints the line coverage of src; fails when it is under 95 %.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake/install_debian_packages.sh build tests coverage
# Counts of earlier runs would be added to, also for code that has changed since.
[[ ! -d build/coverage ]] || find build/coverage -name '*.gcda' -delete
tests/run.sh --preset coverage "$@"
gcovr --root . --filter src/ --object-directory build/coverage --sort-percentage --print-summary --fail-under-line 95
