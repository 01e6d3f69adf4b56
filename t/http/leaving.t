#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that leave: while their call is parked, in the middle of an upload, in the middle of an answer. Nothing stays behind."""
import json
import os
import socket
import time

import door
from door import until
from tap import done_testing, is_, ok


def quiet(d):
    """No request and no connection is left but the one that asks."""
    time.sleep(0.05)
    text = d.ask("GET", "/metrics").body.decode()
    return 'tenon_http_requests_running{loop="0"} 1\n' in text and 'tenon_http_connections{loop="0"} 1\n' in text


with door.Door() as d:
    d.warm()
    until(lambda: quiet(d))
    files = d.metric("process_open_fds")

    # ---- while the call is parked
    for name, leave in (("closes", lambda c: c.close()), ("resets", lambda c: c.reset()), ("shuts its side", lambda c: c.sock.shutdown(socket.SHUT_WR))):
        before = d.counts()["cancelled"]
        c = d.connect()
        c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":30000}'))
        time.sleep(0.3)
        start = time.monotonic()
        leave(c)
        ok(until(lambda: d.counts()["cancelled"] == before + 1), "a client that %s while its call sleeps cancels it" % name)
        ok(time.monotonic() - start < 1.5, "soon", time.monotonic() - start)
        ok(until(lambda: d.metric('tenon_calls_running{method="toy.nap"}') == 0), "and the call is gone")
        c.close()
    many = [d.connect() for _ in range(200)]
    before = d.counts()["cancelled"]
    for c in many:
        c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":30000}'))
    ok(until(lambda: d.metric('tenon_calls_running{method="toy.nap"}') == 200), "200 parked calls")
    is_(d.ask("GET", "/health").status, 200, "are in nobody's way")
    for c in many:
        c.close()
    ok(until(lambda: d.counts()["cancelled"] == before + 200), "all cancelled when their clients leave")
    c = d.connect()
    c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":700}') + door.request("GET", "/version"))
    is_((c.answer().status, c.answer().status), (200, 200), "a pipelined request behind a parked call is no leaving")
    c.close()

    # ---- half-closed
    c = d.connect()
    c.send(door.request("GET", "/api/9.0/toy/echo/x"))
    c.sock.shutdown(socket.SHUT_WR)
    is_((c.answer().status, c.is_closed()), (200, True), "a client that shuts its side behind a request is answered, then closed")
    c.close()
    c = d.connect()
    c.send(b"GET /health HTTP/1.1\r\nHost: local")
    c.sock.shutdown(socket.SHUT_WR)
    ok(c.is_closed(), "behind half a request it is closed")
    c.close()

    # ---- deadlines
    a = d.toy("slow", ms=5000)
    is_((a.status, a.json()["code"]), (504, "DEADLINE_EXCEEDED"), "a read past its deadline ends")
    start = time.monotonic()
    a = d.toy("drowse", ms=2500)
    ok(a.status == 504 and time.monotonic() - start < 2.2, "even when its handler does not", (a, time.monotonic() - start))
    ok(until(lambda: d.metric('tenon_calls_running{method="toy.drowse"}') == 0), "which ends later, and nothing breaks")

    # ---- uploads
    def upload(sent, total, leave):
        c = d.connect()
        c.send(b"PUT /api/9.0/toy/files/part HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % total)
        c.send(b"x" * sent)
        time.sleep(0.1)
        leave(c)

    where = os.path.join(d.data, "toy", "part")
    for name, leave in (("closes", lambda c: c.close()), ("resets", lambda c: c.reset())):
        before = d.counts()["broken"]
        upload(300000, 1000000, leave)
        ok(until(lambda: d.counts()["broken"] == before + 1), "an upload whose client %s is told so" % name)
        ok(until(lambda: not os.path.exists(where)), "and leaves nothing")
    before = d.counts()["broken"]
    c = d.connect()
    c.send(b"PUT /api/9.0/toy/files/part HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n123")
    c.sock.shutdown(socket.SHUT_WR)
    ok(until(lambda: d.counts()["broken"] == before + 1), "a chunked upload without its end is none")
    c.close()
    before = d.counts()["broken"]
    c = d.connect()
    c.send(b"PUT /api/9.0/toy/files/part?pause=200 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n")
    c.sock.setblocking(False)
    try:
        for _ in range(100):
            c.sock.send(b"x" * 50000)
    except BlockingIOError:
        pass
    time.sleep(0.3)
    c.reset()
    ok(until(lambda: d.counts()["broken"] == before + 1, 15), "also while the store is slow and the connection waits")
    ok(until(lambda: not os.path.exists(where)), "nothing is left")
    ok(until(lambda: quiet(d)), "no request is left")

    # ---- answers
    d.store("big", os.urandom(1 << 20) * 20)
    for how in ("file", "memory", "no_size"):
        before = d.counts()["unwanted"]
        c = d.connect()
        c.get("/api/9.0/toy/files/big?how=" + how)
        c.head()
        c.take(100000)
        c.close()
        ok(until(lambda: quiet(d)), "a download (%s) whose client leaves ends" % how)
        if how != "file":
            is_(d.counts()["unwanted"], before + 1, "its handler learns of it")
    before = d.counts()["unwanted"]
    c = d.connect()
    c.get("/api/9.0/toy/list?n=1000000&size=1000")
    c.head()
    c.take(100000)
    time.sleep(0.5)
    c.close()
    ok(until(lambda: d.counts()["unwanted"] == before + 1), "a list whose client leaves is not made to its end")
    ok(until(lambda: quiet(d)), "nothing runs on")
    ok(until(lambda: d.metric("process_open_fds") <= files), "no descriptor is left open", (files, d.metric("process_open_fds")))
    ok(d.metric("tenon_http_clients_left_total") >= 10, "they are counted")
    is_(json.loads(d.toy("count").body)["cancelled"] > 200, True, "the server goes on")
done_testing()
