#!/usr/bin/env python3
"""search - runs/search: clauses, order with NULL and NaN, pages, views, several experiments, and each way to be refused

Every expectation but those of `stricter` holds for a real mlflow server too (TENON_TEST_URI).
"""
# SPDX-License-Identifier: Apache-2.0
import base64
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, SEE_DOCS, tap  # noqa: E402

# name: (start, metric m, param p, tag t, status, dataset)
RUNS = {
    "a": (100, 1.5, "x", "Alpha", "FINISHED", None),
    "b": (200, "NaN", "y", None, "FAILED", ("train", "d1", "training")),
    "c": (300, None, "X", "alps", "RUNNING", ("eval", "d2", None)),
    "d": (400, "Infinity", None, "", "FINISHED", None),
    "e": (500, -2, "x%", "beta", "KILLED", ("train", "d3", "eval")),
    "f": (600, 1.5, "y", "gamma", "SCHEDULED", None),
}


class World:
    def __init__(self, t):
        self.t = t
        self.experiment = t.new_experiment()
        self.ids = {}
        for name, (start, m, p, tag, status, dataset) in RUNS.items():
            run = self.ids[name] = t.new_run(self.experiment, run_name="run-" + name, start_time=start, user_id="ann")
            metrics = [] if m is None else [{"key": "m", "value": 99, "timestamp": 1, "step": 0},
                                            {"key": "m", "value": m, "timestamp": 1, "step": 1}]
            t.ask("POST", "runs/log-batch", {
                "run_id": run, "metrics": metrics + [{"key": "a b/c", "value": start, "timestamp": 1}],
                "params": [] if p is None else [{"key": "p", "value": p}],
                "tags": [] if tag is None else [{"key": "t", "value": tag}]})
            t.ask("POST", "runs/update", {"run_id": run, "status": status, **({"end_time": start + 5} if name in "ab" else {})})
            if dataset:
                tags = [{"key": "mlflow.data.context", "value": dataset[2]}] if dataset[2] else []
                t.ask("POST", "runs/log-inputs", {"run_id": run, "datasets": [
                    {"tags": tags, "dataset": {"name": dataset[0], "digest": dataset[1], "source_type": "l", "source": "s"}}]})
        self.names = {v: k for k, v in self.ids.items()}

    def find(self, filter="", order=None, **more):
        body = {"experiment_ids": [self.experiment], "filter": filter, **more}
        if order is not None:
            body["order_by"] = order
        status, answer = self.t.ask("POST", "runs/search", body)
        if status != 200:
            return "%s %s" % (status, answer)
        return "".join(self.names[r["info"]["run_id"]] for r in answer.get("runs", []))

    def finds(self, want, filter="", order=None, **more):
        tap.is_(self.find(filter, order, **more), want, "%s %s finds %s" % (filter or "no filter,", order or "", want or "nothing"))


