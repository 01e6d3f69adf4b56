#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""outbox - what was acknowledged is delivered: over restarts, kill -9 at any moment, and a store that is slow to hear of it; the methods.

TENON_CHAOS_KILLS: how often it is killed (10)."""
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fixture import Receiver, ask, message, send, server, settled, until, write_config  # noqa: E402
import tap  # noqa: E402

KILLS = int(os.environ.get("TENON_CHAOS_KILLS", "10"))


def config(folder, r, **more):
    hook = {"plugin": "notify/webhook", "url": r.url + "/ops", "allow_private": True, "timeout": "10s"}
    return write_config(folder, {"hook": hook, "other": dict(hook, url=r.url + "/other"),
                                 "notify": dict({"channels": [{"name": "ops", "instance": "hook"}, {"name": "other", "instance": "other"},
                                                              {"name": "lost", "instance": "nobody"}],
                                                 "first_retry": "200ms", "lease": "3s", "process": {"may_call": "*"}}, **more)})


def check_methods(t, r):
    first = send(t, "ops", "one", id="my-id.1", severity="warning")
    tap.is_((first, settled(t, first)["state"]), ("my-id.1", "sent"), "an id of one's own")
    status, body = ask(t, "notify.send", channel="ops", title="one again", id="my-id.1")
    tap.is_((status, body, len(r.of("my-id.1"))), (200, {"id": "my-id.1", "state": "sent"}, 1), "the same id again sends nothing")
    status, body = ask(t, "notify.send", channel="opps", title="x")
    tap.ok(status == 404 and "ops, other, lost" in body["detail"], "an unknown channel is named, and those that there are", body)
    tap.is_(ask(t, "notify.send", channel="ops")[0], 400, "a title is needed")
    for i in range(5):
        send(t, "other", "m%d" % i)
    until(lambda: len(r.requests) >= 6)
    page = ask(t, "notify.ls", channel="other", max=3)[1]
    rest = ask(t, "notify.ls", channel="other", max=3, page_token=page["next_page_token"])[1]
    tap.is_([m["title"] for m in page["messages"] + rest["messages"]], ["m4", "m3", "m2", "m1", "m0"], "ls: newest first, page by page")
    tap.ok("next_page_token" not in rest, "and then it ends", rest)
    tap.is_(ask(t, "notify.ls", page_token="x")[0], 400, "a page token that is none")
    tap.is_((ask(t, "notify.ls", state="failed")[1], ask(t, "notify.retry", id="none")[0], ask(t, "notify.retry", id="my-id.1")[0]), ({"messages": []}, 404, 409),
            "nothing has failed; retry of what is not there, and of what was sent")
    lost = send(t, "lost")
    until(lambda: message(t, lost).get("note"))
    m = message(t, lost)
    tap.ok(m["state"] == "queued" and "nobody" in m["note"] and m["due"] > m["created"], "a channel whose instance is not there waits, and says why", m)


def check_retry(t, r):
    r.answer = lambda request: (400, {}, b"no")
    name = send(t, "ops")
    tap.is_(settled(t, name)["state"], "failed", "refused")
    r.answer = lambda request: (200, {}, b"ok")
    tap.is_(ask(t, "notify.retry", id=name)[1], {"id": name, "state": "queued"}, "retry")
    tap.is_((settled(t, name)["state"], len(r.of(name))), ("sent", 2), "and then it is taken")


def check_cli(t):
    def tenon(*args):
        return subprocess.run([os.path.join(tap.BUILD, "tenon"), "--server", t.url, "--json", *args], capture_output=True, text=True)

    done = tenon("notify", "send", "ops", "--title", "from the shell", "--severity", "error")
    tap.ok(done.returncode == 0 and json.loads(done.stdout)["state"] == "queued", "tenon notify send", done.stdout + done.stderr)
    settled(t, json.loads(done.stdout)["id"])
    done = tenon("notify", "ls", "--channel", "ops")
    tap.ok(done.returncode == 0 and "from the shell" in done.stdout, "tenon notify ls", done.stdout + done.stderr)
    done = tenon("notify", "probe", "ops")
    tap.ok(done.returncode == 0 and "connected" in done.stdout, "tenon notify probe", done.stdout + done.stderr)


def check_neighbours(t, r):
    """a channel that hangs keeps its own places only"""
    hold = threading.Event()
    r.answer = lambda request: ((hold.wait(8), 200)[1], {}, b"ok") if request["path"] == "/ops" else (200, {}, b"ok")
    names = [send(t, "ops") for _ in range(12)]
    until(lambda: r.running and sum(r.running.values()) == 4)
    other = send(t, "other")
    tap.is_(settled(t, other, 5)["state"], "sent", "a channel that hangs does not keep another one")
    tap.ok(sum(r.running.values()) == 4, "and has no more than its places", r.running)
    hold.set()
    tap.ok(all(settled(t, n)["state"] == "sent" for n in names), "then the rest goes")


def check_limit(folder, r):
    hold = threading.Event()
    r.answer = lambda request: ((hold.wait(8), 200)[1], {}, b"ok")
    with server.Tenond(["--config", config(folder, r, most_queued=3)]) as t:
        for _ in range(3):
            send(t, "ops")
        status, body = ask(t, "notify.send", channel="ops", title="x")
        tap.ok(status == 503 and "most_queued" in body["detail"], "more than may wait are refused", body)
        hold.set()
        tap.ok(until(lambda: ask(t, "notify.send", channel="ops", title="x")[0] == 200), "until there is room")


def check_stop(folder, data, r):
    """SIGTERM in the middle of a delivery: it is finished and noted, what waits stays"""
    r.answer = lambda request: (time.sleep(1.5), (200, {}, b"ok"))[1]
    with server.Tenond(["--config", config(folder, r, parallel=1)], data=data) as t:
        names = [send(t, "ops") for _ in range(3)]
        until(lambda: r.of(names[0]))
        started = time.monotonic()
    tap.ok(time.monotonic() - started < 5, "it stops when the delivery has ended", time.monotonic() - started)
    r.answer = lambda request: (200, {}, b"ok")
    with server.Tenond(["--config", config(folder, r)], data=data) as t:
        tap.ok(all(settled(t, n)["state"] == "sent" for n in names), "the rest is delivered after the restart")
        tap.is_([len(r.of(n)) for n in names], [1, 1, 1], "each once")
        metrics = urllib.request.urlopen(t.url + "/metrics").read().decode()
        tap.ok('tenon_service_notify_sent_total{instance="notify"} ' in metrics, "/metrics counts")
    with server.Tenond(["--config", config(folder, r, keep_days=0)], data=data) as t:
        tap.ok(until(lambda: not ask(t, "notify.ls")[1]["messages"], 5), "what is older than keep_days goes")


def check_cut(folder, data, r):
    """a receiver that is slower than tenond's patience when it stops"""
    r.answer = lambda request: (time.sleep(8), (200, {}, b"ok"))[1]
    with server.Tenond(["--config", config(folder, r)], data=data) as t:
        name = send(t, "ops")
        until(lambda: r.of(name))
        started = time.monotonic()
    tap.ok(time.monotonic() - started < 7, "it stops though the receiver hangs", time.monotonic() - started)
    r.answer = lambda request: (200, {}, b"ok")
    with server.Tenond(["--config", config(folder, r)], data=data) as t:
        tap.is_(settled(t, name, 5)["state"], "sent", "and the message goes out after the restart")


