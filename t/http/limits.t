#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every limit of section `http`: what just fits, what does not, what the client is told, and that it is counted."""
import gzip
import threading
import time
import zlib

import door
from tap import done_testing, is_, like, ok

ECHO = "/api/v1/toy/echo"


def body(n):
    return b'{"text":"' + b"x" * (n - 11) + b'"}'


# ---- bodies
with door.Door(max_body=5000, body_memory=2000000) as d:
    is_(d.ask("POST", ECHO, [], body(5000)).status, 200, "a body of max_body bytes")
    a = d.ask("POST", ECHO, [], body(5001))
    is_((a.status, a.json()["code"]), (413, "TOO_LARGE"), "one byte more")
    like(a.json()["detail"], "http.max_body", "names the limit")
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
    is_(c.answer().status, 413, "a chunked body is counted as it comes")
    ok(c.is_closed(), "and the connection closed")
    c.close()
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n")
    a = c.answer()
    is_((a.status, c.is_closed()), (413, True), "Expect: 100-continue is answered with the refusal")
    c.close()
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n")
    is_(c.answer().status, 100, "100 Continue where the body fits")
    is_(c.send(b'{"text":"x"}').answer().status, 200, "and the answer behind the body")
    c.close()
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n")
    sent = 0
    try:
        while sent < 30000000:
            c.send(b"x" * 100000)
            sent += 100000
    except OSError:
        pass
    a = c.answer()
    is_((a.status, a.whole), (413, True), "a client that sends on regardless still sees the refusal", )
    c.close()
    ok(d.refused("max_body") >= 4, "max_body is counted")

    # ---- packed bodies
    for coding, packed in (("gzip", gzip.compress(body(5000))), ("deflate", zlib.compress(body(5000))), ("X-GZIP", gzip.compress(body(4000)))):
        is_(d.ask("POST", ECHO, ["Content-Encoding: " + coding], packed).status, 200, "a body in " + coding)
    is_(d.ask("POST", ECHO, ["Content-Encoding: gzip"], gzip.compress(body(1000000))).status, 413, "a gzip bomb ends at max_body")
    is_(d.ask("POST", ECHO, ["Content-Encoding: gzip"], gzip.compress(body(100))[:-9]).status, 400, "a gzip body that breaks off")
    is_(d.ask("POST", ECHO, ["Content-Encoding: gzip"], body(100)).status, 400, "a gzip body that is none")
    is_(d.ask("POST", ECHO, ["Content-Encoding: gzip"], gzip.compress(body(100)) + b"more").status, 400, "something behind a gzip body")
    is_(d.ask("POST", ECHO, ["Content-Encoding: br"], body(100)).status, 415, "an encoding that is not known")
    is_(d.refused("encoding"), 1, "is counted")

with door.Door(max_body=2000000, body_memory=3000000) as d:
    held = []
    for _ in range(2):
        c = d.connect()
        c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1500000\r\n\r\n" + b" " * 1400000)
        held.append(c)
    ok(door.until(lambda: (d.metric("tenon_http_body_bytes") or 0) > 2500000), "bodies are accounted for")
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1500000\r\n\r\n" + b" " * 1400000)
    a = c.answer()
    is_((a.status, a.json()["code"], a.headers["retry-after"]), (503, "OVERLOADED", "1"), "over body_memory: 503, try again")
    for c in held:
        c.close()
    ok(door.until(lambda: d.metric("tenon_http_body_bytes") == 0), "it is free again when they leave")
    is_(d.ask("POST", ECHO, [], body(1500000)).status, 200, "and large bodies pass again")
    ok(d.refused("body_memory") >= 1, "body_memory is counted")

