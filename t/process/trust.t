#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""trust - which plugins of plugin_dirs are run: any, those whose SHA-256 is listed, none; and what runs is what was looked at"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import server  # noqa: E402
import tap  # noqa: E402
import http.client  # noqa: E402
import json  # noqa: E402

BUILT = os.path.join(tap.BUILD, "t/process/plugins/service/probe.so")


def call(t, path, **args):
    c = http.client.HTTPConnection("127.0.0.1", t.port, timeout=30)
    c.request("POST", "/api/v1/" + path, json.dumps(args), {"Content-Type": "application/json"})
    r = c.getresponse()
    return r.status, json.loads(r.read())


def check(where, *sets):
    done = subprocess.run([os.path.join(tap.BUILD, "tenond"), "--check-config", "--set", "plugin_dirs=[%s]" % where] +
                          [a for s in sets for a in ("--set", s)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as where:
        so = os.path.join(where, "service", "probe.so")
        os.makedirs(os.path.dirname(so))
        shutil.copy(BUILT, so)
        with open(so, "rb") as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        instance = "instances.probe.plugin=service/probe"
        tap.is_(check(where, instance)[0], 0, "any, the default: it is there")
        status, said = check(where, instance, "trust=shipped")
        tap.ok(status != 0 and "did not come with tenond" in said and so in said, "shipped: it is not", said)
        status, said = check(where, instance, "trust=listed", "trusted_plugins=[%s]" % ("0" * 64))
        tap.ok(status != 0 and digest in said and "trusted_plugins" in said, "listed: one that is not is named with its digest", said)
        tap.is_(check(where, instance, "trust=listed", "trusted_plugins=[%s]" % digest.upper())[0], 0, "listed: one that is, in any case")
        with server.Tenond(["--set", "plugin_dirs=[%s]" % where, "--set", instance, "--set", "trust=listed", "--set", "trusted_plugins=[%s]" % digest]) as t:
            tap.is_(call(t, "probe/echo", text="x")[0], 200, "it runs")
            with open("/proc/%d/maps" % call(t, "probe/echo", text="x")[1]["pid"]) as f:
                maps = f.read()
            tap.ok(digest + ".so" in maps and so not in maps, "a copy named by its digest was loaded", maps)
            with open(so, "ab") as f:
                f.write(b"changed")
            status, answer = call(t, "plugins/reload", instance="probe")
            tap.ok(status == 403 and "SHA-256" in answer["detail"], "a file that was changed is not loaded", (status, answer))
            tap.is_(call(t, "probe/echo", text="x")[0], 200, "the old one goes on")
    tap.done_testing()


main()
