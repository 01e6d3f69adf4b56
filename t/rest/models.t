#!/usr/bin/env python3
"""models - logged models: making, reading, finalizing, tags, params, metrics, search, deleting; what runs read and make"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402

MODELS = "logged-models"
NAME = "Invalid model name (%s) provided. Model name must be a non-empty string and cannot contain the following characters: " \
       "('/', ':', '.', '%%', '\"', \"'\")"


def pairs(d):
    return [{"key": k, "value": v} for k, v in d.items()]


def new_model(t, experiment="0", **more):
    """Its id. A millisecond's wait keeps the order in which models were made."""
    time.sleep(0.002)
    return t.ask("POST", MODELS, {"experiment_id": experiment, **more})[1]["model"]["info"]["model_id"]


def model(t, model_id, **query):
    return t.ask("GET", MODELS + "/" + model_id, **query)[1]["model"]


def gone(t, verb, path, body=None, model_id="m-none", **query):
    t.refused(verb, path, body, MISSING, "Logged model with ID '%s' not found." % model_id, "%s %s: not found" % (verb, path), **query)


def made(t):
    e = t.new_experiment()
    answer = t.ok("POST", MODELS, {"experiment_id": e, "name": "ünï", "model_type": "T", "source_run_id": "r",
                                   "params": pairs({"a": "", "b": "2"}), "tags": pairs({"t": "x"})})["model"]
    info = answer["info"]
    tap.ok(re.fullmatch("m-[0-9a-f]{32}", info["model_id"]), "the id", info)
    location = t.experiment(e)["artifact_location"]
    tap.is_(info["artifact_uri"], "%s/models/%s/artifacts" % (location, info["model_id"]), "artifacts are the experiment's")
    tap.is_({k: info[k] for k in ("experiment_id", "name", "model_type", "source_run_id", "status", "tags")},
            {"experiment_id": e, "name": "ünï", "model_type": "T", "source_run_id": "r", "status": "LOGGED_MODEL_PENDING",
             "tags": pairs({"t": "x"})}, "what was given is kept, and it is pending")
    tap.is_(answer["data"], {"params": pairs({"a": "", "b": "2"})}, "with its params")
    tap.ok(info["creation_timestamp_ms"] == info["last_updated_timestamp_ms"] > 1.7e12, "times are set", info)
    tap.is_(t.ok("GET", MODELS + "/" + info["model_id"])["model"], answer, "it is read as it was made")
    tap.is_(t.ok("GET", "/ajax-api/2.0/mlflow/logged-models/" + info["model_id"])["model"], answer, "also by the browser's path")
    bare = t.ok("POST", MODELS, {"experiment_id": e, "name": ""})["model"]
    tap.ok(re.fullmatch(r"[a-z]+-[a-z]+-\d+", bare["info"]["name"]), "a model without a name gets one", bare)
    tap.is_((bare["info"]["model_type"], bare["info"]["source_run_id"], bare["data"], "tags" in bare["info"]), ("", "", {}, False),
            "the rest is empty")


