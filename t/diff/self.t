#!/usr/bin/env python3
"""self.t - the differential test's own parts, without servers: forms, comparison, shrinking, the table"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import compare  # noqa: E402
import drive    # noqa: E402
import gen      # noqa: E402
import known    # noqa: E402
import tap      # noqa: E402

JSON = {"content-type": "application/json"}
STEP = {"endpoint": "POST x", "method": "POST", "path": "/api/2.0/mlflow/x", "query": None, "headers": {}}
RUN = "0123456789abcdef0123456789abcdef"


def findings(a, b, status=200, step=STEP):
    sides = [compare.Side(), compare.Side()]
    sides[0].learn("⟨run:0⟩", RUN)
    sides[1].learn("⟨run:0⟩", RUN[::-1])
    forms = [compare.normal((status, JSON, json.dumps(v).encode()), s, step) for v, s in zip((a, b), sides)]
    return [(f.field, f.kind) for f in compare.differences(*forms)]


def comparison():
    tap.is_(findings({"run_id": RUN, "m": "run %s!" % RUN}, {"run_id": RUN[::-1], "m": "run %s!" % RUN[::-1]}), [], "ids are symbols")
    tap.is_(findings({"a": 1}, {"a": 1.0}), [("body.a", "type")], "1 is not 1.0")
    tap.is_(findings({"a": 1}, {"a": "1"}), [("body.a", "type")], "1 is not \"1\"")
    tap.is_(findings({"a": 1}, {}), [("body.a", "missing")], "a field is missing")
    tap.is_(findings({}, {"a": 1}), [("body.a", "extra")], "a field is too much")
    tap.is_(findings({"runs": [1, 2]}, {"runs": [2, 1]}), [("body.runs[]", "order")], "order counts")
    tap.is_(findings({"tags": [1, 2]}, {"tags": [2, 1]}), [], "but not that of tags")
    tap.is_(findings({"metrics": [1, 2]}, {"metrics": [2, 1]}), [("body.metrics[]", "order")], "it does in a history")
    tap.is_(findings({"data": {"metrics": [1, 2]}}, {"data": {"metrics": [2, 1]}}), [], "but not in a run")
    tap.is_(findings({"next_page_token": "x"}, {"next_page_token": "y"}), [], "tokens are opaque")
    tap.is_(findings({"next_page_token": "x"}, {"next_page_token": ""}), [("body.next_page_token", "value")], "but not empty")
    tap.is_(findings({"next_page_token": "x"}, {}), [("body.next_page_token", "missing")], "or away")
    tap.is_(findings({"message": "{'b', 'a'}"}, {"message": "{'a', 'b'}"}, 400), [], "Python's sets have no order")
    t = 1_700_000_000_000

    def touched(last):
        return {"e": [{"experiment_id": "1", "creation_time": t, "last_update_time": x} for x in last]}
    tap.is_(findings(touched([t, t + 5]), touched([t, t + 9])), [], "times that the server makes may differ")
    tap.is_(findings(touched([t, t + 5]), touched([t, t])), [("body.e[].last_update_time", "value")], "not whether they changed")
    a, b = ({"status": s, "type": "json", "error": {"error_code": "X", "message": "m"}} for s in (400, 404))
    tap.is_([f.field for f in compare.differences(a, b)], ["status"], "another status hides the rest")
    tap.is_(compare.brief(a), "400 X m", "an answer in brief")


def table(path):
    text = "| %s |\n|%s|\n" % (" | ".join(known.COLUMNS), "---|" * 8)
    row = "| 1 | `POST runs/*` | `status` | always | `500 *` | `400 A*B` | because | `GET runs/get?run_id=⟨run⟩` then `POST x [A: b] {\"a\": 1}` |\n"
    with open(path, "w") as f:
        f.write(text + row + "\nafter\n")
    rows = known.rows(path)
    tap.is_([len(rows), len(rows[0].steps)], [1, 2], "a row with two requests")
    tap.is_(rows[0].steps[1]["headers"], {"Content-Type": "application/json", "A": "b"}, "headers are read")
    fits = compare.Finding("status", "value", "500 html", "400 A xx B")
    tap.ok(rows[0].fits("POST runs/create", fits), "it fits")
    tap.ok(not rows[0].fits("GET runs/get", fits), "not another endpoint")
    tap.ok(not rows[0].fits("POST runs/create", fits._replace(b="404 A B")), "not another answer")
    tap.ok(not rows[0].fits("POST runs/create", fits._replace(field="body")), "not another field")
    with open(path, "w") as f:
        f.write(text + "| 1 | x |\n")
    tap.raises(ValueError, "a broken row is refused", known.rows, path)
    os.unlink(path)
    real = known.rows(os.path.join(tap.TOP, "docs", "compatibility.md"))
    tap.ok(len(real) <= known.LIMIT, "docs/compatibility.md is readable, with %d rows" % len(real))
    tap.is_(len({r.id for r in real}), len(real), "its rows have different names")
    for text in ("GET runs/get?run_id=⟨run:0⟩", 'POST runs/search {"a": [1, "⟨exp:0⟩"]}', "PUT /x [Content-Type: text/plain] body"):
        tap.is_(known.shape(known.request(text)), text, "written as it is read: " + text)


def generator():
    steps = []
    for kind in gen.KINDS:
        one, two = (gen.sequence(random.Random(7), kind)[1] for _ in range(2))
        tap.is_(one, two, "the same seed gives the same requests: " + kind)
        steps += one
    missing = {m + " " + n for n, (m, _, _) in gen.ENDPOINTS.items()}
    rng = random.Random(1)
    for _ in range(150):
        missing -= {s["endpoint"] for s in gen.sequence(rng)[1]}
    tap.is_(missing, set(), "every endpoint is met within 150 sequences")
    for step in steps:
        drive.target_of(step, compare.Side(), "q")
        drive.body_bytes(step, compare.Side(), "q")
        known.shape(step)
    tap.ok(True, "every step can be sent and printed")


class Fake:
    """A pair whose servers differ if a request with "bad" in its list follows one to /needed."""

    def run(self, steps, level=False):
        needed = False
        for step in steps:
            needed = needed or step["path"] == "/needed"
            differs = needed and isinstance(step.get("json"), dict) and "bad" in (step["json"].get("list") or [])
            result = drive.Result(step, {"status": 200}, {"status": 500 if differs else 200})
            yield result
            if result.findings:
                return


def shrinking():
    def step(path, body):
        return dict(STEP, path=path, json=body)
    steps = [step("/a", {}), step("/needed", {"x": 1}), step("/b", {}), step("/c", {}),
             step("/d", {"y": 1, "list": ["good", "bad", "ugly"], "z": {"q": 2}})]
    got = drive.shrink(Fake(), steps, lambda result: True)
    tap.is_([(s["path"], s["json"]) for s in got], [("/needed", {}), ("/d", {"list": ["bad"]})], "a difference is shrunk to what shows it")


comparison()
table(os.path.join(os.environ.get("TMPDIR", "/tmp"), "tenon-diff-self.%d" % os.getpid()))
generator()
shrinking()
tap.done_testing()
