#!/usr/bin/env python3
"""experiments - every endpoint on experiments except search: what it answers, and each way to be refused"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402

EXISTS = (400, "RESOURCE_ALREADY_EXISTS")


def default(t):
    e = t.ok("GET", "experiments/get", experiment_id="0")["experiment"]
    tap.is_({k: v for k, v in e.items() if not k.endswith("_time")},
            {"experiment_id": "0", "name": "Default", "artifact_location": "mlflow-artifacts:/0",
             "lifecycle_stage": "active", "workspace": "default"}, "the Default experiment is there")
    tap.ok(0 < e["creation_time"] <= time.time() * 1000, "with its time of creation")


def create(t):
    e = t.ok("POST", "experiments/create", {"name": "made", "tags": [{"key": "a b", "value": "1"}, {"key": "ü/1"}]})
    tap.is_(list(e), ["experiment_id"], "create answers the id alone")
    made = t.experiment(e["experiment_id"])
    tap.is_(made["name"], "made", "the name is kept")
    tap.is_(made["artifact_location"], "mlflow-artifacts:/" + e["experiment_id"], "artifacts go below the root")
    tap.is_({g["key"]: g["value"] for g in made["tags"]}, {"a b": "1", "ü/1": ""}, "tags are kept, an empty one too")
    tap.is_(made["creation_time"], made["last_update_time"], "created and updated at once")
    by_name = t.ok("GET", "experiments/get-by-name", experiment_name="made")
    tap.is_(by_name["experiment"], made, "get-by-name is the same")
    next_id = t.ok("POST", "experiments/create", {"name": "x" * 500})["experiment_id"]
    tap.is_(int(next_id), int(e["experiment_id"]) + 1, "ids count up")
    t.refused("POST", "experiments/create", {"name": "made"}, EXISTS, "Experiment(name=made) already exists...")
    t.refused("POST", "experiments/create", {}, INVALID, "Missing value for required parameter 'name'." + SEE_DOCS)
    t.refused("POST", "experiments/create", {"name": ""}, INVALID, "Missing value for required parameter 'name'." + SEE_DOCS)
    t.refused("POST", "experiments/create", {"name": " \t\u3000"}, INVALID, "Invalid experiment name: ' \t\u3000'")
    t.refused("POST", "experiments/create", {"name": ["é"]}, INVALID, "Invalid value [\"\\u00e9\"] for parameter 'name' supplied:"
              "  Hint: Value was of type 'list'." + SEE_DOCS)
    t.refused("POST", "experiments/create", {"name": "x" * 501}, INVALID, "'name' exceeds the maximum length of 500 characters")
    t.refused("POST", "experiments/create", {"name": "t1", "tags": [{"key": "a//b", "value": ""}]}, INVALID,
              "Invalid value \"a//b\" for parameter 'key' supplied: Names may be treated as files in certain cases, and must not "
              "resolve to other names when treated as such. This name would resolve to 'a/b'")
    t.refused("POST", "experiments/create", {"name": "t1", "tags": [{"value": "1"}]}, INVALID,
              "Invalid value \"\" for parameter 'key' supplied: Names may be treated...")
    t.refused("POST", "experiments/create", {"name": "t1", "tags": "x"}, INVALID, "Invalid value \"x\" for parameter 'tags' supplied:"
              "  Hint: Value was of type 'str'." + SEE_DOCS)
    t.refused("POST", "experiments/create", {"name": "t1", "tags": [{"key": "k", "value": "v" * 20001}]}, INVALID,
              "'value' exceeds the maximum length of 20000 characters")
    t.refused("POST", "experiments/create", {"name": "t1", "tags": [{"key": "k"}, {"key": "k"}]}, INVALID, "Tag 'k' is given more...")
    t.refused("GET", "experiments/get-by-name", None, MISSING, "Could not find experiment with name 't1'", experiment_name="t1")


def locations(t):
    here = os.getcwd()
    kept = {
        "s3://b/p?q=1": ("s3://b/p?q=1", "s3://b/p/%s/artifacts?q=1"),
        "s3://b": ("s3://b", "s3://b/%s/artifacts"),
        "s3://b/": ("s3://b/", "s3://b/%s/artifacts"),
        "/abs//p/../q": ("/abs//p/../q", "/abs//p/../q/%s/artifacts"),
        "rel%20dir/./x": (here + "/rel dir/x", here + "/rel dir/x/%s/artifacts"),
        "file:rel": ("file://" + here + "/rel", "file://" + here + "/rel/%s/artifacts"),
        "file:///a%20b": ("file:///a%20b", "file:///a%20b/%s/artifacts"),
        "dbfs:/x": ("dbfs:/x", "dbfs:/x/%s/artifacts"),
        "mlflow-artifacts:/x": ("mlflow-artifacts:/x", "mlflow-artifacts:/x/%s/artifacts"),
        "s3://b/p;x": ("s3://b/p;x", "s3://b/p;x/%s/artifacts"),
    }
    for asked, (location, of_run) in kept.items():
        e = t.new_experiment(artifact_location=asked)
        tap.is_(t.experiment(e)["artifact_location"], location, "location %s is kept" % asked)
        info = t.ask("POST", "runs/create", {"experiment_id": e})[1]["run"]["info"]
        tap.is_(info["artifact_uri"], of_run.replace("%s", info["run_id"]), "and a run's is below it")
    host = "'artifact_location' cannot use the '%s' scheme: the '%s' scheme addresses a host other than..."
    refused = {
        "a#b": "'artifact_location' URL can't include fragments or params.",
        "a;b": "'artifact_location' URL can't include fragments or params.",
        "s3://b/p?q=../x": "Invalid query string",
        "s3://b/p?q=%252e%252e/x": "Invalid query string",
        "http://x/y": host % ("http", "http"),
        "SFTP://x/y": host % ("sftp", "sftp"),
        "mlflow-artifacts://h/x": host % ("mlflow-artifacts", "mlflow-artifacts"),
        "runs:/abc/x": "Artifact location cannot be a runs:/ URI. Given: 'runs:/abc/x'",
        "file://host/x": "file://host/x is not a valid remote uri. For remote access on windows, please consider using a different "
                         "scheme such as SMB (e.g. smb://<hostname>/<path>).",
        "s3://b/" + "x" * 2042: "Invalid artifact path length. The length of the artifact path cannot be greater than 2048...",
    }
    for asked, why in refused.items():
        t.refused("POST", "experiments/create", {"name": "l", "artifact_location": asked}, INVALID, why)


def ids(t):
    e = t.new_experiment()
    for spelling in (" %s ", "+%s", "0_%s"):
        tap.is_(t.ok("GET", "experiments/get", experiment_id=spelling % e)["experiment"]["experiment_id"], e, "id %r" % spelling)
    for bad in ("abc", "0x1", "1.0", "1__0", "_1", "-", "1 2", "9223372036854775808", "9" * 40):
        t.refused("GET", "experiments/get", None, INVALID,
                  "Invalid experiment ID '%s'. Experiment ID must be a valid integer." % bad, experiment_id=bad)
    for none in ("-1", "77777", "9223372036854775807"):
        t.refused("GET", "experiments/get", None, MISSING, "No Experiment with id=%s exists" % none, experiment_id=none)
    t.refused("GET", "experiments/get", None, INVALID, "Missing value for required parameter 'experiment_id'." + SEE_DOCS)
    for path in ("delete", "restore"):
        t.refused("POST", "experiments/" + path, {"experiment_id": "77777"}, MISSING, "No Experiment with id=77777 exists")
        t.refused("POST", "experiments/" + path, {"experiment_id": 5}, INVALID, "Invalid value 5 for parameter 'experiment_id' supplied:"
                  "  Hint: Value was of type 'int'." + SEE_DOCS)


def update(t):
    e = t.new_experiment()
    before = t.experiment(e)
    t.ok("POST", "experiments/update", {"experiment_id": e, "new_name": "renamed"})
    tap.is_(t.experiment(e)["name"], "renamed", "renamed")
    tap.ok(t.experiment(e)["last_update_time"] >= before["last_update_time"], "and updated later")
    t.ok("POST", "experiments/update", {"experiment_id": e, "new_name": "renamed"}, "its own name is fine")
    t.refused("POST", "experiments/update", {"experiment_id": e, "new_name": "Default"}, EXISTS,
              "Experiment(name=Default) already exists...")
    t.refused("POST", "experiments/update", {"experiment_id": e}, INVALID, "Missing value for required parameter 'new_name'." + SEE_DOCS)
    t.refused("POST", "experiments/update", {"experiment_id": e, "new_name": "x" * 501}, INVALID,
              "'name' exceeds the maximum length of 500 characters")
    t.refused("POST", "experiments/update", {"experiment_id": "77777", "new_name": "x"}, MISSING, "No Experiment with id=77777 exists")
    t.ask("POST", "experiments/delete", {"experiment_id": e})
    t.refused("POST", "experiments/update", {"experiment_id": e, "new_name": "x"}, (400, "INVALID_STATE"),
              "Cannot rename a non-active experiment.")


def tags(t):
    e = t.new_experiment()
    t.ok("POST", "experiments/set-experiment-tag", {"experiment_id": e, "key": "k", "value": "1"})
    t.ok("POST", "experiments/set-experiment-tag", {"experiment_id": e, "key": "k", "value": "2"})
    t.ok("POST", "experiments/set-experiment-tag", {"experiment_id": e, "key": "empty", "value": ""})
    tap.is_({g["key"]: g["value"] for g in t.experiment(e)["tags"]}, {"k": "2", "empty": ""}, "the last value stays")
    t.ok("POST", "experiments/delete-experiment-tag", {"experiment_id": e, "key": "k"})
    tap.is_([g["key"] for g in t.experiment(e)["tags"]], ["empty"], "and can be removed")
    t.refused("POST", "experiments/delete-experiment-tag", {"experiment_id": e, "key": "k"}, MISSING,
              "No tag with name: k in experiment with id " + e)
    path = "experiments/set-experiment-tag"
    t.refused("POST", path, {"experiment_id": e, "key": "k" * 251, "value": ""}, INVALID, "'key' exceeds the maximum length of 250 characters")
    t.refused("POST", path, {"experiment_id": e, "key": "k", "value": "v" * 20001}, INVALID,
              "'value' exceeds the maximum length of 20000 characters")
    t.refused("POST", path, {"experiment_id": e, "key": "k#"}, INVALID, "Invalid value \"k#\" for parameter 'key' supplied: Names may only...")
    t.refused("POST", path, {"experiment_id": e, "key": ""}, INVALID, "Missing value for required parameter 'key'." + SEE_DOCS)
    t.refused("POST", path, {"experiment_id": e, "key": "k", "value": 1}, INVALID, "Invalid value 1 for parameter 'value' supplied:...")
    t.refused("POST", path, {"experiment_id": "77777", "key": "k"}, MISSING, "No Experiment with id=77777 exists")
    t.ask("POST", "experiments/delete", {"experiment_id": e})
    for path in ("set-experiment-tag", "delete-experiment-tag"):
        t.refused("POST", "experiments/" + path, {"experiment_id": e, "key": "empty"}, INVALID,
                  "The experiment %s must be in the 'active' state. Current state is deleted." % e)


def lifecycle(t):
    e = t.new_experiment()
    kept, dropped = t.new_run(e), t.new_run(e)
    name = t.experiment(e)["name"]
    t.ask("POST", "runs/delete", {"run_id": dropped})
    t.ok("POST", "experiments/delete", {"experiment_id": e})
    tap.is_(t.experiment(e)["lifecycle_stage"], "deleted", "a deleted experiment can still be read")
    tap.is_(t.run(kept)["info"]["lifecycle_stage"], "deleted", "and its runs are deleted with it")
    t.refused("POST", "experiments/delete", {"experiment_id": e}, MISSING, "No Experiment with id=%s exists" % e)
    t.refused("POST", "experiments/create", {"name": name}, EXISTS, "Experiment(name=%s) already exists..." % name)
    t.refused("POST", "runs/create", {"experiment_id": e}, INVALID,
              "The experiment %s must be in the 'active' state. Current state is deleted." % e)
    t.ok("POST", "experiments/restore", {"experiment_id": e})
    tap.is_([t.run(r)["info"]["lifecycle_stage"] for r in (kept, dropped)], ["active", "active"], "restoring revives every run")
    t.refused("POST", "experiments/restore", {"experiment_id": e}, MISSING, "No Experiment with id=%s exists" % e)


with api.start() as t:
    for test in (default, create, locations, ids, update, tags, lifecycle):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