def check_locked(folder, r, stop):
    """the store cannot be written when a message was taken: that is noted later, by the delivery or when tenond stops, and nothing is sent twice"""
    with tempfile.TemporaryDirectory() as data:
        path = os.path.join(data, "sql", "tenon.db")
        r.answer = lambda request: (lock.execute("BEGIN IMMEDIATE"), (200, {}, b"ok"))[1]
        with server.Tenond(["--config", config(folder, r), "--set", "sql.busy_timeout_ms=1000"], data=data) as t:
            lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            name = send(t, "ops")
            tap.ok(until(lambda: "cannot be noted" in t.log()), "a store that cannot be written is reported")
            if stop:
                t.process.terminate()
                time.sleep(0.2)
            lock.execute("COMMIT")
            if stop:
                t.process.wait(20)
            else:
                tap.is_(settled(t, name)["state"], "sent", "when it can again, what became of the message is noted")
            lock.close()
        r.answer = lambda request: (200, {}, b"ok")
        with server.Tenond(["--config", config(folder, r)], data=data) as t:
            tap.is_((settled(t, name)["state"], len(r.of(name))), ("sent", 1), "and it was sent once%s" % (", though tenond stopped meanwhile" if stop else ""))


def check_kills(folder, r):
    dice, names, lock = random.Random(4711), [], threading.Lock()
    r.answer = lambda request: (time.sleep(0.02), (dice.choice((200, 200, 503)), {}, b""))[1]
    r.most_at_once = 0

    def work(t):
        try:
            while True:
                name = send(t, "ops")
                with lock:
                    names.append(name)
                time.sleep(0.01)
        except (OSError, AssertionError, ValueError, EOFError):
            pass  # it was killed
        except Exception as e:  # http.client's own
            if "http" not in type(e).__module__:
                raise

    with tempfile.TemporaryDirectory() as data:
        for _ in range(KILLS):
            with server.Tenond(["--config", config(folder, r, parallel=16, tries=100, longest_retry="500ms")], data=data) as t:
                workers = [threading.Thread(target=work, args=(t,)) for _ in range(4)]
                for w in workers:
                    w.start()
                time.sleep(dice.uniform(0.1, 0.6))
                t.kill()
                for w in workers:
                    w.join(30)
        with server.Tenond(["--config", config(folder, r, parallel=16, tries=100, longest_retry="500ms")], data=data) as t:
            until(lambda: not ask(t, "notify.ls", state="queued")[1]["messages"], 60)
            queued = ask(t, "notify.ls", state="queued")[1]["messages"]
        arrived = {x["id"] for x in r.requests}
    tap.ok(len(names) > KILLS, "%d messages were acknowledged over %d kills" % (len(names), KILLS))
    tap.is_([n for n in names if n not in arrived], [], "every one of them arrived")
    tap.is_(queued, [], "and none is left")
    tap.is_(r.most_at_once, 1, "none was delivered twice at a time")


def main():
    with tempfile.TemporaryDirectory() as folder, Receiver() as r:
        for placement in ("inline", "thread", "process"):
            tap.diag("placement " + placement)
            r.requests.clear()
            with server.Tenond(["--config", config(folder, r, placement=placement)]) as t:
                check_methods(t, r)
                check_retry(t, r)
                check_cli(t)
                check_neighbours(t, r)
        check_limit(folder, r)
        with tempfile.TemporaryDirectory() as data:
            check_stop(folder, data, r)
            check_cut(folder, data, r)
        check_locked(folder, r, stop=False)
        check_locked(folder, r, stop=True)
        r.requests.clear()
        check_kills(folder, r)
    tap.done_testing()


main()
