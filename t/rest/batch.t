#!/usr/bin/env python3
"""batch - log-batch: whole or not at all, its limits, repeated keys, and each way to be refused"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, MISSING, SEE_DOCS, tap  # noqa: E402

CHARACTERS = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."


def metric(key, value=1.0, timestamp=1, **more):
    return {"key": key, "value": value, "timestamp": timestamp, **more}


def pair(key, value="x"):
    return {"key": key, "value": value}


def whole(t):
    run = t.new_run(run_name="n")
    body = {"run_id": run, "metrics": [metric("a", 1, 1), metric("b", "NaN", 2, step=3)], "params": [pair("p"), pair("empty", "")],
            "tags": [pair("t"), pair("empty", ""), {"key": "none"}]}
    tap.is_(t.ok("POST", "runs/log-batch", body), {}, "the answer is empty")
    t.ok("POST", "runs/log-batch", body, "the same again is fine")
    tap.is_(t.metrics(run), {"a": (1.0, 1, 0), "b": ("NaN", 2, 3)}, "metrics are kept")
    tap.is_(t.params(run), {"p": "x", "empty": ""}, "params are kept")
    tap.is_(t.tags(run), {"mlflow.runName": "n", "t": "x", "empty": "", "none": ""}, "tags are kept")
    t.ok("POST", "runs/log-batch", {"run_id": run}, "an empty batch is fine")


def repeated(t):
    run = t.new_run(run_name="n")
    points = [metric("m", v, ts, step=s) for s, ts, v in ((1, 1, 5), (3, 1, 1), (3, 2, 0), (3, 2, 7), (2, 9, 9), (3, 2, 7))]
    t.ok("POST", "runs/log-batch", {"run_id": run, "metrics": points + [metric("x", 1)],
                                    "tags": [pair("t", "1"), pair("t", "2"), pair("mlflow.runName", "new"), pair("mlflow.runName", "")]})
    tap.is_(t.metrics(run), {"m": (7.0, 2, 3), "x": (1.0, 1, 0)}, "the latest of a key is the greatest by step, time and value")
    history = t.ok("GET", "metrics/get-history", run_id=run, metric_key="m")["metrics"]
    tap.is_(len(history), 5, "each point is kept once")
    tap.is_((t.tags(run)["t"], t.tags(run)["mlflow.runName"], t.run(run)["info"]["run_name"]), ("2", "new", "new"),
            "of a repeated tag the last counts; an empty run name does not")
    t.ok("POST", "runs/log-batch", {"run_id": run, "metrics": [metric("m", 9, 1, step=2)]})
    tap.is_(t.metrics(run)["m"], (7.0, 2, 3), "an older point does not replace the latest")
    t.refused("POST", "runs/log-batch", {"run_id": run, "params": [pair("p"), pair("q"), pair("p"), pair("q", "1")]}, INVALID,
              "Duplicate parameter keys have been submitted: ['p', 'q']. Please ensure the request contains only one param value per "
              "param key.")


def atomic(t):
    run = t.new_run(run_name="n")
    t.ask("POST", "runs/log-batch", {"run_id": run, "params": [pair("p", "1"), pair("q", "it's")]})
    t.refused("POST", "runs/log-batch", {"run_id": run, "metrics": [metric("m")], "tags": [pair("t")],
                                         "params": [pair("new"), pair("p", "2"), pair("q", "é\n")]}, INVALID,
              "Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': '2'}, "
              "{'key': 'q', 'old_value': \"it's\", 'new_value': 'é\\n'}]' for run ID='%s'." % run)
    data = t.run(run)["data"]
    tap.is_((t.params(run), t.tags(run), "metrics" in data), ({"p": "1", "q": "it's"}, {"mlflow.runName": "n"}, False),
            "nothing of a refused batch is kept")


def limits(t):
    run = t.new_run()
    say = "A batch logging request can contain at most %d %s. Got %d %s. Please split up %s across multiple requests and try again."
    for field, most, make in (("metrics", 1000, metric), ("params", 100, pair), ("tags", 100, pair)):
        t.ok("POST", "runs/log-batch", {"run_id": run, field: [make("k%d" % i) for i in range(most)]}, "%d %s" % (most, field))
        t.refused("POST", "runs/log-batch", {"run_id": run, field: [make("n%d" % i) for i in range(most + 1)]}, INVALID,
                  say % (most, field, most + 1, field, field))
    every = "metrics, params, and tags"
    t.refused("POST", "runs/log-batch", {"run_id": run, "metrics": [metric("k%d" % i) for i in range(990)],
                                         "params": [pair("k%d" % i) for i in range(11)]}, INVALID, say % (1000, every, 1001, every, every))
    tap.is_(len(t.metrics(run)), 1000, "1,000 metrics are kept")
    t.ok("POST", "runs/log-batch", {"run_id": run, "params": [pair("long", "p" * 6001)], "tags": [pair("long", "t" * 8001)]})
    tap.is_((t.params(run)["long"], t.tags(run)["long"]), ("p" * 6000, "t" * 8000), "long values are cut")


def refused(t):
    run = t.new_run(run_name="n")

    def no(message, code=INVALID, **body):
        t.refused("POST", "runs/log-batch", {"run_id": run, **body}, code, message)

    for field in ("key", "value", "timestamp"):
        for empty in ({}, {field: None}, {field: ""}):
            point = {k: v for k, v in metric("a").items() if k != field}
            no("Missing value for required parameter 'metrics[1].%s'.%s" % (field, SEE_DOCS), metrics=[metric("b"), {**point, **empty}])
    for field in ("params", "tags"):
        no("Missing value for required parameter '%s[0].key'.%s" % (field, SEE_DOCS), **{field: [{"value": "x"}]})
        no("Invalid value \"k#\" for parameter '%s[0].key' supplied: " % field + CHARACTERS, **{field: [pair("k#")]})
        no("Invalid value {} for parameter '%s' supplied:  Hint: Value was of type 'dict'.%s" % (field, SEE_DOCS), **{field: {}})
    no("Invalid value \"k#\" for parameter 'metrics[0].name' supplied: " + CHARACTERS, metrics=[metric("k#")])
    no("'Metric name' exceeds the maximum length of 250 characters", metrics=[metric("k" * 251)])
    no("'Param key' exceeds the maximum length of 250 characters", params=[pair("k" * 251)])
    no("'tags[0].key' exceeds the maximum length of 250 characters", tags=[pair("k" * 251)])
    no("Invalid value -1 for parameter 'metrics[0].timestamp' supplied: metric 'a' (value=1.0). Timestamp must be a nonnegative long "
       "(64-bit integer) ", metrics=[metric("a", timestamp=-1)])
    no("Invalid value \"abc\" for parameter 'metrics[0].value' supplied:  Hint: Value was of type 'str'." + SEE_DOCS, metrics=[metric("a", "abc")])
    no("Invalid value 1 for parameter 'metrics[0]' supplied:...", metrics=[1])
    no("Invalid value \"x y\" for parameter 'run_id' supplied.", run_id="x y")
    no("Missing value for required parameter 'run_id'." + SEE_DOCS, run_id="")
    no("Run with id=nope not found", MISSING, run_id="nope")
    data = t.run(run)["data"]
    tap.is_((t.tags(run), "metrics" in data, "params" in data), ({"mlflow.runName": "n"}, False, False), "nothing of it is kept")
    t.ask("POST", "runs/delete", {"run_id": run})
    no("The run %s must be in the 'active' state. Current state is deleted." % run)


with api.start() as t:
    for test in (whole, repeated, atomic, limits, refused):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
