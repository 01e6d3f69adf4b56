"""seed - gives every server the same data

    runs(side, experiment, 10000)       # made-up runs, the same ones everywhere: 5 metrics, 5 params, 4 tags each
    history(side, experiment, 1000000)  # one run with that many points of one key; its id
    empty_runs(side, experiment, 16)    # ids of runs to write to

Through the API, except for mlflow, where 10,000 runs would take minutes: what its API would have written goes
straight into its SQLite file, in one transaction, while it is idle.
"""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import re
import sqlite3
import urllib.request
import uuid

from pool import Pool

API = "/api/2.0/mlflow/"
START = 1700000000000
OPTIMIZERS = ("sgd", "adam", "adamw", "lion")
RUN_ID = re.compile(rb'"run_id" *: *"([0-9a-f]{32})"')
CONNECTIONS = 16


def spread(i, salt):
    """A number in 0..1 that looks like chance and is the same in every run of the benchmark."""
    x = (i * 2654435761 + salt * 40503) & 0xffffffff
    x = ((x ^ (x >> 16)) * 0x45d9f3b) & 0xffffffff
    return (x ^ (x >> 16)) / 2.0 ** 32


def metrics(i):
    return [(key, round(spread(i, salt), 6), START + i * 1000 + 500, 10)
            for salt, key in enumerate(("loss", "accuracy", "val_loss", "val_accuracy", "epoch_seconds"))]


def params(i):
    return [("optimizer", OPTIMIZERS[i % 4]), ("lr", "%g" % (10 ** -(1 + i % 5))), ("batch_size", str(16 << i % 4)),
            ("layers", str(1 + i % 12)), ("dataset", "shard-%03d" % (i % 100))]


def tags(i):
    return [("mlflow.user", "user%d" % (i % 20)), ("mlflow.source.name", "train.py"), ("mlflow.source.type", "LOCAL"),
            ("team", "team%d" % (i % 8))]


def pairs(items):
    return [{"key": k, "value": v} for k, v in items]


def points(items):
    return [{"key": k, "value": v, "timestamp": t, "step": s} for k, v, t, s in items]


def experiment(side, name):
    with Pool(side.port, 1) as pool:
        return json.loads(pool.post(API + "experiments/create", [{"name": name}])[0])["experiment_id"]


def creation(exp, i, with_tags):
    return {"experiment_id": exp, "user_id": "user%d" % (i % 20), "start_time": START + i * 1000, "run_name": "run-%06d" % i,
            "tags": pairs(tags(i)) if with_tags else []}


def created(pool, requests):
    return [RUN_ID.search(body).group(1).decode() for body in pool.post(API + "runs/create", requests)]


def empty_runs(side, exp, count):
    with Pool(side.port, min(count, 4)) as pool:
        return created(pool, [creation(exp, i, False) for i in range(count)])


def runs(side, exp, count):
    if side.name == "mlflow":
        return runs_into_mlflow(side.path("mlflow.db"), exp, count)
    with Pool(side.port, CONNECTIONS) as pool:
        ids = created(pool, (creation(exp, i, True) for i in range(count)))
        pool.post(API + "runs/log-batch", (
            {"run_id": run, "metrics": points(metrics(i)), "params": pairs(params(i)), "tags": []} for i, run in enumerate(ids)))


def names_found(side, search):
    """The names of the runs that a search gives, in order."""
    request = urllib.request.Request(side.url + API + "runs/search", search.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [run["info"]["run_name"] for run in json.load(answer)["runs"]]


@contextlib.contextmanager
def database(path):
    db = sqlite3.connect(path, timeout=60, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    yield db
    db.execute("COMMIT")
    db.close()


def runs_into_mlflow(path, exp, count):
    ids = [uuid.UUID(int=(int(spread(i, 9) * 2 ** 32) << 96) | i).hex for i in range(count)]
    with database(path) as db:
        db.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, '', 'active', ?, ?)",
            ((run, "run-%06d" % i, "user%d" % (i % 20), START + i * 1000, "mlflow-artifacts:/%s/%s/artifacts" % (exp, run), exp)
             for i, run in enumerate(ids)))
        db.executemany("INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)",
                       (m + (run,) for i, run in enumerate(ids) for m in metrics(i)))
        db.executemany("INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)",
                       (m + (run,) for i, run in enumerate(ids) for m in metrics(i)))
        db.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                       (p + (run,) for i, run in enumerate(ids) for p in params(i)))
        db.executemany("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
                       (t + (run,) for i, run in enumerate(ids) for t in tags(i) + [("mlflow.runName", "run-%06d" % i)]))


def point(n):
    return round(spread(n, 1), 6), START + n, n


def history(side, exp, count):
    run = empty_runs(side, exp, 1)[0]
    if side.name == "mlflow":
        with database(side.path("mlflow.db")) as db:
            db.executemany("INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('loss', ?, ?, ?, 0, ?)",
                           (point(n) + (run,) for n in range(count)))
            db.execute("INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('loss', ?, ?, ?, 0, ?)",
                       point(count - 1) + (run,))
        return run
    with Pool(side.port, 2) as pool:
        pool.post(API + "runs/log-batch", (
            {"run_id": run, "metrics": points(("loss",) + point(n) for n in range(first, first + 1000))}
            for first in range(0, count, 1000)))
    return run
