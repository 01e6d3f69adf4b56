#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins and hosts that do harm: contained, named in the log, and nobody else's business."""
import contextlib
import http.client
import os
import shutil
import sys
import tempfile
import time

import fixture
import sp
from fixture import memory, until
from tap import BUILD, diag, done_testing, is_, like, ok

MIB = 1 << 20
INLINE = {"plugin": "service/other", "placement": "inline"}
SLOW = 3 if fixture.SANITIZED else 1

# ---- a hostile plugin

with fixture.Probe({"probe": {"process": {"hang": 500, "crashes": 1000, "memory": 0 if fixture.SANITIZED else 512 * MIB, "open_files": 64,
                                          "threads": 64, "lanes": 8}}, "other": INLINE}) as t:
    def harm(how, **more):
        return t.call("probe", "harm", how=how, **more)

    def goes_on(name):
        ok(until(lambda: t.call("probe", "echo", text="x")[0] == 200, 10), name + ": it serves again")
        is_(t.call("other", "echo", text="x")[0], 200, name + ": others run on")

    for how, said in (("spin", "hangs and is ended"), ("stop", "hangs and is ended")):
        began, before, worst = time.monotonic(), t.log().count(said), 0
        s = t.begin("probe", "harm", how=how)
        while t.log().count(said) == before and time.monotonic() - began < 20:
            at = time.monotonic()
            is_ok = t.call("other", "echo", text="x")[0] == 200
            worst = max(worst, time.monotonic() - at if is_ok else 99)
            time.sleep(0.01)
        ok(time.monotonic() - began < 4 * SLOW, how + ": it is found to hang, and ended", t.log()[-500:])
        ok(worst < 0.5 * SLOW, how + ": others are answered meanwhile", worst)
        status, got = fixture.response(s)
        is_((status, got["code"]), (503, "UNAVAILABLE"), how + ": its call fails")
        goes_on(how)
    for how, signal in (("segv", "SEGV"), ("abort", "ABRT"), ("peep_vm", "SYS"), ("peep_ptrace", "SYS")):
        before = t.log().count("was ended by SIG" + signal)
        is_(harm(how)[1].get("code"), "UNAVAILABLE", how + ": its call fails")
        ok(until(lambda: t.log().count("was ended by SIG" + signal) == before + 1), how + ": the log has the signal", t.log()[-600:])
        goes_on(how)
    status, got = harm("exit", n=3)
    is_(got.get("code"), "UNAVAILABLE", "exit: its call fails")
    ok(until(lambda: "ended by itself with status 3" in t.log()), "exit: the log has the status")
    goes_on("exit")
    if not fixture.SANITIZED: # whose shadow no limit of memory would allow
        status, got = harm("alloc", n=100 << 30)
        ok(status == 200 and 0 < got["got"] <= 512 * MIB or got.get("code") == "UNAVAILABLE", "alloc: 100 GB are not to be had", got)
        goes_on("alloc")
    status, got = harm("fds", n=100000)
    ok(status == 200 and got["got"] < 64, "fds: a leak of descriptors ends at its own limit", got)
    pid = t.hosts("probe")[0]
    os.kill(pid, 9)
    ok(until(lambda: pid not in t.hosts("probe")), "fds: away with it")
    goes_on("fds")
    status, got = harm("fork", n=1000)
    is_((status, got.get("got"), got.get("error")), (200, 0, "Operation not permitted"), "fork: not one")
    status, got = harm("exec")
    is_((status, got.get("got"), got.get("error")), (200, -1, "Operation not permitted"), "exec: refused")
    status, got = harm("peep")
    is_((status, got.get("got")), (200, 0), "peep: the memory and environment of tenond cannot be opened")
    status, got = harm("kill_parent")
    is_((status, got.get("got")), (200, -1), "kill_parent: refused")
    goes_on("fork, exec, peep")
    is_(len(t.hosts("probe")), 1, "there is one process in the end")

# ---- a hostile host


def evil_build(folder):
    """A build folder whose tenon-host is evil.py for the instance probe."""
    shutil.copy(os.path.join(BUILD, "tenond"), folder)
    os.symlink(os.path.join(os.path.abspath(BUILD), "plugins"), os.path.join(folder, "plugins"))
    with open(os.path.join(folder, "tenon-host"), "w") as f:
        f.write("#!%s\nimport os, sys\nif sys.argv[1] != 'probe':\n    os.execv(%r, ['tenon-host'] + sys.argv[1:])\n"
                "if not os.path.exists(__file__ + '.slow'): # once\n    open(__file__ + '.slow', 'w').close()\n    os.environ['EVIL_SLOW'] = '2'\nsys.path.insert(0, %r)\nimport evil\nevil.Host()\n"
                % (sys.executable, os.path.join(os.path.abspath(BUILD), "tenon-host"), fixture.HERE))
    os.chmod(os.path.join(folder, "tenon-host"), 0o755)
    return folder


def evil(t, what):
    return t.call("probe", "ask", instance="x", method="y", text=what)