def not_made(t):
    e = t.new_experiment()
    for name, quoted in (("a/b", "'a/b'"), ("a.b", "'a.b'"), ("a%b", "'a%b'"), ("a'b", '"a\'b"'), ('é"\\', "'é\"\\\\'")):
        t.refused("POST", MODELS, {"experiment_id": e, "name": name}, INVALID, NAME % quoted)
    t.refused("POST", MODELS, {}, INVALID, "Missing value for required parameter 'experiment_id'." + SEE_DOCS)
    t.refused("POST", MODELS, {"experiment_id": 5}, INVALID, "Invalid value 5 for parameter 'experiment_id' supplied:  Hint: Value was of...")
    t.refused("POST", MODELS, {"experiment_id": e, "params": "x"}, INVALID, "Invalid value \"x\" for parameter 'params' supplied:...")
    t.refused("POST", MODELS, {"experiment_id": "x"}, INVALID, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")
    t.refused("POST", MODELS, {"experiment_id": "99999"}, MISSING, "No Experiment with id=99999 exists")
    twice = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
    for field in ("params", "tags"):
        status, answer = t.ask("POST", MODELS, {"experiment_id": e, field: twice})
        tap.is_(status, 400, "a key given twice in " + field)
    tap.is_(t.ask("POST", MODELS + "/search", {"experiment_ids": [e]})[1], {}, "nothing of it is kept")
    t.ask("POST", "experiments/delete", {"experiment_id": e})
    t.refused("POST", MODELS, {"experiment_id": e}, INVALID,
              "The experiment %s must be in the 'active' state. Current state is deleted." % e)


def finalized(t):
    m = new_model(t)
    for status in ("LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING"):
        answer = t.ok("PATCH", MODELS + "/" + m, {"model_id": m, "status": status})["model"]
        tap.is_((answer["info"]["status"], answer), (status, model(t, m)), "now it is " + status)
    tap.is_(t.ok("PATCH", MODELS + "/" + m, {"model_id": m, "status": 2})["model"]["info"]["status"], "LOGGED_MODEL_READY", "by number")
    t.refused("PATCH", MODELS + "/" + m, {"model_id": m}, INVALID, "Missing value for required parameter 'status'." + SEE_DOCS)
    if not t.other:
        t.refused("PATCH", MODELS + "/" + m, {"model_id": m, "status": []}, INVALID, "Invalid value [] for parameter 'status' supplied:...")
    gone(t, "PATCH", MODELS + "/m-none", {"model_id": "m-none", "status": 2})
    gone(t, "GET", MODELS + "/m-none")
    gone(t, "GET", MODELS + "/m-none", allow_deleted="true")


def tagged(t):
    m = new_model(t, tags=pairs({"t": "old"}))
    path = "%s/%s/tags" % (MODELS, m)
    tags = [{"key": "a", "value": "1"}, {"key": "t", "value": "new"}, {"key": "a", "value": "2"}, {"key": "d/e f", "value": ""}]
    tap.is_(t.ok("PATCH", path, {"tags": tags}), {}, "the answer is empty")
    tap.is_(model(t, m)["info"]["tags"], pairs({"a": "2", "d/e f": "", "t": "new"}), "tags are set; the last of a key counts")
    t.ok("PATCH", path, {}, "no tags are fine")
    tap.is_(t.ok("DELETE", path + "/a"), {}, "a tag is removed")
    tap.is_(model(t, m)["info"]["tags"], pairs({"d/e f": "", "t": "new"}), "and gone")
    t.refused("DELETE", path + "/a", None, MISSING, "No tag with key 'a' found for model with ID '%s'." % m)
    t.refused("DELETE", path + "/it%27s", None, MISSING, "No tag with key \"it's\" found for model with ID '%s'." % m)
    gone(t, "PATCH", MODELS + "/m-none/tags", {"tags": tags})
    gone(t, "DELETE", MODELS + "/m-none/tags/a")


def with_params(t):
    m = new_model(t, params=pairs({"a": "1"}))
    path = "%s/%s/params" % (MODELS, m)
    tap.is_(t.ok("POST", path, {"model_id": m, "params": pairs({"b": "x" * 9000, "c": "3"})}), {}, "the answer is empty")
    tap.is_(model(t, m)["data"]["params"], pairs({"a": "1", "b": "x" * 9000, "c": "3"}), "params are added")
    t.ok("POST", path, {"model_id": m}, "none are fine")
    for params in (pairs({"d": "1", "a": "2"}), [{"key": "d", "value": "1"}] * 2):
        tap.is_(t.ask("POST", path, {"model_id": m, "params": params})[0], 400, "a param is set once: %s" % params)
    tap.is_(len(model(t, m)["data"]["params"]), 3, "nothing of it is kept")
    gone(t, "POST", MODELS + "/m-none/params", {"model_id": "m-none", "params": pairs({"a": "1"})})


def deleted(t):
    e = t.new_experiment()
    m = new_model(t, e)
    tap.is_(t.ok("DELETE", MODELS + "/" + m), {}, "the answer is empty")
    gone(t, "GET", MODELS + "/" + m, model_id=m)
    gone(t, "GET", MODELS + "/" + m, model_id=m, allow_deleted="1")
    tap.is_(t.ok("GET", MODELS + "/" + m, allow_deleted="TRUE")["model"]["info"]["model_id"], m, "it is shown to who asks for deleted ones")
    tap.is_(t.ok("POST", MODELS + "/search", {"experiment_ids": [e]}), {}, "it is not found")
    t.ok("DELETE", MODELS + "/" + m, name="deleting again is fine")
    t.ok("PATCH", MODELS + "/" + m, {"model_id": m, "status": 2}, "so is finalizing")
    gone(t, "DELETE", MODELS + "/m-none")


def of_runs(t):
    e = t.new_experiment()
    run, other = t.new_run(e), t.new_run(e)
    a, b = sorted((new_model(t, e), new_model(t, e)))
    tap.is_(t.ok("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": a, "step": 3}, {"model_id": b}]}), {}, "the answer is empty")
    want = {"model_outputs": [{"model_id": a, "step": 3}, {"model_id": b, "step": 0}]}
    tap.is_(t.run(run)["outputs"], want, "the run names what it made")
    tap.is_(t.ok("POST", "runs/log-inputs", {"run_id": other, "models": [{"model_id": b}, {"model_id": b}]}), {}, "log-inputs takes models")
    t.ok("POST", "runs/log-inputs", {"run_id": other, "models": [{"model_id": b}, {"model_id": a}]}, "again too")
    tap.is_(t.run(other)["inputs"], {"model_inputs": [{"model_id": a}, {"model_id": b}]}, "the other run names what it read")
    found = {r["info"]["run_id"]: r for r in t.ok("POST", "runs/search", {"experiment_ids": [e]})["runs"]}
    tap.is_([found[r][k] for r in (run, other) for k in ("inputs", "outputs")], [{}, want, {}, {}], "a search shows only what they made")
    t.ok("POST", "runs/outputs", {"run_id": run, "models": []}, "no models are fine")
    t.ok("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": "m-unknown"}]}, "a model need not be known")
    for models in ([{"model_id": a}], [{"model_id": "m-x"}, {"model_id": "m-x"}]):
        tap.is_(t.ask("POST", "runs/outputs", {"run_id": run, "models": models})[0], 400, "an output is noted once")
    t.refused("POST", "runs/outputs", {"run_id": run}, INVALID, "Missing value for required parameter 'models'." + SEE_DOCS)
    t.refused("POST", "runs/outputs", {"run_id": run, "models": "x"}, INVALID, "Invalid value \"x\" for parameter 'models' supplied:...")
    t.refused("POST", "runs/outputs", {"models": []}, INVALID, "Missing value for required parameter 'run_id'." + SEE_DOCS)
    t.refused("POST", "runs/outputs", {"run_id": "nope", "models": [{"model_id": a}]}, MISSING, "Run with id=nope not found")
    t.ask("POST", "runs/delete", {"run_id": run})
    t.refused("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": "m-y"}]}, INVALID,
              "The run %s must be in the 'active' state. Current state is deleted." % run)


