#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same methods inline, in a thread and in a process, by configuration alone; and what only a process has: its limits, its lazy start,
its idle end, its replicas, its failures to start, and secrets that nobody else sees."""
import hashlib
import http.client
import json
import os
import signal
import socket
import threading
import time

import fixture
from fixture import memory, read, response, until
from tap import diag, done_testing, is_, like, ok

MIB = 1 << 20
PERIOD = bytes(range(251))
FLAT = (400 if fixture.SANITIZED else 24) * MIB # a sanitizer keeps what was freed
BIG = {"inline": 40 * MIB, "thread": 40 * MIB, "process": (40 if fixture.SANITIZED else 200) * MIB}
SECRET = "s3cr3t-%s" % os.urandom(8).hex()


def pattern(start, end):
    """The bytes that give() gives from start on."""
    first = start - start % 251
    return (PERIOD * ((end - first) // 251 + 1))[start - first:end - first]


def pid_of(t, name):
    return t.hosts(name)[0] if t.hosts(name) else t.pid


# ---- what is the same everywhere

def check_values(t, where):
    text = "ünïcödé \U0001F600 \u0000".replace("\u0000", "") + "\"\\/\b\f\n\r\t 漢字"
    status, got = t.call("probe", "echo", text=text, n=0, x=-0.1, many=["", "ä", "b" * 1000], words={"k ü": "v", "": "e"},
                         any={"z": [1, None, True, 2.5, {"y": "\U0001F600"}]}, raw="AAEC/w==")
    is_((status, {k: got.get(k) for k in ("text", "n", "x", "many", "words", "any", "raw", "principal", "workspace")}),
        (200, {"text": "hello " + text, "n": 0, "x": -0.1, "many": ["", "ä", "b" * 1000], "words": {"k ü": "v", "": "e"},
               "any": {"z": [1, None, True, 2.5, {"y": "\U0001F600"}]}, "raw": "AAEC/w==", "principal": "anonymous",
               "workspace": "default"}), where + ": values of every type come back")
    is_(t.call("probe", "echo", text="")[1]["n"], 7, where + ": a default")
    ok("x" not in t.call("probe", "echo", text="")[1], where + ": what was not given stays away")
    for value in (1.7976931348623157e308, 5e-324, -2.5):
        is_(t.call("probe", "echo", text="", x=value)[1]["x"], value, where + ": the double %r" % value)
    long = "x" * 1000000
    is_(t.call("probe", "echo", text=long)[1]["text"], "hello " + long, where + ": a text of 1 MB")
    many = [str(i) for i in range(50000)]
    is_(t.call("probe", "echo", text="", many=many)[1]["many"], many, where + ": 50,000 texts")
    trace = "0af7651916cd43dd8448eb211c80319c"
    got = t.call("probe", "echo", {"traceparent": "00-%s-b7ad6b7169203331-01" % trace}, text="")[1]
    is_(got["trace"], trace, where + ": the trace is the caller's")
    is_(got["pid"] == t.pid, where != "process", where + ": runs where it should")


def check_errors(t, where):
    for args, code, part in (({}, "INVALID_ARGUMENT", "text"), ({"text": 5}, "INVALID_ARGUMENT", "text"),
                             ({"text": "x", "n": 101}, "INVALID_ARGUMENT", "n"), ({"text": "x" * 1000001}, "INVALID_ARGUMENT", "text"),
                             ({"text": "x", "txet": 1}, "INVALID_ARGUMENT", "txet")):
        status, got = t.call("probe", "echo", **args)
        ok(status == 400 and got["code"] == code and part in got["detail"], "%s: %s is refused" % (where, str(args)[:40]), (status, got))
    is_([t.call("probe", "harm", how="nothing")[1][k] for k in ("status", "code", "detail")],
        [400, "INVALID_ARGUMENT", 'how: there is no "nothing"'], where + ": an error of the handler and its words")
    is_(t.call("probe", "nothing")[0], 404, where + ": no such method")


def check_lists(t, where):
    items = lambda n, size: [{"i": i, "pad": "x" * size} for i in range(n)]
    is_(t.call("probe", "list", n=0), (200, {"next": "end"}), where + ": an empty list")
    is_(t.call("probe", "list", n=1), (200, {"items": items(1, 10), "next": "end"}), where + ": a list of one")
    is_(t.call("probe", "list", n=50000), (200, {"items": items(50000, 10), "next": "end"}), where + ": 50,000 items")
    is_(t.call("probe", "list", n=40, size=100000), (200, {"items": items(40, 100000), "next": "end"}), where + ": big items")
    status, got = t.call("probe", "list", n=10, fail_at=5)
    is_((status, got.get("detail")), (500, "broke at item 5"), where + ": a list that breaks")
    s = t.begin("probe", "list", n=50000, size=1000, fail_at=49999)
    try:
        whole = response(s)[0] == 200
    except (http.client.HTTPException, ValueError, OSError):
        whole = False
    s.close()
    ok(not whole, where + ": one that breaks behind its beginning is not whole")
    s = t.begin("probe", "list", n=100000000, size=1000)
    s.recv(100000)
    s.close()
    ok(until(lambda: t.metric('tenon_calls_running{method="probe.list"}') == 0), where + ": a reader that leaves ends the list")


def check_downloads(t, where):
    status, headers, body = t.send("GET", "/probe/bytes?n=1000000")
    is_((status, headers["content-length"], body), (200, "1000000", pattern(0, 1000000)), where + ": a download")
    is_(t.send("GET", "/probe/bytes?n=0")[0::2], (200, b""), where + ": of nothing")
    for ask, status, part in (("bytes=0-0", 206, (0, 1)), ("bytes=100-299999", 206, (100, 300000)), ("bytes=-5", 206, (299995, 300000)),
                              ("bytes=299990-", 206, (299990, 300000)), ("bytes=300000-", 416, None)):
        got = t.send("GET", "/probe/bytes?n=300000", headers={"Range": ask})
        is_((got[0], got[2] if part else None), (status, pattern(*part) if part else None), "%s: %s" % (where, ask))
    status, headers, body = t.send("HEAD", "/probe/bytes?n=300000")
    is_((status, headers["content-length"], body), (200, "300000", b""), where + ": HEAD")


def download(t, n, hook=lambda: None):
    c = t.connect()
    c.request("GET", "/probe/bytes?n=%d" % n)
    answer = c.getresponse()
    got, good = 0, True
    block = pattern(0, 251 * 4096)
    while True:
        part = answer.read(len(block))
        if not part:
            break
        good = good and part == block[:len(part)]
        got += len(part)
        hook()
    c.close()
    return got, good


class Peak:
    """The most memory that tenond and a host had while it was asked."""

    def __init__(self, t, name):
        self.pids = {t.pid, pid_of(t, name)}
        self.first = {p: memory(p) for p in self.pids}
        self.most = dict(self.first)

    def look(self):
        for p in self.pids:
            self.most[p] = max(self.most[p], memory(p))

    def growth(self):
        return max(self.most[p] - self.first[p] for p in self.pids)


def check_big_download(t, where):
    peak = Peak(t, "probe")
    is_(download(t, BIG[where], peak.look), (BIG[where], True), where + ": %d MiB come down" % (BIG[where] // MIB))
    ok(peak.growth() < FLAT, where + ": with flat memory", "%.1f MiB" % (peak.growth() / MIB))
    s = socket.create_connection(("127.0.0.1", t.port), timeout=30)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    s.sendall(b"GET /probe/bytes?n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % (1 << 40))
    s.recv(65536)
    s.close()
    ok(until(lambda: t.metric('tenon_calls_running{method="probe.give"}') == 0), where + ": a client that leaves ends a download of 1 TB")


class Body:
    def __init__(self, n, hook):
        self.left, self.hook, self.block = n, hook, pattern(0, 251 * 1024)

    def read(self, most):
        n = min(most, self.left, len(self.block))
        self.left -= n
        self.hook()
        return self.block[:n]


def check_uploads(t, where):
    for path in ("bytes", "blocking"):
        for n in (0, 1, 65536, 1000000):
            data = bytes([n % 251]) * n
            status, _, got = t.send("PUT", "/probe/" + path, data)
            is_((status, json.loads(got)), (200, {"n": n, "sum": n * (n % 251)}), "%s: %s: %d bytes go up" % (where, path, n))
        peak = Peak(t, "probe")
        n = BIG[where] // (251 * 1024) * 251 * 1024
        c = t.connect(60)
        c.blocksize = 251 * 1024
        c.request("PUT", "/probe/" + path, Body(n, peak.look), {"Content-Length": str(n)})
        answer = c.getresponse()
        is_((answer.status, json.loads(answer.read())), (200, {"n": n, "sum": n // 251 * sum(range(251))}), "%s: %s: %d MB" % (where, path, n // MIB))
        c.close()
        ok(peak.growth() < FLAT, "%s: %s: with flat memory" % (where, path), "%.1f MiB" % (peak.growth() / MIB))
        method = 'tenon_calls_running{method="probe.take%s"}' % ("_blocking" if path == "blocking" else "")
        s = socket.create_connection(("127.0.0.1", t.port), timeout=30)
        s.sendall(b"PUT /probe/" + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)
        ok(until(lambda: t.metric(method) == 1), "%s: %s: it waits for the rest" % (where, path))
        s.close()
        ok(until(lambda: t.metric(method) == 0), "%s: %s: a sender that breaks off ends it" % (where, path))


def check_crowd(t, where):
    """200 calls at once, more than there are lanes"""
    wrong = []

    def caller(k):
        c = t.connect()
        for i in range(20):
            want = "%d-%d" % (k, i)
            c.request("POST", "/api/v1/probe/echo", json.dumps({"text": want}), {"Content-Type": "application/json"})
            got = json.loads(c.getresponse().read())
            if got.get("text") != "hello " + want:
                wrong.append(got)
        c.close()

    threads = [threading.Thread(target=caller, args=(k,)) for k in range(100)]
    for x in threads:
        x.start()
    for x in threads:
        x.join()
    is_(wrong, [], where + ": 100 callers at once each get their own answer")


CALLER = {"plugin": "service/other", "placement": "inline"}
for where in ("inline", "thread", "process"):
    instances = {"probe": {"placement": where, "process": {"lanes": 16, "may_call": "other"}}, "other": CALLER}
    with fixture.Probe(instances, config="instances:\n  probe:\n    secret: %s\n" % SECRET) as t:
        for check in (check_values, check_errors, check_lists, check_downloads, check_big_download, check_uploads, check_crowd):
            check(t, where)
        status, got = t.call("probe", "ask", instance="other", method="echo", text="q")
        is_((status, got.get("text"), got.get("pid")), (200, "hello q", t.pid), where + ": it calls an instance of the core")
        status, got = t.call("other", "ask", instance="probe", method="echo", text="q")
        is_((status, got.get("text"), got.get("pid")), (200, "hello q", pid_of(t, "probe")), where + ": and is called by one")
        is_(t.call("probe", "ask", instance="nobody", method="echo", text="q")[0], 404, where + ": one that is not there")
        ok(SECRET not in t.log(), where + ": the secret is not in the log")
        if where == "process":
            for pid in [t.pid] + t.hosts("probe"):
                for name in ("cmdline", "environ"):
                    text = read("/proc/%d/%s" % (pid, name))
                    ok(SECRET.encode() not in text, "the secret is not in %s of %d" % (name, pid))
            s = t.begin("probe", "nap_write", ms=700, deaf=True)
            ok(until(lambda: t.metric('tenon_calls_running{method="probe.nap_write"}') == 1), "a call is in flight")
            t.process.send_signal(signal.SIGTERM)
            is_(response(s)[0], 200, "SIGTERM: it is answered with its result")
            s.close()
            is_(t.process.wait(20), 0, "and tenond ends well")
            ok(not fixture.children(t.pid), "and no process is left")

# ---- who may be called

with fixture.Probe({"probe": {"placement": "process"}, "other": CALLER, "third": {"plugin": "service/other", "placement": "process"}}) as t:
    status, got = t.call("probe", "ask", instance="other", method="echo", text="q")
    is_((status, got["code"]), (403, "PERMISSION_DENIED"), "it may not call what nobody allowed")
    like(got["detail"], "may_call", "and is told how that is changed")
    is_(t.call("probe", "ask", instance="third", method="echo", text="q")[0], 403, "nor another process")
    is_(t.call("probe", "ask", instance="probe", method="echo", text="q")[1].get("text"), "hello q", "itself it may call")
with fixture.Probe({"probe": {"placement": "process", "process": {"may_call": "*"}}, "third": {"plugin": "service/other"}}) as t:
    status, got = t.call("probe", "ask", instance="third", method="echo", text="q")
    is_((status, got.get("pid")), (200, t.hosts("third")[0]), "may_call *: one process calls another")
    is_(t.call("probe", "ask", instance="third", method="harm", text="q")[0], 400, "whose refusal comes back")

# ---- replicas, queue, lazy, idle

with fixture.Probe({"probe": {"process": {"replicas": 3, "lanes": 1, "queue": 4}}}) as t:
    is_(len(t.hosts("probe")), 3, "three replicas")
    naps = [t.begin("probe", "nap", ms=400) for _ in range(3)]
    is_([response(s)[0] for s in naps], [200] * 3, "share three naps")
    pids = {t.call("probe", "echo", text="")[1]["pid"] for _ in range(30)}
    is_(pids, set(t.hosts("probe")), "each of them is asked")
    naps = [t.begin("probe", "nap", ms=500) for _ in range(3)]
    ok(until(lambda: t.metric('tenon_calls_running{method="probe.nap"}') == 3), "all lanes are taken")
    naps += [t.begin("probe", "nap", ms=1) for _ in range(4)]
    ok(until(lambda: t.metric('tenon_calls_running{method="probe.nap"}') == 7), "four wait")
    status, got = t.call("probe", "echo", text="")
    is_((status, got["code"]), (503, "OVERLOADED"), "the fifth is refused")
    like(got["detail"], "4 calls waiting", "with the reason")
    is_([response(s)[0] for s in naps], [200] * 7, "those before it are answered")
    is_(t.call("probe", "echo", text="")[0], 200, "and then there is room again")

with fixture.Probe({"probe": {"placement": "process", "process": {"rate": 10}}}) as t:
    got = [t.call("probe", "echo", text="") for _ in range(40)]
    took = [a for a in got if a[0] == 200]
    ok(10 <= len(took) < 40, "process.rate: about ten of forty calls at once are taken", len(took))
    refused = next(a for a in got if a[0] != 200)
    is_((refused[0], refused[1]["code"]), (503, "OVERLOADED"), "the others are refused")
    like(refused[1]["detail"], "process.rate", "with the limit's name")
    ok(until(lambda: t.call("probe", "echo", text="")[0] == 200), "and then it takes calls again")

for where in ("inline", "process"):
    with fixture.Probe({"probe": {"placement": where, "unready": "not today"}}) as t:
        status, said = t.ready()
        is_(status, 503, where + ": an instance that is not ready makes tenond so")
        like(said if isinstance(said, str) else str(said), "not today", where + ": which says why")

with fixture.Probe({"lazy": {"plugin": "service/lazy", "process": {"idle": 300}}}) as t:
    is_((t.hosts("lazy"), t.ready()[0]), ([], 200), "lazy: no process before the first call, and ready")
    is_(t.call("lazy", "echo", text="a")[1].get("text"), "hello a", "the first call starts one")
    first = t.hosts("lazy")
    is_(len(first), 1, "one")
    ok(until(lambda: not t.hosts("lazy")), "idle: it ends")
    is_(t.call("lazy", "echo", text="b")[1].get("text"), "hello b", "another call starts it again")
    ok(t.hosts("lazy") != first, "another process")
    status, got = t.call("lazy", "nap", ms=1000)
    is_(status, 200, "a call that runs is not idle")
    burst = [t.begin("lazy", "echo", text="d") for _ in range(50)]
    is_({response(s)[0] for s in burst}, {200}, "fifty at once")
    is_(len(t.hosts("lazy")), 1, "start one process")
with fixture.Probe({"lazy": {"plugin": "service/lazy", "slow_stop": 3000, "process": {"idle": 200}}}) as t:
    first = t.call("lazy", "echo", text="a")[1].get("pid")
    ok(until(lambda: t.log().count("probe says it drains") == 2), "a process that takes long to end")  # it was tried at the start, too
    began = time.monotonic()
    status, got = t.call("lazy", "echo", text="b")
    ok(status == 200 and got["pid"] != first, "a call that comes meanwhile has another", (status, got))
    ok(time.monotonic() - began < 2, "which does not wait for the end of the first", time.monotonic() - began)
with fixture.Probe({"lazy": {"plugin": "service/lazy", "refuse": True}}) as t:
    status, got = t.call("lazy", "echo", text="a")
    is_((status, got["code"]), (503, "UNAVAILABLE"), "lazy: one that cannot be created")
    like(got["detail"], "refuse: was asked to", "says why to who calls")
    ok(until(lambda: t.ready()[0] == 503 and "refuse: was asked to" in t.ready()[1]), "and to /ready", t.ready())

# ---- failing to start

def fails(settings, said, name, within=20):
    with fixture.Probe({"probe": settings, "other": CALLER}) as t:
        ok(until(lambda: t.ready()[0] == 503 and said in t.ready()[1], within), name + ": /ready says why", t.ready())
        like(t.log(), said, name + ": so does the log")
        status, got = t.call("probe", "echo", text="")
        is_((status, got["code"]), (503, "UNAVAILABLE"), name + ": its calls are refused")
        like(got["detail"], said, name + ": with the reason")
        is_(t.call("other", "echo", text="")[0], 200, name + ": others run on")


fails({"refuse": True}, "refuse: was asked to", "create refuses")
fails({"at_start": "fail"}, "at_start: was asked to fail", "start fails")
fails({"at_start": "crash"}, "SIGABRT", "start crashes")
fails({"at_start": "hang", "process": {"start_timeout": 500}}, "does not start in time (process.start_timeout)", "start hangs")
with fixture.Starting({"probe": {"at_start": "hang", "process": {"start_timeout": 400000}}}) as t:
    ok(until(lambda: t.hosts("probe")), "a process that hangs in its start")
    is_(t.stop(), 0, "does not keep tenond from ending")
    ok(not fixture.children(t.pid), "and ends with it")
with fixture.Probe({"probe": {"at_start": "hang", "process": {"start_timeout": 400}}}) as t:
    ok(until(lambda: t.ready()[0] == 503 and "does not start" in t.ready()[1]), "one that hangs is tried again")
    ok(until(lambda: t.hosts("probe")), "and again")
    began = time.monotonic()
    is_(t.stop(), 0, "while it is, tenond ends")
    ok(time.monotonic() - began < 5, "at once")
done_testing()
