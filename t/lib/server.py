"""server - starts a server in a temporary folder for a test, and stops it

    with server.Tenond(["--set", "http.body_max=1k"]) as t:     # build/tenond
        urllib.request.urlopen(t.url + "/health")
    with server.MlflowServer() as m:                            # a real mlflow server, for comparison
        ...

Each is ready when `with` enters, and gone (the whole process group) when it leaves. `url`, `port`,
`pid`, `dir` and `log()` are there meanwhile. A Tenond that ends by itself or with an exit status
other than 0 is an error, so a leak found by a sanitizer fails the test; kill() is for tests that
take it down on purpose. With data=DIR the data outlives the server.

Failure: ServerError, whose text ends with the last lines of the log.
Standard library only: plain `python3` is enough. Environment: TENON_BUILD (tap.BUILD).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import tap

LIB = os.path.dirname(os.path.abspath(__file__))
READY = re.compile(r"^tenond: listening on (http://\S+?:(\d+))\s*$", re.M)


class ServerError(Exception):
    pass


def python(name):
    """The interpreter of the environment of t/lib/NAME.lock."""
    done = subprocess.run([os.path.join(LIB, "venv"), name], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise ServerError("t/lib/venv %s failed" % name)
    return done.stdout.strip()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """What the two have in common; not used by itself."""

    def __init__(self, env=None, where=None):
        self.env = env or {}
        self.where = where
        self.process = None
        self.dir = self.url = self.port = None
        self.expect_death = False

    @property
    def pid(self):
        return self.process.pid

    def path(self, name):
        return os.path.join(self.dir, name)

    def log(self, limit=None):
        """What it wrote to standard error (and, for mlflow, output)."""
        try:
            with open(self.path("log"), errors="replace") as f:
                text = f.read()
        except OSError:
            return ""
        return text[-limit:] if limit else text

    def fail(self, why):
        raise ServerError("%s: %s\n%s" % (type(self).__name__, why, self.log(6000)))

    def spawn(self, command, stdout=None):
        self.log_file = open(self.path("log"), "ab")
        env = dict(os.environ, **self.env)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout or self.log_file,
            stderr=self.log_file, env=env, start_new_session=True)

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        """SIGKILL, as a crash would; the folder stays until `with` ends."""
        self.expect_death = True
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=20):
        """SIGTERM to the server itself, then what is left of its group is killed. Its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.process.wait()
                if not self.expect_death:
                    self.fail("did not stop %d s after SIGTERM" % timeout)
        self.signal(signal.SIGKILL)
        self.log_file.close()
        return self.process.returncode

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="tenon-test-", dir=self.where)
        try:
            self.start()
        except BaseException:
            self.expect_death = True
            self.stop(2)
            shutil.rmtree(self.dir, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            status = self.stop()
            if kind is None and status != 0 and not self.expect_death:
                self.fail("ended with status %d" % status)
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)


class Tenond(Server):
    """build/tenond on a free port. args: more options; data: a folder that outlives it.

    TENON_SET in the environment holds settings for all of them, separated by spaces: the same tests with other placements.
    """

    def __init__(self, args=(), data=None, env=None, build=None):
        super().__init__(env)
        self.args = [a for s in os.environ.get("TENON_SET", "").split() for a in ("--set", s)] + list(args)
        self.data = data
        self.binary = os.path.join(build or tap.BUILD, "tenond")

    def start(self, timeout=20):
        if not os.access(self.binary, os.X_OK):
            self.fail("no %s: run scripts/build, or set TENON_BUILD" % self.binary)
        if self.data is None:
            self.data = self.path("data")
        out = self.path("out")
        with open(out, "wb") as f:
            self.spawn([self.binary, "--data", self.data, "--listen", "127.0.0.1:0"] + self.args, f)
        end = time.monotonic() + timeout
        while True:
            with open(out, errors="replace") as f:
                ready = READY.search(f.read())
            if ready:
                self.url, self.port = ready.group(1), int(ready.group(2))
                return
            if self.process.poll() is not None:
                self.fail("ended with status %d before it was ready" % self.process.returncode)
            if time.monotonic() > end:
                self.fail("not ready after %d s" % timeout)
            time.sleep(0.005)


    def warm(self):
        """Each of the store's readers opens its files when queries first meet: that is no leak, so a test that counts lets it happen before."""
        def ask():
            for _ in range(20):
                urllib.request.urlopen(urllib.request.Request(self.url + "/api/v1/notify/ls", b"{}", {"Content-Type": "application/json"})).read()

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()


class MlflowServer(Server):
    """A real `mlflow server` (t/lib/mlflow3.lock) on SQLite with proxied artifacts.

    Its folder is in memory (/dev/shm) where that is possible, as its disk's speed is nothing that a
    test compares; give where= for a benchmark.
    """

    def __init__(self, env=None, where=None, workers=1):
        if where is None and os.access("/dev/shm", os.W_OK):
            where = "/dev/shm"
        super().__init__(env, where)
        self.workers = workers

    def start(self, timeout=90):
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.env = dict({
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": "ignore",
        }, **self.env)
        self.spawn([
            python("mlflow3"), "-m", "mlflow", "server",
            "--backend-store-uri", "sqlite:///" + self.path("mlflow.db"),
            "--artifacts-destination", self.path("artifacts"),
            "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers),
            "--uvicorn-opts", "--no-access-log"])
        end = time.monotonic() + timeout
        while True:
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=5):
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                self.fail("ended with status %d before it was ready" % self.process.returncode)
            if time.monotonic() > end:
                self.fail("not ready after %d s" % timeout)
            time.sleep(0.1)

    def __exit__(self, kind, *rest):
        self.expect_death = True
        super().__exit__(kind, *rest)
