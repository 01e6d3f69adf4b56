# SPDX-License-Identifier: Apache-2.0
"""load - sixteen writers against a tenond that will be killed, and the ledger of what it acknowledged.

Model    A writer owns one run. It sends log-metric, log-batch, set-tag and uploads in turn, and notes in the ledger what
         was answered with 200: that must be there after any crash. What was sent but not answered may be there or not, a
         batch whole or not at all.
Threads  one a writer, its own connection; the ledger has a lock."""
import http.client
import json
import threading

BATCH = 20


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.metrics = {}    # run -> {step: value} acknowledged
        self.batches = {}    # run -> set of batch numbers acknowledged
        self.sent = {}       # run -> set of batch numbers sent at all
        self.tags = {}       # run -> (acknowledged number, sent number)
        self.blobs = {}      # path -> bytes acknowledged
        self.acknowledged = 0

    def note(self, kind, run, key, value=None):
        with self.lock:
            self.acknowledged += 1
            if kind == "metric":
                self.metrics.setdefault(run, {})[key] = value
            elif kind == "batch":
                self.batches.setdefault(run, set()).add(key)
            elif kind == "tag":
                self.tags[run] = key
            else:
                self.blobs[run] = value


class Api:
    """One keep-alive connection; raises OSError or HTTPException when the server dies."""

    def __init__(self, port, timeout=20):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, verb, path, body=None, kind="application/json"):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        self.http.request(verb, path, data, {"Content-Type": kind} if data is not None else {})
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def post(self, path, body):
        status, text = self.send("POST", "/api/2.0/mlflow/" + path, body)
        return status, json.loads(text or b"{}")

    def get(self, path):
        status, text = self.send("GET", "/api/2.0/mlflow/" + path)
        return status, json.loads(text or b"{}")

    def close(self):
        self.http.close()


class Writer(threading.Thread):
    def __init__(self, port, run, ledger, first):
        super().__init__(daemon=True)
        self.port, self.run_id, self.ledger, self.n = port, run, ledger, first
        self.refused = []    # answers that were neither 200 nor the death of the server

    def run(self):
        api = Api(self.port)
        try:
            while True:
                self.n += 1
                self.one(api)
        except (OSError, http.client.HTTPException, ValueError):
            pass             # the server is gone: that is what it is for
        finally:
            api.close()

    def expect(self, status, text):
        if status != 200:
            self.refused.append((status, text))
        return status == 200

    def one(self, api):
        n, run = self.n, self.run_id
        if n % 4 == 0:
            metrics = [{"key": "b%d" % i, "value": n, "timestamp": n, "step": n} for i in range(BATCH)]
            with self.ledger.lock:
                self.ledger.sent.setdefault(run, set()).add(n)
            if self.expect(*api.post("runs/log-batch", {"run_id": run, "metrics": metrics, "tags": [{"key": "batch", "value": str(n)}]})):
                self.ledger.note("batch", run, n)
        elif n % 16 == 1:
            path, data = "1/%s/artifacts/f%d" % (run, n), b"%d\n" % n * 1000
            if self.expect(*api.send("PUT", "/api/2.0/mlflow-artifacts/artifacts/" + path, data, "application/octet-stream")):
                self.ledger.note("blob", path, None, data)
        elif n % 8 == 3:
            if self.expect(*api.post("runs/set-tag", {"run_id": run, "key": "n", "value": str(n)})):
                self.ledger.note("tag", run, n)
        elif self.expect(*api.post("runs/log-metric", {"run_id": run, "key": "m", "value": n / 7, "timestamp": n, "step": n})):
            self.ledger.note("metric", run, n, n / 7)


def history(api, run, key):
    status, body = api.get("metrics/get-history?run_id=%s&metric_key=%s&max_results=25000" % (run, key))
    if status != 200:
        raise AssertionError("get-history: %s %s" % (status, body))
    return {m["step"]: m["value"] for m in body.get("metrics", [])}


def missing(api, ledger, run):
    """What the ledger has of the run and the server has not, in words."""
    wrong = []
    got = history(api, run, "m")
    for step, value in ledger.metrics.get(run, {}).items():
        if got.get(step) != value:
            wrong.append("run %s: metric at step %d is %r, acknowledged %r" % (run, step, got.get(step), value))
    keys = [history(api, run, "b%d" % i) for i in range(BATCH)]
    for n in ledger.sent.get(run, ()):
        there = sum(n in k for k in keys)
        if there not in (0, BATCH):
            wrong.append("run %s: batch %d is there in part: %d of %d" % (run, n, there, BATCH))
        if n in ledger.batches.get(run, ()) and there == 0:
            wrong.append("run %s: batch %d was acknowledged and is gone" % (run, n))
    status, body = api.get("runs/get?run_id=" + run)
    tags = {t["key"]: t["value"] for t in body["run"]["data"].get("tags", [])}
    if run in ledger.tags and int(tags.get("n", 0)) < ledger.tags[run]:
        wrong.append("run %s: tag n is %s, acknowledged %d" % (run, tags.get("n"), ledger.tags[run]))
    return wrong


def missing_blobs(api, ledger, paths):
    wrong = []
    for path in paths:
        status, data = api.send("GET", "/api/2.0/mlflow-artifacts/artifacts/" + path)
        if status != 200 or data != ledger.blobs[path]:
            wrong.append("artifact %s: %s, %d bytes, acknowledged %d" % (path, status, len(data), len(ledger.blobs[path])))
    return wrong
