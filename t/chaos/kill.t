#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill - kill -9 at any moment under sixteen writers: every acknowledged write is there after the restart, a batch is there
whole or not at all, no half upload is visible.

TENON_CHAOS_KILLS: how often (50; make check-long: 1,000). TENON_CHAOS_SEED: of the moments."""
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import server
import tap
from load import Api, Ledger, Writer, missing, missing_blobs

KILLS = int(os.environ.get("TENON_CHAOS_KILLS", "50"))
SEED = int(os.environ.get("TENON_CHAOS_SEED", "0")) or int(time.time())
WRITERS = 16


def make_runs(api, n):
    return [api.post("runs/create", {"experiment_id": "0", "start_time": 1})[1]["run"]["info"]["run_id"] for _ in range(n)]


def main():
    dice = random.Random(SEED)
    tap.diag("seed %d, %d kills" % (SEED, KILLS))
    ledger, runs, steps, wrong, refused, checked = Ledger(), [], {}, [], [], set()
    with tempfile.TemporaryDirectory() as data:
        for kill in range(KILLS):
            with server.Tenond(data=data) as t:
                api = Api(t.port)
                for run in runs:
                    wrong += missing(api, ledger, run)
                wrong += missing_blobs(api, ledger, set(ledger.blobs) - checked)
                checked |= set(ledger.blobs)
                if kill % 10 == 0:  # fresh runs, so that histories stay short
                    runs = make_runs(api, WRITERS)
                    steps = dict.fromkeys(runs, 0)
                writers = [Writer(t.port, run, ledger, steps[run]) for run in runs]
                for w in writers:
                    w.start()
                time.sleep(dice.uniform(0.005, 0.4))
                t.kill()
                for w in writers:
                    w.join(30)
                    steps[w.run_id] = w.n
                    refused += w.refused
                api.close()
        with server.Tenond(data=data) as t:
            api = Api(t.port)
            for run in runs:
                wrong += missing(api, ledger, run)
            parts = [f for _, _, files in os.walk(data) for f in files if f.endswith(".part")]
            api.close()
    tap.ok(ledger.acknowledged > KILLS * 10, "there was load: %d writes acknowledged" % ledger.acknowledged)
    tap.ok(not wrong, "every acknowledged write survived %d kills, every batch whole" % KILLS, "\n".join(wrong[:20]))
    tap.ok(not refused, "no write was refused while the server lived", "\n".join(map(str, refused[:10])))
    tap.ok(not parts, "no temporary file is left", "\n".join(parts))
    tap.done_testing()


main()