# ---- URL and headers
with door.Door() as d:
    seen = {}
    for n in range(200, 9000, 40):
        a = d.ask("GET", "/api/9.0/toy/echo/" + "x" * n)
        seen.setdefault(a.status, []).append(n)
    ok(set(seen) <= {200, 414, 431}, "the longer the URL, the answer is the result, 414 or 431, never none", {k: (v[0], v[-1]) for k, v in seen.items()})
    ok(max(seen[200]) > 5500, "more than 5,500 bytes of URL fit", max(seen[200]))
    seen = {}
    for n in range(200, 9000, 40):
        a = d.ask("GET", "/health", ["X-A: " + "x" * n])
        seen.setdefault(a.status, []).append(n)
    ok(set(seen) <= {200, 431}, "the longer the headers, the answer is the result or 431, never none", {k: (v[0], v[-1]) for k, v in seen.items()})
    ok(max(seen[200]) > 5500, "more than 5,500 bytes of headers fit", max(seen[200]))
    seen = {}
    for n in range(10, 300, 5):
        a = d.ask("GET", "/api/9.0/toy/echo/x", ["X-%d: y" % i for i in range(n)])
        seen.setdefault(a.status, []).append(n)
    ok(set(seen) <= {200, 431}, "the more headers, the answer is the result or 431, never none", {k: (v[0], v[-1]) for k, v in seen.items()})
    is_(d.ask("GET", "/health").status, 200, "the server goes on")
with door.Door(connection_memory=65536) as d:
    is_(d.ask("GET", "/api/9.0/toy/echo/" + "x" * 30000, ["Cookie: a=" + "b" * 10000]).status, 200, "with more connection_memory more fits")
with door.Door(max_url=500, max_header=1000) as d:
    path = "/api/9.0/toy/echo/"
    is_(d.ask("GET", path + "x" * (500 - len(path))).status, 200, "a URL of max_url bytes")
    a = d.ask("GET", path + "x" * (501 - len(path)))
    is_((a.status, d.refused("max_url")), (414, 1), "one byte more")
    is_(d.ask("GET", path + "?text=" + "x" * 500).status, 414, "the query counts")
    fixed = len(door.request("GET", "/health", ["X-A: "]))
    is_(d.ask("GET", "/health", ["X-A: " + "x" * (1000 - fixed)]).status, 200, "headers of max_header bytes")
    a = d.ask("GET", "/health", ["X-A: " + "x" * (1001 - fixed)])
    is_((a.status, d.refused("max_header")), (431, 1), "one byte more")

# ---- brackets within brackets; the body's own count
def nested(n):
    return b'{"text":"x","other":' + b"[" * (n - 1) + b"]" * (n - 1) + b"}"


for settings, most in (({}, 32), ({"json_depth": 2}, 2), ({"json_depth": 200}, 200)):
    with door.Door(**settings) as d:
        is_(d.ask("POST", "/api/9.0/toy/echo", [], nested(most)).status, 200, "%d brackets within brackets" % most)
        a = d.ask("POST", "/api/9.0/toy/echo", [], nested(most + 1))
        is_((a.status, d.refused("json_depth")), (400, 1), "one more")
        like(a.json()["text"], "http.json_depth: %d" % most, "says which limit it is")
        a = d.ask("POST", ECHO, [], nested(most + 1))
        is_((a.status, a.json()["code"], d.refused("json_depth")), (400, "INVALID_ARGUMENT", 2), "so does the native route")
with door.Door(json_depth=1) as d:
    is_(d.ask("POST", ECHO, [], b'{"text":"x"}').status, 200, "an object alone is one bracket")
    is_(d.ask("GET", "/api/9.0/toy/echo?text=x").status, 200, "and a query none")

# ---- connections
with door.Door(max_connections=10) as d:
    held = [d.connect() for _ in range(10)]
    ok(all(c.get("/health").answer().status == 200 for c in held), "max_connections connections work")
    c = d.connect()
    a = c.answer()
    is_((a.status, a.headers.get("retry-after"), c.is_closed()), (503, "1", True), "one more is told to come again")
    held.pop().close()
    ok(door.until(lambda: d.ask("GET", "/health").status == 200), "when one leaves there is room")
    for c in held:
        c.close()
    ok(door.until(lambda: d.refused("max_connections") is not None and d.refused("max_connections") >= 1), "max_connections is counted")
with door.Door(max_connections_per_ip=5) as d:
    held = [d.connect() for _ in range(5)]
    ok(all(c.get("/health").answer().status == 200 for c in held), "max_connections_per_ip connections work")
    a = d.connect().answer()
    is_(a.status, 429, "one more of that address is refused")
    held.pop().close()
    ok(door.until(lambda: d.ask("GET", "/health").status == 200), "when one leaves there is room")
    for c in held:
        c.close()
    is_(door.until(lambda: (d.refused("max_connections_per_ip") or 0) >= 1), True, "max_connections_per_ip is counted")

