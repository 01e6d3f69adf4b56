#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""upgrade - plugins are reloaded, upgraded, drained and started under load, by REST and by the command line, and no call fails"""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import server  # noqa: E402
import tap  # noqa: E402
from fixture import until  # noqa: E402

SOURCE = os.path.join(HERE, "probe", "plugin.c")


def build(where, file, version, *more):
    os.makedirs(os.path.join(where, "service"), exist_ok=True)
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-I", "sdk/include", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-z,defs",
                    '-DNAME="up"', '-DVERSION="%s"' % version, SOURCE, "-o", os.path.join(where, "service", file)] + list(more), check=True)


class Client:
    def __init__(self, t):
        self.c = http.client.HTTPConnection("127.0.0.1", t.port, timeout=30)

    def call(self, instance_, method, **args):
        self.c.request("POST", "/api/v1/%s/%s" % (instance_, method), json.dumps(args), {"Content-Type": "application/json"})
        r = self.c.getresponse()
        return r.status, json.loads(r.read())


class Load:
    """calls from four connections, until it leaves; `failed` holds all that did not end well"""

    def __init__(self, t):
        self.t, self.n, self.failed, self.going = t, 0, [], True
        self.pids, self.threads = set(), [threading.Thread(target=self.run) for _ in range(4)]

    def run(self):
        c = Client(self.t)
        while self.going:
            status, answer = c.call("up", "echo", text="x")
            self.n += 1
            if status != 200:
                self.failed.append((status, answer))
            else:
                self.pids.add(answer["pid"])

    def __enter__(self):
        for th in self.threads:
            th.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for th in self.threads:
            th.join()


def reloads(t, c):
    with Load(t) as load:
        for i in range(5):
            status, answer = c.call("plugins", "reload", instance="up")
            tap.is_((status, answer.get("version")), (200, "1.0.0"), "reload %d" % (i + 1))
        time.sleep(0.1)
    tap.ok(not load.failed and load.n > 50, "no call of %d failed" % load.n, load.failed[:2])
    tap.ok(len(load.pids) >= 5, "%d processes answered" % len(load.pids))


def upgrade(t, c):
    with Load(t) as load:
        status, answer = c.call("plugins", "reload", instance="up", file="up-2.so")
        tap.is_((status, answer.get("version")), (200, "2.0.0"), "another file takes over")
        status, answer = c.call("plugins", "reload", instance="up", file="broken.so")
        tap.is_(status, 400, "a file that is no plugin is refused")
        tap.like(answer["detail"], "broken.so", "and named")
        status, answer = c.call("plugins", "reload", instance="up", file="other.so")
        tap.is_((status, answer["code"]), (409, "FAILED_PRECONDITION"), "a version whose rows differ needs a restart")
        tap.like(answer["detail"], "restart tenond", "it says so")
        status, answer = c.call("plugins", "reload", instance="up", file="fails.so")
        tap.is_(status, 503, "one that does not start is refused")
        tap.like(answer["detail"], "the old generation goes on", "it says so")
        status, answer = c.call("plugins", "reload", instance="up", file="../up.so")
        tap.is_(status, 400, "no file of another folder")
        time.sleep(0.1)
    tap.ok(not load.failed and load.n > 20, "no call of %d failed" % load.n, load.failed[:2])
    end = time.monotonic() + 10  # the old process may not have ended yet
    while True:
        up = next(r for r in c.call("plugins", "ls")[1]["instances"] if r["instance"] == "up")
        if up["processes"] == 1 or time.monotonic() > end:
            break
    tap.is_((up["version"], up["state"], up["placement"], up["processes"]), ("2.0.0", "started", "process", 1), "the last good one serves")


