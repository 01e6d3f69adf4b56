#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand idle connections: what they weigh (at most 10 KiB each), and that the others do not notice."""
import resource
import time

import door
from tap import done_testing, is_, ok, skip

MOST_EACH = 10240

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
n = 2000 if door.SANITIZED else min(10000, hard - 500)

with door.Door() as d:
    for _ in range(50):
        d.ask("GET", "/health")
    before, start = d.rss(), time.monotonic()
    many = []
    for i in range(n):
        c = d.connect()
        c.get("/health")
        many.append(c)
        if i % 100 == 99:
            for c in many[-100:]:
                c.answer()
    took = time.monotonic() - start
    is_(d.metric('tenon_http_connections{loop="0"}'), n + 1, "%d connections, each of which has made a request (%.1f s)" % (n, took))
    each = (d.rss() - before) / n
    if door.SANITIZED:
        skip("the sanitizer's memory is not the connections'", "weight")
    else:
        ok(each <= MOST_EACH, "each weighs %d bytes, at most %d" % (each, MOST_EACH))
    start = time.monotonic()
    is_([d.ask("GET", "/api/9.0/toy/echo/x").status for _ in range(200)], [200] * 200, "200 requests beside them")
    ok(time.monotonic() - start < (10 if door.SANITIZED else 2), "are quick (%.2f s)" % (time.monotonic() - start))
    cpu = d.metric("process_cpu_seconds_total")
    time.sleep(2)
    used = d.metric("process_cpu_seconds_total") - cpu
    ok(used < (0.5 if door.SANITIZED else 0.1), "idle they cost no time (%.0f ms in 2 s)" % (used * 1000))
    is_([many[i].get("/api/9.0/toy/hop").answer().status for i in range(0, n, n // 100)], [200] * len(range(0, n, n // 100)), "they still work")
    for c in many:
        c.close()
    ok(door.until(lambda: d.metric('tenon_http_connections{loop="0"}') <= 2, 10), "and are gone when they leave")
    if not door.SANITIZED:
        ok(door.until(lambda: d.rss() - before < n * MOST_EACH / 2), "with most of their memory (%d KiB left)" % ((d.rss() - before) // 1024))
done_testing()
