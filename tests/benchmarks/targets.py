"""What is compared with what, what is to be reached, and what limits it."""

from dataclasses import dataclass
from typing import Callable

ROWS = {
    1: "checkout and return, nobody waiting",
    2: "many threads on few connections",
    3: "spike: 50 threads, 5 idle connections, a connect takes 150 ms, a query 2 ms",
    4: "a request (checkout, primary-key select, return), pooled against a connect for each",
    5: "primary-key select in a transaction of its own, into a struct",
    6: "100,000 rows of 5 columns into structs",
    7: "inserting 100,000 rows of 5 columns in one transaction",
    8: "memory that grows after the first tenth of the work",
    9: "compiling a program that uses engine, session and structs",
    10: "being watched, on a primary-key select on SQLite",
}

# What limits a row, printed where one of its targets is missed. They hold on any machine: figures are in the table.
NOTES = {
    1: "A checkout reads the clock twice, when it begins and when it ends, for its deadline and the histograms. "
       "These two readings alone take longer than all of SOCI's lease at size 1, which records nothing, resets "
       "nothing and checks nothing. The rest is some 1,500 instructions: the connection object, the fair queue, the "
       "figures, the look whether a transaction was left open. A checkout takes as long at any size, where SOCI "
       "looks through its slots. HikariCP hands a thread its own last connection, from a list of the thread's own; "
       "ours go round in the order of their return, as SQLAlchemy's do, so that threads on several cores pass cache "
       "lines to and fro.",
    2: "A connection that is returned goes to the thread that waits longest, which is a switch of threads each time. "
       "SOCI lets the thread that returned it take it again.",
    4: "A pool saves the connecting, and a MariaDB server on the loopback is connected to in some 0.3 ms. The three "
       "round trips of a request in a transaction (START TRANSACTION, the select, ROLLBACK) are a good part of that. "
       "Raw connect makes one, without a transaction, and so does 'pooled, autocommit': what is left is what the "
       "server takes for the select and two switches of processes.",
    5: "SQLite: raw runs three kept statements on one connection. What ours takes beyond them is the pool's "
       "checkout, the transaction object, the result, and names looked up. PostgreSQL: ours sends what 'raw, "
       "pipelined' sends, and looks at the socket once before COMMIT, so that a connection that the server has "
       "closed is no unknown outcome. MariaDB: the same look, and the same three round trips as raw.",
    6: "On PostgreSQL and MariaDB the result is stored before it is read, so that errors come from execute() and an "
       "unread result doesn't keep the connection busy. Raw single rows, raw binary and POCO read rows as they come, "
       "while the server sends the next ones on another core; so does 'stream', below.",
    7: "raw writes its structs straight into what it sends, and knows that it suits the columns. insert_many takes "
       "any rows: it gathers their values first, looks whether they can go this way, and inserts within a savepoint, "
       "so that all rows are inserted or none, and an error names its row. SQLite copies the pages that a step "
       "changes inside a savepoint.",
    8: "Resident memory is counted in pages, of 4 KiB on most machines: one more is a page that was touched for the "
       "first time.",
    10: "plain reads the clock when a connection is returned, where unwatched asks the kernel for its coarse time. A "
        "listener to AfterExecute has the statement timed: two more readings, some 3 % of such a select by "
        "themselves. The rest is a lock and one or two counted references for each of seven events, and a copy of "
        "the statement.",
}


@dataclass
class Relation:
    """How our figure has to stand to the other's. `ratio` is what is printed, `holds` judges it."""

    text: str
    ratio: Callable[[float, float], float]
    holds: Callable[[float], bool]
    unit: str = "x"
    bigger_is_better: bool = False


def at_most(limit):
    return Relation(f"at most {limit:g} times", lambda ours, other: ours / other, lambda r: r <= limit)


def times_faster(limit):
    return Relation(f"at least {limit:g} times faster", lambda ours, other: other / ours, lambda r: r >= limit)


def times_more(limit):
    return Relation(f"at least {limit:g} times as many", lambda ours, other: ours / other, lambda r: r >= limit,
                    bigger_is_better=True)


def less_time(percent):
    return Relation(f"at least {percent:g} % less", lambda ours, other: 100 * (1 - ours / other),
                    lambda r: r >= percent, "% less")