def by_hand(t, c):
    def cli(*words):
        return subprocess.run([os.path.join(tap.BUILD, "tenon"), "--server", t.url, "plugin"] + list(words), capture_output=True, text=True)

    tap.like(" ".join(cli("ls").stdout.split()), "up service/up 2.0.0 process started", "tenon plugin ls")
    tap.like(cli("top").stdout, "serving", "tenon plugin top")
    tap.is_(cli("drain", "up").returncode, 0, "tenon plugin drain")
    status, answer = c.call("up", "echo", text="x")
    tap.is_((status, answer["detail"]), (503, "up: it was drained by hand"), "its calls are refused, and told why")
    status, answer = c.call("plugins", "reload", instance="up")
    tap.is_((status, answer["detail"]), (409, "up was drained: start it first"), "it cannot be reloaded")
    tap.is_(cli("start", "up").returncode, 0, "tenon plugin start")
    tap.is_(c.call("up", "echo", text="x")[0], 200, "it answers again")
    tap.is_(c.call("plugins", "describe", instance="up")[1]["instance"]["version"], "2.0.0", "describe")
    tap.is_(c.call("plugins", "describe", instance="nope")[0], 404, "an instance that is not there")
    done = cli("reload", "sql")
    tap.like(done.stderr, "runs in the core", "what runs in the core is not reloaded")


def meanwhile(t, where):
    """it is drained while it is reloaded; whoever waits for the new one learns it"""
    build(where, "slow.so", "5.0.0", '-DSLOW_START="2000"')
    told, c = [], Client(t)
    th = threading.Thread(target=lambda: told.append(Client(t).call("plugins", "reload", instance="up", file="slow.so")))
    th.start()
    tap.ok(until(lambda: any(h["state"] == "starting" for h in c.call("plugins", "top")[1]["processes"])), "a reload that takes its time")
    status, answer = c.call("plugins", "reload", instance="up")
    tap.is_((status, answer["code"]), (503, "OVERLOADED"), "a second one is refused")
    tap.like(answer["detail"], "already", "and told why")
    tap.is_(c.call("plugins", "drain", instance="up")[0], 200, "a drain ends both generations")
    th.join(10)
    tap.is_(told[0][1]["detail"], "it was stopped meanwhile", "the reload ends, too")
    tap.is_((c.call("plugins", "start", instance="up")[0], c.call("up", "echo", text="x")[0]), (200, 200), "and the old version starts again")


def main():
    with tempfile.TemporaryDirectory() as where:
        build(where, "up.so", "1.0.0")
        conf = os.path.join(where, "tenon.yaml")
        with open(conf, "w") as f:
            f.write("plugin_dirs: [%s]\ninstances:\n  up: {plugin: service/up, greeting: one}\n" % where)
        with server.Tenond(["--config", conf]) as t:
            c = Client(t)
            build(where, "up-2.so", "2.0.0")
            build(where, "other.so", "3.0.0", "-DOTHER_ROWS")
            build(where, "fails.so", "4.0.0", "-DFAIL_AT_START")
            with open(os.path.join(where, "service", "broken.so"), "w") as f:
                f.write("no plugin")
            reloads(t, c)
            with open(conf, "w") as f:
                f.write("plugin_dirs: [%s]\ninstances:\n  up: {plugin: service/up, greeting: two}\n" % where)
            tap.is_(c.call("plugins", "reload", instance="up")[0], 200, "reload with another configuration")
            tap.is_(c.call("up", "echo", text="x")[1]["text"], "two x", "it counts")
            with open(conf, "w") as f:
                f.write("plugin_dirs: [%s]\ninstances:\n  up: {plugin: service/up, greeting: [}\n" % where)
            status, answer = c.call("plugins", "reload", instance="up")
            tap.is_(status, 400, "a configuration that cannot be read is refused")
            tap.is_(c.call("up", "echo", text="x")[1]["text"], "two x", "the old one stays")
            with open(conf, "w") as f:
                f.write("plugin_dirs: [%s]\ninstances:\n  up: {plugin: service/up}\n" % where)
            upgrade(t, c)
            by_hand(t, c)
            meanwhile(t, where)
    tap.done_testing()


main()