def metrics(t):
    run, m = t.new_run(), new_model(t)
    on = {"dataset_name": "d", "dataset_digest": "g"}
    point = {"run_id": run, "key": "k", "value": 1, "timestamp": 5, "step": 2, "model_id": m}
    for _ in range(2):
        tap.is_(t.ok("POST", "runs/log-metric", {**point, **on}), {}, "a point of run and model")
    t.ok("POST", "runs/log-batch", {"run_id": run, "metrics": [
        {"key": "k", "value": 7, "timestamp": 6, "model_id": m}, {"key": "inf", "value": "Infinity", "timestamp": 6, "model_id": m},
        {"key": "only-run", "value": 1, "timestamp": 6, "model_id": ""}]})
    want = [{"key": "inf", "value": 1.7976931348623157e+308, "timestamp": 6, "step": 0}, {"key": "k", "value": 1, "timestamp": 5, "step": 2, **on},
            {"key": "k", "value": 7, "timestamp": 6, "step": 0}]
    got = sorted(model(t, m)["data"]["metrics"], key=lambda p: (p["key"], p["value"]))
    tap.is_(got, [{**p, "model_id": m, "run_id": run} for p in want], "the model has all its points, each once")
    tap.is_((t.metrics(run)["k"], sorted(t.metrics(run))), ((1, 5, 2), ["inf", "k", "only-run"]), "and so has the run")
    status, _ = t.ask("POST", "runs/log-metric", {**point, "value": 2})
    tap.is_(status, 400, "another value at the same step and time")
    for dataset in ({"dataset_name": "d"}, {"dataset_digest": "g"}):
        why = "Both dataset_name and dataset_digest must be provided if one is provided"
        t.refused("POST", "runs/log-metric", {**point, **dataset}, INVALID, why)
        t.refused("POST", "runs/log-batch", {"run_id": run, "metrics": [{"key": "z", "value": 1, "timestamp": 6, **dataset}]}, INVALID, why)
    metrics = [{"key": "z", "value": 1, "timestamp": 6, "model_id": m}, {"key": "z", "value": 1, "timestamp": 7, "model_id": "m-none"}]
    tap.is_(t.ask("POST", "runs/log-metric", {**point, "key": "z", "model_id": "m-none"})[0], 400, "a model that is not known")
    status, answer = t.ask("POST", "runs/log-batch", {"run_id": run, "metrics": metrics, "tags": [{"key": "t", "value": "1"}]})
    tap.ok(status == 400, "nor in a batch", answer)
    if not t.other:
        tap.is_((len(model(t, m)["data"]["metrics"]), "z" in t.metrics(run), "t" in t.tags(run)), (3, False, False),
                "of a refused batch nothing is kept")