with tempfile.TemporaryDirectory(prefix="tenon-evil-") as folder:
    conf = {"process": {"hang": 500, "crashes": 1000, "lanes": 8, "may_call": "other"}}
    with fixture.Probe({"probe": conf, "other": INLINE}, build=evil_build(folder)) as t:
        pid = t.hosts("probe")
        is_(t.call("probe", "echo", text="there")[1].get("text"), "hello there", "a host that was slow to start, and comes late for orders, serves")
        rss = memory(t.pid)

        def after(name, same=True):
            """It still serves, others do, and the daemon has not grown."""
            got = t.call("probe", "echo", text="there")
            is_((got[0], got[1].get("text")), (200, "hello there"), name + ": its next call gets its own answer")
            is_(t.hosts("probe") == pid, same, name + ": the process is %s" % ("the same" if same else "another"))
            is_(t.call("other", "echo", text="x")[0], 200, name + ": others run on")
            ok(memory(t.pid) - rss < (600 if fixture.SANITIZED else 200) * MIB, # a sanitizer keeps what was freed
               name + ": memory is bounded", "%d MiB more" % ((memory(t.pid) - rss) // MIB))

        for what, text in (("garbage", "305 of 305 refused"), ("truncated", None), ("kinds", "13 of 13 refused"), ("deep", None),
                           ("forged", None), ("strangers", "9 closed"), ("gauges", "12 refused"), ("heavy", "heavy, refused"),
                           ("flood 3", "asked"), ("flood 9", None), ("flood 10", None), ("flood 5", None)):
            status, got = evil(t, what)
            ok(status == 200 and (text is None or got.get("text") == text), what + ": is answered", (status, got))
            diag("%s: %s" % (what, got.get("text")))
            after(what)
        for what in ("sends what is no frame of the bus", "sends a frame of an unknown kind", "asks for too much at once", "waits twice for orders"):
            like(t.log(), "probe: its process %d %s" % (pid[0], what), "the log says that it " + what)
        like(t.log(), "it is turned away", "and of strangers")
        ok(len(t.log()) < 200000, "and is not flooded itself", len(t.log()))
        is_(evil(t, "twice")[1].get("text"), "answer 0", "twice: the first answer counts")
        after("twice")
        for bad in ("kind", "list", "nil", "number", "many", "any", "null", "count", "n", "words", "utf8", "key"):
            status, got = evil(t, "result " + bad)
            ok((status, got.get("code")) == (500, "INTERNAL"), "result that does not fit: %s" % bad, (status, got))
        is_(evil(t, "result more")[0], 200, "a row that is not known is skipped")
        is_(evil(t, "nothing")[0], 200, "nor need a result have any")
        status, got = evil(t, "deep_result")
        ok(status in (200, 500), "a result 200,000 deep", status)
        for code, status in ((5, 200), (-3, 409), (-500, 500), (1 << 40, 500), (-(1 << 63), 500), (-4294967296, 500)):
            is_(evil(t, "code %d" % code)[0], status, "a result with the code %d" % code)
        for what in ("lines", "utf8", "long", "null", "longer", "format"):
            status, got = evil(t, "message " + what)
            ok(status in (500, 503), "a message of the kind " + what, (status, str(got)[:300]))
        ok("\n2026-01-01T00:00:00Z error sql: forged line" not in t.log() and "\x1b" not in t.log(), "no line of the log can be forged")
        after("results")
        status, got = t.call("probe", "list", n=1001)
        ok(status == 200, "items, content and reads where they do not belong", (status, got))
        after("items")
        try:
            status = t.call("probe", "list", n=1002)[0]
        except http.client.IncompleteRead: # some of it was on its way when it broke
            status = 500
        ok(status in (200, 500), "items while the result comes: a whole list or none", status)
        after("race")

        for what, said in (("oversized", "was ended by SIGKILL"), ("lying", "was ended by SIGKILL"), ("again", None),
                           ("unread", "does not take its answers and was ended")):
            began = time.monotonic()
            status, got = evil(t, what)
            is_((status, got.get("code")), (503, "UNAVAILABLE"), what + ": ends it, and its call") if what != "again" else ok(
                status in (200, 503), "again: a second greeting")
            is_(t.call("other", "echo", text="x")[0], 200, what + ": others run on")
            ok(said is None or until(lambda: said in t.log()), what + ": the log says why", t.log()[-500:])
            ok(until(lambda: t.call("probe", "echo", text="there")[0] == 200, 20), what + ": it is started again")
            if what == "again":
                continue
            ok(t.hosts("probe") != pid, what + ": as another process")
            pid = t.hosts("probe")
        for what, said in (("garbage", "sends what is no frame of the bus and is ended"), ("forged", None), ("deep", None), ("long", "and is ended"),
                           ("half", "closed the line that its calls come on and is ended")):
            before, pid = len(t.log()), t.hosts("probe")
            status = evil(t, "duct " + what)[0]
            ok(status in (200, 503), "duct %s: its call ends" % what, status)
            is_(t.call("other", "echo", text="x")[0], 200, "duct %s: others run on" % what)
            if said is None: # it may live, and then its calls go where it does not look
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid[0], 9)
            else:
                ok(until(lambda: "probe: its process %d" % pid[0] in t.log()[before:] and said in t.log()[before:]), "duct %s: the log says why" % what,
                   t.log()[before:])
            ok(until(lambda: t.hosts("probe") not in ([], pid)), "duct %s: it is started again" % what)
            is_(t.call("probe", "echo", text="there")[1].get("text"), "hello there", "duct %s: and serves" % what)
        pid = t.hosts("probe")
        after("at last")

        # ---- who has no token at all
        address = "ipc://" + os.path.join(t.data, "bus")
        if os.path.exists(address[6:]):
            idle = [sp.Bus(address, read=False) for _ in range(100)]
            odd = sp.Bus(address, protocol=0x10, read=False)
            b = sp.Bus(address)
            is_(b.get(sp.UP, 0, "other", "echo", 0, 0, {"text": "x"}), None, "a stranger is turned away")
            after("strangers")
            for x in idle + [odd, b]:
                x.close()
        else:
            ok(False, "the bus is in the data folder")
        ok(oct(os.stat(address[6:]).st_mode & 0o777) == "0o600", "its socket is its owner's alone")
done_testing()
