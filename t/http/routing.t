#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which method a verb and a path mean, in whose words errors are answered, and what every answer carries."""
import re

import door
from tap import done_testing, is_, like, ok

ECHO = "/api/9.0/toy/echo"

with door.Door() as d:
    # ---- routes
    is_(d.ask("GET", ECHO + "?text=hi").json()["text"], "hi", "a query is arguments")
    a = d.ask("POST", ECHO, ["Content-Type: application/json"], b'{"text":"hi","n":5,"many":["a","b"]}')
    is_((a.status, a.json()["n"], a.json()["many"]), (200, 5, ["a", "b"]), "a JSON body is arguments")
    is_(d.ask("POST", "/ajax-api/9.0/toy/echo", [], b'{"text":"x"}').status, 200, "alternatives (api|ajax-api)")
    is_(d.toy("echo", text="native").json()["text"], "native", "each method has a native route")
    is_(d.ask("GET", ECHO + "?text=a&many=1&many=2").json()["many"], ["1", "2"], "a repeated key is an array")
    is_(d.ask("GET", "//api///9.0//toy/echo?text=x").status, 200, "runs of slashes are one")
    is_(d.ask("GET", ECHO + "/?text=x").status, 404, "a slash at the end is another path")
    is_(d.ask("GET", "/%61pi/9.0/toy/echo?text=x").status, 200, "encoded letters of a path mean the same")
    is_(d.ask("GET", "/api%2F9.0/toy/echo?text=x").status, 404, "an encoded slash splits nothing")
    is_(d.ask("GET", ECHO + "/a%2Fb").json()["text"], "a/b", "a segment is decoded once")
    is_(d.ask("GET", ECHO + "/a%252Fb").json()["text"], "a%2Fb", "and not twice")
    is_(d.ask("GET", ECHO + "/..%2F..%2Fx").json()["text"], "../../x", "dots are handed on as they are")
    is_(d.ask("GET", ECHO + "/%zz").json()["text"], "%zz", "what is no escape stays")
    is_(d.ask("GET", ECHO + "/a+b").json()["text"], "a+b", "a plus in a path is a plus")
    is_(d.ask("GET", ECHO + "?text=a+b%26").json()["text"], "a b&", "a plus in a query is a blank")
    is_(d.ask("GET", "/api/9.0/toy/../toy/echo?text=x").status, 404, "dot segments are not resolved")
    is_(d.ask("GET", ECHO + "/%00").status, 400, "%00 in a path is refused")
    is_(d.ask("GET", ECHO + "/%ff").status, 400, "a path variable that is not UTF-8 is refused")
    is_(d.ask("GET", ECHO + "/x?text=y").json()["text"], "x", "the path overrides the query")
    a = d.ask("GET", ECHO + "?" + "&".join("many=%030d" % i for i in range(100)) + "&text=x")
    is_(len(a.json()["many"]) if a.status == 200 else a, 100, "a hundred arguments fit the default memory")

    # ---- unknown, not allowed
    a = d.ask("GET", "/api/9.0/toy/nothing")
    is_((a.status, a.json()["error"]), (404, "NO_SUCH_PATH"), "an unknown path below a dialect's prefix has its words")
    a = d.ask("GET", "/api/9.0/else")
    is_((a.status, a.json()["error"]), (404, "NO_SUCH_PATH"), "also where only that dialect has routes further up")
    for path in ("/nothing", "/api/v1/toy/nothing", "/api/v1"):
        a = d.ask("GET", path)
        is_((a.status, a.headers["content-type"], a.json()["code"]), (404, "application/problem+json", "NO_ROUTE"), "elsewhere native: " + path)
    a = d.ask("DELETE", ECHO)
    is_((a.status, a.headers.get("allow"), a.json()["error"]), (405, "GET, HEAD, POST, OPTIONS", "TOY"), "405 says what is allowed")
    is_(d.ask("BREW", ECHO).status, 405, "a verb that nobody knows is not allowed")
    is_(d.ask("TRACE", "/health").status, 405, "TRACE is not answered")
    a = d.ask("OPTIONS", ECHO)
    is_((a.status, a.headers.get("allow")), (204, "GET, HEAD, POST, OPTIONS"), "OPTIONS says what is allowed")
    is_(d.ask("POST", "/api/v1/toy/secret", [], b"{}").status, 404, "a HIDDEN method has no route")

    # ---- HEAD
    get, head = d.ask("GET", ECHO + "?text=x"), d.ask("HEAD", ECHO + "?text=x")
    is_((head.status, head.headers["content-length"], head.body), (200, str(len(get.body)), b""), "HEAD is GET without the body")
    c = d.connect()
    c.send(door.request("HEAD", "/nothing"))
    is_(c.answer("HEAD").status, 404, "HEAD of an unknown path")
    is_(c.get("/health").answer().body, b"OK", "and the connection goes on behind it")
    c.close()

    # ---- errors
    a = d.toy("echo", text="fail")
    body = a.json()
    is_((a.status, body["code"], body["status"], body["detail"]), (404, "NOT_FOUND", 404, "nothing is called fail"), "a native error")
    ok(body["next"] and body["title"], "it says what the code means and what to do next")
    is_(body["trace_id"], a.headers["x-request-id"], "and names the trace")
    is_(d.ask("GET", ECHO + "?text=fail").status, 410, "a dialect may change the status")
    a = d.toy("echo")
    is_((a.status, a.json()["code"]), (400, "INVALID_ARGUMENT"), "a missing argument")
    like(a.json()["detail"], "text", "is named")
    is_(d.toy("echo", text="x", txet="y").status, 400, "native refuses an unknown field")
    like(d.toy("echo", text="x", n=101).json()["detail"], "n", "a value out of range is named")
    is_(d.ask("POST", "/api/v1/toy/echo", [], b'{"text":').status, 400, "a broken body")
    is_(d.ask("POST", "/api/v1/toy/echo", [], b'{"text":"\xff"}').status, 400, "a body that is not UTF-8")
    is_(d.ask("POST", "/api/v1/toy/echo", [], b"[" * 5000).status // 100, 4, "a body nested too deep")
    is_(d.ask("POST", ECHO, [], b'{"text":"x","other":1}').status, 200, "the toy dialect ignores unknown fields")

    # ---- traces
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    a = d.ask("GET", ECHO + "?text=x", ["traceparent: " + parent])
    is_(a.json()["trace"], "0af7651916cd43dd8448eb211c80319c", "a call carries the caller's trace id")
    is_(a.headers["traceparent"][:36], parent[:36], "and the answer")
    ok(a.headers["traceparent"][36:52] != parent[36:52] and a.headers["traceparent"].endswith("-01"), "with a span of its own and the flags", a)
    is_(a.headers["x-request-id"], a.json()["trace"], "X-Request-Id is the trace id")
    made = [d.ask("GET", ECHO + "?text=x", h).headers["traceparent"] for h in ([], ["traceparent: 00-zz"], ["traceparent: " + "0" * 55])]
    ok(all(re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", m) for m in made) and len(set(made)) == 3, "made where it is absent or broken", made)
    a = d.ask("GET", "/version")
    is_((a.headers["x-content-type-options"], a.headers["x-frame-options"]), ("nosniff", "SAMEORIGIN"), "security headers")

    # ---- connections
    c = d.connect()
    c.send(b"".join(door.request("GET", ECHO + "?text=%d" % i) for i in range(50)))
    is_([c.answer().json()["text"] for _ in range(50)], [str(i) for i in range(50)], "50 pipelined requests are answered in order")
    c.send(b"".join(door.request("POST", "/api/v1/toy/hop", (), b"{}") for _ in range(20)))
    is_([c.answer().status for _ in range(20)], [200] * 20, "also when each of them parks")
    c.close()
    a, closed = d.raw(b"GET /health HTTP/1.0\r\n\r\n")
    is_((a.status, closed), (200, True), "HTTP/1.0 without Host is closed after its answer")
    c = d.connect()
    c.send(b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\nHost: localhost\r\n\r\n")
    is_(c.answer().headers.get("connection", "").lower(), "keep-alive", "HTTP/1.0 may keep it alive")
    is_(c.get("/health").answer().status, 200, "and goes on")
    c.get("/health", ["Connection: close"])
    is_((c.answer().status, c.is_closed()), (200, True), "Connection: close closes")
    c.close()
    c = d.connect()
    c.send(b"POST /api/v1/toy/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    c.send(b'8\r\n{"text":\r\n4;ext=1\r\n"ab"\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n')
    is_(c.answer().json()["text"], "ab", "a chunked body with extension and trailer")
    c.send(door.request("POST", "/nothing", (), b"x" * 1000))
    is_(c.answer().status, 404, "an error before a short body")
    is_(c.get("/health").answer().status, 200, "lets the body pass and keeps the connection")
    c.close()
done_testing()