def filled(t):
    """An experiment with three models, and the ids of the models a, b, c."""
    e = t.new_experiment()
    run = t.new_run(e)
    ids = [new_model(t, e, name="a", model_type="T", source_run_id=run, params=pairs({"p": "1"}), tags=pairs({"t": "x"})),
           new_model(t, e, name="b", model_type="U", params=pairs({"p": "2"}), tags=pairs({"t": "Xy"})), new_model(t, e, name="c")]
    t.ask("PATCH", MODELS + "/" + ids[0], {"model_id": ids[0], "status": 2})
    points = [(0, "k", 5, 1, "d"), (0, "k", 1, 2, "e"), (1, "k", 3, 9, "d"), (1, "n", -1, 0, "")]
    t.ask("POST", "runs/log-batch", {"run_id": run, "metrics": [
        {"key": k, "value": v, "step": s, "timestamp": 5, "model_id": ids[i], "dataset_name": d, "dataset_digest": d and "g"}
        for i, k, v, s, d in points]})
    return e, run, ids


def searched(t):
    e, run, ids = filled(t)

    def names(**more):
        status, answer = t.ask("POST", MODELS + "/search", {"experiment_ids": [e], **more})
        return "".join(m["info"]["name"] for m in answer.get("models", [])) if status == 200 else answer

    for text, want in [("", "cba"), ("name = 'a'", "a"), ("name != 'a'", "cb"), ("name = a", "a"), ('name = "a"', ""), ("name LIKE 'A%'", ""),
                       ("name ilike 'A%'", "a"), ("name IN ('a', 'c')", "ca"), ("name NOT IN ('a')", "cb"), ("attributes.name = 'b'", "b"),
                       ("model_id = '%s'" % ids[1], "b"), ("model_type = 'U'", "b"), ("model_type != 'U'", "ca"),
                       ("source_run_id = '%s'" % run, "a"), ("status = 'READY'", "a"), ("status != 'READY'", "cb"),
                       ("status IN ('READY', 'FAILED')", "a"), ("creation_timestamp > 5", "cba"), ("creation_time < 5", ""),
                       ("last_updated_timestamp >= 1.5", "cba"), ("tags.t = 'x'", "a"), ("tags.`t` ILIKE 'x%'", "ba"), ("params.p = '2'", "b"),
                       ("params.p IN ('1', '3')", "a"), ("params.none = '1'", ""), ("metrics.k > 2", "b"), ("metrics.k = 1", "a"),
                       ("metrics.k != 3", "a"), ("metrics.n < 0", "b"), ("metrics.k > NaN", ""), ("metrics.k < inf", "ba"),
                       ("metrics.k >= 1 AND name = 'a' and status = 'READY'", "a"), ("experiment_id = '%s'" % e, "cba")]:
        tap.is_(names(filter=text), want, text or "no filter: newest first")
    ordered = [("name", True, "abc"), ("name", False, "cba"), ("creation_timestamp", True, "abc"), ("model_type", True, "cab"),
               ("metrics.k", True, "abc"), ("metrics.k", False, "bac"), ("metrics.n", True, "bca"), ("metrics.none", True, "cba"),
               ("status", False, "acb")]
    for field, up, want in ordered:
        tap.is_(names(order_by=[{"field_name": field, "ascending": up}]), want, "by %s, %s" % (field, "up" if up else "down"))
        tap.is_(pages(t, e, [{"field_name": field, "ascending": up}]), want, "page by page")
    tap.is_(names(order_by=[{"field_name": "metrics.k", "dataset_name": "d", "ascending": False}]), "abc", "by the metric on a dataset")
    d = {"dataset_name": "d", "dataset_digest": "g"}
    for more, want in (({}, "ba"), ({"filter": "metrics.k > 4"}, "a"), ({"filter": "metrics.n < 0"}, "")):
        tap.is_(names(datasets=[d], **more), want, "on a dataset: %s" % more)
    tap.is_(names(datasets=[{**d, "dataset_digest": "other"}]), "", "on another")
    if not t.other:
        tap.is_(names(datasets=[{"dataset_name": "e"}]), "a", "of any digest")
    tap.is_(names(max_results=0), "cba", "0 stands for the default")
    tap.is_(names(experiment_ids=[e, t.new_experiment(), e, "99999"]), "cba", "several experiments")


