#!/usr/bin/env python3
"""tracking.t - the differential test: the same requests to a real mlflow server and to tenond

Generated requests (gen, files, spoil; values and filters hold what they are filled with) go to both servers;
the answers are brought to a common form and compared (compare); a difference is shrunk to the least
requests that show it (drive) and printed as lines that --show takes. What differs on purpose is a row
of docs/compatibility.md (known), and each row must be hit by the request it names.

    t/diff/tracking.t                          1,000 requests, seed 1
    t/diff/tracking.t --requests 30000 --seed 7
    t/diff/tracking.t --continue --requests 3000    goes on; in the end the findings by endpoint and field
    t/diff/tracking.t --continue --no-shrink --kind search
    t/diff/tracking.t --show 'POST runs/search {"experiment_ids": ["⟨exp⟩"], "filter": "x"}'
    t/diff/tracking.t --self                   mlflow on both sides: must find nothing
    t/diff/tracking.t --tenond http://127.0.0.1:5500 --mlflow http://…     servers that run already

Environment: TENON_BUILD; TENON_DIFF_REQUESTS and TENON_DIFF_SEED, the defaults of the options.
Only 200 s of shrinking are spent in all. A sequence ends at its first unexplained difference, and at an
explained one by which only one side may have written something, as what follows can't be compared.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import contextlib
import json
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import drive   # noqa: E402
import gen     # noqa: E402
import known   # noqa: E402
import server  # noqa: E402
import tap     # noqa: E402

TABLE = os.path.join(tap.TOP, "docs", "compatibility.md")


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--requests", type=int, default=int(os.environ.get("TENON_DIFF_REQUESTS", 1000)))
    p.add_argument("--seed", type=int, default=int(os.environ.get("TENON_DIFF_SEED", 1)))
    p.add_argument("--continue", dest="go_on", action="store_true", help="collect differences instead of stopping at one")
    p.add_argument("--no-shrink", dest="shrink", action="store_false")
    p.add_argument("--kind", choices=sorted(gen.KINDS), help="only sequences of this kind")
    p.add_argument("--self", dest="self_test", action="store_true", help="mlflow against mlflow")
    p.add_argument("--show", action="append", help="a request: print both answers")
    p.add_argument("--mlflow", help="URL of a running one")
    p.add_argument("--tenond", help="URL of a running one")
    p.add_argument("--trace", action="store_true", help="print each request and both answers in brief")
    return p.parse_args()


@contextlib.contextmanager
def servers(opt):
    """Both URLs; starts what isn't running."""
    with contextlib.ExitStack() as stack:
        a = opt.mlflow or stack.enter_context(server.MlflowServer()).url
        if opt.tenond:
            b = opt.tenond
        elif opt.self_test:
            b = stack.enter_context(server.MlflowServer()).url
        else:
            b = stack.enter_context(server.Tenond()).url
        pair = drive.Pair(a, b)
        try:
            yield pair
        finally:
            pair.close()


class Report:
    """Findings by endpoint, field, kind and the shape of the answers; the rows that explain others."""

    def __init__(self, rows):
        self.rows, self.found, self.explained = rows, {}, 0

    def unexplained(self, result):
        left = []
        for finding in result.findings:
            row = next((r for r in self.rows if r.fits(result.step["endpoint"], finding)), None)
            if row is None:
                left.append(finding)
            else:
                row.hits += 1
        if result.findings and not left:
            self.explained += 1
        return left

    def add(self, result, finding, steps):
        key = group(result, finding)
        entry = self.found.setdefault(key, {"count": 0, "finding": finding, "steps": steps, "endpoint": result.step["endpoint"]})
        entry["count"] += 1
        return entry


def group(result, finding):
    """Findings with the same key are taken to have one cause."""
    if finding.field in ("status", "content-type", "error.error_code"):
        def head(brief):
            words = str(brief).split(" ")
            return " ".join(words[:2] + ["".join(c for c in w if not c.isdigit()) for w in words[2:5]])
        return result.step["endpoint"], finding.field, head(finding.a), head(finding.b)
    if finding.field == "error.message":
        return result.step["endpoint"], finding.field, " ".join(str(finding.a).split(" ")[:4]), ""
    return result.step["endpoint"], finding.field, finding.kind, ""


def short(value, limit=600):
    text = known.shown(value)
    return text if len(text) <= limit else text[:limit] + "… (%d characters)" % len(text)


def explain(endpoint, finding, steps, count=1):
    tap.diag("%s: %s: %s%s" % (endpoint, finding.field, finding.kind, " (%d times)" % count if count > 1 else ""))
    for name, value in (("mlflow", finding.a), ("tenond", finding.b)):
        kind = " (%s)" % drive.compare.type_of(value) if finding.kind == "type" else ""
        tap.diag("  %s: %s%s" % (name, short(value), kind))
    if len(steps) > 8:
        tap.diag("    (%d requests before)" % (len(steps) - 4))
        steps = steps[-4:]
    for step in steps:
        tap.diag("    " + short(known.shape(step), 1500))