def clauses(w):
    w.finds("fedcba")
    for filter, want in [
            ("metrics.m > 0", "fda"), ("metrics.m >= 1.5", "fda"), ("metrics.m = 1.5", "fa"), ("metrics.m != 1.5", "edb"),
            ("metrics.m < 0", "e"), ("metrics.m <= -2", "e"), ("metrics.m > 1e308", "d"), ("metrics.m < 1e400", "feda"),
            ("metrics.`a b/c` >= 500", "fe"), ("metrics.nope > 0", ""), ("metrics.nope != 0", ""),
            ("params.p = 'y'", "fb"), ("params.p != 'y'", "eca"), ("params.p LIKE 'x%'", "ea"), ("params.p ILIKE 'x'", "ca"),
            ("params.p LIKE 'x\\%'", ""), ("param.p = \"x%\"", "e"), ("params.p IS NULL", "d"), ("params.p IS NOT NULL", "fecba"),
            ("params.nope IS NULL", "fedcba"), ("params.nope IS NOT NULL", ""), ("params.nope = ''", ""),
            ("tags.t = ''", "d"), ("tags.t LIKE 'al%'", "c"), ("tags.t ILIKE 'AL%'", "ca"), ("tags.t IS NULL", "b"),
            ("tags.t LIKE '____'", "ec"), ("tags.`mlflow.runName` = 'run-c'", "c"),
            ("status = 'FINISHED'", "da"), ("attributes.status != 'FINISHED'", "fecb"), ("attr.status LIKE 'F%'", "dba"),
            ("status = 'finished'", ""), ("status ILIKE 'finished'", "da"),
            ("start_time > 300 AND attributes.start_time <= 500", "ed"), ("created = 100", "a"), ("end_time < 150", "a"),
            ("end_time != 0", "ba"), ("end_time > 1.5", "ba"), ("run_name = 'run-e'", "e"), ("`run name` LIKE 'run-%'", "fedcba"),
            ("user_id = 'ann' and USER_ID = 'x'", "400"), ("artifact_uri LIKE '%%/artifacts'", "fedcba"),
            ("dataset.name = 'train'", "eb"), ("datasets.name != 'train'", "c"), ("dataset.digest IN ('d1', 'd2')", "cb"),
            ("dataset.name NOT IN ('eval')", "eb"), ("dataset.context = 'training'", "b"), ("dataset.context != 'x'", "eb"),
            ("dataset.name = 'train' AND dataset.context = 'eval'", "e"), ("dataset.name ILIKE 'TR%'", "eb"),
            ("metrics.m > 0 AND params.p = 'y' AND status = 'SCHEDULED'", "f")]:
        if want == "400":
            tap.like(w.find(filter), "Invalid attribute key 'USER_ID'", "names of attributes are as they are")
        else:
            w.finds(want, filter)
    some = "'%s', '%s', '%s'" % (w.ids["a"], w.ids["c"], "0" * 32)
    w.finds("ca", "run_id IN (%s)" % some)
    w.finds("fedb", "run_id NOT IN (%s)" % some)
    w.finds("a", "attributes.run_id = '%s'" % w.ids["a"])
    w.finds("a", "run_id LIKE '%s%%'" % w.ids["a"][:31])


def order(w):
    for by, want in [
            ([], "fedcba"), (["start_time"], "abcdef"), (["start_time DESC"], "fedcba"), (["created ASC"], "abcdef"),
            (["metrics.m"], "efadbc"), (["metrics.m DESC"], "dfaebc"), (["metrics.m DESC", "start_time"], "dafebc"),
            (["metrics.nope DESC"], "fedcba"), (["metrics.`a b/c`"], "abcdef"),
            (["params.p"], "caefbd"), (["params.p DESC"], "fbeacd"), (["tags.t desc"], "fecadb"), (["tags.t"], "dacefb"),
            (["status"], "bdaecf"), (["attributes.status DESC", "start_time ASC"], "fceadb"),
            (["end_time"], "abfedc"), (["end_time DESC"], "bafedc"), (["run_name"], "abcdef"), (["user_id", "metrics.m DESC"], "dfaebc"),
            (["params.p", "metrics.m", "tags.t"], "caefbd")]:
        w.finds(want, "", by)
    w.finds("fad", "metrics.m > 0", ["metrics.m"])
    w.finds("dfaeb", "metrics.m != 99", ["metrics.m DESC"])
    w.finds("efab", "metrics.m != 1.7976931348623157E308", ["metrics.m"])
    w.finds("fb", "params.p = 'y'", ["metrics.m DESC"])


def pages(w):
    cases = [("", [], "fedcba"), ("", ["start_time"], "abcdef"), ("", ["metrics.m DESC"], "dfaebc"), ("", ["metrics.m"], "efadbc"),
             ("", ["params.p DESC", "metrics.m"], "fbeacd"), ("", ["tags.t"], "dacefb"), ("", ["end_time DESC"], "bafedc"),
             ("metrics.m > 0", [], "fda"), ("", ["status"], "bdaecf"), ("", ["metrics.nope"], "fedcba")]
    for filter, by, want in cases:
        for size in (1, 2, 4, 6):
            got, token, n = [], None, 0
            while n < 10:
                body = {"experiment_ids": [w.experiment], "filter": filter, "order_by": by, "max_results": size}
                answer = w.t.ask("POST", "runs/search", {**body, "page_token": token} if token else body)[1]
                got.append("".join(w.names[r["info"]["run_id"]] for r in answer.get("runs", [])))
                token, n = answer.get("next_page_token"), n + 1
                if not token:
                    break
            parts = [want[i:i + size] for i in range(0, len(want), size)]
            tap.is_(got, parts, "%s %s in pages of %d" % (filter, by, size))


