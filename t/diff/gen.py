"""gen - the generator: from a random number generator to a sequence of requests

Model: a sequence is a list of steps that stands by itself: it makes its own experiments and runs and
speaks of them by symbol (⟨exp:0⟩, ⟨run:1⟩), so it can be run again, on its own, with steps left out:
that is how the driver shrinks. A step is a dict, and so can be printed and kept:

    endpoint  "POST runs/search": what findings are counted under
    method, path (unescaped; starts with the prefix), query [[k, v]] or None, headers {}
    json (any value) | text (the body as it is) | neither (no body)
    save      ["run", 0] | ["exp", 1]: the symbol that the answer's id becomes
    follow    how many pages more to fetch by next_page_token
    loose     chance orders the answer: compare its lists as sets

Kinds of sequence: life (experiments and runs), log (metrics, params, tags, batches), search, history,
data (datasets), files (artifacts), experiments (their search), protocol (methods, types, bodies).
Each is valid in the main; spoil.mutate() then breaks about a third of the requests in one place.
"""
# SPDX-License-Identifier: Apache-2.0
import copy
import json
import math

import files
import filters
import spoil
import values

API, AJAX = "/api/2.0/mlflow", "/ajax-api/2.0/mlflow"

# endpoint: (method, {field: pool}, fields that are always sent)
ENDPOINTS = {
    "experiments/create": ("POST", {"name": values.exp_name, "artifact_location": values.location,
                                    "tags": values.tags}, ["name"]),
    "experiments/get": ("GET", {"experiment_id": values.exp}, ["experiment_id"]),
    "experiments/get-by-name": ("GET", {"experiment_name": values.exp_name}, ["experiment_name"]),
    "experiments/update": ("POST", {"experiment_id": values.exp, "new_name": values.exp_name},
                           ["experiment_id", "new_name"]),
    "experiments/delete": ("POST", {"experiment_id": values.exp}, ["experiment_id"]),
    "experiments/restore": ("POST", {"experiment_id": values.exp}, ["experiment_id"]),
    "experiments/set-experiment-tag": ("POST", {"experiment_id": values.exp, "key": values.key,
                                                "value": values.string}, ["experiment_id", "key", "value"]),
    "experiments/delete-experiment-tag": ("POST", {"experiment_id": values.exp, "key": values.key},
                                          ["experiment_id", "key"]),
    "runs/get": ("GET", {"run_id": values.run}, ["run_id"]),
    "runs/update": ("POST", {"run_id": values.run, "status": values.status, "end_time": values.stamp,
                             "run_name": values.run_name}, ["run_id"]),
    "runs/delete": ("POST", {"run_id": values.run}, ["run_id"]),
    "runs/restore": ("POST", {"run_id": values.run}, ["run_id"]),
    "runs/log-metric": ("POST", {"run_id": values.run, "key": values.key, "value": values.number,
                                 "timestamp": values.stamp, "step": values.step},
                        ["run_id", "key", "value", "timestamp"]),
    "runs/log-parameter": ("POST", {"run_id": values.run, "key": values.key, "value": values.string},
                           ["run_id", "key", "value"]),
    "runs/set-tag": ("POST", {"run_id": values.run, "key": values.key, "value": values.string},
                     ["run_id", "key", "value"]),
    "runs/delete-tag": ("POST", {"run_id": values.run, "key": values.key}, ["run_id", "key"]),
    "runs/log-batch": ("POST", {}, []),
    "runs/log-inputs": ("POST", {}, []),
    "runs/log-model": ("POST", {}, []),
    "runs/create": ("POST", {}, []),
    "runs/search": ("POST", {}, []),
    "experiments/search": ("POST", {}, []),
    "metrics/get-history": ("GET", {}, []),
    "metrics/get-history-bulk": ("GET", {}, []),
    "metrics/get-history-bulk-interval": ("GET", {}, []),
    "experiments/search-datasets": ("POST", {}, []),
    "artifacts/list": ("GET", {}, []),
}
LIFE = ["experiments/get", "experiments/get-by-name", "experiments/update", "experiments/delete",
        "experiments/restore", "experiments/set-experiment-tag", "experiments/delete-experiment-tag",
        "runs/get", "runs/update", "runs/update", "runs/delete", "runs/restore", "runs/set-tag",
        "runs/delete-tag"]
