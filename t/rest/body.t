#!/usr/bin/env python3
"""body - the mlflow dialect: content types, bodies that are not what they should be, spellings of names, errors"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import SEE_DOCS, tap  # noqa: E402

MISSING_RUN = "Missing value for required parameter 'run_id'." + SEE_DOCS
ONE_OF = "Bad Request. Content-Type must be one of ['application/json']."


def send(t, raw, kind="application/json", path="runs/set-tag", verb="POST"):
    status, headers, text = t.send(verb, path, raw, {"Content-Type": kind} if kind is not None else {})
    try:
        return status, headers, json.loads(text)
    except ValueError:
        return status, headers, {"message": text}


def content_types(t):
    for kind, why in ((None, "Bad Request. Content-Type header is missing."), ("text/plain", ONE_OF), ("Application/JSON", ONE_OF),
                      ("application/json ;x", ONE_OF), ("application/x-www-form-urlencoded", ONE_OF)):
        status, _, answer = send(t, b"{}", kind)
        tap.is_((status, answer["message"]), (400, why), "content type %s" % kind)
    for kind in ("application/json", "application/json; charset=utf-8", "application/json;"):
        status, _, answer = send(t, b"{}", kind)
        tap.is_((status, answer["message"]), (400, MISSING_RUN), "content type %s" % kind)


def bodies(t):
    for raw in (b"", b"{", b'{"run_id": "x", "key": ', b"null", b"[]", b"nonsense", b'"{}"', b"  ", b'"\\ud800"', b'{"run_id": "x"} x', b"\xff\xfe"):
        status, _, answer = send(t, raw)
        tap.is_((status, answer.get("error_code")), (400, "INVALID_PARAMETER_VALUE"), "body %r is refused" % raw)
        if not raw.startswith(b"\xff"):
            tap.is_(answer["message"], MISSING_RUN, "as if it were empty")
    run = t.new_run()
    twice = json.dumps(json.dumps({"run_id": run, "key": "twice", "value": "\u00e9 \U0001f600 \"\\\n"})).encode()
    tap.is_(send(t, twice)[0], 200, "a body that is JSON in a JSON string is read")
    tap.is_(t.tags(run)["twice"], "\u00e9 \U0001f600 \"\\\n", "and its text is right")
    for raw in (b'"x"', b'""', b'"\\"x\\""', b'"5"', b"5", b"true"):
        tap.is_(send(t, raw, path="runs/search")[2].get("message"), "the body must be a JSON object", "body %r holds no object" % raw)
    raw = '{"run_id": "%s", "key": "a", "unknown": {"x": [1]}, "key": "b", "value": "v"}' % run
    tap.is_(send(t, raw.encode())[0], 200, "unknown fields are ignored, of a repeated one the last counts")
    tap.is_(t.tags(run).get("b"), "v", "it did")
    deep = b'{"x": ' + b"[" * 100000 + b"]" * 100000 + b"}"
    status, _, answer = send(t, deep)
    tap.ok(400 <= status < 500 and "message" in answer, "a body nested 100,000 deep is refused", (status, answer))


def names(t):
    run = t.new_run()
    body = json.dumps({"run_id": run, "key": "m", "value": 1, "timestamp": 1, "modelId": ""}).encode()
    tap.is_(send(t, body, path="runs/log-metric")[0], 200, "camelCase names are understood")
    body = json.dumps({"runId": run, "key": "m", "value": 1, "timestamp": 1}).encode()
    tap.is_(send(t, body, path="runs/log-metric")[2].get("message"), MISSING_RUN, "but not where a field is required")
    body = json.dumps({"run_id": run, "runId": run, "key": "m", "value": 1, "timestamp": 1}).encode()
    tap.is_(send(t, body, path="runs/log-metric")[2].get("message"), "Request specifies both 'run_id' and 'runId'; provide only one of them.",
            "nor both spellings at once")
    body = json.dumps({"run_uuid": run, "key": "t", "value": "1"}).encode()
    tap.is_(send(t, body)[0], 200, "run_uuid stands for run_id")


def errors(t):
    status, headers, answer = send(t, b'{"run_id": "nope", "key": "k"}')
    tap.is_(answer, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run with id=nope not found", "sqlstate": "KAM00",
                     "error_class": "RESOURCE_NOT_FOUND"}, "an error has code, message, sqlstate and class")
    tap.is_((status, headers["Content-Type"]), (404, "application/json"), "its status, and it is JSON")
    value = "x" * 5000 + "#"
    _, _, answer = send(t, json.dumps({"run_id": 5, "key": value}).encode())
    tap.ok(len(answer["message"]) < 1000, "a message does not repeat a long value whole", len(answer["message"]))
    status, _, answer = send(t, json.dumps({"run_id": [value], "key": "k"}).encode())
    tap.ok(status == 400 and len(answer["message"]) < 1000, "nor a long list", answer["message"][:100])


with api.start() as t:
    for test in (content_types, bodies, names, errors):
        tap.diag(test.__name__)
        test(t)
tap.done_testing()
