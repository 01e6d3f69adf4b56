#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deadlines and leaving clients across processes: reads end in time, writes with their outcome, handlers learn of both."""
import os
import signal
import threading
import time

import fixture
from fixture import response, until
from tap import done_testing, is_, ok

SLOW = 3 if fixture.SANITIZED else 1


class Timed(threading.Thread):
    """A call beside others: `status`, `answer`, `took`."""

    def __init__(self, t, instance, method, **args):
        super().__init__()
        self.what = (t, instance, method, args)
        self.start()

    def run(self):
        t, instance, method, args = self.what
        began = time.monotonic()
        self.status, self.answer = t.call(instance, method, **args)
        self.took = time.monotonic() - began

    def get(self):
        self.join()
        return self.status

    def within(self, least, most, name):
        self.join()
        ok(least <= self.took <= most * SLOW, name, "%.2f s, %s %s" % (self.took, self.status, self.answer))


def cancels(t, name):
    return t.call(name, "nap", ms=1)[1]["cancels"]


instances = {name: {"plugin": "service/other", "placement": name} for name in ("thread", "process")}
with fixture.Probe({**instances, "deaf": {"plugin": "service/other"}}) as t:
    naps = {name: Timed(t, name, "nap", ms=20000) for name in instances}
    writes = {name: Timed(t, name, "nap_write", ms=1500, deaf=True) for name in instances}
    deaf = Timed(t, "deaf", "nap", ms=4500, deaf=True)
    for name in instances:
        is_(writes[name].get(), 200, name + ": a write is answered with its outcome")
        writes[name].within(1.4, 3, name + ": however late")
        is_((naps[name].get(), naps[name].answer["code"]), (504, "DEADLINE_EXCEEDED"), name + ": a read ends at its deadline")
        naps[name].within(1.9, 3.5, name + ": in time")
        ok(until(lambda: cancels(t, name) == 1), name + ": its handler learns of it")
    is_((deaf.get(), deaf.answer["code"]), (504, "DEADLINE_EXCEEDED"), "a deaf one ends, too")
    deaf.within(1.9, 4, "a second later")
    is_(Timed(t, "deaf", "echo", text="x").get(), 200, "when it is through its process serves again")
    ok("ended" not in t.log(), "and was not taken for one that hangs", t.log())

    for name in instances:
        s = t.begin(name, "nap", ms=1900)
        ok(until(lambda: t.metric('tenon_calls_running{method="%s.nap"}' % name) == 1), name + ": a call runs")
        s.close()
        ok(until(lambda: cancels(t, name) == 2, 1.5 * SLOW), name + ": its client leaves, and the handler learns of it")
        is_(t.metric('tenon_calls_total{method="%s.nap",code="CANCELLED"}' % name), 1, name + ": it counts as cancelled")

# ---- while nobody serves

with fixture.Probe({"probe": {"slow_start": 3000, "process": {"lanes": 1, "queue": 100}}}) as t:
    long = Timed(t, "probe", "nap_write", ms=2700, deaf=True)
    ok(until(lambda: t.metric('tenon_calls_running{method="probe.nap_write"}') == 1), "the only lane is taken")
    read, write = Timed(t, "probe", "nap", ms=1), Timed(t, "probe", "nap_write", ms=1)
    is_((write.get(), write.answer["code"]), (504, "DEADLINE_EXCEEDED"), "a write that was never begun ends at its deadline")
    write.within(0.25, 1.2, "in time")
    is_((read.get(), read.answer["code"]), (504, "DEADLINE_EXCEEDED"), "and so does a read")
    read.within(1.9, 2.6, "in time")
    s = t.begin("probe", "nap", ms=1)
    s.close()
    is_(long.get(), 200, "the long one is answered")
    ok(until(lambda: t.metric("tenon_calls_running") == 0), "one whose client left while it waited is gone")
    is_(t.call("probe", "nap", ms=1)[1]["cancels"], 0, "and was not begun")
    os.kill(t.hosts("probe")[0], signal.SIGKILL)
    ok(until(lambda: "was ended by SIGKILL" in t.log()), "its process was killed")
    waits, gone = Timed(t, "probe", "echo", text="x"), Timed(t, "probe", "nap", ms=1)
    is_((gone.get(), gone.answer["code"]), (504, "DEADLINE_EXCEEDED"), "while none is up a call waits until its deadline")
    gone.within(1.9, 2.6, "and no longer")
    is_(waits.get(), 200, "one with more time is answered when there is one again")
    is_(t.ready()[0], 200, "and the whole is ready")
done_testing()
