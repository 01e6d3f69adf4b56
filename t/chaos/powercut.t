#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""powercut - as kill.t, but with the kill all that was not synced is lost: an interposed write layer (unsynced.c) records
what was there before, and everything that no fsync had settled is taken back before the restart. What was acknowledged must
be there nevertheless; that this test can fail is shown by running it against a store told not to sync.

TENON_POWER_CUTS: how often (8). TENON_CHAOS_SEED: of the moments."""
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import server
import tap
from load import Api, Ledger, Writer, missing, missing_blobs

HERE = os.path.dirname(os.path.abspath(__file__))
CUTS = int(os.environ.get("TENON_POWER_CUTS", "8"))
SEED = int(os.environ.get("TENON_CHAOS_SEED", "0")) or int(time.time())
WRITERS = 8
HEAD = struct.Struct("=6Q")
WRITE, SYNC, CREATE, RENAME, UNLINK, MKDIR = range(1, 7)


def records(log):
    """(kind, inode, offset, length, old size, payload) in order; a last record that was cut short is left out."""
    data = open(log, "rb").read() if os.path.exists(log) else b""
    at, out = 0, []
    while at + HEAD.size <= len(data):
        kind, ino, offset, n, size, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        if at + length > len(data):
            break
        out.append((kind, ino, offset, n, size, data[at:at + length]))
        at += length
    return out


def unsettled(log):
    synced, out = set(), []
    for r in reversed(records(log)):
        if r[0] == SYNC:
            synced.add(r[1])
        elif r[1] not in synced:
            out.append(r)
    return out  # newest first


def quiet(fn, *args):
    try:
        fn(*args)
    except OSError:
        pass


def take_back_write(paths, ino, offset, size, old):
    path = paths.get(ino)
    if path is None:
        return
    with open(path, "r+b") as f:
        f.seek(offset)
        f.write(old)
        f.truncate(size)


def cut(data, log):
    """Takes back what was not synced; the number of records taken back."""
    lost = unsettled(log)
    for kind, ino, offset, n, size, payload in lost:
        words = [w.decode() for w in payload.split(b"\0")] if kind > WRITE else []
        if kind == WRITE:
            paths = {os.stat(os.path.join(d, f)).st_ino: os.path.join(d, f) for d, _, fs in os.walk(data) for f in fs}
            quiet(take_back_write, paths, ino, offset, size, payload)
        elif kind == CREATE:
            quiet(os.unlink, words[0])
        elif kind == MKDIR:
            quiet(os.rmdir, words[0])
        elif kind == RENAME:
            quiet(os.rename, words[1], words[0])
            if words[2]:
                quiet(os.rename, words[2], words[1])
        elif kind == UNLINK and words[1]:
            quiet(os.rename, words[1], words[0])
    for d, _, fs in os.walk(data):  # shared memory of the write-ahead log does not outlive a power cut
        for f in fs:
            if f.endswith("-shm"):
                os.unlink(os.path.join(d, f))
    return len(lost)


def play(layer, dice, cuts, extra):
    """Losses found, writes acknowledged, records taken back."""
    ledger, runs, wrong, taken, checked = Ledger(), [], [], 0, set()
    with tempfile.TemporaryDirectory() as where:
        data = os.path.join(where, "data")
        os.mkdir(data, 0o700)
        for i in range(cuts + 1):
            log = os.path.join(where, "log%d" % i)
            env = {"LD_PRELOAD": layer, "UNSYNCED_ROOT": data, "UNSYNCED_LOG": log}
            with server.Tenond(args=extra, data=data, env=env) as t:
                api = Api(t.port)
                for run in runs:
                    try:
                        wrong += missing(api, ledger, run)
                    except (AssertionError, KeyError) as e:
                        wrong.append("run %s: %s" % (run, e))
                wrong += missing_blobs(api, ledger, set(ledger.blobs) - checked)
                checked |= set(ledger.blobs)
                if i < cuts:
                    runs = [api.post("runs/create", {"experiment_id": "0", "start_time": 1})[1]["run"]["info"]["run_id"] for _ in range(WRITERS)]
                    writers = [Writer(t.port, run, ledger, 0) for run in runs]
                    for w in writers:
                        w.start()
                    time.sleep(dice.uniform(0.2, 0.8))
                    t.kill()
                    for w in writers:
                        w.join(30)
                api.close()
            if i < cuts:
                taken += cut(data, log)
    return wrong, ledger.acknowledged, taken


def main():
    tap.diag("seed %d, %d cuts" % (SEED, CUTS))
    with tempfile.TemporaryDirectory() as where:
        layer = os.path.join(where, "unsynced.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", layer, os.path.join(HERE, "unsynced.c"), "-ldl", "-lpthread"], check=True)
        wrong, acknowledged, taken = play(layer, random.Random(SEED), CUTS, [])
        tap.ok(acknowledged > CUTS * 5, "there was load: %d writes acknowledged" % acknowledged)
        tap.ok(taken > 0, "there was something to lose: %d unsynced changes were taken back" % taken)
        tap.ok(not wrong, "nothing acknowledged was lost in %d power cuts" % CUTS, "\n".join(wrong[:20]))
        wrong, acknowledged, _ = play(layer, random.Random(SEED), 3, ["--set", "instances.sql.durable=false"])
        tap.ok(wrong, "a store told not to sync does lose acknowledged writes here, so this test can fail", "%d acknowledged" % acknowledged)
    tap.done_testing()


main()
