#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which Host headers are answered and which sites' pages may call: the rules of MLflow's server from 3.5 on."""
import door
from tap import done_testing, is_, ok

ECHO = "/api/9.0/toy/echo"
PREFLIGHT = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,x-b"]


def post(d, origin, host="localhost"):
    return d.ask("POST", ECHO, ["Origin: " + origin] if origin else [], b'{"text":"x"}', host)


with door.Door() as d:
    # ---- hosts
    for host in ("localhost", "localhost:5000", "127.0.0.1:8080", "[::1]:5000", "0.0.0.0:1", "192.168.1.7:5000", "10.0.0.3", "172.16.0.1", "172.31.9.9:80",
                 "LOCALHOST", "[fd00::1]"[1:-1]):
        is_(d.ask("GET", ECHO + "?text=x", [], None, host).status, 200, "Host: " + host)
    for host in ("example.com", "localhost.example.com", "evil.com:5000", "172.32.0.1", "11.0.0.1", "xlocalhost"):
        a = d.ask("GET", ECHO + "?text=x", [], None, host)
        is_((a.status, a.body, a.headers["content-type"].split(";")[0]),
            (403, b"Invalid Host header - possible DNS rebinding attack detected", "text/plain"), "Host: " + host)
    is_([d.ask("GET", p, [], None, "example.com").status for p in ("/health", "/version", "/metrics")], [200, 200, 403], "health and version are for any Host")
    is_(d.refused("host"), 7, "refused hosts are counted")

    # ---- origins that may change something
    for origin in (None, "http://localhost", "http://localhost:3000", "https://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:3000"):
        is_(post(d, origin).status, 200, "POST from %s" % origin)
    for origin in ("http://evil.com", "https://localhost.evil.com", "http://192.168.1.2", "null", "http://localhost@evil.com", "localhost"):
        a = post(d, origin)
        is_((a.status, a.body), (403, b"Cross-origin request blocked"), "POST from %s" % origin)
    for verb in ("PUT", "DELETE", "PATCH"):
        is_(d.ask(verb, "/api/9.0/toy/files/x", ["Origin: http://evil.com"], b"x").status, 403, verb + " from elsewhere")
    a = d.ask("GET", ECHO + "?text=x", ["Origin: http://evil.com"])
    is_((a.status, a.headers.get("access-control-allow-origin")), (200, None), "GET from elsewhere is answered, but its page may not read it")
    ok(d.refused("origin") >= 9, "refused origins are counted")
    a = d.ask("GET", ECHO + "?text=x", ["Origin: http://localhost:3000"])
    is_((a.headers.get("access-control-allow-origin"), a.headers.get("access-control-allow-credentials"), a.headers.get("vary")),
        ("http://localhost:3000", "true", "Origin"), "a local page may")

    # ---- preflights
    a = d.ask("OPTIONS", ECHO, ["Origin: http://localhost:3000"] + PREFLIGHT)
    is_((a.status, a.body, a.headers.get("access-control-allow-origin"), a.headers.get("access-control-allow-headers"),
         a.headers.get("access-control-allow-methods"), a.headers.get("access-control-max-age")),
        (200, b"OK", "http://localhost:3000", "content-type,x-b", "GET, POST, PUT, DELETE, OPTIONS, PATCH", "600"), "a preflight of a local page")
    a = d.ask("OPTIONS", ECHO, ["Origin: http://evil.com"] + PREFLIGHT)
    is_((a.status, a.body, a.headers.get("access-control-allow-origin")), (400, b"Disallowed CORS origin", None), "of a foreign one")
    is_(d.ask("OPTIONS", "/nothing", ["Origin: http://localhost:3000"] + PREFLIGHT).status, 200, "whatever the path")
    is_(d.ask("OPTIONS", ECHO, ["Origin: http://localhost:3000", "Access-Control-Request-Method: BREW"]).status, 400, "of a verb that is none")

with door.Door(allowed_hosts='["ml.example.com","*.corp:5000"]', cors_origins='["https://app.example.com","https://*.corp"]') as d:
    is_([d.ask("GET", "/metrics", [], None, h).status for h in ("ml.example.com", "a.corp:5000", "a.corp", "localhost")], [200, 200, 403, 403], "allowed_hosts replaces the defaults")
    is_([post(d, o, "ml.example.com").status for o in ("https://app.example.com", "https://x.corp", "http://app.example.com", "http://localhost:1")],
        [200, 200, 403, 200], "cors_origins adds to the local ones")
    a = d.ask("OPTIONS", ECHO, ["Origin: https://x.corp"] + PREFLIGHT, None, "ml.example.com")
    is_((a.status, a.headers.get("access-control-allow-origin")), (200, "https://x.corp"), "and their preflights")

with door.Door(allowed_hosts='["*"]', cors_origins='["*"]') as d:
    is_(d.ask("GET", "/metrics", [], None, "anything.at.all").status, 200, "allowed_hosts: any")
    a = post(d, "http://evil.com", "x.y")
    is_((a.status, a.headers.get("access-control-allow-origin"), a.headers.get("access-control-allow-credentials")), (200, "*", None),
        "cors_origins: any, without credentials")
with door.Door(frame_options="NONE") as d:
    is_(d.ask("GET", "/version").headers.get("x-frame-options"), None, "frame_options: NONE")
done_testing()
