"""sides - the servers that are compared: Tenon, Mlflow, Fml (FastTrackML), Nginx (the limit of HTTP)

    with sides.Tenon(where=folder) as t: ... t.url, t.pid, t.started_in (seconds), t.pss()

`with` enters when GET /health answers 200 and ends the whole process group on leaving. Each runs with the
defaults that its makers ship; what is set is where it listens, where it keeps data and, for Nginx, one worker
(as tenond has one loop) and no end to a connection's requests.
Base class, temporary folders and the venv of mlflow are those of the tests (t/lib/server.py).
"""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIB = os.path.join(TOP, "bench", "lib")
sys.path.insert(1, os.path.join(TOP, "t", "lib"))
import server  # noqa: E402
import tap  # noqa: E402

sys.excepthook = sys.__excepthook__  # tap turns exceptions into failed tests; here they are what they are

NGINX_CONF = """
daemon off; pid %(dir)s/pid; error_log stderr; worker_processes 1; %(user)s
events { worker_connections 1024; }
http {
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type text/plain;
    client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy; fastcgi_temp_path %(dir)s/fastcgi;
    uwsgi_temp_path %(dir)s/uwsgi; scgi_temp_path %(dir)s/scgi; client_max_body_size 0;
    server {
        listen 127.0.0.1:%(port)d;
        location / { return 200 "OK"; }
        location /files/ { root %(dir)s; dav_methods PUT; create_full_put_path on; }
    }
}
"""


def answers(port):
    """Whether GET /health gives 200 now."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port)
            return s.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def family(pid):
    """pid, its descendants, and who is in its session."""
    parents, found = {}, {pid}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(name)] = int(fields[1])
        if int(fields[3]) == pid:
            found.add(int(name))
    while True:
        more = {p for p, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def pss_of(pid):
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0.0


class Side(server.Server):
    """A server that is there once /health answers. A subclass gives name and command()."""
    name = ""
    start_timeout = 120

    def __init__(self, where):
        super().__init__(where=where)
        self.expect_death = True
        self.started_in = 0.0

    def prepare(self):
        """What its makers tell to do once beforehand; not part of the start's time."""

    def start(self):
        self.prepare()
        self.port = server.free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        command = self.command()
        begin = time.monotonic()
        self.spawn(command)
        while not answers(self.port):
            waited = time.monotonic() - begin
            if self.process.poll() is not None:
                self.fail("ended with status %d before it answered" % self.process.returncode)
            if waited > self.start_timeout:
                self.fail("no answer after %d s" % waited)
            time.sleep(0.0005 if waited < 0.5 else 0.02)
        self.started_in = time.monotonic() - begin
        self.verify()

    def verify(self):
        """Whether what answers is what is to be measured."""

    def pss(self):
        """MB of the whole process tree, pages shared with others counted in part."""
        return sum(map(pss_of, family(self.pid)))

    def settle(self, limit=60):
        """Waits until no process has come or gone for 4 s (mlflow goes on starting long after its first answer)."""
        end, seen, since = time.monotonic() + limit, None, 0.0
        while time.monotonic() < end:
            now = family(self.pid)
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > (4 if len(now) > 1 else 1):
                return
            time.sleep(0.25)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()


class Tenon(Side):
    name = "tenon"

    def command(self):
        binary = os.path.join(TOP, tap.BUILD, "tenond")
        if not os.access(binary, os.X_OK):
            self.fail("no %s: run scripts/build, or set TENON_BUILD" % binary)
        return [binary, "--data", self.path("data"), "--listen", "127.0.0.1:%d" % self.port,
                "--set", "core_dumps=true"]  # else its memory is shown to root alone

    def verify(self):
        try:
            self.get("/api/2.0/mlflow/experiments/get?experiment_id=0")
        except OSError as error:
            self.fail("does not serve the tracking API (%s)" % error)


class Mlflow(Side):
    name = "mlflow"

    def prepare(self):
        self.env = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "PYTHONWARNINGS": "ignore"}
        self.python = server.python("mlflow3")

    def command(self):
        return [self.python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
                "--backend-store-uri", "sqlite:///" + self.path("mlflow.db"),
                "--artifacts-destination", self.path("artifacts")]


class Fml(Side):
    name = "fasttrackml"

    def prepare(self):
        self.binary = os.path.join(venv(os.path.join(LIB, "fml.lock")), "bin", "fml")

    def command(self):
        return [self.binary, "server", "--listen-address", "127.0.0.1:%d" % self.port,
                "--database-uri", "sqlite://" + self.path("fml.db"), "--default-artifact-root", self.path("artifacts")]


class Nginx(Side):
    name = "nginx"

    def command(self):
        os.makedirs(self.path("files"))
        with open(self.path("nginx.conf"), "w") as f:
            f.write(NGINX_CONF % {"dir": self.dir, "port": self.port, "user": "user root;" if os.getuid() == 0 else ""})
        return [shutil.which("nginx") or "/usr/sbin/nginx", "-e", "stderr", "-p", self.dir, "-c", self.path("nginx.conf")]


PEERS = {"tenon": Tenon, "mlflow": Mlflow, "fml": Fml}


def venv(lock):
    """The folder of a lock's environment; made once, in the place and by the rules of t/lib/venv."""
    with open(lock, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()[:12]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    base = os.path.join(cache, "tenon", "venv")
    folder = os.path.join(base, "%s-%s" % (os.path.basename(lock).removesuffix(".lock"), digest))
    os.makedirs(base, exist_ok=True)
    with open(folder + ".lock", "a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if os.path.exists(os.path.join(folder, ".complete")):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        print("bench: building %s (once)" % folder, file=sys.stderr)
        for command in ([sys.executable, "-m", "venv", folder],
                        [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", "--no-deps", "-r", lock]):
            if subprocess.run(command, stdout=sys.stderr).returncode:
                raise server.ServerError("%s failed" % " ".join(command))
        open(os.path.join(folder, ".complete"), "w").close()
    return folder
