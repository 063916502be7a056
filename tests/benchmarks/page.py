"""docs/benchmarks.md."""

import platform
import subprocess

from tables import HEADINGS, cells, markdown_table, title
from targets import NOTES

INTRODUCTION = """\
Written by `tests/benchmarks/run.sh`, which repeats all of this on your machine: trust the ratios, not the figures. A \
figure is the median over the rounds, and a ratio that of two such figures; beside it stand the lowest and the \
highest ratio of a round. The code of each row is in the directory of its number in \
[tests/benchmarks](../tests/benchmarks), and says what each contestant does."""

WORDS = """\
- **compared with**: the best of the contestants that a target names, by its median. Where several ways of the same \
library are measured, ours has to stand beside the fastest.
- **raw**: the database's own client library, and no more around it than the work needs. It is the limit.
- **target**: what we want to reach: beside raw, how much the library may add; beside a peer, to be no worse than \
what somebody comes from, or better by what our design promises; where nothing is compared, what a pool should never \
exceed. The targets are in [targets.py](../tests/benchmarks/targets.py). They are set, not measured, and stay as they \
are where they are missed; below the table of such a row stands what is known to limit it.
- **x**: how many times, read as the target says: for "at most" and "as many" our figure divided by the other, for \
"faster" the other divided by ours.
- **within noise**: some rounds meet the target and others miss it, so that the verdict, which is the median's, may \
be another next time.
- **cycles/ms**: how many checkouts, each with its return, all threads together make in a millisecond.
- **p99 wait, longest wait**: 99 of 100 checkouts waited no longer than the first, and none longer than the second. A \
low p99 may be a bad result: where the thread that returned a connection takes it again, a few threads do nearly all \
of the checkouts without waiting, and those who wait for seconds are too few to show in it. So look at the longest \
wait and the unevenness as well.
- **unevenness**: by how much the number of checkouts of one thread is off the mean of all threads, for the thread \
that is furthest off. 0 % is fair.
- **ideal of** somebody: no contestant, but the wait in a queue that loses no time and lets nobody overtake: \
everybody else's turn once, at the time for which connections really were held in that contestant's run."""


def versions():
    wanted = ["libsoci-core4.0", "libsqlite3-0", "libpq5", "libmariadb3", "postgresql", "mariadb-server",
              "libpoco-dev", "libcppdb-dev", "libpqxx-dev", "libhikaricp-java", "openjdk-17-jre-headless",
              "python3-sqlalchemy", "python3-psycopg2", "python3-psycopg-pool", "pgbouncer", "g++"]
    try:
        found = subprocess.run(["dpkg-query", "--show", "--showformat", "${Package} ${Version}\n", *wanted],
                               capture_output=True, text=True).stdout
    except OSError:
        return "unknown"
    return ", ".join(sorted(found.split("\n"))[1:])


def machine():
    with open("/proc/cpuinfo") as info:
        models = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{len(models)} cores, {models[0] if models else platform.machine()}, Linux {kernel}"


def ratios(lines):
    """A table for each row there are lines of, and what limits it if a target is missed."""
    parts = []
    for row in sorted({line["row"] for line in lines}):
        of_row = [line for line in lines if line["row"] == row]
        parts += [f"### {title(row)}", markdown_table(HEADINGS, [cells(line) for line in of_row])]
        if row in NOTES and any(line["met"] is False for line in of_row):
            parts.append(NOTES[row])
    return parts


def as_markdown(lines, measurements):
    parts = ["# Benchmarks", INTRODUCTION, f"Measured on {machine()}. From Debian: {versions()}.",
             "## Words", WORDS, "## Ratios", *ratios(lines)]
    if measurements.unavailable:
        parts += ["## Not measured",
                  "\n".join(f"- row {row}: {name} ({why})"
                            for (row, name), why in sorted(measurements.unavailable.items()))]
    parts.append("## Everything measured")
    for row in measurements.rows():
        rows = [[work, contestant, measurements.figure((row, work, contestant)),
                 measurements.range((row, work, contestant))]
                for of, work, contestant in measurements.values if of == row]
        parts += [f"### {title(row)}", markdown_table(["work", "contestant", "median", "range"], rows)]
    return "\n\n".join(parts) + "\n"
