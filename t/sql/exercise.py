"""exercise - makes a tenond prepare as many of its statements as the lint needs

    run(path)              # a tenond writes its trace to `path` while it is asked a little of everything
    untraced(statements)   # statements of the sources that none of `statements` begins like

A statement is found in the sources as a string that begins with a verb of SQL, up to its end or to what is put in
at run time (%s).
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import server
import tap

API = "/api/2.0/mlflow/"
LITERAL = re.compile(r'"((?:SELECT|INSERT|UPDATE|DELETE|WITH)\s(?:[^"\\]|\\.)*)"((?:\s*"(?:[^"\\]|\\.)*")*)')


class Client:
    def __init__(self, url):
        self.url = url

    def ask(self, verb, path, body=None):
        """The answer's body; of an error too: the statements that lead to it count as well."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + (path if path[0] == "/" else API + path), data, {"Content-Type": "application/json"}, method=verb)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return json.loads(error.read() or b"{}")

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, **body):
        return self.ask("POST", path, body)


def experiments(c):
    """The id of one that is active at the end."""
    made = c.post("experiments/create", name="lint", tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    one = made.get("experiment_id", "0")
    c.post("experiments/create", name="lint")
    c.post("experiments/create", name="located", artifact_location="s3://bucket/x")
    c.get("experiments/get?experiment_id=" + one)
    c.get("experiments/get-by-name?experiment_name=lint")
    c.post("experiments/set-experiment-tag", experiment_id=one, key="a", value="3")
    c.post("experiments/delete-experiment-tag", experiment_id=one, key="b")
    c.post("experiments/update", experiment_id=one, new_name="lint2")
    c.post("experiments/update", experiment_id=one, new_name="located")
    for path in ("delete", "update", "delete", "restore", "restore"):
        c.post("experiments/" + path, experiment_id=one, new_name="lint3")
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL"):
        c.post("experiments/search", view_type=view, max_results=1)
    for text in ("name = 'x'", "name != 'x'", "name LIKE 'l%'", "name ILIKE 'L%'", "tags.a = '3'", "tags.a LIKE '%'", "tags.a IS NULL",
                 "tags.a IS NOT NULL", "creation_time > 1", "last_update_time <= 5 AND name != 'q'"):
        c.post("experiments/search", filter=text, max_results=5)
    for order in ("name", "name DESC", "experiment_id", "creation_time ASC", "last_update_time DESC"):
        page = c.post("experiments/search", order_by=[order], max_results=1)
        c.post("experiments/search", order_by=[order], max_results=1, page_token=page.get("next_page_token", ""))
    return one


def runs(c, experiment):
    made = c.post("runs/create", experiment_id=experiment, start_time=1, run_name="r", tags=[{"key": "k", "value": "v"}])
    run = made.get("run", {}).get("info", {}).get("run_id", "none")
    c.post("runs/create", experiment_id=experiment)
    c.post("runs/create", experiment_id="424242")
    for value, step in ((1, 0), (2, 1), ("NaN", 2), (3, 0)):
        c.post("runs/log-metric", run_id=run, key="m", value=value, timestamp=5 + step, step=step)
    for value in ("1", "1", "2"):
        c.post("runs/log-parameter", run_id=run, key="p", value=value)
    for key in ("t", "mlflow.runName", "t"):
        c.post("runs/set-tag", run_id=run, key=key, value="x")
    for _ in range(2):
        c.post("runs/delete-tag", run_id=run, key="t")
    batch = {"metrics": [{"key": k, "value": 1.5, "timestamp": 9, "step": s} for k in "mn" for s in range(3)],
             "params": [{"key": "q", "value": "1"}, {"key": "r", "value": "2"}], "tags": [{"key": "u", "value": "1"}]}
    c.post("runs/log-batch", run_id=run, **batch)
    c.post("runs/log-batch", run_id=run, params=[{"key": "q", "value": "other"}])
    c.post("runs/log-batch", run_id=run, tags=[{"key": "mlflow.runName", "value": "named"}])
    dataset = {"name": "d", "digest": "1", "source_type": "s", "source": "{}", "schema": "{}", "profile": "{}"}
    for _ in range(2):
        c.post("runs/log-inputs", run_id=run, datasets=[{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]}])
    for uuid in ("1", "2"):
        model = {"run_id": run, "artifact_path": "model", "utc_time_created": "2026-01-01 00:00:00.000000", "flavors": {},
                 "model_uuid": uuid}
        c.post("runs/log-model", run_id=run, model_json=json.dumps(model))
    c.post("runs/update", run_id=run, status="FINISHED", end_time=10, run_name="renamed")
    c.post("runs/update", run_id=run, status="RUNNING")
    c.get("runs/get?run_id=" + run)
    c.get("artifacts/list?run_id=" + run)
    for path in ("delete", "log-metric", "log-parameter", "set-tag", "restore", "restore"):
        c.post("runs/" + path, run_id=run, key="x", value="1", timestamp=1)
    return run


