#!/usr/bin/env python3
"""inputs - log-inputs, search-datasets and log-model"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402

DATASETS = "/ajax-api/2.0/mlflow/experiments/search-datasets"
HISTORY = "mlflow.log-model.history"


def dataset(name, digest="d", tags=(), **more):
    return {"dataset": {"name": name, "digest": digest, "source_type": "local", "source": "s", **more},
            "tags": [{"key": k, "value": v} for k, v in tags]}


def inputs(t, run):
    return sorted(t.run(run)["inputs"].get("dataset_inputs", []), key=lambda i: i["dataset"]["name"])


def logged(t):
    e = t.new_experiment()
    run, other = t.new_run(e), t.new_run(e)
    train = dataset("train", tags=[("mlflow.data.context", "training"), ("x", "")], schema="{}", profile="p")
    tap.is_(t.ok("POST", "runs/log-inputs", {"run_id": run, "datasets": [train, dataset("eval")]}), {}, "the answer is empty")
    tap.is_([i["dataset"] for i in inputs(t, run)], [dataset("eval")["dataset"], train["dataset"]], "datasets are kept, with all fields given")
    tap.is_({g["key"]: g["value"] for g in inputs(t, run)[1]["tags"]}, {"mlflow.data.context": "training", "x": ""}, "and their tags")
    t.ok("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("train", tags=[("y", "1")], source="other")]})
    tap.is_(len(inputs(t, run)), 2, "a dataset is one by name and digest")
    tap.is_(sorted(g["key"] for g in inputs(t, run)[1]["tags"]), ["mlflow.data.context", "x"], "an input keeps the tags it was made with")
    tap.is_(inputs(t, run)[1]["dataset"]["source"], "s", "and its dataset the first source")
    t.ok("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("train", "d2"), dataset("train", "d2", tags=[("z", "1")])]})
    tap.is_(len(inputs(t, run)), 3, "another digest is another dataset")
    t.ok("POST", "runs/log-inputs", {"run_id": other, "datasets": [dataset("train", tags=[("mlflow.data.context", "eval")])]})
    tap.is_(inputs(t, other)[0]["tags"], [{"key": "mlflow.data.context", "value": "eval"}], "another run has tags of its own")
    t.ok("POST", "runs/log-inputs", {"run_id": run}, "no datasets are fine")
    summaries = t.ok("POST", DATASETS, {"experiment_ids": [e]})["dataset_summaries"]
    tap.is_(sorted((s["name"], s["digest"], s.get("context")) for s in summaries if s["experiment_id"] == e),
            [("eval", "d", None), ("train", "d", "eval"), ("train", "d", "training"), ("train", "d2", None)],
            "search-datasets lists each dataset and context once")
    tap.is_(t.ok("POST", DATASETS, {"experiment_ids": [t.new_experiment()]}), {}, "or nothing")


def refused(t):
    run = t.new_run()
    for field, most in (("name", 500), ("digest", 36), ("source", 65535)):
        t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a", **{field: "x" * (most + 1)} if field != "name" else {})
                                              if field != "name" else dataset("x" * 501)]}, INVALID,
                  "'%s' exceeds the maximum length of %d characters" % (field, most))
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a", schema="x" * 1048576)]}, INVALID,
              "'schema' exceeds the maximum length of 1048575 characters")
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a", tags=[("k" * 256, "v")])]}, INVALID,
              "'key' exceeds the maximum length of 255 characters")
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a", tags=[("k", "v" * 501)])]}, INVALID,
              "'value' exceeds the maximum length of 500 characters")
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a", tags=[("k", "1"), ("k", "2")])]}, INVALID,
              "A dataset has a tag that is given more than once")
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("d%d" % i) for i in range(1001)]}, INVALID,
              "A request can log at most 1000 datasets. Got 1001 datasets. Please split up datasets across multiple requests and try again.")
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": "x"}, INVALID, "Invalid value \"x\" for parameter 'datasets' supplied:...")
    t.refused("POST", "runs/log-inputs", {"run_id": "x y"}, INVALID, "Invalid value \"x y\" for parameter 'run_id' supplied.")
    t.refused("POST", "runs/log-inputs", {"run_id": "nope"}, MISSING, "Run with id=nope not found")
    tap.is_(t.run(run)["inputs"], {}, "nothing of it is kept")
    t.ask("POST", "runs/delete", {"run_id": run})
    t.refused("POST", "runs/log-inputs", {"run_id": run, "datasets": [dataset("a")]}, INVALID,
              "The run %s must be in the 'active' state. Current state is deleted." % run)
    t.refused("POST", DATASETS, {}, INVALID, "SearchDatasets request must specify at least one experiment_id.")
    t.refused("POST", DATASETS, {"experiment_ids": ["0"] * 21}, INVALID,
              "SearchDatasets request cannot specify more than 20 experiment_ids. Received 21 experiment_ids.")
    t.refused("POST", DATASETS, {"experiment_ids": ["x"]}, INVALID, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")


def models(t):
    run = t.new_run()
    first = {"artifact_path": "é", "flavors": {"b": {"config": {"x": 1}, "n": 1.50}, "a": 3}, "utc_time_created": "2020", "run_id": run, "more": 1}
    tap.is_(t.ok("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps(first)}), {}, "the answer is empty")
    kept = '{"run_id": "%s", "artifact_path": "\\u00e9", "utc_time_created": "2020", "model_uuid": null, ' \
           '"flavors": {"b": {"n": 1.5}, "a": 3}}' % run
    tap.is_(t.tags(run)[HISTORY], "[%s]" % kept, "the tag lists the model, as Python spells it")
    second = dict(first, artifact_path=None, model_uuid="u1", flavors=None)
    t.ok("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps(second, ensure_ascii=False)})
    tap.is_(t.tags(run)[HISTORY], '[%s, {"run_id": "%s", "utc_time_created": "2020", "model_uuid": "u1", "flavors": {}}]' % (kept, run),
            "and the next one after it")
    for text, why in (("xx", "Malformed model info. \n xx \n is not a valid JSON."), ("{}", "Model json is missing mandatory fields: {..."),
                      ("[1]", "Malformed model info...."), ('{"artifact_path": 1', "Malformed model info....")):
        t.refused("POST", "runs/log-model", {"run_id": run, "model_json": text}, INVALID, why)
    t.refused("POST", "runs/log-model", {"run_id": run}, INVALID, "Missing value for required parameter 'model_json'." + SEE_DOCS)
    t.refused("POST", "runs/log-model", {"run_id": "nope", "model_json": json.dumps(first)}, MISSING, "Run with id=nope not found")
    t.ask("POST", "runs/set-tag", {"run_id": run, "key": HISTORY, "value": "garbage"})
    t.refused("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps(first)}, INVALID, "The tag '%s' of the run is not..." % HISTORY)


with api.start() as t:
    for test in (logged, refused, models):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
