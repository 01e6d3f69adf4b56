#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists that are printed while they are made: short and long, packed, broken off, read slowly; and packed answers at large."""
import gzip
import json
import socket
import time
import zlib

import door
from tap import done_testing, is_, ok

LIST = "/api/9.0/toy/list"
GROWTH = (20 if door.SANITIZED else 3) << 20

with door.Door(emit_buffer=65536, gzip_min=2000) as d:
    # ---- short and long
    a = d.ask("GET", LIST + "?n=0")
    is_((a.status, a.json()), (200, {"next": "more"}), "an empty list is left out, as every empty array")
    a = d.ask("GET", LIST + "?n=3&size=2")
    is_(a.json(), {"items": [{"i": i, "pad": "xx"} for i in range(3)], "next": "more"}, "a short one")
    is_((a.headers.get("content-length"), a.headers["content-type"]), (str(len(a.body)), "application/json"), "has a length")
    a = d.ask("GET", LIST + "?n=20000&size=100")
    is_((a.headers.get("transfer-encoding"), a.whole, a.chunks > 10), ("chunked", True, True), "one past emit_buffer is sent in chunks")
    is_((len(a.json()["items"]), a.json()["items"][19999]["i"], a.json()["next"]), (20000, 19999, "more"), "and whole")
    is_(len(d.toy("list", n=20000, size=100).json()["items"]), 20000, "natively too")
    for n in (600, 605, 610, 615, 620, 700, 1200, 1300):
        a = d.ask("GET", LIST + "?n=%d&size=90" % n)
        if not (a.whole and len(a.json()["items"]) == n):
            break
    ok(a.whole and len(a.json()["items"]) == n, "lists around emit_buffer", (n, a))
    a = d.ask("HEAD", LIST + "?n=20000&size=100")
    is_((a.status, a.whole), (200, True), "HEAD of a long list")
    is_(door.until(lambda: d.metric('tenon_calls_running{method="toy.list"}') == 0), True, "does not wait for a reader that never comes")
    c = d.connect()
    c.send(b"GET " + LIST.encode() + b"?n=5000&size=100 HTTP/1.0\r\nHost: localhost\r\n\r\n")
    a = c.answer()
    is_((a.status, len(a.json()["items"]), "transfer-encoding" in a.headers), (200, 5000, False), "HTTP/1.0 gets it without chunks")
    c.close()
    c = d.connect()
    for _ in range(3):
        is_(len(c.get(LIST + "?n=5000&size=100").answer().json()["items"]), 5000, "the connection goes on behind it")
    c.close()

    # ---- broken off
    a = d.ask("GET", LIST + "?n=1000&fail_at=10")
    is_((a.status, a.json()["error"]), (503, "TOY"), "a failure before anything was sent is an error")
    a = d.ask("GET", LIST + "?n=10000&size=100&fail_at=9000")
    ok(a.status == 503 or not a.whole, "a failure behind the first chunk is seen as one", a)
    a = d.ask("GET", LIST + "?n=20000&size=1000&fail_at=10000")
    is_((a.status, a.whole), (200, False), "the last chunk is missing")
    a, closed = d.raw(door.request("GET", LIST + "?n=20000&size=1000&fail_at=10000"))
    ok(closed, "and the connection closed")
    c = d.connect()
    c.send(b"GET " + LIST.encode() + b"?n=10000&size=100&fail_at=9000 HTTP/1.0\r\nHost: localhost\r\n\r\n")
    is_(c.answer().status, 503, "HTTP/1.0, which could not tell, gets the error")
    c.close()

    # ---- read slowly
    before = d.rss()
    c = d.connect()
    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    c.get(LIST + "?n=100000&size=1000")
    c.head()
    time.sleep(0.7)
    ok(d.rss() - before < GROWTH, "a slow reader stops the maker", d.rss() - before)
    is_(d.ask("GET", "/health").status, 200, "and nobody else")
    c.close()

    # ---- packed
    a = d.ask("GET", LIST + "?n=500&size=20", ["Accept-Encoding: gzip, deflate"])
    is_((a.headers.get("content-encoding"), a.headers.get("vary")), ("gzip", "Accept-Encoding"), "an answer of gzip_min bytes is packed")
    is_(len(json.loads(gzip.decompress(a.body))["items"]), 500, "and can be unpacked")
    a = d.ask("GET", LIST + "?n=20000&size=100", ["Accept-Encoding: gzip"])
    items = json.loads(gzip.decompress(a.body))["items"]
    is_((a.headers.get("content-encoding"), a.headers.get("transfer-encoding"), len(items), len(a.body) < 300000),
        ("gzip", "chunked", 20000, True), "a long list is packed while it is made")
    a = d.ask("GET", LIST + "?n=20000&size=1000&fail_at=19999", ["Accept-Encoding: gzip"])
    try:
        whole = a.status == 200 and a.whole and zlib.decompressobj(31).decompress(a.body) is not None
    except zlib.error:
        whole = False
    ok(not whole, "a packed list that breaks off is not whole", a)
    for value, want in (("gzip;q=0", None), ("identity", None), ("br, *", "gzip"), ("gzip;q=0.5", "gzip"), ("*;q=0", None), ("x-gzip", None),
                        ("GZIP", "gzip"), ("gzip; q=0.000", None), ("br", None)):
        is_(d.ask("GET", LIST + "?n=500", ["Accept-Encoding: " + value]).headers.get("content-encoding"), want, "Accept-Encoding: " + value)
    is_(d.ask("GET", LIST + "?n=5", ["Accept-Encoding: gzip"]).headers.get("content-encoding"), None, "a short answer is not packed")
    is_(d.ask("GET", "/openapi.json", ["Accept-Encoding: gzip"]).headers.get("content-encoding"), "gzip", "documents are")
with door.Door(gzip_min=0) as d:
    is_(d.ask("GET", LIST + "?n=5000", ["Accept-Encoding: gzip"]).headers.get("content-encoding"), None, "gzip_min=0: nothing is")
done_testing()