def experiments(w):
    t = w.t
    other, third = t.new_experiment(), t.new_experiment()
    run = t.new_run(other, start_time=250)
    w.names[run] = "O"
    t.ask("POST", "runs/log-metric", {"run_id": run, "key": "m", "value": 0.5, "timestamp": 1})
    t.ask("POST", "runs/delete", {"run_id": w.ids["d"]})
    both = {"experiment_ids": [w.experiment, other, third, w.experiment]}
    w.finds("fecOba", **both)
    w.finds("eOfabc", order=["metrics.m"], **both)
    w.finds("fedcOba", run_view_type="ALL", **both)
    w.finds("d", run_view_type="DELETED_ONLY", **both)
    w.finds("d", run_view_type=2)
    w.finds("Oba", "start_time < 300", **both)
    w.finds("", experiment_ids=[])
    w.finds("", experiment_ids=["999999"])
    w.finds("O", experiment_ids=[" %s" % other])
    token = t.ask("POST", "runs/search", {**both, "max_results": 3, "run_view_type": "ALL"})[1]["next_page_token"]
    w.finds("cOba", run_view_type="ALL", page_token=token, **both)
    t.ask("POST", "runs/restore", {"run_id": w.ids["d"]})


def whole(w):
    """What a run found says is what get says of it."""
    answer = w.t.ask("POST", "runs/search", {"experiment_ids": [w.experiment]})[1]
    tap.is_([w.t.run(r["info"]["run_id"]) for r in answer["runs"]], answer["runs"], "runs are found as get shows them")
    tap.is_(answer["runs"][4]["data"]["metrics"][-2:] != [], True, "with metrics")
    tap.ok("next_page_token" not in answer, "there is no token where there is no more")
    tap.is_(w.t.ask("POST", "runs/search", {})[1], {}, "nothing found is an empty object")


def refused(w):
    t = w.t

    def no(message, **body):
        t.refused("POST", "runs/search", {"experiment_ids": [w.experiment], **body}, INVALID, message)

    for n in (0, -1):
        no("Invalid value %d for parameter 'max_results' supplied. It must be a positive integer" % n, max_results=n)
    no("Invalid value 50001 for parameter 'max_results' supplied:  Hint: Value was of type 'int'." + SEE_DOCS, max_results=50001)
    no("Invalid value \"x\" for parameter 'max_results' supplied:  Hint: Value was of type 'str'." + SEE_DOCS, max_results="x")
    no("Invalid value 5 for parameter 'filter' supplied:  Hint: Value was of type 'int'." + SEE_DOCS, filter=5)
    no("Invalid clause(s) in filter string: 'OR'", filter="metrics.a = 1 OR metrics.b = 2")
    no("Invalid clause(s) in filter string: 'params.x', '=', ''', 'a'", filter="params.x = 'a")
    no("Search filter contained multiple expression \"a = 'x'; b = 'y'\". Provide AND-ed expression list.", filter="a = 'x'; b = 'y'")
    no("Invalid filter ' '. Could not be parsed.", filter=" ")
    no("Invalid entity type 'bogus'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']", filter="bogus.x = 'a'")
    no("Invalid attribute key 'bogus' specified. Valid keys are ...", filter="bogus = 'a'")
    no("Invalid dataset key 'bogus' specified. Valid keys are ...", filter="dataset.bogus = 'a'")
    no("Expected numeric value type for metric. Found 'a'", filter="metrics.a = 'a'")
    no("Expected numeric value type for numeric attribute: start_time. Found 'a'", filter="start_time = 'a'")
    no("Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1", filter="params.a = 1")
    no("Expected a quoted string value for attributes. Got value 1", filter="status = 1")
    no("Parameter value is either not quoted or unidentified quote types used for string value a. Use either single or double quotes.",
       filter="params.a = a")
    no("Invalid comparator '>' not one of ...", filter="params.a > 'a'")
    no("Invalid comparator 'NOT LIKE' not one of ...", filter="params.a NOT LIKE 'a'")
    no("IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'a'", filter="metrics.a IS NULL")
    no("Only ['run_id'] attributes support comparison with a list of quoted string values.", filter="status IN ('a')")
    no("While parsing a list in the query, expected a non-empty list of string values, but got empty list", filter="run_id IN ()")
    no("While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ('a', 1)",
       filter="run_id IN ('a', 1)")
    no("Invalid order_by clause 'metrics.a, metrics.b'. Could not be parsed.", order_by=["metrics.a, metrics.b"])
    no("Invalid order_by clause ''. Could not be parsed.", order_by=[""])
    no("Invalid ordering key in order_by clause 'metrics.a up'.", order_by=["metrics.a up"])
    no("Invalid identifier type 'dataset'", order_by=["dataset.name"])
    no("Invalid attribute key 'lifecycle_stage' specified. Valid keys are ...", order_by=["lifecycle_stage"])
    no("Invalid experiment ID 'x'. Experiment ID must be a valid integer.", experiment_ids=["x"])
    no("Invalid page token, could not base64-decode", page_token="abc")
    no("Invalid page token, decoded value=b'junk'", page_token="anVuaw==")
    no("Invalid page token, parsed value={}", page_token="e30=")
    no("Invalid order_by clause 'x y z'. Could not be parsed.", filter="status > 'x'", order_by=["x y z"])


