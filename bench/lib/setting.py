"""setting - one run of the benchmark: its folder, its servers, the data in them

Setting.side(name) starts a server when it is first asked for; experiments, runs and the large file are made in
the same manner, so that --only NAME costs what NAME needs. close() ends every server and removes the folder.
"""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import shutil
import tempfile
import time

import machine
import seed
import sides
import transfer
from run import note

RUNS, MANY_RUNS, POINTS, LARGE_MB = 10_000, 100_000, 1_000_000, 1024


class Setting:
    def __init__(self, quick, peers, where=None):
        self.quick = quick
        self.peers = peers
        self.folder = tempfile.mkdtemp(prefix="tenon-bench-", dir=where)
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.sides = {}
        self.failed = set()
        self.made = {}
        self.steps = {}
        self.idle = {}
        self.rounds = 2 if quick else 3
        try:
            self.machine = machine.Machine(self.folder)
            self.fdatasync_ms = self.machine.fdatasync_ms(1 if quick else 3)
        except BaseException:
            self.close()
            raise

    def close(self):
        self.stack.close()

    def seconds(self, name, slow=1):
        """How long to drive a side; slow: for work that takes mlflow a second and more."""
        base = (1, 2) if self.quick else (5, 8)
        return base[1] * slow if name == "mlflow" else base[0]

    def once(self, key, make):
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    # servers

    def side(self, name):
        """The running server: tenon, tenon-100k (a second one, for its own data), mlflow, fml or nginx."""
        if name in self.failed:
            raise sides.server.ServerError("did not start (see above)")
        if name not in self.sides:
            kind = sides.Nginx if name == "nginx" else sides.PEERS[name.split("-")[0]]
            note("starting %s" % name)
            self.failed.add(name)
            self.sides[name] = self.stack.enter_context(kind(self.folder))
            self.failed.remove(name)
            if name == "mlflow":
                self.sides[name].settle()
        return self.sides[name]

    def fresh(self, name, keep):
        """Starts one more server, alone of its kind, and learns how long that took and what it holds idle."""
        if name in self.sides:
            raise RuntimeError("%s runs already" % name)
        server = sides.PEERS[name](self.folder)
        with contextlib.ExitStack() as stack:
            stack.enter_context(server)
            server.settle()
            self.idle.setdefault(name, []).append(server.pss())
            if keep:
                self.sides[name] = server
                self.stack.push(stack.pop_all())
        return server.started_in * 1000

    # data

    def first(self, name, room):
        """The first of room numbers that were not yet used as steps on that server."""
        start = self.steps.get(name, 0)
        self.steps[name] = start + room
        return start

    def experiment(self, name, title):
        return self.once((name, "experiment", title), lambda: seed.experiment(self.side(name), "bench-" + title))

    def write_runs(self, name, count):
        ids = self.once((name, "write"), lambda: seed.empty_runs(self.side(name), self.experiment(name, "writes"), 64))
        return ids[:count]

    def searched(self, name):
        """The experiment with 10,000 runs (tenon-100k: 100,000)."""
        count = MANY_RUNS if name == "tenon-100k" else RUNS

        def make():
            exp = self.experiment(name, "runs")
            note("seeding %s with %d runs" % (name, count))
            seed.runs(self.side(name), exp, count)
            os.sync()
            time.sleep(1)
            return exp
        return self.once((name, "runs"), make)

    def history(self, name):
        """The run with a million points of one key."""
        def make():
            exp = self.experiment(name, "history")
            note("seeding %s with %d points" % (name, POINTS))
            return seed.history(self.side(name), exp, POINTS)
        return self.once((name, "history"), make)

    def large_file(self):
        return self.once("large", lambda: transfer.make(self.folder, LARGE_MB))

    def artifact(self, name):
        """The path that the large file is put to and fetched from."""
        if name == "nginx":
            return "/files/large.bin"
        exp = self.experiment(name, "writes")
        return "/api/2.0/mlflow-artifacts/artifacts/%s/%s/artifacts/large.bin" % (exp, self.write_runs(name, 1)[0])

    def nginx_file(self):
        """nginx serves a copy that did not come through it, so that the download stands alone."""
        return self.once("nginx file", lambda: shutil.copyfile(
            self.large_file(), os.path.join(self.side("nginx").path("files"), "large.bin")))