def more_by_at_most(limit, unit):
    return Relation(f"at most {limit:g} {unit} more", lambda ours, other: ours - other, lambda r: r <= limit,
                    unit + " more")


def no_more_than(limit, unit):
    return Relation(f"at most {limit:g} {unit}", lambda ours, other: ours, lambda r: r <= limit, unit)


@dataclass
class Target:
    row: int
    work: str
    ours: str
    others: list  # the best of them is compared; none for a limit that is a plain figure
    relation: Relation


TARGETS = [
    Target(1, "size 1", "sociable", ["soci"], at_most(1)),
    Target(1, "size 16", "sociable", ["soci"], at_most(1)),
    Target(1, "size 1024", "sociable", ["soci"], times_faster(10)),
    *(Target(1, f"size {size}", "sociable", ["sqlalchemy"], times_faster(100)) for size in (1, 16, 128, 1024)),
    *(Target(1, work, "sociable", ["HikariCP"], times_more(2))
      for work in ("1 thread on 32", "32 threads on 32", "32 threads on 16")),
    *(target
      for crowd in ("64 threads on 8", "32 threads on 1")
      for target in (
          Target(2, f"{crowd}, throughput", "sociable", ["soci", "HikariCP", "sqlalchemy", "psycopg pool"], times_more(0.95)),
          Target(2, f"{crowd}, p99 wait", "sociable", ["ideal of sociable"], at_most(2)),
          Target(2, f"{crowd}, longest wait", "sociable", ["ideal of sociable"], at_most(4)),
          Target(2, f"{crowd}, unevenness", "sociable", [], no_more_than(5, "%")))),
    Target(3, "served", "sociable", [], no_more_than(30, "ms")),
    Target(3, "opened", "sociable", [], no_more_than(8, "connections")),
    *(Target(4, f"{server}, 1 thread", pooled, ["NullPool", "raw connect"], less_time(percent))
      for server, percent in (("PostgreSQL", 97.1), ("MariaDB", 97.1), ("SQLite file", 84.6))
      for pooled in ("pooled", "pooled, autocommit")),
    *(Target(4, f"{server}, 16 threads", pooled, ["NullPool", "raw connect"], times_more(7.9))
      for server in ("PostgreSQL", "MariaDB")
      for pooled in ("pooled", "pooled, autocommit")),
    Target(4, "PostgreSQL, 1 thread", "pooled", ["PgBouncer"], at_most(1)),
    Target(4, "PostgreSQL, 16 threads", "pooled", ["PgBouncer"], times_more(1)),
    *(Target(5, server, "sociable", ["raw", "raw, pipelined"], at_most(limit))
      for server, limit in (("SQLite", 2), ("PostgreSQL", 1.1), ("MariaDB", 1.1))),
    *(Target(5, server, "sociable pre-ping", ["sociable"], more_by_at_most(500, "ns"))
      for server in ("SQLite", "PostgreSQL", "MariaDB")),
    *(Target(6, server, way, raw, at_most(1.2))
      for way in ("sociable", "sociable stream")
      for server, raw in (("SQLite", ["raw"]), ("PostgreSQL", ["raw text", "raw binary", "raw single rows"]),
                          ("MariaDB", ["raw text", "raw unbuffered", "raw binary"]))),
    *(Target(6, server, "sociable", peer, at_most(1))
      for server in ("SQLite", "PostgreSQL", "MariaDB")
      for peer in (["soci bulk", "soci into", "soci struct", "soci row"], ["POCO"], ["CppDB"])),
    Target(6, "PostgreSQL", "sociable", ["libpqxx"], at_most(1)),
    *(Target(7, server, "insert_many", raw, at_most(1.3))
      for server, raw in (("SQLite", ["raw rows", "raw multi-row"]), ("PostgreSQL", ["raw COPY"]),
                          ("MariaDB", ["raw array", "raw multi-row"]))),
    *(Target(8, f"{work}, {memory}", "sociable", [], no_more_than(0, "KiB"))
      for work in ("checkouts", "statements") for memory in ("heap", "resident")),
    Target(9, "compile time", "sociable", ["soci"], at_most(1.5)),
    Target(9, "object size", "sociable", ["soci"], at_most(1.5)),
    Target(10, "select", "plain", ["unwatched"], at_most(1.03)),
    Target(10, "select", "listened", ["plain"], at_most(1.03)),
]
