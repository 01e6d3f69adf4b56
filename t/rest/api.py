"""api - asks a tenond over its MLflow REST API, for tests

    with api.start() as t:
        run = t.new_run(t.new_experiment())
        t.ok("POST", "runs/log-metric", {"run_id": run, ...})             # expects 200, returns the body
        t.refused("POST", "runs/log-metric", {...}, 404, "RESOURCE_DOES_NOT_EXIST", "Run with id=x not found")

A path without a leading slash stands below /api/2.0/mlflow/. One connection is kept open.

Environment: TENON_TEST_URI, a server that runs already: a real mlflow server, to check the tests themselves.
"""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import sys
import urllib.parse
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import server  # noqa: E402
import tap  # noqa: E402

INVALID = (400, "INVALID_PARAMETER_VALUE")
MISSING = (404, "RESOURCE_DOES_NOT_EXIST")
SEE_DOCS = " See the API docs for more information about request parameters."


class Api(server.Tenond):
    def __enter__(self):
        self.other = os.environ.get("TENON_TEST_URI")
        if self.other:
            self.url, self.port = self.other, urllib.parse.urlsplit(self.other).port
        else:
            super().__enter__()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        return self

    def __exit__(self, *what):
        self.connection.close()
        if not self.other:
            super().__exit__(*what)

    def send(self, verb, path, raw=None, headers=None):
        """(status, headers, text), of bytes or none."""
        if not path.startswith("/"):
            path = "/api/2.0/mlflow/" + path
        self.connection.request(verb, path, raw, headers or {})
        with self.connection.getresponse() as answer:
            return answer.status, answer.headers, answer.read().decode()

    def ask(self, verb, path, body=None, **query):
        """(status, body): of JSON."""
        if query:
            path += "?" + urllib.parse.urlencode(query, doseq=True)
        raw = None if body is None else json.dumps(body).encode()
        status, _, text = self.send(verb, path, raw, {"Content-Type": "application/json"} if body is not None else {})
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def ok(self, verb, path, body=None, name=None, **query):
        status, answer = self.ask(verb, path, body, **query)
        tap.ok(status == 200, name or "%s %s" % (verb, path), "%s %s" % (status, answer))
        return answer

    def refused(self, verb, path, body, code, message, name=None, **query):
        """code: (status, error_code). A message that ends with ... is compared up to there."""
        status, answer = self.ask(verb, path, body, **query)
        name = name or "%s %s is refused: %s" % (verb, path, message[:60])
        answer = answer if isinstance(answer, dict) else {"message": answer}
        said = answer.get("message", "")
        fits = said.startswith(message[:-3]) if message.endswith("...") else said == message
        tap.ok((status, answer.get("error_code")) == code and fits, name,
               "     got: %s %s\nexpected: %s %s" % (status, answer, code, message))

    def new_experiment(self, **more):
        _, answer = self.ask("POST", "experiments/create", {"name": "e-" + uuid.uuid4().hex, **more})
        return answer["experiment_id"]

    def experiment(self, experiment_id):
        return self.ask("GET", "experiments/get", experiment_id=experiment_id)[1]["experiment"]

    def new_run(self, experiment_id="0", **more):
        _, answer = self.ask("POST", "runs/create", {"experiment_id": experiment_id, **more})
        return answer["run"]["info"]["run_id"]

    def run(self, run_id):
        return self.ask("GET", "runs/get", run_id=run_id)[1]["run"]

    def tags(self, run_id):
        return {t["key"]: t["value"] for t in self.run(run_id)["data"].get("tags", [])}

    def params(self, run_id):
        return {p["key"]: p["value"] for p in self.run(run_id)["data"].get("params", [])}

    def metrics(self, run_id):
        """{key: (value, timestamp, step)} of the latest points."""
        return {m["key"]: (m["value"], m["timestamp"], m["step"]) for m in self.run(run_id)["data"].get("metrics", [])}


def start(*args, **more):
    return Api(list(args), **more)
