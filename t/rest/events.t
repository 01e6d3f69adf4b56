#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""events - what tracking tells others, watched live as Server-Sent Events: order, what is in them, what is told and what not,
gaps, signs of life, leaving, stopping, limits, the metrics."""
import json
import os
import signal
import subprocess
import socket
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api
import tap

QUIET = ": nothing new"


class Watcher:
    """A connection to /api/v1/events; next() is (id, event, data)."""

    def __init__(self, t, query="", headers="", window=0):
        self.s = socket.socket()
        self.s.settimeout(10)
        if window:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.s.connect(("127.0.0.1", t.port))
        self.s.sendall(("GET /api/v1/events%s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n" % (query, t.port, headers)).encode())
        self.buf = b""
        self.head = self.until(b"\r\n\r\n").decode()
        self.body = b""
        self.comments = 0
        self.first = None

    def until(self, mark):
        while mark not in self.buf:
            got = self.s.recv(65536)
            if not got:
                raise EOFError
            self.buf += got
        part, self.buf = self.buf.split(mark, 1)
        return part

    def chunk(self):
        n = int(self.until(b"\r\n"), 16)
        while len(self.buf) < n + 2:
            got = self.s.recv(65536)
            if not got:
                raise EOFError
            self.buf += got
        data, self.buf = self.buf[:n], self.buf[n + 2:]
        return data

    def block(self):
        while b"\n\n" not in self.body:
            got = self.chunk()
            if not got:
                raise EOFError
            self.body += got
        part, self.body = self.body.split(b"\n\n", 1)
        return part.decode()

    def opened(self):
        """waits for the first bytes: from now on nothing is missed"""
        first = self.block()
        tap.ok(first == QUIET or first.startswith("event: gap"), "it is connected", first)
        return first

    def next(self):
        while True:
            block = self.block()
            if block == QUIET:
                self.comments += 1
                continue
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            return fields.get("id"), fields.get("event"), json.loads(fields["data"])

    def close(self):
        self.s.close()


def metrics(t):
    return urllib.request.urlopen(t.url + "/metrics").read().decode()


def sample(t, name):
    return sum(float(line.split()[-1]) for line in metrics(t).splitlines() if line.startswith(name))


def running(t):
    return sample(t, 'tenon_calls_running{method="events.watch"}')


def none_left(t):
    end = time.time() + 10
    while running(t) > 0 and time.time() < end:
        time.sleep(0.05)
    return running(t) == 0


def the_life_of_a_run(t):
    w = Watcher(t, "?topic=tracking.*")
    tap.ok("200 OK" in w.head and "text/event-stream" in w.head, "it is an event stream", w.head)
    w.opened()
    experiment = t.ok("POST", "experiments/create", {"name": "told"})["experiment_id"]
    run = t.ok("POST", "runs/create", {"experiment_id": experiment, "run_name": "r", "user_id": "u\"ser", "start_time": 5})["run"]["info"]["run_id"]
    t.ok("POST", "runs/log-metric", {"run_id": run, "key": "k", "value": 1, "timestamp": 1})
    t.ok("POST", "runs/update", {"run_id": run, "run_name": "renamed"})
    for _ in range(2):  # the second time it has finished already
        t.ok("POST", "runs/update", {"run_id": run, "status": "FINISHED", "end_time": 9})
    for _ in range(2):
        t.ok("POST", "runs/delete", {"run_id": run})
    t.ok("POST", "runs/restore", {"run_id": run})
    t.refused("POST", "runs/update", {"run_id": "0" * 32, "status": "FAILED"}, api.MISSING, "Run with id=%s not found" % ("0" * 32))
    t.ok("POST", "experiments/delete", {"experiment_id": experiment})
    t.ok("POST", "experiments/restore", {"experiment_id": experiment})
    got = [w.next() for _ in range(7)]
    tap.is_([g[2]["topic"] for g in got], ["tracking." + x for x in ("experiment.created", "run.created", "run.finished", "run.deleted", "run.restored",
            "experiment.deleted", "experiment.restored")], "each thing that happened is told once, in order")
    tap.is_(got[0][2]["payload"], {"experiment_id": experiment, "name": "told", "user": "anonymous"}, "an experiment's event")
    tap.is_(got[1][2]["payload"], {"run_id": run, "experiment_id": experiment, "name": "r", "status": "RUNNING", "start_time": 5, "user": "u\"ser"},
            "a run that began")
    tap.is_(got[2][2]["payload"], {"run_id": run, "experiment_id": experiment, "name": "renamed", "status": "FINISHED", "start_time": 5, "end_time": 9,
                                   "user": "u\"ser"}, "a run that ended")
    tap.is_(got[5][2]["payload"], {"experiment_id": experiment, "name": "told", "user": "anonymous"}, "a deleted experiment is told by name")
    tap.is_({g[2]["instance"] for g in got}, {"tracking"}, "who published it")
    tap.is_([g[2]["seq"] for g in got], [1] * 7, "each topic counts for itself")
    tap.ok(len({g[2]["epoch"] for g in got}) == 1 and abs(got[0][2]["time"] / 1000 - time.time()) < 60, "epoch and time")
    w.close()
    return got


def gaps(t, got):
    last, second = got[-1][0], got[-2][0]
    cases = [("nothing since", last, "tracking.*", False), ("something since", second, "tracking.*", True),
             ("nothing of that topic since", second, "tracking.run.*", False), ("another epoch", "5-" + last.split("-")[1], "tracking.*", True),
             ("nonsense", "x", "tracking.*", True), ("half an id", last.split("-")[0], "tracking.*", True)]
    for name, seen, topic, gap in cases:
        w = Watcher(t, "?topic=" + topic, "Last-Event-ID: %s\r\n" % seen)
        tap.is_(w.opened(), "event: gap\ndata: {}" if gap else QUIET, "Last-Event-ID: " + name)
        w.close()
    w = Watcher(t, "?topic=tracking.*&last_event_id=" + second)
    tap.is_(w.opened(), "event: gap\ndata: {}", "the same as an argument")
    w.close()


def a_slow_client_is_told_how_much_it_missed(t):
    w = Watcher(t, "?topic=tracking.run.created", window=4096)
    w.opened()
    made, lost, told = 800, 0, 0  # 20 kB each: more than the queue and the kernel keep
    for i in range(made):
        t.ask("POST", "runs/create", {"experiment_id": "0", "run_name": "run %d" % i, "user_id": "x" * 20000})
    while lost + told < made:
        _, event, data = w.next()
        if event == "gap":
            lost += data["lost"]
        else:
            told += 1
            last = data
    tap.is_(lost + told, made, "what a slow client got and what it was told to have lost are all (%d lost)" % lost)
    tap.ok(lost > 0, "its server kept a bounded number")
    tap.ok(last["payload"]["name"] == "run %d" % (made - 1), "the newest is never the one that is dropped")
    w.close()


def signs_of_life_and_leaving(t):
    w = Watcher(t, "?topic=tracking.*&heartbeat=1")
    w.opened()
    began = time.time()
    tap.ok(w.block() == QUIET and 0.5 < time.time() - began < 5, "a comment each second while nothing happens")
    one = running(t)
    w.close()
    tap.ok(one >= 1 and none_left(t), "a watcher that left is gone")


def many_watch_at_once(t):
    watchers = [Watcher(t, "?topic=" + topic) for topic in ("tracking.*", "*", "tracking.run.created", "tracking.experiment.created")]
    for w in watchers:
        w.opened()
    watchers.pop(1).close()  # one that leaves meanwhile
    run = t.new_run()
    t.new_experiment()
    got = [watchers[0].next(), watchers[0].next(), watchers[1].next(), watchers[2].next()]
    tap.is_([g[2]["topic"] for g in got], ["tracking.run.created", "tracking.experiment.created"] * 2, "each watcher gets what it asked for")
    tap.ok(got[0] == got[2] and got[1] == got[3] and got[0][2]["payload"]["run_id"] == run, "and all of them the same")
    for w in watchers:
        w.close()


def on_the_command_line(t):
    none_left(t)
    tool = subprocess.Popen([os.path.join(tap.BUILD, "tenon"), "--server", t.url, "events", "watch", "tracking.experiment.*"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    end = time.time() + 10
    while running(t) < 1 and time.time() < end:
        time.sleep(0.05)
    t.new_experiment(name="from afar")
    line = tool.stdout.readline()
    tap.is_((json.loads(line)["topic"], json.loads(line)["payload"]["name"]), ("tracking.experiment.created", "from afar"), "tenon events watch: a line an event, at once")
    tool.send_signal(signal.SIGINT)
    rest = tool.communicate(timeout=10)
    tap.is_(rest, ("", ""), "it ends with Ctrl-C, in silence")


def refusals(t):
    for topic in ("tracking", "Tracking.Run", "*.run", "tracking.", "a..b"):
        status, body = t.ask("GET", "/api/v1/events", topic=topic)
        tap.ok(status == 400 and "neither a topic" in body["detail"], "topic=%s is refused" % topic, body)
    status, body = t.ask("GET", "/api/v1/events", heartbeat=0)
    tap.ok(status == 400 and "heartbeat" in body["detail"], "a heartbeat out of range is refused", body)


def all_of_it(*options):
    with api.start(*options) as t:
        got = the_life_of_a_run(t)
        gaps(t, got)
        refusals(t)
        many_watch_at_once(t)
        on_the_command_line(t)
        signs_of_life_and_leaving(t)
        a_slow_client_is_told_how_much_it_missed(t)
        tap.ok(sample(t, 'tenon_events_published_total{instance="tracking",topic="tracking.run.finished"}') == 1, "events are counted by topic")
        tap.ok('# TYPE tenon_events_lost_total counter' in metrics(t), "lost events are a metric")
        w = Watcher(t)
        w.opened()
        began = time.time()
        os.kill(t.pid, signal.SIGTERM)
        try:
            while True:
                w.block()
        except EOFError:
            pass
        t.process.wait(10)
        tap.ok(time.time() - began < 5, "a stopping server lets its watchers go at once")


def main():
    all_of_it()
    tap.diag("the same with two loops, tracking on a thread of its own")
    all_of_it("--set", "loops=2", "--set", "instances.tracking.placement=thread")
    tap.done_testing()


main()
