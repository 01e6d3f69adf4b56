"""run - what the benchmarks have in common: works, goals, options, and the comparison itself

WORKS of a benchmark is a list of Work: a name (for --only), a title, figures (side -> a function that takes the
setting and gives one figure, or None) and goals (a function of the setting). One side is called "tenon". The sides
are measured in turn, A B A B; what is printed is medians with half their range, by table.py.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
from dataclasses import dataclass, field
import os
import signal
import sys
from typing import Callable

import table


@dataclass
class Goal:
    peer: str | None  # None: the bound is on tenon's own figure
    op: str           # ">=": the ratio says how many times better tenon is; "<=": how many times worse it may be
    bound: float


@dataclass
class Work:
    name: str
    title: str
    unit: str
    load: str
    figures: dict[str, Callable]
    goals: Callable
    star: bool = False
    more_is_better: bool = True
    rounds: Callable = field(default=lambda s: s.rounds)


def fixed(*goals):
    return lambda s: [Goal(*g) for g in goals]


def note(text):
    print("bench: " + text, file=sys.stderr, flush=True)


def busy(cores):
    """The load before the first work; says so where it will be felt."""
    load = os.getloadavg()[0]
    if load > cores / 4:
        note("the machine is busy (load %.1f): figures will be low and uneven" % load)
    return load


def parser(doc, works, quick):
    p = argparse.ArgumentParser(description=doc.partition("\n")[0], epilog="works: " + ", ".join(w.name for w in works))
    p.add_argument("--quick", action="store_true", help="shorter and fewer rounds: under " + quick)
    p.add_argument("--json", action="store_true", help="one object a line instead of the table")
    p.add_argument("--only", action="append", metavar="NAME", help="only the work of that name, or those whose names start so (repeatable)")
    return p


def chosen(p, only, works):
    names = {w.name for w in works}
    result = [w for w in works if not only or any(w.name == n or (n not in names and w.name.startswith(n)) for n in only)]
    if not result:
        p.error("no such work: " + ", ".join(only))
    return result


def measure(s, work, wanted, trouble, after=lambda name: None):
    """Figures by side. A side that fails once is left out from then on."""
    figures = {name: [] for name in work.figures if wanted(name)}
    broken = set()
    for _ in range(work.rounds(s)):
        for name in figures:
            if name in broken:
                continue
            try:
                figure = work.figures[name](s)
            except trouble as error:
                note("%s, %s: %s" % (work.name, name, error))
                broken.add(name)
                figures[name] = []
                continue
            if figure is not None:
                figures[name].append(figure)
            after(name)
    return figures


def compare(s, works, limits, peers, as_json, measured):
    """Prints it all; 1 if a ★ goal was not met, 2 if one cannot be judged. measured(work) gives the figures."""
    status = 0
    for row in limits:
        print(table.as_json(row) if as_json else table.limit_line(row), flush=True)
    if not as_json:
        print("\n" + table.heading(peers), flush=True)
    for work in works:
        figures = measured(work)
        if not figures:
            continue
        rows = table.rows(work, work.goals(s), figures)
        for row in rows:
            if as_json:
                print(table.as_json(row), flush=True)
            if work.star and row["goal"] and not row["met"]:
                status = max(status, 2 if row["met"] is None else 1)
        if not as_json:
            print(table.line(table.columns(work, rows, figures.get("tenon", []), peers)), flush=True)
    return status


def stopped(*_):
    raise KeyboardInterrupt


def main(name, go, trouble):
    signal.signal(signal.SIGTERM, stopped)
    try:
        sys.exit(go())
    except trouble as error:
        sys.exit("%s: %s" % (name, error))
    except KeyboardInterrupt:
        sys.exit(130)
