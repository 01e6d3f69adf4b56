#!/usr/bin/env python3
"""search.t - the real client searches: filters, order, pages, DataFrames, experiments"""
# SPDX-License-Identifier: Apache-2.0
import math
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import client  # noqa: E402
import tap     # noqa: E402

FILTERS = [   # filter, the runs it finds (they are numbered 0 to 11)
    ("", range(12)),
    ("metrics.loss < 3", [0, 1, 2]),
    ("metrics.loss >= 3 and metrics.loss <= 4", [3, 4]),
    ("metric.`loss` != 3", [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]),   # NaN is unequal to all
    ("params.opt = 'adam'", [0, 3, 6, 9]),
    ("params.opt = 'adam' AND metrics.loss > 5", [6, 9]),
    ("params.opt != 'adam'", [1, 2, 4, 5, 7, 8, 10, 11]),
    ("params.opt LIKE 's%'", [1, 4, 7, 10]),
    ("params.opt ILIKE 'S%'", [1, 4, 7, 10]),
    ("params.opt LIKE 'S%'", []),
    ("params.`two words` = \"it's\"", [5]),
    ("params.`two words` IS NULL", [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]),
    ("params.`two words` IS NOT NULL", [5]),
    ("tags.stage = 'prod'", [10, 11]),
    ("tags.stage IS NULL", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("tags.`mlflow.runName` = 'run-4'", [4]),
    ("run_name = 'run-4'", [4]),
    ("attributes.run_name LIKE 'run-1%'", [1, 10, 11]),
    ("status = 'FINISHED'", [0, 2, 4, 6, 8, 10]),
    ("attribute.status != 'FINISHED'", [1, 3, 5, 7, 9, 11]),
    ("start_time > 1008", [9, 10, 11]),
    ("start_time <= 1001 AND end_time > 0", [0]),
    ("dataset.name = 'train'", [2]),
    ("datasets.context IN ('eval', 'training')", [2]),
    ("metrics.nope > 0", []),
]
ORDERS = [
    (["metrics.loss ASC"], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    (["metrics.loss DESC"], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11]),
    (["params.opt", "metrics.loss DESC"], [9, 6, 3, 0, 8, 5, 2, 11, 10, 7, 4, 1]),
    (["attributes.start_time ASC"], range(12)),
    ([], range(11, -1, -1)),
    (["tags.stage DESC", "start_time"], [10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
]
ERRORS = ["metrics.loss > 'x'", "params.opt = 5", "bogus.x = 'y'", "metrics.loss = 1 OR metrics.loss = 2", "attributes.nope = 'x'",
          "params.opt > 'x'", "metrics.loss", "run_name IN ('a')"]


def fill(mlflow, c, eid):
    """Twelve runs; loss is the number (NaN for the last), opt one of three."""
    from mlflow.entities import DatasetInput, InputTag, Dataset
    made = []
    for n in range(12):
        run = c.create_run(eid, start_time=1000 + n, run_name="run-%d" % n)
        rid = run.info.run_id
        made.append(rid)
        c.log_metric(rid, "loss", 99, step=0)
        c.log_metric(rid, "loss", math.nan if n == 11 else n, step=1)
        c.log_param(rid, "opt", ["adam", "sgd", "rmsprop"][n % 3])
        if n == 5:
            c.log_param(rid, "two words", "it's")
        if n >= 10:
            c.set_tag(rid, "stage", "prod")
        if n % 2 == 0:
            c.set_terminated(rid, end_time=2000 + n)
        if n == 2:
            c.log_inputs(rid, [DatasetInput(Dataset("train", "d1", "local", "x"), [InputTag("mlflow.data.context", "training")])])
    return made


def runs(mlflow, name):
    from mlflow.entities import ViewType
    c = mlflow.MlflowClient()
    eid, other = c.create_experiment(name), c.create_experiment(name + "-other")
    ids = fill(mlflow, c, eid)
    number = {rid: n for n, rid in enumerate(ids)}
    for text, want in FILTERS:
        got = sorted(number[r.info.run_id] for r in c.search_runs([eid], text))
        tap.is_(got, sorted(want), text or "no filter")
    for order, want in ORDERS:
        got = [number[r.info.run_id] for r in c.search_runs([eid], order_by=order)]
        tap.is_(got, list(want), "order by %s" % (order or "default"))
    got, token, pages = [], None, 0
    while pages < 20:
        page = c.search_runs([eid], "metrics.loss >= 0", order_by=["metrics.loss"], max_results=4, page_token=token)
        got += [number[r.info.run_id] for r in page]
        pages, token = pages + 1, page.token
        if not token:
            break
    tap.is_((got, pages), (list(range(11)), 3), "pages of four")
    tap.is_(len(c.search_runs([eid, other])), 12, "two experiments")
    tap.is_(c.search_runs([]), [], "no experiment, no runs")
    tap.is_([number[r.info.run_id] for r in c.search_runs([eid], "run_id IN ('%s', '%s')" % (ids[3], ids[1]))], [3, 1], "run_id IN")
    c.delete_run(ids[0])
    tap.is_(len(c.search_runs([eid])), 11, "a deleted run is left out")
    tap.is_([r.info.run_id for r in c.search_runs([eid], run_view_type=ViewType.DELETED_ONLY)], [ids[0]], "or found alone")
    tap.is_(len(c.search_runs([eid], run_view_type=ViewType.ALL)), 12, "or with all")
    for text in ERRORS:
        error = tap.raises(mlflow.MlflowException, "refused: " + text, c.search_runs, [eid], text)
        tap.is_(getattr(error, "error_code", None), "INVALID_PARAMETER_VALUE", "its code")
    frame = mlflow.search_runs([eid], order_by=["start_time"])
    tap.is_(list(frame["params.opt"][:3]), ["sgd", "rmsprop", "adam"], "as a DataFrame")
    tap.is_(len(mlflow.search_runs(experiment_names=[name], filter_string="metrics.loss > 100")), 0, "an empty DataFrame")


def experiments(mlflow, name):
    c = mlflow.MlflowClient()
    for n in range(5):
        c.create_experiment("%s-e%d" % (name, n), tags={"group": "g%d" % (n % 2), "n": str(n)})
    ours = "name LIKE '%s-e%%'" % name

    def found(filter_string, **more):
        return [int(e.name[-1]) for e in c.search_experiments(filter_string=filter_string, **more)]
    tap.is_(found(ours), [4, 3, 2, 1, 0], "experiments: the newest first")
    tap.is_(found(ours + " AND tags.group = 'g1'", order_by=["name"]), [1, 3], "by tag, by name")
    tap.is_(found(ours, order_by=["name DESC"]), [4, 3, 2, 1, 0], "by name, descending")
    tap.is_(found("attribute.name = '%s-e3'" % name), [3], "by name")
    tap.is_(found("name ILIKE '%s-E2'" % name), [2], "ILIKE")
    got, token = [], None
    for _ in range(9):
        page = c.search_experiments(filter_string=ours, order_by=["name"], max_results=2, page_token=token)
        got += [e.name[-1] for e in page]
        token = page.token
        if not token:
            break
    tap.is_(got, list("01234"), "experiments in pages")
    tap.raises(mlflow.MlflowException, "a bad filter is refused", c.search_experiments, filter_string="nope = 'x'")
    tap.raises(mlflow.MlflowException, "a bad order is refused", c.search_experiments, order_by=["nope"])


def history(mlflow, name):
    from mlflow.entities import Metric
    c = mlflow.MlflowClient()
    rid = c.create_run(c.create_experiment(name + "-history")).info.run_id
    for start in range(0, 3000, 1000):
        c.log_batch(rid, metrics=[Metric("m", float(i), 5000 + i, i) for i in range(start, start + 1000)])
    got = c.get_metric_history(rid, "m")
    tap.is_([m.value for m in got], [float(i) for i in range(3000)], "a history of 3,000 points, in order")
    store = c._tracking_client.store
    if hasattr(store, "get_metric_history_bulk_interval"):
        some = store.get_metric_history_bulk_interval([rid], "m", 10, None, None)
        tap.ok(len(some) in (10, 11), "an interval of ten points", len(some))
        tap.is_((some[0].step, some[-1].step), (0, 2999), "it holds both ends")
    else:
        some = store.get_metric_history_bulk_interval_from_steps(rid, "m", [0, 1500, 2999], 10)
        tap.is_([m.step for m in some], [0, 1500, 2999], "the points of given steps")


def body():
    import mlflow
    name = "search-%s-%d" % (os.environ["TENON_CLIENT"], time.time_ns())
    for part in (runs, experiments, history):
        part(mlflow, name)


client.main(body)