def history(c, run):
    c.get("metrics/get-history?run_id=%s&metric_key=m" % run)
    page = c.get("metrics/get-history?run_id=%s&metric_key=m&max_results=1" % run)
    c.get("metrics/get-history?run_id=%s&metric_key=m&max_results=1&page_token=%s" % (run, page.get("next_page_token", "")))
    c.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=%s&metric_key=m" % run)
    c.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=%s&metric_key=m&max_results=2" % run)
    c.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=%s&metric_key=m&start_step=0&end_step=1&max_results=2" % run)


FILTERS = ["metrics.m > 1", "metrics.m = 1.5 AND params.q = '1'", "params.p LIKE '%1'", "params.p ILIKE 'A%'", "params.p != 'x'", "params.p IS NULL",
           "params.p IS NOT NULL", "tags.k = 'v'", "tags.k LIKE 'V%'", "tags.k ILIKE 'V%'", "tags.none IS NULL", "tags.k IS NOT NULL",
           "attributes.status = 'RUNNING'", "status != 'FAILED'", "run_name LIKE 're%'", "run_name ILIKE 'RE%'", "start_time > 0", "end_time <= 99",
           "run_id IN ('a','b')", "run_id NOT IN ('a')", "user_id = 'x'", "artifact_uri LIKE '%'", "dataset.name = 'd'", "dataset.digest IN ('1','2')",
           "dataset.context = 'training'", "dataset.name LIKE 'D'", "dataset.name ILIKE 'D%'", "dataset.name NOT IN ('x')", "metrics.m != 2"]
ORDERS = ["metrics.m", "metrics.m DESC", "params.p ASC", "params.p DESC", "tags.k", "tags.k DESC", "start_time", "start_time DESC", "end_time ASC",
          "end_time DESC", "run_name", "status DESC", "user_id", "artifact_uri", "run_id", "attribute.run_id DESC"]


