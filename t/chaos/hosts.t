#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hosts killed, stopped and crashed under 500 calls/s: each call ends once and in time, and what had nothing to do with them does not notice.

TENON_KILLS: how many (100; with TENON_LONG, as `make check-long` sets it, 1,000). TENON_SEED: the order of things, printed."""
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "process"))
import fixture  # noqa: E402
from fixture import memory, until  # noqa: E402
from tap import diag, done_testing, is_, like, ok  # noqa: E402

KILLS = int(os.environ.get("TENON_KILLS", "1000" if os.environ.get("TENON_LONG") else "30" if fixture.SANITIZED else "100"))
SEED = int(os.environ.get("TENON_SEED", str(random.SystemRandom().randrange(1 << 30))))
RATE, CALLERS, REPLICAS, STOPPED_MOST = 500, 64, 10, 4
GROWTH = (300 if fixture.SANITIZED else 12) << 20 # a sanitizer keeps what was freed
HOW = (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV)
# what it may end with beside 200, and its deadline
CALLS = {"echo": ({"text": "x"}, 30), "nap": ({"ms": 10}, 2), "nap_write": ({"ms": 10, "deaf": True}, None), "nap_again": ({"ms": 10}, 30),
         "list": ({"n": 50}, 30)}
MAY = {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
PROBER = r"""
import socket, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
ask = b"POST /api/v1/other/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"x\"}"
while True:
    began = time.monotonic()
    s.sendall(ask)
    if not s.recv(65536).startswith(b"HTTP/1.1 200"):
        sys.exit("refused")
    print(began, time.monotonic() - began, flush=True)
    time.sleep(0.004)
"""


class Caller(threading.Thread):
    """Its share of the calls, one after another, over one connection."""

    def __init__(self, port, stop, number):
        super().__init__(daemon=True)
        self.port, self.stop, self.random = port, stop, random.Random(SEED + number)
        self.ended, self.wrong = [], []

    def run(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        time.sleep(self.random.random() * CALLERS / RATE)
        due = time.monotonic()
        while not self.stop.is_set():
            due = max(due + CALLERS / RATE, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))
            method = self.random.choice(list(CALLS))
            args, deadline = CALLS[method]
            began = time.monotonic()
            try:
                c.request("POST", "/api/v1/probe/" + method, json.dumps(args), {"Content-Type": "application/json"})
                with c.getresponse() as answer:
                    status, body = answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.wrong.append("%s: %r after %.1f s" % (method, error, time.monotonic() - began))
                c.close()
                self.ended.append((method, "?", 0))
                continue
            took = time.monotonic() - began
            code = "OK" if status == 200 else body.get("code")
            self.ended.append((method, code, took))
            if code != "OK" and code not in MAY:
                self.wrong.append("%s: %s" % (method, body))
            if took > (deadline or 10) + 1.5:
                self.wrong.append("%s: %s after %.1f s" % (method, code, took))
        c.close()


def load(port):
    """All callers, in a process of their own, until it is told to end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    callers = [Caller(port, stop, i) for i in range(CALLERS)]
    for c in callers:
        c.start()
    while not stop.wait(0.5):
        pass
    for c in callers:
        c.join(40)
    json.dump({"ended": [e[:2] for c in callers for e in c.ended], "wrong": [w for c in callers for w in c.wrong],
               "alive": sum(c.is_alive() for c in callers)}, sys.stdout)


class Killer:
    """One host at a time, and never the last ones."""

    def __init__(self, t, rng):
        self.t, self.rng, self.stopped, self.killed = t, rng, set(), {}

    def targets(self):
        hosts = set(self.t.hosts("probe"))
        self.stopped &= hosts
        return sorted(hosts - self.stopped)

    def one(self):
        how = HOW[sum(self.killed.values()) % 3]
        if how == signal.SIGSTOP:
            until(lambda: self.targets() is not None and len(self.stopped) < STOPPED_MOST, 20)
        until(lambda: len(self.targets()) >= REPLICAS - STOPPED_MOST, 20)
        pid = self.rng.choice(self.targets())
        os.kill(pid, how)
        self.killed[how] = self.killed.get(how, 0) + 1
        if how == signal.SIGSTOP:
            self.stopped.add(pid)
        else:
            until(lambda: pid not in self.t.hosts("probe"))
        time.sleep(self.rng.random() * 0.1)


def resources(t):
    kinds = {"threads": len(os.listdir("/proc/%d/task" % t.pid))}
    for fd in os.listdir("/proc/%d/fd" % t.pid):
        try:
            kind = os.readlink("/proc/%d/fd/%s" % (t.pid, fd)).split("[")[0].replace(t.dir, "")
        except OSError:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds


def p99(samples, begin, end):
    taken = sorted(took for at, took in samples if begin <= at < end)
    return taken[int(len(taken) * 0.99)] if taken else None