LOG = ["runs/log-metric", "runs/log-metric", "runs/log-parameter", "runs/set-tag", "runs/delete-tag",
       "runs/get", "runs/update"]


class Sequence:
    """What a sequence has made so far, and its steps."""

    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind
        self.steps, self.exps, self.runs, self.counts = [], [], [], {}
        self.keys = rng.sample(values.KEYS, 4)
        self.values = rng.sample(values.STRINGS[:9] + ["x", "xy", "Xy"], 4)
        self.unnamed = self.timeless = False

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def roll(self, chance):
        return self.rng.random() < chance

    def add(self, name, body=None, method=None, clean=False, **more):
        """A step for a tracking endpoint, perhaps spoiled; returns it."""
        method = method or ENDPOINTS[name][0]
        own_key(body)
        ajax = name in ("metrics/get-history-bulk", "experiments/search-datasets") or self.roll(0.15)
        step = {"endpoint": method + " " + name, "method": method, "path": (AJAX if ajax else API) + "/" + name,
                "query": None, "headers": {}}
        if method == "GET":
            step["query"] = as_query(body or {})
        else:
            step["headers"]["Content-Type"] = "application/json"
            step["json"] = body or {}
        step.update(more)
        if not clean and self.roll(0.28):
            spoil.mutate(self.rng, step)
        self.steps.append(step)
        return step

    def fill(self, name):
        """A step with a value for each field that is always sent and for some of the others."""
        _, fields, always = ENDPOINTS[name]
        body = {f: pool(self.rng, self) for f, pool in fields.items()
                if f in always or self.roll(0.4)}
        return self.add(name, body)

    def experiment(self, clean=True, **more):
        """Creates one that is ⟨exp:N⟩ from now on."""
        n = len(self.exps)
        self.exps.append("⟨exp:%d⟩" % n)
        self.add("experiments/create", dict({"name": "⟨q⟩-%d" % n}, **more), clean=clean, save=["exp", n])

    def run(self, clean=True, exp=None, **more):
        """Creates ⟨run:N⟩, with a start time of its own."""
        n = len(self.runs)
        self.runs.append("⟨run:%d⟩" % n)
        body = {"experiment_id": exp or self.rng.choice(self.exps), "run_name": "name-%d" % n,
                "start_time": values.BASE_TIME + 1000 * n}
        if self.roll(0.5):
            body["user_id"] = self.rng.choice(["ann", "bob", "", "ü"])
        if self.roll(0.15):
            del body["run_name"]
            self.unnamed = True
            if self.roll(0.5):
                body["tags"] = [{"key": "mlflow.runName", "value": "name-%d" % n}]
        if self.roll(0.3):
            body["tags"] = body.get("tags", []) + values.unique(
                [{"key": values.good_key(self.rng, self), "value": self.rng.choice(self.values)}])
        if not self.timeless and self.roll(0.1):
            self.timeless = True
            del body["start_time"]
        body.update(more)
        self.add("runs/create", body, clean=clean, save=["run", n])

    def odd_run(self):
        """A creation with something unusual in it; its run gets no symbol."""
        pools = [("experiment_id", values.exp), ("run_name", values.run_name), ("tags", values.tags),
                 ("user_id", lambda r, c: r.choice(["x", "", "é"] + values.WRONG)),
                 ("tags", lambda r, c: r.choice([[{"key": "mlflow.runName", "value": "other"}], [{}], [None], ["x"],
                                                 [{"key": "a"}], [{"value": "b"}], {"a": "b"}, "x",
                                                 [{"key": "a", "value": 5}], [{"key": "d", "value": "1"}] * 2]))]
        name, pool = self.rng.choice(pools)
        body = {"experiment_id": "⟨exp:0⟩", "run_name": "odd", "start_time": 5 + self.count("odd")}
        body[name] = pool(self.rng, self)
        if name != "run_name" and self.roll(0.3):
            del body["run_name"]
        self.add("runs/create", body)

    def finish(self):
        """Reads everything back: what the writes left behind must agree too."""
        for symbol in self.runs[:4]:
            self.add("runs/get", {"run_id": symbol}, clean=True)
        if self.runs:
            self.add("runs/search", {"experiment_ids": self.exps, "run_view_type": "ALL"}, clean=True)
        for symbol in self.exps[:2]:
            self.add("experiments/get", {"experiment_id": symbol}, clean=True)
        return self.steps


