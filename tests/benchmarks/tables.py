"""Figures, and what report.py has compared, as text and as Markdown."""

from targets import ROWS

HEADINGS = ["work", "ours", "compared with", "ratio (range)", "target", "met?"]
SHOWN = HEADINGS[:3]  # of a quick run, whose figures mean nothing


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def with_unit(value, unit):
    for bigger, factor in (("us", 1e3), ("ms", 1e6)):
        if unit == "ns" and abs(value) >= factor and (bigger == "ms" or abs(value) < 1e6):
            return f"{number(value / factor)} {bigger}"
    return f"{number(value)} {unit}"


def title(row):
    return f"Row {row}: {ROWS[row]}"


def verdict(line):
    met = {True: "yes", False: "**no**", None: "not measured"}[line["met"]]
    return met + ", within noise" if line.get("within noise") else met


def cells(line):
    ratio = ""
    if "ratio" in line:
        ratio = f"{number(line['ratio'])} {line['unit']} ({number(line['lowest'])} to {number(line['highest'])})"
    return [line["work"], f"{line['ours']}: {line['figure']}",
            f"{line['compared with']}: {line['its figure']}" if "compared with" in line else "",
            ratio, line["target"], verdict(line)]


def text_table(lines, headings):
    table = [headings] + [cells(line)[:len(headings)] for line in lines]
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def markdown_table(headings, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, ["---"] * len(headings)] + rows)


def as_text(lines, quick):
    """A table for each row there are lines of, under its title."""
    parts = [f"{title(row)}\n{text_table([line for line in lines if line['row'] == row], SHOWN if quick else HEADINGS)}"
             for row in sorted({line["row"] for line in lines})]
    if quick:
        parts.append("A quick run shows that all of it runs, not how fast: nothing is judged.")
    return "\n\n".join(parts)
