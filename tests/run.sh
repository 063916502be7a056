#!/bin/bash
# Runs every test: installs what is missing from Debian, builds, and starts private database servers for the time of
# the tests. It never touches a server that was there before.
#
#     tests/run.sh [--preset NAME] [arguments of ctest]
#
# NAME is dev (the default, also taken from PRESET), asan-ubsan, tsan or coverage. For example:
# tests/run.sh --preset tsan -L pool
#
# The faults that take minutes run only when they are asked for: tests/run.sh -L faults_long
set -euo pipefail

# A script that starts this one in the background makes it ignore interrupts, and bash can't trap what is ignored.
if ((0x$(awk '/^SigIgn/ { print $2 }' /proc/self/status) & 2)); then
    exec env --default-signal=INT "$0" "$@"
fi
cd "$(dirname "$0")/.."

preset=${PRESET:-dev}
if [[ ${1:-} == --preset ]]; then
    preset=${2:?"--preset needs a name"}
    shift 2
fi

# Every job gets a process group of its own, so that an interrupted one can be ended with all its children.
set -m
job=
servers=
clean_up() {
    trap '' INT TERM HUP
    [[ -z $job ]] || kill -s TERM -- "-$job" 2> /dev/null || true
    [[ -z $servers ]] || tests/servers.sh stop "$servers"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# In the background, because bash runs its traps at once while it waits, but only afterwards in the foreground.
run() {
    local status=0
    "$@" < /dev/null &
    job=$!
    wait "$job" || status=$?
    job=
    return "$status"
}

# The sanitizers of GCC 12 need a memory layout that newer kernels no longer give when they randomise addresses.
layout=()
if [[ $preset == *san* ]] && setarch "$(uname -m)" -R true 2> /dev/null; then
    layout=(setarch "$(uname -m)" -R)
fi

cmake/install_debian_packages.sh build tests
run cmake --preset "$preset"
run "${layout[@]}" cmake --build --preset "$preset"

servers=$(mktemp -d "${TMPDIR:-/tmp}/sociable-tests-XXXXXX")
urls=$(tests/servers.sh start "$servers")
eval "$urls"
[[ " $* " == *faults_long* || " $* " == *" -LE "* ]] || set -- "$@" -LE faults_long
export SOCIABLE_FAULT_TABLE=$servers/faults
status=0
run "${layout[@]}" ctest --preset "$preset" "$@" || status=$?
if [[ -s $SOCIABLE_FAULT_TABLE ]]; then
    echo
    echo "Faults, what callers saw of them, the longest wait, the time to recover, connections lost:"
    cat "$SOCIABLE_FAULT_TABLE"
fi
exit "$status"