def first_of(pair, report, steps):
    """Executes the steps; the first unexplained difference as (result, findings, steps so far)."""
    for n, result in enumerate_steps(pair.run(steps, level=True, stop=False), steps):
        if OPT.trace:
            tap.diag("%s\n    = %s" % (short(known.shape(result.step), 300), short(drive.compare.brief(result.a), 200)))
            if result.findings:
                tap.diag("    ! %s" % short(drive.compare.brief(result.b), 200))
        left = report.unexplained(result)
        if left:
            return result, left, steps[:n + 1]
        if parted(result):
            return None
    return None


def parted(result):
    """Whether one side may have written what the other refused: what follows can't be compared."""
    statuses = [x.get("status", 0) for x in (result.a, result.b)]
    return statuses[0] != statuses[1] and result.step["method"] not in ("GET", "HEAD")


def enumerate_steps(results, steps):
    at = -1
    for result in results:
        if result.page == 0:
            at += 1
        yield at, result


def shrunk(pair, report, result, finding, steps):
    want = group(result, finding)

    def same(other):
        return any(group(other, f) == want for f in report_quiet(report, other))
    return drive.shrink(pair, steps, same)


def report_quiet(report, result):
    return [f for f in result.findings if not any(r.fits(result.step["endpoint"], f) for r in report.rows)]


def generate(pair, report):
    """The main loop."""
    start, spent = time.monotonic(), 0.0
    rng = random.Random(OPT.seed)
    begun = pair.requests
    sequences, extra = 0, 0
    while pair.requests - begun - extra < OPT.requests:
        _, steps = gen.sequence(random.Random(rng.randrange(2 ** 32)), OPT.kind)
        sequences += 1
        hit = first_of(pair, report, steps)
        if hit is None:
            continue
        result, left, upto = hit
        before, at = pair.requests, time.monotonic()
        for finding in left:
            fresh = group(result, finding) not in report.found
            steps = upto
            if fresh and OPT.shrink and spent < 200 and len(report.found) < 60:
                steps = shrunk(pair, report, result, finding, upto)
            report.add(result, finding, steps)
        spent += time.monotonic() - at
        extra += pair.requests - before
        if not OPT.go_on:
            break
    took = time.monotonic() - start - spent
    made = pair.requests - begun - extra
    tap.diag("answers of mlflow: %s" % ", ".join("%d × %s" % (n, s) for s, n in sorted(pair.statuses.items(), key=str)))
    tap.diag("seed %d: %d requests in %d sequences, %.1f s (%.0f a second; waiting for mlflow %.1f s, for tenond %.1f s), %d explained"
             % (OPT.seed, made, sequences, took, made / max(took, 0.001), pair.lines[0].busy, pair.lines[1].busy, report.explained))


def check_rows(pair, report):
    """Each row must be hit by its own request."""
    tap.ok(len(report.rows) <= known.LIMIT, "docs/compatibility.md has at most %d rows" % known.LIMIT)
    for row in report.rows:
        found = []
        for result in pair.run(known.SETUP + row.steps, level=True, stop=False):
            found += [(result, f) for f in result.findings]
        if not tap.ok(any(row.fits(r.step["endpoint"], f) for r, f in found), "row %s is hit by its request" % row.id):
            for result, finding in found:
                explain(result.step["endpoint"], finding, [result.step])


def show(pair):
    for result in pair.run(known.SETUP + [known.request(t) for t in OPT.show], level=True, stop=False):
        if result.step in known.SETUP:
            continue
        print("> " + known.shape(result.step))
        for name, answer in (("mlflow", result.a), ("tenond", result.b)):
            print("< %s %s" % (name, json.dumps(answer, ensure_ascii=False, indent=1)))
        for f in result.findings:
            print("! %s: %s\n    mlflow: %s\n    tenond: %s" % (f.field, f.kind, short(f.a), short(f.b)))


def main():
    report = Report([] if OPT.self_test else known.rows(TABLE))
    with servers(OPT) as pair:
        if OPT.show:
            show(pair)
            return
        generate(pair, report)
        if not OPT.self_test:
            check_rows(pair, report)
    found = sorted(report.found.values(), key=lambda e: (-e["count"], e["endpoint"]))
    tap.ok(not found, "no unexplained difference", "%d kinds of difference" % len(found))
    for entry in found:
        explain(entry["endpoint"], entry["finding"], entry["steps"], entry["count"])
    tap.done_testing()


OPT = options()
main()
