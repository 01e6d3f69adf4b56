"""client - runs a test's body under the real mlflow clients, against tenond

    import client, tap
    def body():                       # runs in the venv; MLFLOW_TRACKING_URI is set
        import mlflow
        tap.ok(...)
    client.main(body)                 # or main(body, clients=["mlflow3"])

Model: the file is started twice. Plain python3 starts the server and then the same file once for
each client (t/lib/NAME.lock) with TENON_CLIENT=NAME; the checks of these children are printed
with the client's name in front. The child's folder is empty and goes with it.

Environment: TENON_TEST_URI, a server that runs already (a real mlflow server, to check the test itself);
TENON_CLIENTS, the clients to run ("mlflow3 mlflow2").
"""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import subprocess
import sys
import tempfile

import server
import tap

LINE = re.compile(r"^(not )?ok \d+ - (.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")


def environment(url, name):
    env = dict(os.environ)
    env.update({
        "TENON_CLIENT": name,
        "MLFLOW_TRACKING_URI": url,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",   # a 5xx is a failure here, not something to wait out
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    })
    return env


def child(url, name, command):
    """One client: its lines are passed on under its name."""
    with tempfile.TemporaryDirectory(prefix="tenon-client-") as folder:
        env = environment(url, name)
        env["TENON_BUILD"] = os.path.abspath(tap.BUILD)
        process = subprocess.Popen([server.python(name)] + command, cwd=folder, env=env, text=True, errors="replace",
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        seen, plan = 0, None
        for line in process.stdout:
            line = line.rstrip("\n")
            found = LINE.match(line)
            if found:
                seen += 1
                text, skip, why = found.group(2).partition(" # SKIP ")
                text = "%s: %s" % (name, text.replace("\\#", "#"))
                if skip:
                    tap.skip(why, text)
                else:
                    tap.ok(not found.group(1), text)
            elif PLAN.match(line):
                plan = int(PLAN.match(line).group(1))
            else:
                tap.diag(line[2:] if line.startswith("# ") else line)
        process.wait()
        if plan is None or plan != seen:
            tap.ok(False, "%s: ran to its end (status %d, %d checks)" % (name, process.returncode, seen))


@contextlib.contextmanager
def running():
    """The URL of the server under test."""
    url = os.environ.get("TENON_TEST_URI")
    if url:
        yield url
        return
    with server.Tenond() as t:
        try:
            yield t.url
        finally:
            if tap.failures():
                tap.diag("log of tenond:\n" + t.log(3000))


def main(body, clients=("mlflow3", "mlflow2")):
    if os.environ.get("TENON_CLIENT"):
        body()
        tap.done_testing()
    wanted = os.environ.get("TENON_CLIENTS", "").split() or clients
    with running() as url:
        for name in clients:
            if name in wanted:
                child(url, name, [os.path.abspath(sys.argv[0])])
    tap.done_testing()
