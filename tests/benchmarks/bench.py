"""What the programs in Python share: lines of JSON for report.py, and a loop that takes the time."""

import json
import os
import sys
import time

QUICK = "SOCIABLE_BENCHMARK_QUICK" in os.environ


def missing(error):
    """The peer isn't installed."""
    print(error, file=sys.stderr)
    sys.exit(77)


def show(row, work, contestant, value, unit):
    print(json.dumps({"row": row, "work": work, "contestant": contestant, "value": value, "unit": unit}), flush=True)


def nanoseconds(once):
    """The time of one call: the lower quartile of many stretches, as in bench.hpp."""
    times = []
    for _ in range(5 if QUICK else 50):
        calls = 10 if QUICK else 300
        start = time.perf_counter_ns()
        for _ in range(calls):
            once()
        times.append((time.perf_counter_ns() - start) / calls)
    return sorted(times)[len(times) // 4]
