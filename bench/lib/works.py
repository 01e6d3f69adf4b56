"""works - what is measured, on which sides, and the goal of each

WORKS is the table of the issue: a Work has a name (for --only), a title, figures (side -> a function that takes
the Setting and gives one figure) and goals (a function of the Setting, as some depend on the disk). A side that
is no server ("bare WAL commits", "nginx return 200", "tenon 10k") is a limit or tenon itself elsewhere.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os

import load
import seed
import setting
import transfer
from run import Goal, Work, fixed

GET_EXPERIMENT = "/api/2.0/mlflow/experiments/get?experiment_id=0"
PAGE = 25_000


# figures

def hammer(name, script, connections, args=lambda s: [], path="", slow=1, figure=lambda l: l.rate):
    def measure(s):
        return figure(load.wrk(s.side(name).url + path, script, connections, s.seconds(name, slow), args(s)))
    return measure


def log_metric(connections):
    def one(name):
        return hammer(name, "metric.lua", connections,
                      lambda s: [s.first(name, 10_000_000)] + s.write_runs(name, connections))
    return {name: synced(one(name)) for name in ("tenon", "mlflow", "fml")}


def log_batch(connections):
    def one(name):
        return hammer(name, "batch.lua", connections, figure=lambda l: l.rate * 1000,
                      args=lambda s: [s.first(name, 100_000) % 90_000_000] + s.write_runs(name, connections))
    return {name: synced(one(name)) for name in ("tenon", "mlflow", "fml")}


def synced(measure):
    """Dirty pages that another side left are written first."""
    def settled(s):
        os.sync()
        return measure(s)
    return settled


def search(names, **query):
    def one(name):
        return hammer(name, "search.lua", 1, slow=2, figure=lambda l: l.p50_ms, args=lambda s: [asked(s, name, query)])
    return {title: one(name) for title, name in names.items()}


def asked(s, name, query):
    """The body of a search; the first time, its answer is compared: all sides must give the same runs in the same order."""
    text = json.dumps(dict(query, experiment_ids=[s.searched(name)]))
    if name != "tenon-100k":
        found = s.once((name, text), lambda: seed.names_found(s.side(name), text.replace("%f", "0.5")))
        expected = s.once(("found", json.dumps(query)), lambda: found)
        if found != expected:
            raise load.LoadError("%s finds %d runs, others %d, or in another order" % (name, len(found), len(expected)))
    return text


def history(name):
    def measure(s):
        run = s.history(name)
        seconds = s.seconds(name, 5)
        return load.wrk(s.side(name).url, "history.lua", 1, seconds, [run, "loss", PAGE]).rate * PAGE
    return measure


def upload(name):
    return synced(lambda s: transfer.upload(s.side(name).port, s.artifact(name), s.large_file()))


def download(name):
    def measure(s):
        if name == "nginx":
            s.nginx_file()
        else:
            s.once((name, "uploaded"), lambda: upload(name)(s))
        return transfer.download(s.side(name).port, s.artifact(name), os.path.getsize(s.large_file()))
    return measure


def disk_write(s):
    return setting.LARGE_MB / s.machine.write_seconds(s.large_file(), setting.LARGE_MB)


def start(name):
    """Each round a new server; the last one stays for the works that follow. mlflow is started fewer times."""
    def measure(s):
        done = len(s.idle.get(name, []))
        rounds = start_rounds(s) if name != "mlflow" else (1 if s.quick else 3)
        return s.fresh(name, keep=done + 1 >= rounds) if done < rounds else None
    return measure


def idle(name):
    """Measured as a by-product of `start`, on servers that had answered one request."""
    def measure(s):
        if name not in s.idle:
            s.fresh(name, keep=name not in s.sides)
        return s.idle[name].pop(0) if s.idle[name] else None
    return measure


def start_rounds(s):
    return 5 if s.quick else 9


# goals

def one_connection(s):
    goals = [Goal("bare WAL commits", ">=", 0.8 if s.fdatasync_ms >= 1 else 0.5), Goal("mlflow", ">=", 10)]
    return goals + ([Goal("fml", ">=", 1)] if s.fdatasync_ms <= 0.3 else [])


SEARCH = fixed(("mlflow", ">=", 40), ("fml", ">=", 5))
THREE = {"tenon": "tenon", "mlflow": "mlflow", "fml": "fml"}
GROWN = {"tenon": "tenon-100k", "tenon 10k": "tenon"}
SEARCHES = (
    ("100", "first 100", {"max_results": 100}),
    ("1000", "first 1,000", {"max_results": 1000}),
    ("filter", "metric + param filter, ordered", {
        "filter": "metrics.accuracy > %f and params.optimizer = 'adam'",
        "order_by": ["metrics.loss ASC"], "max_results": 100}),
)


def nginx(connections):
    return hammer("nginx", "get.lua", connections, path="/")


WORKS = [
    Work("start", "start to first answer", "ms", "spawn on an empty folder, poll GET /health until 200",
         {n: start(n) for n in THREE}, fixed((None, "<=", 60)), star=True, more_is_better=False, rounds=start_rounds),
    Work("idle", "idle memory (PSS)", "MB", "process tree, once no process comes or goes, one request answered",
         {n: idle(n) for n in THREE}, fixed((None, "<=", 16)), star=True, more_is_better=False, rounds=start_rounds),
    Work("health", "GET /health", "req/s", "wrk -t1 -c16",
         {n: hammer(n, "get.lua", 16, path="/health") for n in THREE} | {"nginx return 200": nginx(16)},
         fixed(("nginx return 200", ">=", 0.8))),
    Work("get", "GET experiments/get", "req/s", "wrk -t1 -c16",
         {n: hammer(n, "get.lua", 16, path=GET_EXPERIMENT) for n in THREE} | {"nginx return 200": nginx(16)},
         fixed(("nginx return 200", ">=", 0.5))),
    Work("log-metric-1", "log-metric, durable, 1 connection", "req/s", "wrk -t1 -c1, one run",
         log_metric(1) | {"bare WAL commits": synced(lambda s: s.machine.commits(s.seconds("tenon")))},
         one_connection, star=True),
    Work("log-metric-16", "log-metric, durable, 16 connections", "req/s", "wrk -t1 -c16, 16 runs in turn",
         log_metric(16), fixed(("mlflow", ">=", 80), ("fml", ">=", 5)), star=True),
    Work("log-metric-64", "log-metric, durable, 64 connections", "req/s", "wrk -t1 -c64, 64 runs in turn",
         log_metric(64), fixed(("mlflow", ">=", 100), ("fml", ">=", 8)), star=True),
    Work("log-batch", "log-batch of 1,000 metrics", "metrics/s", "wrk -t1 -c4, 4 runs in turn, 10 keys x 100 steps",
         log_batch(4) | {"bare batch loop": synced(lambda s: s.machine.batch_rows(s.seconds("tenon")))},
         fixed(("mlflow", ">=", 200), ("fml", ">=", 20), ("bare batch loop", ">=", 0.5))),
] + [
    Work("search-" + name, "search 10k runs: " + title, "ms", "wrk -t1 -c1, p50; runs of 5 metrics, 5 params, 4 tags",
         search(THREE, **query), SEARCH, star=True, more_is_better=False) for name, title, query in SEARCHES
] + [
    Work("search-%s-100k" % name, "search 100k runs: " + title, "ms", "wrk -t1 -c1, p50; against the same at 10k",
         search(GROWN, **query), fixed(("tenon 10k", "<=", 2)), star=True, more_is_better=False)
    for name, title, query in SEARCHES
] + [
    Work("history", "metric history, 1M points of one key", "points/s", "wrk -t1 -c1, pages of 25,000",
         {n: history(n) for n in ("tenon", "mlflow")}, fixed(("mlflow", ">=", 50)),
         rounds=lambda s: 1 if s.quick else 2),
    Work("upload", "artifact upload of 1 GiB", "MB/s", "one PUT by sendfile",
         {n: upload(n) for n in ("tenon", "mlflow", "nginx")} | {"write + fdatasync": synced(disk_write)},
         fixed(("mlflow", ">=", 3))),
    Work("download", "artifact download of 1 GiB", "MB/s", "one GET",
         {n: download(n) for n in ("tenon", "mlflow", "nginx")}, fixed(("mlflow", ">=", 3), ("nginx", ">=", 0.7)), star=True),
]
