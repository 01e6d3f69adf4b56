#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""quickstart - the README's first command, as a newcomer runs it: it ends with a run found and its artifact downloaded"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import server  # noqa: E402
import tap  # noqa: E402

with tempfile.TemporaryDirectory() as data:
    env = dict(os.environ, TENON_DATA=data)
    done = subprocess.run([os.path.join(tap.TOP, "scripts", "quickstart"), "--once"], env=env, capture_output=True, text=True, cwd="/")
    tap.is_(done.returncode, 0, "scripts/quickstart --once")
    if done.returncode != 0:
        tap.diag(done.stdout[-2000:] + done.stderr[-2000:])
    for said in ("MLFLOW_TRACKING_URI=http://127.0.0.1:", "train.py", "found run", "downloaded"):
        tap.like(done.stdout, said, "it says: " + said)
    began = time.monotonic()
    with server.Tenond(data=data):
        took = time.monotonic() - began
    tap.ok(took < 1, "a second start on the same data is under a second", "%.3f s" % took)
tap.done_testing()
