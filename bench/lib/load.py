"""load - drives a server with wrk and reads what it measured

    load.wrk(url, "metric.lua", connections=16, seconds=5, args=[first, *runs])   # -> Load

Every side of a comparison is driven by the same script with the same number of connections, on one wrk thread
(one core; the other is the server's). Failure: LoadError if requests were refused or lost, or none was answered,
as a rate of errors is no figure.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
from dataclasses import dataclass

LIB = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 30  # seconds for one request; also the largest latency that wrk can count


class LoadError(Exception):
    pass


@dataclass
class Load:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    failed: int
    lost: int

    @property
    def rate(self):
        return self.requests / self.seconds


def wrk(url, script, connections, seconds, args=()):
    command = ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "%ds" % TIMEOUT,
               "-s", os.path.join(LIB, script), url, "--"] + [str(a) for a in args]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("@@"):
            result = Load(**json.loads(line[2:]))
            break
    else:
        raise LoadError("wrk %s: %s" % (script, done.stdout.strip()[-500:]))
    if result.failed or result.lost:
        raise LoadError("%s on %s: of %d answers %d were errors, and %d requests were lost" % (
            script, url, result.requests, result.failed, result.lost))
    if not result.requests and seconds * 3 <= TIMEOUT:
        return wrk(url, script, connections, seconds * 3, args)
    if not result.requests:
        raise LoadError("%s on %s: no answer within %d s" % (script, url, seconds))
    return result