def storm():
    conf = {"replicas": REPLICAS, "lanes": 16, "crashes": 1000000, "hang": 500}
    with fixture.Probe({"probe": {"process": conf}, "other": {"plugin": "service/other", "placement": "inline"}}) as t:
        loader = subprocess.Popen([sys.executable, __file__, "load", str(t.port)], stdout=subprocess.PIPE, text=True,
                                  env=dict(os.environ, TENON_SEED=str(SEED)))
        prober = subprocess.Popen([sys.executable, "-c", PROBER, str(t.port)], stdout=subprocess.PIPE, text=True)
        samples = []
        reader = threading.Thread(target=lambda: samples.extend(tuple(map(float, line.split())) for line in prober.stdout))
        reader.start()
        time.sleep(1.5) # everything has run once
        t.warm()
        quiet = time.monotonic()
        time.sleep(4)
        before, rss = resources(t), memory(t.pid)
        began = time.monotonic()
        killer = Killer(t, random.Random(SEED))
        while sum(killer.killed.values()) < KILLS:
            killer.one()
        until(lambda: killer.targets() is not None and not killer.stopped, 20)
        ended = time.monotonic()
        back = until(lambda: len(t.hosts("probe")) == REPLICAS, 20)
        ok(back, "all replicas are there again", t.hosts("probe"))
        until(lambda: resources(t) == before, 5) # under the same load as before
        after = resources(t)
        prober.terminate()
        reader.join()
        loader.terminate()
        text = loader.communicate()[0]
        said = json.loads(text) if text.startswith("{") else diag(text)
        calls, wrong = said["ended"], said["wrong"]
        tally = {}
        for method, code in calls:
            tally[(method, code)] = tally.get((method, code), 0) + 1
        diag("%d kills (%s) in %.1f s, %d calls: %s" % (KILLS, ", ".join("%s %d" % (s.name, n) for s, n in killer.killed.items()),
                                                     ended - began, len(calls), tally))
        is_(said["alive"], 0, "every call has ended")
        ok(not wrong, "each with its result, UNAVAILABLE or DEADLINE_EXCEEDED, and in time", "\n".join(wrong[:10]))
        good = sum(n for (_, code), n in tally.items() if code == "OK")
        ok(good > 0.8 * len(calls), "most with their result", tally)
        ok(len(calls) > RATE * (ended - began) * 0.5, "there was load", "%.0f calls/s" % (len(calls) / (ended - began + 5)))
        twice = sum(n for (method, code), n in tally.items() if method in ("echo", "nap_again") and code != "OK")
        ok(twice <= KILLS // 2, "IDEMPOTENT ones are done by another; few met two deaths", tally)
        is_(t.metric("tenon_calls_running"), 0, "none runs")
        counted = sum(t.metric('tenon_calls_total{method="probe.%s"' % m) for m in CALLS)
        is_(counted, len(calls), "each was counted once")
        is_(after, before, "descriptors and threads as before")
        ok(memory(t.pid) - rss < GROWTH, "memory as before", "%.1f MiB more" % ((memory(t.pid) - rss) / (1 << 20)))
        a, b = p99(samples, quiet, began), p99(samples, began, ended)
        diag("p99 of an inline method: %.2f ms quiet, %.2f ms in the storm" % (a * 1000, b * 1000))
        ok(b <= max(2 * a, a + 0.010), "an inline method hardly notices", (a, b))
        is_(t.ready()[0], 200, "ready")
        for how in ("SIGKILL", "SIGSEGV", "hangs and was ended"):
            like(t.log(), how, "the log has " + how)


def pair():
    """With two replicas an idempotent call never fails when one is killed."""
    with fixture.Probe({"probe": {"process": {"replicas": 2, "lanes": 8, "crashes": 1000000, "hang": 200}}}) as t:
        stop, failed, done = threading.Event(), [], [0]

        def caller():
            c = t.connect()
            while not stop.is_set():
                c.request("POST", "/api/v1/probe/nap_again", '{"ms":60}', {"Content-Type": "application/json"})
                with c.getresponse() as answer:
                    body = json.loads(answer.read())
                    done[0] += 1
                    if answer.status != 200:
                        failed.append(body)
            c.close()

        threads = [threading.Thread(target=caller) for _ in range(12)]
        for x in threads:
            x.start()
        rng = random.Random(SEED)
        for i in range(6):
            until(lambda: len(t.hosts("probe")) == 2)
            time.sleep(0.3) # what was lost before is done
            pid = rng.choice(t.hosts("probe"))
            os.kill(pid, HOW[i % 3])
            until(lambda: pid not in t.hosts("probe"), 20)
        stop.set()
        for x in threads:
            x.join()
        ok(not failed and done[0] > 100, "two replicas, one killed again and again: %d idempotent calls, none failed" % done[0], failed[:3])


def quarantine():
    with fixture.Probe({"probe": {"process": {"crashes": 3}}, "other": {"plugin": "service/other", "placement": "inline"}}) as t:
        said = "quarantined: its processes keep dying; the last one was ended by SIGSEGV"
        for i in range(4):
            status, got = t.call("probe", "harm", how="segv")
            if i < 3:
                is_((status, got["code"]), (503, "UNAVAILABLE"), "a crash is told to whom it costs the call")
        like(got["detail"], "its process ended while it worked on this", "in words")
        ok(until(lambda: said in t.ready()[1]), "one crash too many: the instance fails and says why", t.ready())
        like(t.log(), "probe: " + said, "in the log, too")
        status, got = t.call("probe", "echo", text="x")
        is_((status, got["code"]), (503, "UNAVAILABLE"), "its calls are refused")
        like(got["detail"], "quarantined", "with the reason")
        is_(t.call("other", "echo", text="x")[0], 200, "others run on")
        like(t.log(), "died of SEGV in probe.harm", "the log names the method")
        ok(until(lambda: t.ready()[0] == 200, 10), "it is tried again and comes back", t.ready())
        is_(t.call("probe", "echo", text="x")[0], 200, "and serves")


if sys.argv[1:2] == ["load"]:
    load(int(sys.argv[2]))
    sys.exit()
diag("TENON_SEED=%d TENON_KILLS=%d" % (SEED, KILLS))
storm()
pair()
quarantine()
done_testing()
