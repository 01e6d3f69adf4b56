#!/usr/bin/env python3
"""history - get-history, get-history-bulk, get-history-bulk-interval: order, pages, samples, and each way to be refused

Every expectation but those of `stricter` holds for a real mlflow server too (TENON_TEST_URI).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, SEE_DOCS, tap  # noqa: E402

INTERVAL = "metrics/get-history-bulk-interval"
BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"


def key(p):
    """How a point sorts in a history: by time first. NaN is stored as 0."""
    value = 0 if p["value"] in ("NaN",) or p["value"] != p["value"] else p["value"]
    return p["timestamp"], p["step"], value, value != p["value"]


def by_step(p):
    time, step, value, nan = key(p)
    return step, time, value, nan


def log(t, run, points):
    for i in range(0, len(points), 1000):
        answer = t.ask("POST", "runs/log-batch", {"run_id": run, "metrics": [dict(p, key="m") for p in points[i:i + 1000]]})
        assert answer[0] == 200, answer


def make(n, seed):
    rng = random.Random(seed)
    points = {}
    for _ in range(n):
        p = {"value": rng.choice([0.5, -1.0, 3.0, 1e10]), "timestamp": rng.randrange(n), "step": rng.randrange(-3, n // 2 + 1)}
        points[key(p)] = p
    return list(points.values())


def history(t, run, **query):
    """All pages, as lists of points without their key."""
    made, token = [], None
    while len(made) < 50:
        status, answer = t.ask("GET", "metrics/get-history", run_id=run, metric_key="m", **query, **({"page_token": token} if token else {}))
        assert status == 200, answer
        made.append([{k: v for k, v in p.items() if k != "key"} for p in answer.get("metrics", [])])
        token = answer.get("next_page_token")
        if not token:
            return made


def one_run(t):
    run = t.new_run()
    points = make(700, 1) + [{"value": "NaN", "timestamp": 9000, "step": 0}, {"value": 0.0, "timestamp": 9000, "step": 0},
                             {"value": "Infinity", "timestamp": 9001, "step": -5}]
    random.Random(2).shuffle(points)
    log(t, run, points)
    want = sorted((dict(p, value=1.7976931348623157e308) if p["value"] == "Infinity" else p for p in points), key=key)
    tap.is_(history(t, run), [want], "all points, by timestamp, step, value, if no limit is given")
    for size in (1, 99, 351, 702, 703, 5000) if not t.other else (99, 351, 702, 703, 5000):
        got = history(t, run, max_results=size) if size > 1 else None
        if got is not None:
            tap.is_(got, [want[i:i + size] for i in range(0, len(want), size)], "in pages of %d" % size)
    answer = t.ok("GET", "metrics/get-history", run_id=run, metric_key="m", max_results=2)
    tap.is_(set(answer["metrics"][0]), {"key", "value", "timestamp", "step"}, "a point has four fields")
    tap.is_(t.ask("GET", "metrics/get-history", run_uuid=run, metric_key="m", max_results=2)[1], answer, "run_uuid stands for run_id")
    tap.is_(t.ask("GET", "metrics/get-history", run_id=run, metric_key="nope"), (200, {}), "an unknown key has no points")
    tap.is_(t.ask("GET", "metrics/get-history", run_id="nope", metric_key="m"), (200, {}), "an unknown run neither")
    if not t.other:
        many = t.new_run()
        flat = [{"value": float(i), "timestamp": 1, "step": 0} for i in range(3000)]
        log(t, many, flat)
        tap.is_(history(t, many), [flat], "more points than one portion")
        tap.is_(history(t, many, max_results=1000), [flat[i:i + 1000] for i in range(0, 3000, 1000)], "and in pages that end with portions")


def history_refused(t):
    def no(message, **query):
        t.refused("GET", "metrics/get-history", None, INVALID, message, **query)

    no("Missing value for required parameter 'run_id'." + SEE_DOCS, metric_key="m")
    no("Missing value for required parameter 'metric_key'." + SEE_DOCS, run_id="x")
    for n in (0, -1):
        no("Invalid value %d for parameter 'max_results' supplied. It must be a positive integer." % n, run_id="x", metric_key="m", max_results=n)
    no("Invalid page token, could not base64-decode", run_id="x", metric_key="m", page_token="abc")
    no("Invalid page token, parsed value={'offset': 0}", run_id="x", metric_key="m", page_token="eyJvZmZzZXQiOiAwfQ==")
    no("Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer.", run_id="x", metric_key="m", max_results=0,
       page_token="abc")


def bulk(t):
    runs = sorted(t.new_run() for _ in range(3))
    points = {r: make(40, i) for i, r in enumerate(runs)}
    for r in runs:
        log(t, r, points[r])
    want = [dict(p, key="m", run_id=r) for r in runs for p in sorted(points[r], key=key)]
    tap.is_(t.ask("GET", BULK, run_id=runs[::-1] + runs[:1] + ["nope"], metric_key="m")[1], {"metrics": want}, "bulk: by run, then as a history")
    for n in (1, len(points[runs[0]]), len(points[runs[0]]) + 1, 25001):
        tap.is_(t.ask("GET", BULK, run_id=runs, metric_key="m", max_results=n)[1]["metrics"], want[:n], "bulk: at most %d in all" % n)
    tap.is_(t.ask("GET", BULK, run_id=runs, metric_key="m", max_results=0), (200, {"metrics": []}), "bulk: none if none are wanted")
    tap.is_(t.ask("GET", BULK, run_id="nope", metric_key=""), (200, {"metrics": []}), "bulk: an empty list stays")
    t.refused("GET", BULK, None, INVALID, "GetMetricHistoryBulk request must specify at least one run_id.", metric_key="m")
    t.refused("GET", BULK, None, INVALID, "GetMetricHistoryBulk request must specify a metric_key.", run_id="x")
    t.refused("GET", BULK, None, INVALID, "GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids.",
              run_id=["x"] * 101)


def sampled(points, n):
    """MLflow's sample: the first of each of n buckets (NTILE), but the very last point for the last."""
    points = sorted(points, key=by_step)
    if len(points) <= n:
        return points
    size, larger = divmod(len(points), n)
    starts = [i * (size + 1) if i <= larger else larger * (size + 1) + (i - larger) * size for i in range(n)]
    return [points[i] for i in starts[:-1]] + points[-1:]


