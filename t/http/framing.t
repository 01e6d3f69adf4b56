#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests that two parties could read differently: 400, and the connection is closed before anything behind them is read."""
import door
from tap import done_testing, is_, ok

GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\n"
BODY = b'{"text":"x"}'

BAD = [
    ("no Host", b"GET /health HTTP/1.1\r\n\r\n"),
    ("two Host headers", GET + b"Host: localhost\r\n\r\n"),
    ("two Host headers that differ", GET + b"host: example.com\r\n\r\n"),
    ("a Host with a path", b"GET /health HTTP/1.1\r\nHost: localhost/x\r\n\r\n"),
    ("a Host with a user", b"GET /health HTTP/1.1\r\nHost: a@localhost\r\n\r\n"),
    ("two Content-Length headers", POST + b"Content-Length: 12\r\nContent-Length: 12\r\n\r\n" + BODY),
    ("two Content-Length headers that differ", POST + b"Content-Length: 12\r\nContent-Length: 5\r\n\r\n" + BODY),
    ("Content-Length in a list", POST + b"Content-Length: 12, 12\r\n\r\n" + BODY),
    ("a signed Content-Length", POST + b"Content-Length: +12\r\n\r\n" + BODY),
    ("a negative Content-Length", POST + b"Content-Length: -1\r\n\r\n" + BODY),
    ("a hexadecimal Content-Length", POST + b"Content-Length: 0xC\r\n\r\n" + BODY),
    ("an empty Content-Length", POST + b"Content-Length:\r\n\r\n" + BODY),
    ("a Content-Length with a blank in it", POST + b"Content-Length: 1 2\r\n\r\n" + BODY),
    ("Content-Length and Transfer-Encoding", POST + b"Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("Transfer-Encoding and Content-Length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
    ("two Transfer-Encoding headers", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("Transfer-Encoding: identity", POST + b"Transfer-Encoding: identity\r\n\r\n" + BODY),
    ("Transfer-Encoding: gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("Transfer-Encoding: xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked with a tab", POST + b"Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"),
    ("Transfer-Encoding in HTTP/1.0", b"POST /api/v1/toy/echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("white space before the colon", GET + b"X-A : b\r\n\r\n"),
    ("a tab before the colon", GET + b"Content-Length\t: 0\r\n\r\n"),
    ("white space before the name", b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-B: 1\r\n X-A: b\r\n\r\n"),
    ("white space before the first name", b"GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n"),
    ("a folded header", GET + b"X-A: b\r\n\tc\r\nX-D: e\r\n\r\n"),
    ("a folded header at the end", GET + b"X-A: b\r\n c\r\n\r\n"),
    ("a folded Transfer-Encoding", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    ("a NUL in a value", GET + b"X-A: b\0c\r\n\r\n"),
    ("a NUL in a value, then a header", GET + b"X-A: b\0\r\nX-B: c\r\n\r\n"),
    ("a NUL in a name", GET + b"X\0A: b\r\n\r\n"),
    ("a NUL that hides a header", GET + b"X-A: b\0Content-Length: 5\r\n\r\n"),
    ("a NUL in the path", b"GET /health\0x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a bare CR in a value", GET + b"X-A: b\rX-B: c\r\n\r\n"),
    ("a control character in a value", GET + b"X-A: b\x01\r\n\r\n"),
    ("a delete character in a value", GET + b"X-A: b\x7f\r\n\r\n"),
    ("a header without a name", GET + b": b\r\n\r\n"),
    ("a header without a colon", GET + b"X-A\r\n\r\n"),
    ("a name with brackets", GET + b"X(A): b\r\n\r\n"),
    ("absolute form", b"GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("authority form", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a blank in the path", b"GET /hea lth HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a blank in the query", b"GET /health?a=b c HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a control character in the query", b"GET /health?a=\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a tab in the path", b"GET /hea\tlth HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("two blanks before the path", b"GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("two blanks behind the path", b"GET /health  HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a blank behind the version", b"GET /health HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
    ("no version", b"GET /health\r\nHost: localhost\r\n\r\n"),
    ("a version that is none", b"GET /health HTTP/1.x\r\nHost: localhost\r\n\r\n"),
    ("a verb with a NUL", b"G\0T /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("a chunk size that is none", POST + b"Transfer-Encoding: chunked\r\n\r\nxy\r\n\r\n"),
    ("a signed chunk size", POST + b"Transfer-Encoding: chunked\r\n\r\n+5\r\n12345\r\n0\r\n\r\n"),
    ("a chunk without its line end", POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n123450\r\n\r\n"),
]

with door.Door() as d:
    before = d.refused("framing")
    smuggled = door.request("GET", "/version")
    for name, data in BAD:
        c = d.connect()
        c.send(data + smuggled)
        a = c.answer()
        rest = b""
        while c.fill():
            pass
        rest = bytes(c.buffer)
        c.close()
        ok(a.status in (400, 505) and b"HTTP/1.1 200" not in rest and c.eof, name + ": refused and closed", (a, rest))
    ok(d.refused("framing") > before + 25, "the refusals are counted")

    # ---- what is unusual, but means one thing
    for name, data in [
        ("an empty line before the request", b"\r\n" + GET + b"\r\n"),
        ("lines that end with LF alone", GET.replace(b"\r\n", b"\n") + b"X-A: b\n\n"),
        ("no blank behind the colon", b"GET /health HTTP/1.1\r\nHost:localhost\r\n\r\n"),
        ("many blanks around a value", GET + b"X-A: \t  b\t  \r\n\r\n"),
        ("an empty value", GET + b"X-A:\r\n\r\n"),
        ("an empty value behind another", GET + b"X-A:\r\nX-B:\r\n\r\n"),
        ("bytes past ASCII in a value", GET + b"X-A: \xc3\xa9\r\n\r\n"),
        ("the same header twice", GET + b"X-A: b\r\nX-A: c\r\n\r\n"),
        ("a cookie", GET + b"Cookie: a=b; c=\"d\"; e\r\n\r\n"),
        ("a body that nobody asked for", GET + b"Content-Length: 5\r\n\r\n12345"),
    ]:
        c = d.connect()
        c.send(data)
        a = c.answer()
        b = c.get("/health").answer()
        is_((a.status, a.body, b.status), (200, b"OK", 200), name + " is read")
        c.close()
    a, closed = d.raw(b"GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n")
    is_((a.status, closed), (505, True), "HTTP/2 in clear text is not spoken")
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x01" * 64, b"\xff" * 64, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        c = d.connect()
        c.send(junk + b"\r\n\r\n")
        ok(c.is_closed(), "%r is closed" % junk[:8])
        c.close()
    is_(d.ask("GET", "/health").status, 200, "the server goes on")
done_testing()