def as_query(body):
    """A message as a query: repeated fields are repeated keys."""
    pairs = []
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            if isinstance(item, bool):
                item = "true" if item else "false"
            pairs.append([name, item if isinstance(item, str) else json.dumps(item)])
    return pairs


def batch(s, size=None):
    """The body of a log-batch."""
    rng = s.rng
    good = rng.random() < 0.6
    body = {"run_id": values.run(rng, s) if not good else rng.choice(s.runs)}
    n = size or rng.choice([0, 1, 2, 4])
    if rng.random() < 0.8:
        body["metrics"] = [(values.good_metric if good else values.metric)(rng, s) for _ in range(n)]
    if rng.random() < 0.5:
        made = [(values.good_param if good else values.param)(rng, s) for _ in range(rng.choice([0, 1, 2, 3]))]
        body["params"] = made if rng.random() < 0.3 else values.unique(made)
    if rng.random() < 0.5:
        body["tags"] = values.tags(rng, s)
    roll = rng.random()
    if roll < 0.03:
        body["metrics"] = [{"key": "m%d" % i, "value": i, "timestamp": i} for i in range(rng.choice([999, 1000, 1001]))]
    elif roll < 0.06:
        body["params"] = [{"key": "p%d" % i, "value": "x"} for i in range(rng.choice([100, 101]))]
    elif roll < 0.09:
        body["tags"] = [{"key": "t%d" % i, "value": "x"} for i in range(rng.choice([100, 101]))]
    elif roll < 0.12:
        body[rng.choice(["metrics", "params", "tags"])] = rng.choice(
            [None, {}, "x", [None], ["x"], [5], [[]], [{}], [{"key": ""}], [{"key": "a", "value": None}]])
    elif roll < 0.15 and body.get("metrics"):
        body["metrics"] += copy.deepcopy(body["metrics"])
    return until_bare(body)


def until_bare(body):
    """MLflow loses what stands behind a bare NaN or infinity (docs/compatibility.md), so nothing does."""
    for n, item in enumerate(body.get("metrics") or []):
        if own_key(item):
            return {"run_id": body["run_id"], "metrics": body["metrics"][:n + 1]}
    return body


def own_key(item):
    """MLflow takes a bare NaN or infinity for 0 at the time 0: it is the latest point of a metric of its own only."""
    value = item.get("value") if isinstance(item, dict) else None
    bare = value == "⟨1e400⟩" or (isinstance(value, float) and not math.isfinite(value))
    if bare and item.get("key") in values.KEYS + values.KEYS_EDGE:
        item["key"] = "bare"
    return bare


def search(s, clean=False):
    rng = s.rng
    order, chance = filters.runs_order(rng, s)
    body = {"experiment_ids": rng.choice([s.exps, s.exps, s.exps[:1], s.exps * 2]), "filter": filters.runs(rng, s),
            "order_by": order}
    if rng.random() < 0.35:
        body["run_view_type"] = values.view(rng, s)
    if rng.random() < 0.4:
        body["max_results"] = values.page_size(rng, s) if rng.random() < 0.4 else rng.choice([1, 2, 3])
    if rng.random() < 0.05:
        body["experiment_ids"] = rng.choice([[], None, ["nope"], [""], "0", [5], [None], ["999999"], [" 0"], {}])
    if rng.random() < 0.05:
        body["page_token"] = rng.choice(values.TOKENS_BAD)
    for name in ["filter", "order_by"]:
        if rng.random() < 0.2 or not body[name]:
            body.pop(name)
    if chance:
        body.pop("max_results", None)
    step = s.add("runs/search", body, clean=clean)
    step["loose"] = chance
    if not chance and rng.random() < 0.8:
        step["follow"] = 4


