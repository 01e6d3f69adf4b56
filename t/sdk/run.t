#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run - `tenon plugin run`: a plugin hosted alone, lines from a pipe; results on stdout, all else on stderr."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap

BUILD = os.path.abspath(tap.BUILD)
TOY = os.path.join(BUILD, "t/http/plugins/service/toy.so")


def run(lines, *args, plugin=TOY):
    done = subprocess.run([os.path.join(BUILD, "tenon"), "plugin", "run", plugin] + list(args), input="\n".join(lines) + "\n", capture_output=True,
                          text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


for place in ("inline", "thread"):
    code, out, err = run(["# a remark", "", 'call echo text="two words" n=5 many=a', 'echo {"text":"json","many":["a","b"]}', "echo text:='\"raw\"'", "quit", "echo text=late"],
                         "--placement", place)
    tap.is_(out.splitlines()[0][:45], '{"text":"two words","n":5,"many":["a"],"trace', place + ": words, with quotes, as arguments")
    tap.ok('"many":["a","b"]' in out.splitlines()[1] and '"text":"raw"' in out.splitlines()[2], place + ": one JSON object; JSON as a value", out)
    tap.ok(code == 0 and len(out.splitlines()) == 3 and err.count(" ms\n") == 3, place + ": quit quits; each call says how long it took", err)
code, out, err = run(["methods"])
tap.ok(code == 0 and "echo\n" in out and "text: str, required" in out and "n: i64, default 7" in out, "methods lists them with arguments", out)
code, out, err = run(["echo n=3", "echo text=x colour=red", "echo text=fail", "none x=1", "echo text"])
tap.ok(code == 1 and out == "" and "INVALID_ARGUMENT: text" in err and "colour" in err and "NOT_FOUND: nothing is called fail" in err and
       "none: no such method" in err and "NAME=VALUE" in err, "what is wrong is said on stderr, and in the exit status", err)
code, out, err = run(["put name=f <<hello", "get name=f", "get name=none"])
tap.ok('{"size":5}' in out and "\nhello\n" in out and "NOT_FOUND" in err, "bytes go in and come out", out + err)
code, out, err = run(["count"], "--config", "nothing=1")
tap.ok(code == 1 and "nothing=1: it has no settings" in err and "does not start" in err, "a setting that it has not", err)
with tempfile.TemporaryDirectory() as where:
    open(where + "/x.so", "w").write("no ELF")
    code, out, err = run([], plugin=where + "/x.so")
    tap.ok(code == 1 and "x.so" in err, "a file that is no plugin", err)
blob = os.path.join(BUILD, "plugins/blob/file.so")
code, out, err = run(["put key=a/b <<text", "list prefix=a", "delete key=a"], plugin=blob)
tap.ok(code == 0 and '"name":"b"' in out and '{"deleted":1}' in out, "a store, in a folder that goes with it", out + err)
tap.done_testing()