def interval(t):
    runs = [t.new_run() for _ in range(2)]
    points = {r: make(200, 7 + i) for i, r in enumerate(runs)}
    for r in runs:
        log(t, r, points[r])
    for n in (1, 2, 3, 7, 50, 99, 198, 199, 200, 2500):
        want = [dict(p, key="m", run_id=r) for r in runs for p in sampled(points[r], n)]
        tap.is_(t.ask("GET", INTERVAL, run_ids=runs, metric_key="m", max_results=n)[1].get("metrics"), want, "interval: %d of each run" % n)
    for start, end, n in ((0, 20, 5), (3, 3, 5), (-9, 0, 2500), (500, 600, 5)):
        inside = {r: [p for p in points[r] if start <= p["step"] <= end] for r in runs}
        want = [dict(p, key="m", run_id=r) for r in runs for p in sampled(inside[r], n)]
        tap.is_(t.ask("GET", INTERVAL, run_ids=runs, metric_key="m", max_results=n, start_step=start, end_step=end)[1].get("metrics", []),
                want, "interval: steps %d to %d" % (start, end))
    twice = t.ask("GET", INTERVAL, run_ids=[runs[0], "nope", runs[0]], metric_key="m", max_results=2)[1]["metrics"]
    tap.is_(twice, [dict(p, key="m", run_id=runs[0]) for p in sampled(points[runs[0]], 2)] * 2, "interval: a run asked for twice comes twice")
    tap.is_(t.ask("GET", INTERVAL, run_ids=runs, metric_key="nope"), (200, {}), "interval: nothing is an empty object")


def interval_refused(t):
    def no(message, **query):
        t.refused("GET", INTERVAL, None, INVALID, message, **query)

    no("Missing value for required parameter 'run_ids'." + SEE_DOCS, metric_key="m")
    no("Missing value for required parameter 'metric_key'." + SEE_DOCS, run_ids="x")
    no("GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 101 run_ids." + SEE_DOCS, run_ids=["x"] * 101)
    for n in (0, 2501):
        no("max_results must be between 1 and 2500." + SEE_DOCS, run_ids="x", metric_key="m", max_results=n)
    no("Invalid value \"x\" for parameter 'start_step' supplied:  Hint: Value was of type 'str'." + SEE_DOCS, run_ids="x", metric_key="m",
       start_step="x", end_step=1)
    no("If either start step or end step are specified, both must be specified.", run_ids="x", metric_key="m", start_step=1)
    no("If either start step or end step are specified, both must be specified.", run_ids="x", metric_key="m", end_step=1)
    no("end_step must be greater than start_step. Found start_step=3 and end_step=1.", run_ids="x", metric_key="m", start_step=3, end_step=1)


def stricter(t):
    if t.other:
        return
    run = t.new_run()
    log(t, run, make(9, 3))
    token = t.ask("GET", "metrics/get-history", run_id=run, metric_key="m", max_results=1)[1]["next_page_token"]
    t.refused("GET", "metrics/get-history", None, INVALID, "Invalid page token, it belongs to another query: ...", run_id=run, metric_key="n",
              page_token=token)
    t.refused("GET", BULK, None, INVALID, "Invalid value -1 for parameter 'max_results' supplied. It must not be negative.", run_id="x",
              metric_key="m", max_results=-1)


with api.start() as t:
    for test in (one_run, history_refused, bulk, interval, interval_refused, stricter):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
