#!/usr/bin/env python3
"""Makes the table of ratios from the programs' measurements.

    report.py MEASUREMENTS [--json FILE] [--write FILE] [--check]

A figure is the median over the rounds, and a ratio that of two such figures. Beside it stands the range of the rounds'
own ratios, each of figures measured one after the other.
"""

import argparse
import collections
import json
import platform
import statistics
import subprocess
import sys

from targets import ROWS, TARGETS


class Measurements:
    def __init__(self, path):
        self.values = collections.defaultdict(list)  # (row, work, contestant): one value for each round
        self.units = {}
        self.unavailable = {}  # (row, name): "missing" or "failed"
        with open(path) as lines:
            for line in map(json.loads, filter(str.strip, lines)):
                for why in ("missing", "failed"):
                    if why in line:
                        self.unavailable[line["row"], line[why]] = why
                if "value" in line:
                    key = line["row"], line["work"], line["contestant"]
                    self.values[key].append(line["value"])
                    self.units[key] = line["unit"]

    def rows(self):
        return sorted({key[0] for key in self.values} | {key[0] for key in self.unavailable})

    def figure(self, key):
        return with_unit(statistics.median(self.values[key]), self.units[key])

    def range(self, key):
        return f"{with_unit(min(self.values[key]), self.units[key])} to {with_unit(max(self.values[key]), self.units[key])}"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def with_unit(value, unit):
    for bigger, factor in (("us", 1e3), ("ms", 1e6)):
        if unit == "ns" and abs(value) >= factor and (bigger == "ms" or abs(value) < 1e6):
            return f"{number(value / factor)} {bigger}"
    return f"{number(value)} {unit}"


def compare(measurements, target):
    """One line of the table."""
    row, work, relation = target.row, target.work, target.relation
    line = {"row": row, "work": work, "ours": target.ours, "target": relation.text}
    ours = (row, work, target.ours)
    best = max if relation.bigger_is_better else min
    others = [(row, work, other) for other in target.others]
    known = [other for other in others if other in measurements.values]
    if known:
        other = best(known, key=lambda key: statistics.median(measurements.values[key]))
        line |= {"compared with": other[2], "its figure": measurements.figure(other)}
    elif others:
        line |= {"compared with": " or ".join(target.others), "its figure": "missing"}
    if ours not in measurements.values:
        return line | {"figure": "missing", "met": None}
    line["figure"] = measurements.figure(ours)
    if others and not known:
        return line | {"met": None}
    theirs = measurements.values[other] if others else measurements.values[ours]
    ratios = [relation.ratio(a, b) for a, b in zip(measurements.values[ours], theirs)]
    ratio = relation.ratio(statistics.median(measurements.values[ours]), statistics.median(theirs))
    line |= {"ratio": ratio, "lowest": min(ratios), "highest": max(ratios), "unit": relation.unit}
    return line | {"met": bool(relation.holds(ratio))}


def cells(line):
    ratio = ""
    if "ratio" in line:
        ratio = f"{number(line['ratio'])} {line['unit']} ({number(line['lowest'])} to {number(line['highest'])})"
    met = {True: "yes", False: "**no**", None: "not measured"}[line["met"]]
    return [str(line["row"]), line["work"], f"{line['ours']}: {line['figure']}",
            f"{line['compared with']}: {line['its figure']}" if "compared with" in line else "",
            ratio, line["target"], met]


HEADINGS = ["row", "work", "ours", "compared with", "ratio (range)", "target", "met?"]


def as_text(lines):
    table = [HEADINGS] + [cells(line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def markdown_table(headings, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, ["---"] * len(headings)] + rows)


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


def as_markdown(lines, measurements):
    parts = ["# Benchmarks",
             "Written by `tests/benchmarks/run.sh`, which repeats all of this on your machine: trust the ratios, not "
             "the figures. A figure is the median over the rounds, and a ratio that of two such figures; beside it stand "
             "the lowest and the highest ratio of a round. The code of each row is in the directory of its number in "
             "[tests/benchmarks](../tests/benchmarks), and says what each contestant does.",
             f"Measured on {machine()}. From Debian: {versions()}.",
             "## Ratios", markdown_table(HEADINGS, [cells(line) for line in lines])]
    if measurements.unavailable:
        parts += ["## Not measured",
                  "\n".join(f"- row {row}: {name} ({why})"
                            for (row, name), why in sorted(measurements.unavailable.items()))]
    parts.append("## Everything measured")
    for row in measurements.rows():
        rows = [[work, contestant, measurements.figure((row, work, contestant)),
                 measurements.range((row, work, contestant))]
                for of, work, contestant in measurements.values if of == row]
        parts += [f"### Row {row}: {ROWS[row]}", markdown_table(["work", "contestant", "median", "range"], rows)]
    return "\n\n".join(parts) + "\n"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("measurements")
    arguments.add_argument("--json", metavar="FILE")
    arguments.add_argument("--write", metavar="FILE")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()

    measurements = Measurements(options.measurements)
    rows = measurements.rows()
    lines = [compare(measurements, target) for target in sorted(TARGETS, key=lambda t: t.row) if target.row in rows]
    print(as_text(lines))
    for (row, name), why in sorted(measurements.unavailable.items()):
        print(f"row {row}: {name} is {why}" if why == "missing" else f"row {row}: {name} has failed")
    if options.json:
        everything = [{"row": row, "work": work, "contestant": contestant, "unit": measurements.units[row, work, contestant],
                       "median": statistics.median(values), "values": values}
                      for (row, work, contestant), values in measurements.values.items()]
        unavailable = [{"row": row, "name": name, "why": why} for (row, name), why in measurements.unavailable.items()]
        with open(options.json, "w") as out:
            json.dump({"ratios": lines, "measurements": everything, "unavailable": unavailable}, out, indent=1)
    if options.write:
        with open(options.write, "w") as out:
            out.write(as_markdown(lines, measurements))
    missed = [line for line in lines if line["met"] is False]
    return 1 if options.check and (missed or "failed" in measurements.unavailable.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
