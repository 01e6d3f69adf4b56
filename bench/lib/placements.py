"""placements - what bench/bus measures: a plugin's calls by placement, and what stands beside each

WORKS is the table of the goals. A figure is one run of build/bus-bench or of the go-plugin peer; both print a number.
"""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import hashlib
import os
import shutil
import subprocess

from run import Work, fixed, note

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEER = os.path.join(TOP, "bench", "lib", "bus", "goplugin")
CALLS_TIME = 60  # seconds that one figure may take beyond what it is told to run


class BusError(Exception):
    pass


TROUBLE = (BusError, OSError)


def figure(command, seconds):
    """The number that it prints."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=seconds + CALLS_TIME)
    except subprocess.TimeoutExpired:
        raise BusError("%s does not end" % " ".join(command)) from None
    try:
        return float(done.stdout)
    except ValueError:
        raise BusError("%s: status %d: %s" % (" ".join(command), done.returncode, done.stderr.strip() or done.stdout.strip())) from None


class Setting:
    def __init__(self, quick):
        self.quick = quick
        self.rounds = 3 if quick else 7
        self.seconds = 1 if quick else 3
        self.megabytes = 500 if quick else 2000
        self.cores = len(os.sched_getaffinity(0))
        build = os.path.join(TOP, os.environ.get("TENON_BUILD") or "build")
        self.program = os.path.join(build, "bus-bench")
        if not os.access(self.program, os.X_OK):
            raise BusError("%s is not there: run scripts/build" % self.program)
        self.peer = None

    def goplugin(self):
        if self.peer is None:
            self.peer = build_peer()
        return self.peer


def build_peer():
    """The go-plugin peer, built once from what go.sum locks."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum", "main.go"):
        with open(os.path.join(PEER, name), "rb") as f:
            digest.update(f.read())
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tenon")
    program = os.path.join(cache, "goplugin-" + digest.hexdigest()[:12])
    os.makedirs(cache, exist_ok=True)
    with open(program + ".lock", "a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if os.path.exists(program):
            return program
        if not shutil.which("go"):
            raise BusError("there is no go to build this peer with: it takes Go 1.24 (https://go.dev/dl), or any from 1.21 on, which "
                           "fetches that by itself; Debian 12's golang-go is older")
        note("building %s (once)" % program)
        env = dict(os.environ, CGO_ENABLED="0", GOTOOLCHAIN="auto", GOFLAGS="-mod=readonly")
        built = subprocess.run(["go", "build", "-trimpath", "-o", program + ".new", "."], cwd=PEER, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if built.returncode:
            raise BusError("go build: %s" % built.stdout.strip())
        os.rename(program + ".new", program)
    return program


# sides

def bench(side, work, number=0):
    def measure(s):
        n = s.megabytes if number is None else number
        return figure([s.program, side, work, str(n), str(s.seconds)], s.seconds)
    return measure


def goplugin(goroutines):
    return lambda s: figure([s.goplugin(), str(goroutines), str(s.seconds)], s.seconds)


def starts(s):
    return 9 if s.quick else 25


SMALL = "16 bytes there and back, %s"
PROCESS = fixed(("bare nng", ">=", 0.8), ("go-plugin", ">=", 2))
WORKS = [
    Work("inline", "inline call over a direct C call", "ns added", "a handler calls another plugin; least of 5 blocks",
         {"tenon": bench("tenon", "added"), "direct C call": bench("c", "direct")}, fixed((None, "<=", 150)), more_is_better=False),
    Work("thread-1", "thread placement, 1 caller", "calls/s", SMALL % "inproc",
         {"tenon": bench("tenon", "thread", 1), "bare nng": bench("nng", "inproc", 1)}, fixed()),
    Work("thread-64", "thread placement, 64 callers", "calls/s", SMALL % "inproc",
         {"tenon": bench("tenon", "thread", 64), "bare nng": bench("nng", "inproc", 64)},
         fixed(("bare nng", ">=", 5), (None, ">=", 500_000)), star=True),
] + [
    Work("process-%d" % n, "process placement, %d in flight" % n, "calls/s", SMALL % "ipc",
         {"tenon": bench("tenon", "process", n), "bare nng": bench("nng", "ipc", n), "go-plugin": goplugin(n)}, PROCESS, star=True)
    for n in (1, 64)
] + [
    Work("stream", "process stream, 64 KiB parts", "MB/s", "from the handler to a reader in the core",
         {"tenon": bench("tenon", "stream", None), "unix socket": bench("unix", "stream", None)}, fixed(("unix socket", ">=", 0.8))),
    Work("growth", "memory that a stream takes", "MB grown", "core and host, after the first quarter of the stream",
         {"tenon": bench("tenon", "growth", None)}, fixed((None, "<=", 1)), more_is_better=False),
    Work("start", "host start to first call", "ms", "from its start on to the answer of its first call",
         {"tenon": bench("tenon", "start")}, fixed((None, "<=", 20)), more_is_better=False, rounds=starts),
    Work("idle", "idle host (PSS)", "MB", "one call answered, then a second of rest",
         {"tenon": bench("tenon", "idle")}, fixed((None, "<=", 4)), more_is_better=False),
]
