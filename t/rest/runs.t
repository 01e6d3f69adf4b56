#!/usr/bin/env python3
"""runs - create, get, update, delete and restore: what they answer, and each way to be refused"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402


def wrong(value, field, kind):
    return "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'.%s" % (value, field, kind, SEE_DOCS)


def create(t):
    e = t.new_experiment()
    run = t.ok("POST", "runs/create", {"experiment_id": e, "user_id": "ann", "start_time": 1717000000000, "run_name": "first",
                                       "tags": [{"key": "mlflow.user", "value": "ann"}, {"key": "empty"}]})["run"]
    info = run["info"]
    tap.ok(re.fullmatch("[0-9a-f]{32}", info["run_id"]), "the id is 32 hex digits", info["run_id"])
    tap.is_(info, {"run_id": info["run_id"], "run_uuid": info["run_id"], "run_name": "first", "experiment_id": e, "user_id": "ann",
                   "status": "RUNNING", "start_time": 1717000000000, "lifecycle_stage": "active",
                   "artifact_uri": "mlflow-artifacts:/%s/%s/artifacts" % (e, info["run_id"])}, "info is complete")
    tap.is_({g["key"]: g["value"] for g in run["data"]["tags"]}, {"mlflow.user": "ann", "empty": "", "mlflow.runName": "first"},
            "tags are those given and the name")
    tap.is_((run["inputs"], "outputs" in run), ({}, False), "inputs are there and empty, outputs are not")
    tap.is_(t.run(info["run_id"])["info"], info, "get says the same")
    tap.is_(t.run(info["run_id"])["outputs"], {}, "and has outputs")


def names(t):
    info = t.ok("POST", "runs/create", {"experiment_id": "0"})["run"]["info"]
    tap.ok(re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", info["run_name"]), "a run without a name gets one", info["run_name"])
    tap.ok(len(info["run_name"]) <= 20, "of at most 20 characters")
    tap.is_((info["start_time"], info["user_id"]), (0, ""), "start and user are not made up")
    tap.is_(t.tags(info["run_id"]), {"mlflow.runName": info["run_name"]}, "the name is a tag too")
    info = t.ok("POST", "runs/create", {"experiment_id": "0", "tags": [{"key": "mlflow.runName", "value": "by tag"}]})["run"]["info"]
    tap.is_(info["run_name"], "by tag", "the tag names the run")
    t.ok("POST", "runs/create", {"experiment_id": "0", "run_name": "x", "tags": [{"key": "mlflow.runName", "value": "x"}]}, "both, if equal")
    t.refused("POST", "runs/create", {"experiment_id": "0", "run_name": "x", "tags": [{"key": "mlflow.runName", "value": "y"}]}, INVALID,
              "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='x', mlflow.runName='y').")
    run = t.new_run(tags=[{"key": "mlflow.runName", "value": ""}])
    tap.isnt(t.tags(run)["mlflow.runName"], "", "an empty name tag counts as none")


def create_refused(t):
    t.refused("POST", "runs/create", {}, INVALID, "Missing value for required parameter 'experiment_id'." + SEE_DOCS)
    t.refused("POST", "runs/create", {"experiment_id": "77777"}, MISSING, "No Experiment with id=77777 exists")
    t.refused("POST", "runs/create", {"experiment_id": "foo"}, INVALID, "Invalid experiment ID 'foo'. Experiment ID must be a valid integer.")
    t.refused("POST", "runs/create", {"experiment_id": 1}, INVALID, wrong(1, "experiment_id", "int"))
    t.refused("POST", "runs/create", {"experiment_id": "0", "start_time": "abc"}, INVALID, wrong('"abc"', "start_time", "str"))
    t.refused("POST", "runs/create", {"experiment_id": "0", "run_name": 5}, INVALID, wrong(5, "run_name", "int"))
    t.refused("POST", "runs/create", {"experiment_id": "0", "tags": [{"key": "a"}, {"key": "a"}]}, INVALID, "Tag 'a' is given more than once")
    for field, value, kind in (("user_id", 7, "int"), ("tags", {"a": "b"}, "dict")):
        shown = '{"a":"b"}' if kind == "dict" else value
        t.refused("POST", "runs/create", {field: value, "experiment_id": "0"}, INVALID, wrong(shown, field, kind))
    t.refused("POST", "runs/create", {"experiment_id": "0", "tags": [{"key": "a", "value": 5}]}, INVALID, wrong(5, "tags[0].value", "int"))


def get(t):
    run = t.new_run(run_name="x")
    tap.is_(t.ok("GET", "runs/get", run_uuid=run)["run"]["info"]["run_id"], run, "run_uuid is an old name of run_id")
    tap.is_(t.ok("GET", "runs/get", {"run_id": run})["run"]["info"]["run_id"], run, "without a query the body is read")
    tap.is_(t.ok("GET", "/ajax-api/2.0/mlflow/runs/get", run_id=run)["run"]["info"]["run_id"], run, "the page's own prefix works")
    for body, query in ((None, {}), (None, {"run_id": ""}), (None, {"foo": "1"}), ({"run_id": None}, {})):
        t.refused("GET", "runs/get", body, INVALID, "Missing value for required parameter 'run_id'." + SEE_DOCS, **query)
    t.refused("GET", "runs/get", None, MISSING, "Run with id=nope not found", run_id="nope")
    t.refused("GET", "runs/get", {"run_id": 31}, INVALID, wrong(31, "run_id", "int"))


def update(t):
    run = t.new_run(run_name="old", start_time=5)
    info = t.ok("POST", "runs/update", {"run_id": run, "status": "FINISHED", "end_time": 1717000000001})["run_info"]
    tap.is_((info["status"], info["end_time"], info["run_name"], info["start_time"]), ("FINISHED", 1717000000001, "old", 5),
            "what is given changes, the rest stays")
    tap.is_(info, t.run(run)["info"], "the answer is the run's info")
    for status, name in ((4, "FAILED"), ("5", "KILLED"), ("SCHEDULED", "SCHEDULED")):
        tap.is_(t.ok("POST", "runs/update", {"run_id": run, "status": status})["run_info"]["status"], name, "status %r" % status)
    tap.is_("end_time" in t.ok("POST", "runs/update", {"run_id": run, "end_time": 0})["run_info"], False, "an end of 0 is none")
    t.ok("POST", "runs/update", {"run_uuid": run, "run_name": "new"})
    tap.is_((t.run(run)["info"]["run_name"], t.tags(run)["mlflow.runName"]), ("new", "new"), "a new name is in the tag too")
    t.ok("POST", "runs/update", {"run_id": run, "run_name": "", "status": None})
    tap.is_((t.run(run)["info"]["run_name"], t.run(run)["info"]["status"]), ("new", "SCHEDULED"), "empty and null change nothing")
    t.refused("POST", "runs/update", {"run_id": run, "status": 9}, INVALID, wrong(9, "status", "int"))
    t.refused("POST", "runs/update", {"run_id": run, "status": "DONE"}, INVALID, wrong('"DONE"', "status", "str"))
    t.refused("POST", "runs/update", {"run_id": run, "end_time": 1.5}, INVALID, wrong(1.5, "end_time", "float"))
    t.refused("POST", "runs/update", {"run_uuid": 31}, INVALID, wrong(31, "run_id", "int"))
    t.refused("POST", "runs/update", {"run_id": "nope"}, MISSING, "Run with id=nope not found")
    t.ask("POST", "runs/delete", {"run_id": run})
    t.refused("POST", "runs/update", {"run_id": run}, INVALID, "The run %s must be in the 'active' state. Current state is deleted." % run)


def lifecycle(t):
    run = t.new_run()
    for path, stage in (("delete", "deleted"), ("delete", "deleted"), ("restore", "active"), ("restore", "active")):
        t.ok("POST", "runs/" + path, {"run_id": run}, "%s" % path)
        tap.is_(t.run(run)["info"]["lifecycle_stage"], stage, "makes it " + stage)
    for path in ("delete", "restore"):
        t.refused("POST", "runs/" + path, {"run_id": "nope"}, MISSING, "Run with id=nope not found")
        t.refused("POST", "runs/" + path, {"run_id": ""}, INVALID, "Missing value for required parameter 'run_id'." + SEE_DOCS)


with api.start() as t:
    for test in (create, names, create_refused, get, update, lifecycle):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