def life(s):
    s.experiment()
    s.experiment(tags=[{"key": "a", "value": "x"}] if s.roll(0.5) else [])
    s.run()
    s.run()
    for _ in range(s.rng.randrange(14, 22)):
        roll = s.rng.random()
        if roll < 0.12:
            s.odd_run()
        elif roll < 0.24:
            s.fill("experiments/create")
        elif roll < 0.28:
            search(s)
        else:
            s.fill(s.rng.choice(LIFE))
    return s.finish()


def log(s):
    s.experiment()
    s.run()
    s.run()
    for _ in range(s.rng.randrange(14, 22)):
        roll = s.rng.random()
        if roll < 0.3:
            s.add("runs/log-batch", batch(s))
        elif roll < 0.36:
            s.add("runs/log-model", {"run_id": values.run(s.rng, s), "model_json": s.rng.choice(files.MODELS)})
        elif roll < 0.44:
            s.add("metrics/get-history", {"run_id": s.runs[0], "metric_key": values.key(s.rng, s)})
        else:
            s.fill(s.rng.choice(LOG))
    return s.finish()


def searching(s):
    s.experiment()
    s.experiment()
    for _ in range(s.rng.randrange(5, 8)):
        s.run()
    for symbol in s.runs:
        body = {"run_id": symbol,
                "metrics": [values.good_metric(s.rng, s) for _ in range(s.rng.randrange(5))],
                "params": values.unique([values.good_param(s.rng, s) for _ in range(s.rng.randrange(4))]),
                "tags": [{"key": values.good_key(s.rng, s), "value": s.rng.choice(s.values)}
                         for _ in range(s.rng.randrange(3))]}
        s.add("runs/log-batch", body, clean=True)
    s.add("runs/log-inputs", {"run_id": s.runs[0], "datasets": [
        {"dataset": {"name": "train", "digest": "d1", "source_type": "local", "source": "x"},
         "tags": [{"key": "mlflow.data.context", "value": "training"}]}]}, clean=True)
    s.add("runs/update", {"run_id": s.runs[1], "status": "FINISHED", "end_time": values.BASE_TIME + 500}, clean=True)
    s.add("runs/update", {"run_id": s.runs[2], "status": "FAILED", "end_time": 0}, clean=True)
    s.add("runs/delete", {"run_id": s.runs[3]}, clean=True)
    for _ in range(s.rng.randrange(25, 40)):
        search(s)
    return s.steps


def history(s):
    rng = s.rng
    s.experiment()
    s.run()
    s.run()
    name = s.keys[0]
    for symbol in s.runs:
        points = [dict(values.good_metric(rng, s), key=name) for _ in range(rng.choice([3, 12, 30]))]
        s.add("runs/log-batch", {"run_id": symbol, "metrics": points}, clean=True)
    for _ in range(rng.randrange(10, 16)):
        kind = rng.choice(["metrics/get-history"] * 3 + ["metrics/get-history-bulk", "metrics/get-history-bulk-interval"] * 2)
        some = rng.choice([s.runs, s.runs[:1], s.runs[::-1], s.runs * 2, s.runs + ["nope"], [], ["x"] * 101])
        body = {"metric_key": rng.choice([name, name, name, "", "nope", s.keys[1]])}
        if rng.random() < 0.5:
            body["max_results"] = rng.choice([1, 2, 3, 5, 7, 100]) if rng.random() < 0.6 else rng.choice(
                [0, -1, 2500, 2501, 25000, 25001, "x", "1.5", 2 ** 31, "", "2"])
        if kind == "metrics/get-history":
            body["run_id"] = values.run(rng, s)
            if rng.random() < 0.1:
                body["page_token"] = rng.choice(values.TOKENS_BAD)
            s.add(kind, body).update(follow=5)
            continue
        body["run_id" if kind.endswith("bulk") else "run_ids"] = some
        if kind.endswith("bulk") and len(some) > 1 and str(body.get("max_results")) in "12357":
            del body["max_results"]   # the limit is over all, and the order of runs is chance
        if kind.endswith("interval") and rng.random() < 0.5:
            body["start_step"], body["end_step"] = rng.choice(
                [(0, 5), (0, 0), (3, 1), (-5, 2), ("x", 1), (1, None), (None, 3), (0, 2 ** 63), ("", 1), ("1.5", 3), (2, 2)])
        s.add(kind, body)
    s.add("runs/get", {"run_id": s.runs[0]}, clean=True)
    return s.steps


