#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the door answers itself: health, readiness, version, metrics, the OpenAPI document, the list of methods."""
import re

import door
from tap import done_testing, is_, ok

with door.Door(version="3.11.2") as d:
    is_((d.ask("GET", "/health").body, d.ask("HEAD", "/health").status), (b"OK", 200), "/health")
    is_(d.ask("GET", "/health", ["Origin: http://localhost:1"]).headers.get("access-control-allow-origin"), "http://localhost:1", "/health for a page")
    is_(d.ask("GET", "/version").body, b"3.11.2", "/version is the API's")
    a = d.ask("GET", "/ready")
    is_((a.status, a.body), (200, b"ready\n"), "/ready")
    is_(d.ask("POST", "/health", [], b"x").status, 405, "they are for reading")

    # ---- metrics
    for _ in range(3):
        d.toy("echo", text="x")
    d.toy("echo", text="fail")
    d.toy("hop")
    a = d.ask("GET", "/metrics")
    is_(a.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8", "/metrics is Prometheus' text")
    text = a.body.decode()
    sample = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? [0-9.e+-]+$')
    bad = [line for line in text.splitlines() if not line.startswith("# ") and not sample.match(line)]
    is_(bad, [], "every line is well formed")
    names = [line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    family = [re.sub("_(bucket|sum|count)$", "", n) for n in names]
    is_(len(set(family)), len([1 for i, n in enumerate(family) if i == 0 or family[i - 1] != n]), "a family's samples stand together")
    is_((d.metric('tenon_calls_total{method="toy.echo",code="OK"}'), d.metric('tenon_calls_total{method="toy.echo",code="NOT_FOUND"}')), (3, 1),
        "calls by outcome")
    is_((d.metric('tenon_call_seconds_count{method="toy.echo"}'), d.metric('tenon_call_seconds_bucket{method="toy.echo",le="+Inf"}')), (4, 4), "latencies")
    buckets = [float(x) for x in re.findall(r'tenon_call_seconds_bucket\{method="toy.echo",le="[^"]+"\} (\d+)', text)]
    is_(buckets, sorted(buckets), "that only grow")
    for name in ('tenon_lane_queued{instance="toy",lane="work"}', 'tenon_instance_up{instance="toy",plugin="service/toy"}', "process_resident_memory_bytes",
                 "process_open_fds", "tenon_fibers", "tenon_uptime_seconds", 'tenon_http_connections{loop="0"}'):
        ok(d.metric(name) is not None, name)

    # ---- openapi
    a = d.ask("GET", "/openapi.json")
    doc = a.json()
    is_((doc["openapi"], a.headers["content-type"]), ("3.1.0", "application/json"), "/openapi.json")
    operations = [(p, v, o) for p, verbs in doc["paths"].items() for v, o in verbs.items()]
    ids = [o["operationId"] for _, _, o in operations]
    is_(len(ids), len(set(ids)), "operation ids are unique")
    is_([p for p, _, _ in operations if "secret" in p], [], "hidden methods are not in it")
    echo = doc["paths"]["/api/v1/toy/echo"]["post"]
    is_((echo["operationId"], echo["tags"], echo["x-tenon-cli"], echo["x-tenon-permission"], echo["summary"]),
        ("toy.echo", ["toy"], "echo TEXT", "read", "Gives back what it got."), "an operation is its row")
    get = doc["paths"]["/api/9.0/toy/echo/{text}"]["get"]
    is_([(p["name"], p["in"], p["required"]) for p in get["parameters"]], [("text", "path", True), ("n", "query", False), ("many", "query", False)],
        "parameters of path and query")
    put = doc["paths"]["/api/9.0/toy/files/{name}"]["put"]
    ok("application/octet-stream" in put["requestBody"]["content"] and "stream_in" in put["x-tenon-flags"], "an upload takes bytes")

    def refs(x):
        if isinstance(x, dict):
            for k, v in x.items():
                if k == "$ref":
                    yield v
                else:
                    yield from refs(v)
        elif isinstance(x, list):
            for v in x:
                yield from refs(v)

    def resolves(ref):
        at = doc
        for part in ref[2:].split("/"):
            if part not in at:
                return False
            at = at[part]
        return True

    is_([r for r in set(refs(doc)) if not resolves(r)], [], "every reference leads somewhere")
    is_(doc["components"]["responses"]["toy_410"]["content"]["application/json"]["examples"]["NOT_FOUND"]["value"]["error"], "TOY",
        "errors are examples in the dialect's words, under its status")
    ok("410" in get["responses"] and "404" in echo["responses"], "each operation names its own")
    is_(set(doc["components"]["schemas"]["echo_args"]["properties"]), {"text", "n", "many"}, "schemas are tables")
    is_(doc["components"]["examples"]["echo_args"]["value"]["n"], 7, "with an example")
    is_(d.ask("GET", "/openapi.json").body == a.body, True, "it is the same each time")

    # ---- methods
    methods = {m["name"]: m for m in d.ask("GET", "/api/v1/methods").json()["methods"]}
    m = methods["toy.echo"]
    is_((m["verb"], m["path"], m["cli"], m["args"][0]["name"], m["args"][0]["required"], m["args"][1]["default"]),
        ("POST", "/api/v1/toy/echo", "echo TEXT", "text", True, "7"), "/api/v1/methods")
    is_((methods["toy.get"]["args"][1]["values"], methods["toy.list"]["result"][0]["fields"][0]["name"], "toy.secret" in methods),
        (["file", "memory", "no_size", "breaks"], "i", False), "enums, messages within, nothing hidden")
done_testing()
