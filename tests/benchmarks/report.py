#!/usr/bin/env python3
"""Makes the tables of ratios from the programs' measurements.

    report.py MEASUREMENTS [--json FILE] [--write FILE] [--check] [--quick]

A figure is the median over the rounds, and a ratio that of two such figures. Beside it stands the range of the rounds'
own ratios, each of figures measured one after the other. The median decides, also where the rounds don't agree. Of a
quick run nothing is compared.
"""

import argparse
import collections
import json
import statistics
import sys

from page import as_markdown
from tables import as_text, with_unit
from targets import TARGETS


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


def compare(measurements, target, quick):
    """One line of a table."""
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
    if quick or others and not known:
        return line | {"met": None}
    theirs = measurements.values[other] if others else measurements.values[ours]
    ratios = [relation.ratio(a, b) for a, b in zip(measurements.values[ours], theirs)]
    ratio = relation.ratio(statistics.median(measurements.values[ours]), statistics.median(theirs))
    line |= {"ratio": ratio, "lowest": min(ratios), "highest": max(ratios), "unit": relation.unit}
    noise = relation.holds(min(ratios)) != relation.holds(max(ratios))
    return line | {"met": bool(relation.holds(ratio)), "within noise": bool(noise)}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("measurements")
    arguments.add_argument("--json", metavar="FILE")
    arguments.add_argument("--write", metavar="FILE")
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--quick", action="store_true")
    options = arguments.parse_args()

    measurements = Measurements(options.measurements)
    rows = measurements.rows()
    lines = [compare(measurements, target, options.quick)
             for target in sorted(TARGETS, key=lambda t: t.row) if target.row in rows]
    print(as_text(lines, options.quick))
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
