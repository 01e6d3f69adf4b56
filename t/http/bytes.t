#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files up and down: whole, in parts, on conditions, by sendfile and from memory, with backpressure both ways."""
import hashlib
import os
import time

import door
from tap import done_testing, is_, ok

FILES = "/api/9.0/toy/files/"
MIB = 1 << 20
GROWTH = (20 if door.SANITIZED else 3) * MIB   # ASan keeps what is freed for a while
DATE = "Sun, 09 Sep 2001 01:46:40 GMT"   # the toy's files

with door.Door() as d:
    data = bytes(range(256)) * 40        # 10240
    d.store("a.txt", data)
    d.store("empty", b"")

    # ---- whole
    for how in ("file", "memory"):
        a = d.ask("GET", FILES + "a.txt?how=" + how)
        is_((a.status, a.body == data, a.headers["content-length"]), (200, True, "10240"), "a whole file (%s)" % how)
        is_((a.headers["etag"], a.headers["last-modified"], a.headers["accept-ranges"], a.headers["content-type"], a.headers["content-disposition"]),
            ('"e1"', DATE, "bytes", "text/plain; charset=utf-8", "attachment; filename=a.txt"), "is described (%s)" % how)
        a = d.ask("HEAD", FILES + "a.txt?how=" + how)
        is_((a.status, a.headers["content-length"], a.headers["etag"]), (200, "10240", '"e1"'), "HEAD says the size (%s)" % how)
        a = d.ask("GET", FILES + "empty?how=" + how)
        is_((a.status, a.headers["content-length"], a.whole), (200, "0", True), "an empty file (%s)" % how)
    a = d.ask("GET", FILES + "a.txt?how=no_size")
    is_((a.status, a.body == data, a.headers.get("transfer-encoding"), a.whole), (200, True, "chunked", True), "without a size in chunks")
    is_(d.ask("GET", FILES + "none").status, 410, "a file that is not there, in the dialect's words")
    for name, want in (("with blank.txt", 'attachment; filename="with blank.txt"'), ('q"uote', 'attachment; filename="q\\"uote"'),
                       ("\u00e9t\u00e9.txt", "attachment; filename=t.txt; filename*=UTF-8''%C3%A9t%C3%A9.txt"),
                       ("\u65e5\u672c", "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC"),
                       ("a\rb\nX: c", "attachment; filename=\"abX: c\"; filename*=UTF-8''a%0Db%0AX%3A%20c")):
        d.store(name, b"x")
        quoted = "".join("%%%02X" % b for b in name.encode())
        is_(d.ask("GET", FILES + quoted).headers.get("content-disposition"), want, "the name %r" % name)

    # ---- parts
    for how in ("file", "memory"):
        for value, want in (("bytes=0-9", (0, 10)), ("bytes=100-199", (100, 100)), ("bytes=10230-", (10230, 10)), ("bytes=-5", (10235, 5)),
                            ("bytes=0-99999", (0, 10240)), ("bytes=-99999", (0, 10240)), ("bytes=10239-10239", (10239, 1)), ("Bytes = 5-6", (5, 2))):
            a = d.ask("GET", FILES + "a.txt?how=" + how, ["Range: " + value])
            start, n = want
            is_((a.status, a.body == data[start:start + n], a.headers.get("content-range"), a.headers["content-length"]),
                (206, True, "bytes %d-%d/10240" % (start, start + n - 1), str(n)), "%s (%s)" % (value, how))
        for value in ("bytes=10240-", "bytes=99999-", "bytes=-0"):
            a = d.ask("GET", FILES + "a.txt?how=" + how, ["Range: " + value])
            is_((a.status, a.headers.get("content-range"), a.body), (416, "bytes */10240", b""), "%s cannot be had (%s)" % (value, how))
    for value in ("bytes=0-1,5-6", "bytes=9-5", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", "bytes 0-5", "bytes=1-2-3", "bytes=99999999999999999999-"):
        a = d.ask("GET", FILES + "a.txt", ["Range: " + value])
        is_((a.status, len(a.body)), (200, 10240), "%s is answered with the whole" % value)
    is_(d.ask("GET", FILES + "empty", ["Range: bytes=0-"]).status, 416, "no range of an empty file")
    a = d.ask("HEAD", FILES + "a.txt", ["Range: bytes=0-9"])
    is_((a.status, a.headers["content-length"]), (200, "10240"), "HEAD ignores Range")
    is_(d.ask("GET", FILES + "a.txt?how=no_size", ["Range: bytes=0-9"]).status, 200, "nor is there a range of an unknown size")

    # ---- conditions
    for headers, want in (
        (['If-None-Match: "e1"'], 304), (['If-None-Match: W/"e1"'], 304), (['If-None-Match: "x", "e1"'], 304), (["If-None-Match: *"], 304),
        (['If-None-Match: "e2"'], 200), (["If-None-Match: e1"], 200), (['If-None-Match: "a,b", "e1"'], 304), (['If-None-Match: "e1'], 200),
        (["If-Modified-Since: " + DATE], 304), (["If-Modified-Since: Sun, 09 Sep 2001 01:46:41 GMT"], 304),
        (["If-Modified-Since: Sun, 09 Sep 2001 01:46:39 GMT"], 200), (["If-Modified-Since: Sunday, 09-Sep-01 01:46:40 GMT"], 304),
        (["If-Modified-Since: Sun Sep  9 01:46:40 2001"], 304), (["If-Modified-Since: yesterday"], 200),
        (['If-None-Match: "e2"', "If-Modified-Since: " + DATE], 200),
        (["Range: bytes=0-9", 'If-Range: "e1"'], 206), (["Range: bytes=0-9", 'If-Range: "e2"'], 200), (["Range: bytes=0-9", 'If-Range: W/"e1"'], 200),
        (["Range: bytes=0-9", "If-Range: " + DATE], 206), (["Range: bytes=0-9", "If-Range: Sun, 09 Sep 2001 01:46:41 GMT"], 200),
        (["Range: bytes=0-9", 'If-None-Match: "e1"'], 304),
    ):
        a = d.ask("GET", FILES + "a.txt", headers)
        is_((a.status, len(a.body)), (want, {200: 10240, 206: 10, 304: 0}[want]), "; ".join(headers))
    c = d.connect()
    c.get(FILES + "a.txt", ['If-None-Match: "e1"'])
    a = c.answer()
    is_((a.headers.get("etag"), "content-disposition" in a.headers), ('"e1"', True), "304 is described too")
    is_(c.get("/health").answer().body, b"OK", "and the connection goes on behind it")
    c.close()

    # ---- up
    blob = os.urandom(MIB) * 16
    a = d.ask("PUT", FILES + "up", [], blob)
    is_((a.status, a.json()["size"]), (200, len(blob)), "16 MiB up")
    a = d.ask("GET", FILES + "up")
    is_(hashlib.sha256(a.body).digest(), hashlib.sha256(blob).digest(), "are the bytes that come down (file)")
    is_(d.ask("GET", FILES + "up?how=memory").body == blob, True, "also from memory")
    is_(d.ask("GET", FILES + "up?how=no_size").body == blob, True, "also in chunks")
    is_(d.ask("PUT", FILES + "zero", [], b"").json()["size"], 0, "an empty upload")
    c = d.connect()
    c.send(b"PUT " + FILES.encode() + b"chunked HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(100):
        c.send(b"2710\r\n" + b"y" * 10000 + b"\r\n")
    is_(c.send(b"0\r\n\r\n").answer().json()["size"], 1000000, "a chunked upload")
    is_(c.get("/health").answer().status, 200, "and the connection goes on behind it")
    c.send(door.request("PUT", FILES + "x?pause=zz", [], b"x" * 1000))
    is_(c.answer().status, 400, "arguments of an upload come from the query, and are checked")
    is_(c.get("/health").answer().status, 200, "before a short body the connection is kept")
    c.close()
    is_(d.ask("PUT", FILES + "packed", ["Content-Encoding: gzip"], b"not gzip").json()["size"], 8, "an upload is stored as it comes")

    # ---- refused at once, and midway
    a = d.ask("PUT", FILES + "x?most=-1", ["Expect: 100-continue"])
    c = d.connect()
    c.send(b"PUT " + FILES.encode() + b"x?most=-1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n")
    a = c.answer()
    is_((a.status, c.is_closed()), (403, True), "a refused upload is answered before it is sent")
    c.close()
    a = d.ask("PUT", FILES + "x?most=-1", [], b"x" * 100000)
    is_(a.status, 403, "or read away, if it is short")
    a = d.ask("PUT", FILES + "x?most=50000", [], b"x" * 150000)
    is_((a.status, a.json()["text"]), (507, "no room for more than 50000 bytes"), "an upload that fails midway")
    c = d.connect()
    sent = 0
    c.send(b"PUT " + FILES.encode() + b"x?most=500000 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")
    try:
        while sent < 100000000:
            c.send(b"x" * 100000)
            sent += 100000
    except OSError:
        pass
    a = c.answer()
    is_((a.status, a.whole, sent < 80000000), (507, True, True), "a long one is told before its end")
    c.close()

    # ---- backpressure
    before = d.rss()
    c = d.connect()
    c.send(b"PUT " + FILES.encode() + b"slow?pause=1000 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000000\r\n\r\n")
    c.sock.settimeout(0.5)
    sent = 0
    try:
        while sent < 40000000:
            sent += c.sock.send(b"x" * 100000)
    except OSError:
        pass
    ok(sent < 30000000, "a slow store stops its sender", sent)
    ok(d.rss() - before < GROWTH, "and memory does not grow", d.rss() - before)
    is_(d.ask("GET", "/health").status, 200, "nobody else waits")
    c.reset()
    for how in ("memory", "no_size"):
        before = d.rss()
        c = d.connect()
        c.get(FILES + "up?how=" + how)
        c.head()
        time.sleep(0.5)
        ok(d.rss() - before < GROWTH, "a slow reader (%s) does not make memory grow" % how, d.rss() - before)
        c.close()
    c = d.connect()
    c.get(FILES + "up?how=memory")
    a = c.head()
    got = b""
    while len(got) < len(blob):
        part = c.take(min(3000000, len(blob) - len(got)))
        if not part:
            break
        got += part
        time.sleep(0.05)
    is_(got == blob, True, "a slow reader gets all of it")
    c.close()

    # ---- an answer that breaks off
    for how in ("breaks",):
        a = d.ask("GET", FILES + "up?how=" + how)
        is_((a.status, a.whole, len(a.body) < len(blob)), (200, False, True), "a failure behind the first bytes is seen as one (Content-Length)")
    a, closed = d.raw(door.request("GET", FILES + "up?how=breaks"))
    ok(closed and not a.whole, "the connection is closed")
    many = [d.connect() for _ in range(8)]
    for c in many:
        c.get(FILES + "up")
    is_([c.answer().body == blob for c in many], [True] * 8, "8 downloads at once")
    for c in many:
        c.close()
done_testing()
