#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns of the loop: parked calls do not slow it. Several loops: connections are spread over them, calls go to the instance's home and come back, everything at once."""
import gzip
import json
import os
import random
import threading
import time

import door
from tap import done_testing, is_, ok

SECONDS = 4
FILES = "/api/9.0/toy/files/"


def rounds(d, path):
    """Seconds for 100 times 16 requests at once."""
    held = [d.connect() for _ in range(16)]
    start = time.monotonic()
    for _ in range(100):
        for c in held:
            c.get(path)
        for c in held:
            if c.answer().status != 200:
                return None
    took = time.monotonic() - start
    for c in held:
        c.close()
    return took


# A server that waits for its poll after each resumed connection answers some 650 parked calls a second.
with door.Door() as d:
    direct, parked = rounds(d, "/api/9.0/toy/echo/x"), rounds(d, "/api/9.0/toy/hop")
    ok(parked < 6 * direct, "1,600 calls that park take %.2f s, those that do not %.2f s" % (parked, direct))

with door.Door(["--set", "loops=3"], emit_buffer=20000, gzip_min=1000) as d:
    held = [d.connect() for _ in range(30)]
    for c in held:
        c.get("/health").answer()
    text = d.ask("GET", "/metrics").body.decode()
    each = [int(line.split()[-1]) for line in text.splitlines() if line.startswith("tenon_http_connections{")]
    ok(len(each) == 3 and min(each) >= 9, "30 connections are spread over 3 loops", each)
    is_([c.get("/api/9.0/toy/echo/x").answer().status for c in held], [200] * 30, "each reaches the instance")
    is_([c.get("/ready").answer().status for c in held[:6]], [200] * 6, "and asks whether it is ready")

    blob = os.urandom(1 << 20)
    d.store("blob", blob)
    wrong, done = [], {}

    def check(what, held_, detail):
        if not held_:
            wrong.append((what, detail))

    def echo(c, r):
        a = c.send(door.request("POST", "/api/v1/toy/echo", [], json.dumps({"text": "t%d" % r}).encode())).answer()
        check("echo", a.status == 200 and a.json()["text"] == "t%d" % r, a)

    def hop(c, r):
        a = c.get("/api/9.0/toy/hop").answer()
        check("hop", a.status == 200, a)

    def nap(c, r):
        a = c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":%d}' % (r % 20))).answer()
        check("nap", a.status == 200, a)

    def listing(c, r):
        a = c.get("/api/9.0/toy/list?n=%d&size=50" % (r % 2000), ["Accept-Encoding: gzip"] if r % 2 else []).answer()
        text = gzip.decompress(a.body) if a.headers.get("content-encoding") == "gzip" else a.body
        check("list", a.whole and len(json.loads(text).get("items", [])) == r % 2000, a)

    def download(c, r):
        a = c.get(FILES + "blob?how=" + ("file", "memory", "no_size")[r % 3]).answer()
        check("download", a.body == blob, a)

    def upload(c, r):
        a = c.send(door.request("PUT", FILES + "up%d" % r, [], blob[:r * 400])).answer()
        check("upload", a.status == 200 and a.json()["size"] == r * 400, a)

    def error(c, r):
        a = c.get("/api/9.0/toy/echo/fail").answer()
        check("error", a.status == 410, a)

    def leave(c, r):
        c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":500}'))
        raise ConnectionResetError

    def break_off(c, r):
        c.send(b"PUT " + FILES.encode() + b"half%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n" % r + blob[:r * 100])
        raise ConnectionResetError

    def stop_reading(c, r):
        c.get(FILES + "blob?how=memory").take(1000)
        raise ConnectionResetError

    kinds = [echo, hop, nap, listing, download, upload, error, leave, break_off, stop_reading]

    def client(seed):
        rng = random.Random(seed)
        end = time.monotonic() + SECONDS
        c = d.connect()
        while time.monotonic() < end:
            kind = rng.choice(kinds)
            try:
                kind(c, rng.randrange(1, 2000))
            except ConnectionResetError:
                c.reset() if rng.random() < 0.5 else c.close()
                c = d.connect()
            except Exception as e:  # noqa: BLE001
                wrong.append((kind.__name__, repr(e)))
                c = d.connect()
            done[kind.__name__] = done.get(kind.__name__, 0) + 1
        c.close()

    threads = [threading.Thread(target=client, args=(i,)) for i in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    is_(wrong[:3], [], "%d requests of every kind from 12 clients for %d s: each is answered as it should be" % (sum(done.values()), SECONDS))
    for c in held:
        c.close()

    def quiet():
        lines = d.ask("GET", "/metrics").body.decode().splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith("tenon_http_requests_running{")) == 1

    ok(door.until(quiet), "and nothing is left running")
    ok(door.until(lambda: sum(float(line.split()[-1]) for line in d.ask("GET", "/metrics").body.decode().splitlines()
                              if line.startswith("tenon_calls_running{")) == 0), "nor any call")
done_testing()