def data(s):
    rng = s.rng
    s.experiment()
    s.experiment()
    s.run()
    s.run()
    for _ in range(rng.randrange(9, 14)):
        roll = rng.random()
        if roll < 0.6:
            body = {"run_id": rng.choice(s.runs) if s.roll(0.85) else values.run(rng, s),
                    "datasets": [values.dataset_input(rng, s) for _ in range(rng.choice([0, 1, 1, 2, 3]))]}
            if s.roll(0.05):
                body["datasets"] = rng.choice([None, "x", {}, [None], ["x"], [{}]])
            s.add("runs/log-inputs", body)
        elif roll < 0.8:
            s.add("experiments/search-datasets", {"experiment_ids": rng.choice(
                [s.exps, s.exps[:1], [], ["999999"], ["x"], s.exps * 11, None, "0", [5], [None], [""]])})
        else:
            s.add("runs/search", {"experiment_ids": s.exps, "filter": "dataset.%s %s '%s'" % (
                rng.choice(["name", "digest", "context", "source"]), rng.choice(filters.TEXT),
                rng.choice(["train", "d1", "eval", "training", "t%"]))})
    return s.finish()


def experiments(s):
    rng = s.rng
    for n in range(rng.randrange(3, 6)):
        s.experiment(tags=values.unique([{"key": rng.choice(["a", "b", "a b"]), "value": rng.choice(["x", "X", "y", ""])}
                                         for _ in range(rng.randrange(3))]))
    s.add("experiments/create", {"name": "⟨q⟩-name-1"}, clean=True)
    s.add("experiments/delete", {"experiment_id": s.exps[0]}, clean=True)
    s.add("experiments/update", {"experiment_id": s.exps[1], "new_name": "⟨q⟩-renamed"}, clean=True)
    for _ in range(rng.randrange(12, 20)):
        body = {"filter": filters.experiments(rng, s)}
        scoped = "⟨q⟩" in body["filter"]
        body["max_results"] = 1000
        if scoped and s.roll(0.5):
            body["max_results"] = rng.choice([1, 2, 3]) if s.roll(0.6) else values.page_size(rng, s)
        if s.roll(0.05):
            del body["max_results"]
        if s.roll(0.5):
            body["order_by"] = rng.choice(filters.EXPERIMENT_ORDER)
        if s.roll(0.4):
            body["view_type"] = values.view(rng, s)
        if s.roll(0.04):
            body["page_token"] = rng.choice(values.TOKENS_BAD)
        step = s.add("experiments/search", body, method="GET" if s.roll(0.2) else "POST")
        if scoped and s.roll(0.8):
            step["follow"] = 4
    return s.steps


def protocol(s):
    """Every endpoint, spoiled at the level of HTTP and JSON."""
    rng = s.rng
    s.experiment()
    s.run()
    for _ in range(rng.randrange(12, 18)):
        name = rng.choice(list(ENDPOINTS))
        body = {f: pool(rng, s) for f, pool in ENDPOINTS[name][1].items()}
        if name == "runs/log-batch":
            body = batch(s)
        elif name == "runs/search":
            body = {"experiment_ids": s.exps}
        elif not body:
            body = {"run_id": s.runs[0], "metric_key": "loss", "experiment_id": s.exps[0], "path": "x"}
        step = s.add(name, body, clean=True)
        rng.choice([spoil.wrong_method, spoil.wrong_path, spoil.wrong_type, spoil.wrong_body, spoil.wrong_body,
                    spoil.wrong_query])(rng, step)
    return s.steps


KINDS = {"life": (life, 4), "log": (log, 4), "search": (searching, 4), "history": (history, 2), "data": (data, 2),
         "files": (files.sequence, 3), "experiments": (experiments, 2), "protocol": (protocol, 2)}


def sequence(rng, kind=None):
    """One sequence: its kind and its steps."""
    if kind is None:
        kind = rng.choices(list(KINDS), [w for _, w in KINDS.values()])[0]
    return kind, KINDS[kind][0](Sequence(rng, kind))