def pages(t, e, order):
    names, token = "", ""
    while token is not None and len(names) < 9:
        answer = t.ask("POST", MODELS + "/search", {"experiment_ids": [e], "order_by": order, "max_results": 1, "page_token": token})[1]
        names += "".join(m["info"]["name"] for m in answer.get("models", []))
        token = answer.get("next_page_token")
    return names


def not_searched(t):
    e, _, _ = filled(t)
    path, clauses = MODELS + "/search", "Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."
    text_ops, numeric_ops = "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')", "('<', '<=', '>', '>=', '=', '!=')"
    for text, why in [("name", "Invalid filter string: 'name'. " + clauses), ("name = 'a' OR name = 'b'", "Invalid filter string: \"name..."),
                      ("name = 'a'; name = 'b'", "Invalid filter string: \"name = 'a'; name = 'b'\". Expected a single SQL expression."),
                      ("name IS NULL", "Invalid comparison: nameIS NULL. Expected a comparison with 3 tokens."),
                      ("bogus.x = 'y'", "Invalid entity type: 'bogus'. Expected one of ['attributes', 'metrics', 'params', 'tags']."),
                      ("metric.k > 1", "Invalid entity type: 'metric'. Expected one of ['attributes', 'metrics', 'params', 'tags']."),
                      ("status > 'a'", "Invalid comparison operator for attributes.status: '>'. Expected one of %s." % text_ops),
                      ("params.p > '1'", "Invalid comparison operator for params.p: '>'. Expected one of %s." % text_ops),
                      ("metrics.k like 1", "Invalid comparison operator for metrics.k: 'LIKE'. Expected one of %s." % numeric_ops),
                      ("creation_time LIKE 1", "Invalid comparison operator for attributes.creation_timestamp_ms: 'LIKE'. Expected one of..."),
                      ("status LIKE 'R%'", "Invalid comparison operator for status: LIKE"), ("status = 'x'", "Unknown model status in filter: 'x'")]:
        t.refused("POST", path, {"experiment_ids": [e], "filter": text}, INVALID, why)
    for text in ("bogus = 'x'", "metrics.k > 'x'", "name IN (a)", "name = ('a')", "metrics.k > 0x10"):
        status, answer = t.ask("POST", path, {"experiment_ids": [e], "filter": text})
        tap.ok(status == 400 or t.other, "refused: " + text, answer)
    for field, why in (("bogus", ""), ("params.p", ". Only metrics are supported."), ("attributes.name", ". Only metrics are supported.")):
        t.refused("POST", path, {"experiment_ids": [e], "order_by": [{"field_name": field}]}, INVALID, "Invalid order by field name: %s%s" % (field, why))
    t.refused("POST", path, {"experiment_ids": [e], "order_by": [{}]}, INVALID, "Invalid order by field name: ")
    t.refused("POST", path, {}, INVALID, "Missing value for required parameter 'experiment_ids'." + SEE_DOCS)
    t.refused("POST", path, {"experiment_ids": "x"}, INVALID, "Invalid value \"x\" for parameter 'experiment_ids' supplied:...")
    t.refused("POST", path, {"experiment_ids": ["x"]}, INVALID, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")
    t.refused("POST", path, {"experiment_ids": [e], "max_results": "x"}, INVALID, "Invalid value \"x\" for parameter 'max_results' supplied:...")
    t.refused("POST", path, {"experiment_ids": [e], "datasets": [{"dataset_name": ""}]}, INVALID,
              "`dataset_name` in the `datasets` clause must be specified.")
    tap.is_(t.ok("POST", path, {"experiment_ids": []}), {}, "no experiments: no models")
    token = t.ask("POST", path, {"experiment_ids": [e], "max_results": 1})[1]["next_page_token"]
    for more in ({"filter": "name = 'a'"}, {"order_by": [{"field_name": "name"}]}, {"experiment_ids": ["0"]}):
        tap.is_(t.ask("POST", path, {"experiment_ids": [e], "page_token": token, **more})[0], 400, "a token of another query: %s" % list(more))
    if not t.other:
        t.refused("POST", path, {"experiment_ids": [e], "page_token": "x"}, INVALID, "Invalid page token...")
        t.refused("POST", path, {"experiment_ids": [e], "max_results": -1}, INVALID, "Invalid value -1 for parameter 'max_results' supplied...")


def many(t):
    e = t.new_experiment()
    ids = [new_model(t, e, name="n%03d" % i, params=pairs({"i": str(i)}), tags=pairs({"i": str(i)})) for i in range(150)]
    got = t.ok("POST", MODELS + "/search", {"experiment_ids": [e], "max_results": 150, "order_by": [{"field_name": "name"}]})
    tap.is_([m["info"]["model_id"] for m in got["models"]], ids, "150 at once")
    tap.ok(all(m["data"]["params"] == m["info"]["tags"] == pairs({"i": str(i)}) for i, m in enumerate(got["models"])), "each with its own")
    tap.ok("next_page_token" not in got, "and no more")
    tap.is_(len(t.ok("POST", MODELS + "/search", {"experiment_ids": [e]})["models"]), 50, "50 by default")


with api.start() as t:
    for test in (made, not_made, finalized, tagged, with_params, deleted, of_runs, metrics, searched, not_searched, many):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