def stricter(w):
    """Where MLflow answers 500, or takes what makes no sense."""
    if w.t.other:
        return
    t = w.t
    twice = "`order_by` contains duplicate fields: ['start_time', 'created DESC']"
    t.refused("POST", "runs/search", {"order_by": ["start_time", "created DESC"]}, INVALID, twice)
    token = t.ask("POST", "runs/search", {"experiment_ids": [w.experiment], "max_results": 1})[1]["next_page_token"]
    for body in ({"filter": "metrics.m > 0"}, {"order_by": ["start_time"]}, {"run_view_type": "ALL"}, {"experiment_ids": ["0"]}):
        t.refused("POST", "runs/search", {"experiment_ids": [w.experiment], "page_token": token, **body}, INVALID,
                  "Invalid page token, it belongs to another query: ...", "a token is for its own query, not with %s" % list(body))
    broken = base64.b64encode(base64.b64decode(token)[:-2] + b',"x"]}').decode()
    t.refused("POST", "runs/search", {"experiment_ids": [w.experiment], "page_token": broken}, INVALID,
              "Invalid page token, it belongs to another query: ...", "a token with more keys than the query has")
    w.finds("", "start_time > 99999999999999999999")
    w.finds("fedcba", "start_time < 99999999999999999999")
    tap.like(w.find("run_id = ('a', 'b')"), "use IN or NOT IN", "a list stands with IN")
    many = " AND ".join(["metrics.m > -9"] * 200)
    w.finds("feda", many)
    tap.like(w.find(many + " AND metrics.m > 0"), "A filter can have at most 200 clauses. Found 201.", "201 clauses are too many")
    tap.like(w.find("", ["metrics.m%d" % i for i in range(41)]), "order_by can have at most 40 fields. Found 41.", "41 sort keys too")
    w.finds("fedcba", "", ["metrics.m%d" % i for i in range(39)] + ["start_time DESC"])
    ids = ["'%032x'" % i for i in range(5000)]
    w.finds("fedcba", "run_id NOT IN (%s)" % ", ".join(ids[:3000]))
    w.finds("fedcba", experiment_ids=[str(n) for n in range(1000, 3000)] + [w.experiment])


with api.start() as t:
    world = World(t)
    for test in (clauses, order, pages, experiments, whole, refused, stricter):
        tap.diag(test.__name__)
        test(world)
tap.done_testing()
