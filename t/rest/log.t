#!/usr/bin/env python3
"""log - log-metric, log-parameter, set-tag and delete-tag: what is kept, and each way to be refused"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402

BIG = 1.7976931348623157e308
CHARACTERS = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."
PATHS = "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "


def log(t, run, value, timestamp=1, key="m", **more):
    return t.ok("POST", "runs/log-metric", {"run_id": run, "key": key, "value": value, "timestamp": timestamp, **more}, "log %r" % (value,))


def latest(t):
    run = t.new_run()
    tap.is_(log(t, run, 1, 10, step=5), {}, "the answer is empty")
    tap.is_(t.metrics(run), {"m": (1.0, 10, 5)}, "the point is the latest")
    log(t, run, 2, 99, step=4)
    tap.is_(t.metrics(run), {"m": (1.0, 10, 5)}, "an earlier step does not become the latest")
    log(t, run, 0.5, 11, step=5)
    tap.is_(t.metrics(run), {"m": (0.5, 11, 5)}, "of one step the later time does")
    log(t, run, 0.25, 11, step=5)
    tap.is_(t.metrics(run), {"m": (0.5, 11, 5)}, "of one time the smaller value does not")
    log(t, run, 0.75, 11, step=5)
    log(t, run, 0.75, 11, step=5)
    tap.is_(t.metrics(run), {"m": (0.75, 11, 5)}, "the greater does")
    log(t, run, -3, 0, "neg", step=-7)
    tap.is_(t.metrics(run)["neg"], (-3.0, 0, -7), "steps may be negative")
    points = t.ok("GET", "metrics/get-history", run_id=run, metric_key="m")["metrics"]
    tap.is_(len(points), 5, "a point that came twice is kept once")


def spellings(t):
    run = t.new_run()
    for i, (value, kept) in enumerate((("NaN", "NaN"), ("Infinity", BIG), ("-Infinity", -BIG), ("1.5", 1.5), (0.1, 0.1), (1e22, 1e22), (10 ** 30, 1e30))):
        log(t, run, value, 1, "v%d" % i)
        tap.is_(t.metrics(run)["v%d" % i][0], kept, "%r is kept as %r" % (value, kept))
    log(t, run, 1, "7", "text", step="3")
    tap.is_(t.metrics(run)["text"], (1.0, 7, 3), "whole numbers may come as text")
    log(t, run, 1, 7.0, "float", step=3.0)
    tap.is_(t.metrics(run)["float"], (1.0, 7, 3), "or with a point")
    log(t, run, 1, 2 ** 63 - 1, "max", step=-2 ** 63)
    tap.is_(t.metrics(run)["max"], (1.0, 2 ** 63 - 1, -2 ** 63), "all of int64 fits")
    log(t, run, 1, 1, "sparse")
    tap.is_(t.metrics(run)["sparse"][2], 0, "the step is 0 if not given")


def metric_refused(t):
    run = t.new_run()
    good = {"run_id": run, "key": "m", "value": 1, "timestamp": 1}
    for field in good:
        for empty in (None, ""):
            if (field, empty) != ("timestamp", ""):
                t.refused("POST", "runs/log-metric", {**good, field: empty}, INVALID,
                          "Missing value for required parameter '%s'." % field + SEE_DOCS)
    for field, value, shown, kind in (("value", "abc", '"abc"', "str"), ("timestamp", "", '""', "str"), ("timestamp", "x", '"x"', "str"), ("step", "foo", '"foo"', "str"),
                                      ("timestamp", 1.5, "1.5", "float"), ("key", 5, "5", "int"), ("run_id", 31, "31", "int"),
                                      ("value", [1], "[1]", "list"), ("value", {"b": "é"}, '{"b":"\\u00e9"}', "dict"),
                                      ("timestamp", 2 ** 63, str(2 ** 63), "int"), ("model_id", 5, "5", "int")):
        t.refused("POST", "runs/log-metric", {**good, field: value}, INVALID,
                  "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'." % (shown, field, kind) + SEE_DOCS)
    t.refused("POST", "runs/log-metric", {**good, "timestamp": -7, "value": 5}, INVALID, "Invalid value -7 for parameter 'timestamp' "
              "supplied: metric 'm' (value=5.0). Timestamp must be a nonnegative long (64-bit integer) ")
    t.refused("POST", "runs/log-metric", {**good, "key": "k#"}, INVALID, "Invalid value \"k#\" for parameter 'name' supplied: " + CHARACTERS)
    t.refused("POST", "runs/log-metric", {**good, "key": "a/../b"}, INVALID,
              "Invalid value \"a/../b\" for parameter 'name' supplied: " + PATHS + "This name would resolve to 'b'")
    t.refused("POST", "runs/log-metric", {**good, "key": "x" * 251}, INVALID, "'Metric name' exceeds the maximum length of 250 characters")
    t.refused("POST", "runs/log-metric", {**good, "run_id": "nope"}, MISSING, "Run with id=nope not found")
    log(t, run, 1, key="é" * 250)
    t.refused("POST", "runs/log-metric", {**good, "key": "é" * 251}, INVALID, "'Metric name' exceeds the maximum length of 250 characters")
    tap.is_(t.metrics(run), {"é" * 250: (1.0, 1, 0)}, "nothing of what was refused is kept")


def params(t):
    run = t.new_run()
    say = "Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='%s'. " % run
    tap.is_(t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "p", "value": "1"}), {}, "the answer is empty")
    t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "p", "value": "1"}, "the same again is fine")
    t.refused("POST", "runs/log-parameter", {"run_id": run, "key": "p", "value": "it's"}, INVALID, say + "Attempted logging new value 'it's'.")
    t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "empty", "value": ""})
    t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "none"})
    t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "long", "value": "é" * 6001})
    t.ok("POST", "runs/log-parameter", {"run_id": run, "key": "long", "value": "é" * 6002}, "what is cut alike is alike")
    tap.is_(t.params(run), {"p": "1", "empty": "", "none": "", "long": "é" * 6000}, "long values are cut after 6,000 characters")
    t.refused("POST", "runs/log-parameter", {"run_id": run, "key": "/abs", "value": "1"}, INVALID,
              "Invalid value \"/abs\" for parameter 'key' supplied: " + PATHS + "This name would resolve to '/abs'")
    t.refused("POST", "runs/log-parameter", {"run_id": run, "key": "x" * 251}, INVALID, "'Param key' exceeds the maximum length of 250 characters")
    t.refused("POST", "runs/log-parameter", {"run_id": run, "key": "n", "value": 5}, INVALID, "Invalid value 5 for parameter 'value'...")
    t.refused("POST", "runs/log-parameter", {"run_id": "nope", "key": "k"}, MISSING, "Run with id=nope not found")


def tags(t):
    run = t.new_run(run_name="n")
    for value in ("1", "2", "", "é" * 8001):
        t.ok("POST", "runs/set-tag", {"run_id": run, "key": "k", "value": value}, "set a tag")
        tap.is_(t.tags(run)["k"], value[:8000], "the last value counts")
    t.ok("POST", "runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": "renamed"})
    tap.is_((t.run(run)["info"]["run_name"], t.tags(run)["mlflow.runName"]), ("renamed", "renamed"), "mlflow.runName renames the run")
    t.ok("POST", "runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": ""})
    tap.is_((t.run(run)["info"]["run_name"], t.tags(run)["mlflow.runName"]), ("renamed", "renamed"), "an empty one does not")
    t.ok("POST", "runs/delete-tag", {"run_id": run, "key": "k"})
    tap.is_(list(t.tags(run)), ["mlflow.runName"], "a tag can be removed")
    for key in ("k", "never seen"):
        t.refused("POST", "runs/delete-tag", {"run_id": run, "key": key}, MISSING, "No tag with name: %s in run with id %s" % (key, run))
    t.refused("POST", "runs/delete-tag", {"run_id": "nope", "key": "k"}, MISSING, "Run with id=nope not found")
    t.refused("POST", "runs/set-tag", {"run_id": run, "key": "a\n"}, INVALID, "Invalid value \"a\\n\" for parameter 'key' supplied: " + CHARACTERS)
    t.refused("POST", "runs/set-tag", {"run_id": run, "key": "x" * 251}, INVALID, "'key' exceeds the maximum length of 250 characters")
    t.refused("POST", "runs/set-tag", {"run_id": run, "key": "nul", "value": "a\0b"}, INVALID, "'value' cannot contain NUL (0x00) characters")
    t.refused("POST", "runs/set-tag", {"run_id": "nope", "key": "k"}, MISSING, "Run with id=nope not found")


def deleted(t):
    run = t.new_run()
    t.ask("POST", "runs/set-tag", {"run_id": run, "key": "k", "value": "kept"})
    t.ask("POST", "runs/delete", {"run_id": run})
    for path, body in (("log-metric", {"key": "k", "value": 1, "timestamp": 1}), ("log-parameter", {"key": "k"}),
                       ("set-tag", {"key": "k"}), ("delete-tag", {"key": "k"})):
        t.refused("POST", "runs/" + path, {"run_id": run, **body}, INVALID,
                  "The run %s must be in the 'active' state. Current state is deleted." % run)
    data = t.run(run)["data"]
    tap.is_((t.tags(run)["k"], "metrics" in data, "params" in data), ("kept", False, False), "a deleted run does not change")


with api.start() as t:
    for test in (latest, spellings, metric_refused, params, tags, deleted):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
