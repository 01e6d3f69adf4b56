"""table - figures become rows: one JSON object a comparison, or one line a work for people

A ratio says how many times better tenon is (a rate: tenon / peer, a time or size: peer / tenon); only where the
goal is an upper bound ("<=") it says how many times the peer's figure tenon's is.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import statistics

KEYS = ("work", "tenon", "peer", "peer_name", "unit", "ratio", "goal", "met", "runs", "load")
NAMES = {"mlflow": "mlflow", "fml": "FastTrackML"}  # peers that bench/tracking gives a column of their own


def median(figures):
    return statistics.median(figures) if figures else None


def spread(figures):
    """Half the distance from least to most, in percent of the median."""
    return 50 * (max(figures) - min(figures)) / median(figures) if figures and median(figures) else 0.0


def ratio_of(work, goal, tenon, peer):
    if tenon is None or not peer or not tenon:
        return None
    if work.more_is_better or (goal and goal.op == "<="):
        return tenon / peer
    return peer / tenon


def met(goal, tenon, ratio):
    """None where it cannot be said."""
    value = tenon if goal.peer is None else ratio
    if value is None:
        return None
    return value >= goal.bound if goal.op == ">=" else value <= goal.bound


def rows(work, goals, figures):
    """One row for each peer that was measured, and one for each goal without a peer."""
    tenon = median(figures.get("tenon", []))
    by_peer = {g.peer: g for g in goals}
    result = []
    for peer in [None] * (None in by_peer) + [p for p in figures if p != "tenon"]:
        goal = by_peer.get(peer)
        theirs = median(figures[peer]) if peer else None
        ratio = ratio_of(work, goal, tenon, theirs)
        runs = {"tenon": figures.get("tenon", [])}
        if peer:
            runs["peer"] = figures[peer]
        result.append(dict(zip(KEYS, (
            work.name, rounded(tenon), rounded(theirs), NAMES.get(peer, peer), work.unit, rounded(ratio),
            "%s %g%s" % (goal.op, goal.bound, "x" if peer else " " + work.unit) if goal else None,
            met(goal, tenon, ratio) if goal else None,
            {side: [rounded(f) for f in list_] for side, list_ in runs.items()}, work.load))))
    return result


def limit_row(name, figure, peer_name, unit, load):
    return dict(zip(KEYS, (name, None, rounded(figure), peer_name, unit, None, None, None, {"peer": [rounded(figure)]}, load)))


def rounded(x):
    return None if x is None else float("%.4g" % x)


def as_json(row):
    return json.dumps(row, ensure_ascii=False)


def number(x):
    if x is None:
        return "–"
    if x >= 1000:
        return "{:,.0f}".format(x)
    return "%.3g" % x


def cell(row):
    """A peer's figure and, in brackets, the ratio."""
    return number(row["peer"]) + (" (%s×)" % number(row["ratio"]) if row["ratio"] is not None else "")


def goal_text(row):
    sign = {">=": "≥", "<=": "≤"}[row["goal"].split()[0]]
    bound = row["goal"].split(None, 1)[1].replace("x", "×")
    return "%s %s%s" % (sign, bound, " " + row["peer_name"] if row["peer_name"] else "")


def verdict(rows_):
    """no: a goal is missed; ?: one cannot be judged; yes; nothing where there is no goal."""
    said = [row["met"] for row in rows_ if row["goal"]]
    return "" if not said else "NO" if False in said else "?" if None in said else "yes"


def limit_line(row):
    return "limit: %-10s %s %s  (%s; %s)" % (row["work"], number(row["peer"]), row["unit"], row["peer_name"], row["load"])


def columns(work, rows_, tenon, peers):
    """`peers` have a column each; all others share one."""
    mine = number(median(tenon)) + (" ±%.0f%%" % spread(tenon) if tenon else "")
    by_peer = {row["peer_name"]: row for row in rows_}
    others = [r for r in rows_ if r["peer_name"] is not None and r["peer_name"] not in peers]
    return [("★ " if work.star else "  ") + "%s, %s" % (work.title, work.unit), mine,
            *(cell(by_peer[n]) if n in by_peer else "" for n in peers),
            ", ".join("%s %s" % (r["peer_name"], cell(r)) for r in others),
            verdict(rows_), ", ".join(goal_text(r) for r in rows_ if r["goal"])]


def line(cells):
    first, mine, *peers, others, met_, goal = cells
    return "".join(("{:<52} {:>14} ".format(first, mine), *(" {:>16}".format(p) for p in peers),
                    "  {:<38} {:<4} {}".format(others, met_, goal))).rstrip()


def heading(peers):
    return line(["work (★ must be met)", "tenon", *peers, "limits (how many × better tenon is)", "met", "goal"])
