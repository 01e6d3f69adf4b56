#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""abi - builds of different SDKs meet: old caller x new callee and the reverse, in every placement that there is; and the
layout of the ABI's structs against the accepted one, where only appending passes. While the ABI is 0 a change is reported and
does not fail; `t/abi/abi.t --accept` writes t/abi/accepted anew."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import server
import tap

CC = ["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wno-missing-field-initializers", "-I", "sdk/include"]


def build_plugin(name, where, old):
    os.makedirs(os.path.join(where, "service"), exist_ok=True)
    out = os.path.join(where, "service", name + ".so")
    subprocess.run(CC + ["-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-z,defs"] + (["-DOLD"] if old else []) +
                   [os.path.join(HERE, name + ".c"), "-o", out], check=True)
    undefined = subprocess.run(["nm", "-u", out], capture_output=True, text=True, check=True).stdout
    return [line.split()[-1] for line in undefined.splitlines() if "GLIBC" not in line and " w " not in line]


def call(url, points):
    request = urllib.request.Request(url + "/api/v1/caller/go", json.dumps({"points": points}).encode(), {"Content-Type": "application/json"})
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as e:
        return e.read().decode()


def meet(old_caller, old_callee, placements):
    with tempfile.TemporaryDirectory() as where:
        imports = build_plugin("caller", where, old_caller) + build_plugin("callee", where, old_callee)
        name = "%s caller x %s callee" % ("old" if old_caller else "new", "old" if old_callee else "new")
        tap.is_(imports, [], name + ": the plugins import nothing of the core")
        for place in placements:
            sets = ["--set", "plugin_dirs=" + where] + [a for k, v in place.items() for a in ("--set", "instances.%s.placement=%s" % (k, v))]
            with server.Tenond(sets) as t:
                tap.is_(call(t.url, 2000), {"text": "hello!", "sum": 2000.0}, "%s, %s" % (name, place))


def layout():
    with tempfile.TemporaryDirectory() as where:
        program = os.path.join(where, "layout")
        subprocess.run(CC + [os.path.join(HERE, "layout.c"), "-o", program], check=True)
        return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def main():
    accepted, now = os.path.join(HERE, "accepted"), layout()
    if sys.argv[1:] == ["--accept"]:
        open(accepted, "w").write("\n".join(now) + "\n")
        return
    each = ("inline", "thread", "process")
    places = [{"caller": a, "callee": b} for a in each for b in each]
    meet(True, False, places)
    meet(False, True, places)
    meet(True, True, places[:1])
    lost = [line for line in open(accepted).read().splitlines() if line not in now]
    tap.ok(not lost or "abi 0" in now, "what was accepted of the ABI still lies where it lay", "\n".join(lost))
    for line in lost:
        tap.diag("changed since it was accepted (the ABI is 0, so this only tells): " + line)
    tap.done_testing()


main()