# ---- slow and idle
with door.Door(header_timeout_ms=800, idle_timeout_ms=1000, body_min_rate=1000) as d:
    def drip(c, data, pause):
        try:
            for i in range(len(data)):
                c.send(data[i:i + 1])
                time.sleep(pause)
        except OSError:
            pass

    d.store("big", b"x" * 30000000)
    silent, lines, fields, slow_body, nap = (d.connect() for _ in range(5))
    start = time.monotonic()
    fields.send(b"GET /health HTTP/1.1\r\n")
    slow_body.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n")
    nap.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":9000}'))
    threads = [threading.Thread(target=drip, args=(lines, b"GET /health-" + b"x" * 100, 0.1)),
               threading.Thread(target=drip, args=(fields, b"Host: localhost\r\nX-A: " + b"x" * 100, 0.1)),
               threading.Thread(target=drip, args=(slow_body, b"x" * 100, 0.1))]
    for t in threads:
        t.start()
    ok(silent.is_closed(3), "a connection that says nothing is closed")
    ok(lines.is_closed(3), "a request line that drips is cut")
    a = fields.answer()
    is_((a.status, fields.is_closed()), (408, True), "headers that drip are answered with 408")
    a = slow_body.answer()
    took = time.monotonic() - start
    is_((a.status, slow_body.is_closed()), (408, True), "a body that drips too")
    ok(took < 4, "in good time", took)
    idle = d.connect()
    idle.get("/health").answer()
    start = time.monotonic()
    ok(idle.is_closed(4), "an idle connection is closed")
    ok(time.monotonic() - start > 0.9, "but not before its time")
    for how in ("file", "memory"):
        lazy = d.connect()
        lazy.get("/api/9.0/toy/files/big?how=" + how)
        lazy.head()
        before = d.metric("tenon_http_clients_left_total")
        ok(door.until(lambda: d.metric("tenon_http_clients_left_total") > before, 4), "a client that does not read its answer (%s) is cut" % how)
        lazy.close()
    ok(d.refused("idle_timeout_ms") >= 3, "idle_timeout_ms is counted", d.refused("idle_timeout_ms"))
    is_(nap.answer().status, 200, "a call that takes longer than the idle timeout is answered")
    ok(d.refused("header_timeout_ms") >= 3 and d.refused("body_min_rate") == 1, "the cuts are counted")
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n")
    for part in range(4):
        c.send(b'{"text":"' + b"x" * 991 if part == 0 else b"x" * 998 + b'"}' if part == 3 else b"x" * 1000)
        time.sleep(0.5)
    is_(c.answer().status, 200, "a body at twice the least rate passes")
    for t in threads:
        t.join()
    for c in (silent, lines, fields, slow_body, nap, idle):
        c.close()

# ---- calls
with door.Door(["--set", "most_calls=5"], retry_after=7) as d:
    held = [d.connect() for _ in range(5)]
    for c in held:
        c.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":1500}'))
    time.sleep(0.3)
    a = d.toy("echo", text="x")
    is_((a.status, a.json()["code"], a.headers.get("retry-after")), (503, "OVERLOADED", "7"), "over most_calls: 503, with http.retry_after")
    is_(d.ask("GET", "/health").status, 200, "the door itself still answers")
    is_([c.answer().status for c in held], [200] * 5, "the calls in flight are not disturbed")
    is_(d.toy("echo", text="x").status, 200, "and then there is room")

# ---- draining
with door.Door() as d:
    idle, busy = d.connect(), d.connect()
    idle.get("/health").answer()
    busy.send(door.request("POST", "/api/v1/toy/nap", [], b'{"ms":600}'))
    time.sleep(0.2)
    d.process.terminate()
    ok(idle.is_closed(2), "SIGTERM closes idle connections")
    a = busy.answer()
    is_((a.status, a.headers.get("connection")), (200, "close"), "the call in flight is answered, its connection closes")
    is_(d.process.wait(10), 0, "and tenond ends well")
done_testing()