def search(c, experiment):
    for text in FILTERS:
        c.post("runs/search", experiment_ids=[experiment], filter=text)
    for order in ORDERS:
        page = c.post("runs/search", experiment_ids=[experiment], order_by=[order], max_results=1)
        c.post("runs/search", experiment_ids=[experiment], order_by=[order], max_results=1, page_token=page.get("next_page_token", ""))
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL"):
        c.post("runs/search", experiment_ids=[experiment, "0"], run_view_type=view)
    c.post("runs/search", experiment_ids=[experiment, "0"], filter="metrics.m > 0 AND tags.k = 'v'", order_by=["metrics.m DESC", "params.p"])
    c.ask("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [experiment]})


def models(c, experiment, run):
    """Logged models; the run is active."""
    made = [c.post("logged-models", experiment_id=experiment, name="m%d" % i, params=[{"key": "p", "value": "1"}], tags=[{"key": "t", "value": "1"}])
            for i in range(2)]
    model = made[0].get("model", {}).get("info", {}).get("model_id", "none")
    path = "logged-models/" + model
    c.get(path)
    c.ask("PATCH", path, {"model_id": model, "status": "LOGGED_MODEL_READY"})
    c.ask("PATCH", path + "/tags", {"tags": [{"key": "t", "value": "2"}]})
    c.ask("DELETE", path + "/tags/t")
    c.ask("POST", path + "/params", {"model_id": model, "params": [{"key": "q", "value": "1"}]})
    c.post("runs/outputs", run_id=run, models=[{"model_id": model, "step": 1}])
    c.post("runs/log-inputs", run_id=run, models=[{"model_id": model}])
    c.post("runs/log-metric", run_id=run, key="m", value=1, timestamp=1, model_id=model, dataset_name="d", dataset_digest="1")
    on = [{"dataset_name": "d", "dataset_digest": "1"}, {"dataset_name": "e"}]
    for text in ("name LIKE 'm%' AND status IN ('READY','FAILED')", "model_type != 'x' AND creation_time > 5.5", "tags.t = '1'", "params.p ILIKE '1'",
                 "metrics.m > 0 AND metrics.m != 3", "experiment_id = '1'", "metrics.m > NaN"):
        c.post("logged-models/search", experiment_ids=[experiment, "0"], filter=text, datasets=on)
    for order in ([], [{"field_name": "name"}], [{"field_name": "metrics.m"}, {"field_name": "status", "ascending": False}],
                  [{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": "1", "ascending": False}]):
        page = c.post("logged-models/search", experiment_ids=[experiment], order_by=order, max_results=1, datasets=on[:len(order)])
        c.post("logged-models/search", experiment_ids=[experiment], order_by=order, max_results=1, datasets=on[:len(order)],
               page_token=page.get("next_page_token", ""))
    c.ask("DELETE", path)


def notify(t):
    """nobody listens where the channel leads: the first message waits for another try, the last is refused there and then"""
    def ask(method, **args):
        request = urllib.request.Request(t.url + "/api/v1/notify/" + method, json.dumps(args).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    ask("send", channel="ops", title="t", text="x", attributes={"a": "b"}, id="one")
    ask("send", channel="ops", title="t", id="one")
    ask("retry", id="one")
    ask("ls", channel="ops", state="queued")
    ask("ls")
    time.sleep(3.2)  # leases are renewed each second while the receiver is silent


def build_asker(where):
    """A plugin that asks resolvers, which have no route."""
    os.makedirs(os.path.join(where, "service"))
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-I", "sdk/include", "-fPIC", "-shared", "-fvisibility=hidden", "t/rest/permissions/asker.c",
                    "-o", os.path.join(where, "service", "asker.so")], check=True)


def resolvers(c):
    for kind in ("run", "model", "experiment", "experiment_name"):
        c.post("/api/v1/asker/ask", instance="tracking", kind=kind, id="none")


def run(path):
    with tempfile.TemporaryDirectory() as where, socket.create_server(("127.0.0.1", 0)) as silent:
        build_asker(where)
        sets = ["sql.trace=" + path, "plugin_dirs=" + where, "instances.asker.placement=inline", "instances.hook.plugin=notify/webhook",
                "instances.hook.allow_private=true", "instances.hook.url=http://127.0.0.1:%d/" % silent.getsockname()[1],
                "notify.channels=[{name: ops, instance: hook}]", "notify.lease=3s"]
        with server.Tenond([a for s in sets for a in ("--set", s)]) as t:
            notify(t)
            c = Client(t.url)
            experiment = experiments(c)
            made = runs(c, experiment)
            history(c, made)
            models(c, experiment, made)
            search(c, experiment)
            resolvers(c)


def literals_of(source):
    """[(line, beginning of a statement)]"""
    found = []
    for match in LITERAL.finditer(source):
        text = match.group(1) + "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(2)))
        found.append((source.count("\n", 0, match.start()) + 1, text.replace('\\"', '"').split("%")[0]))
    return found


def literals():
    """(place, beginning of a statement) of the services' sources"""
    for name in sorted(glob.glob(os.path.join(tap.TOP, "plugins/service/*/*.c"))):
        with open(name, encoding="utf-8") as f:
            for line, text in literals_of(f.read()):
                yield "%s:%d" % (os.path.relpath(name, tap.TOP), line), text


def untraced(statements):
    return ["%s: %s" % (place, text) for place, text in literals() if not any(text in sql for sql in statements)]
