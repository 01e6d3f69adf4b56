#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""events - published in one placement, heard in another: all nine pairs; order, loss, who may hear whom, a restart between"""
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fixture  # noqa: E402
from fixture import until  # noqa: E402
from tap import done_testing, is_, ok  # noqa: E402

PLACES = ("inline", "thread", "process")


def heard(t, name="ear"):
    return t.call(name, "heard")[1]


def instances(mouth, ear, **more):
    return {"mouth": {"plugin": "service/other", "placement": mouth},
            "ear": dict({"plugin": "service/other", "placement": ear, "listen": "probe.*", "process": {"may_call": "mouth"}}, **more)}


for mouth in PLACES:
    for ear in PLACES:
        with fixture.Probe(instances(mouth, ear)) as t:
            where = "%s to %s: " % (mouth, ear)
            is_(t.call("mouth", "tell", text="ünï")[0], 200, where + "published")
            ok(until(lambda: heard(t)["events"] == 1), where + "heard", heard(t))
            got = heard(t)
            is_((got["text"], got["from"], got["workspace"], got["seq"], got["lost"]), ("ünï", "mouth", "default", 1, 0), where + "as it was told")
            is_(t.call("mouth", "tell", text="many", times=500)[0], 200, where + "500 at once")
            ok(until(lambda: heard(t)["events"] + heard(t)["lost"] == 501), where + "are heard", heard(t))
            ok(heard(t)["in_order"], where + "in their order")
            is_(t.call("mouth", "tell", text="flood", times=50000)[0], 200, where + "a flood holds nobody up")
            ok(until(lambda: heard(t)["seq"] == 50501 and heard(t)["in_order"]), where + "its last ones arrive, in order", heard(t))

for mouth in PLACES:
    with fixture.Probe(instances(mouth, "process", listen_too="*")) as t:
        t.call("mouth", "tell", text="once")
        ok(until(lambda: heard(t)["events"] == 2), mouth + ": each of two subscriptions hears it", heard(t))
        ok(not until(lambda: heard(t)["events"] > 2, 1), "once", heard(t))

for ear in PLACES:
    settings = instances("process", ear)
    settings["mouth"]["at_start"] = "tell"
    with fixture.Probe(settings) as t:
        t.call("mouth", "tell", text="it runs")
        ok(until(lambda: heard(t)["text"] == "it runs"), ear + ": it listens")
        is_([t.call("plugins", verb, instance="mouth")[0] for verb in ("drain", "start")], [200, 200], ear + ": the publisher starts anew")
        ok(until(lambda: heard(t)["text"] == "it starts"), ear + ": what was published in start is heard", heard(t))

with fixture.Probe(instances("process", "process", process={"may_call": "sql"})) as t:
    is_([t.call("mouth", "tell", text="secret")[0] for _ in range(2)], [200, 200], "two are told")
    ok(not until(lambda: heard(t)["events"], 1), "a process hears of no instance that it may not call", heard(t))

with fixture.Probe(instances("process", "process")) as t:
    t.call("mouth", "tell", text="before", times=500)
    ok(until(lambda: heard(t)["seq"] == 500), "before the publisher is killed")
    os.kill(t.hosts("mouth")[0], signal.SIGKILL)
    ok(until(lambda: t.call("mouth", "tell", text="after")[0] == 200 and heard(t)["text"] == "after"), "and after it came back", heard(t))
    ok(heard(t)["seq"] < 500, "its numbers begin anew, in another epoch", heard(t))
    os.kill(t.hosts("ear")[0], signal.SIGKILL)
    ok(until(lambda: t.call("ear", "heard")[0] == 200 and t.call("mouth", "tell", text="again")[0] == 200 and heard(t).get("text") == "again"),
       "a subscriber that came back hears again")
done_testing()
