#!/usr/bin/env python3
"""keys - which keys are accepted: every code point, and paths, compared with Python's own answer

A batch of keys goes in one request; when it is refused, the first refused key is named by its index.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import posixpath
import re
import sys
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import tap  # noqa: E402

AT = re.compile(r"for parameter 'tags\[(\d+)\]\.key'")


def is_good(key):
    path = posixpath.normpath(key)
    return bool(re.fullmatch(r"[/\w.\- :]*", key)) and path == key and path != "." and not path.startswith(("..", "/"))


def accepted(t, run, keys):
    """Which of the keys the server accepts: the refused one is taken out, and the rest asked again."""
    refused = set()
    left = list(keys)
    while left:
        status, answer = t.ask("POST", "runs/log-batch", {"run_id": run, "tags": [{"key": k, "value": ""} for k in left]})
        if status == 200:
            break
        at = AT.search(answer["message"])
        if not at:
            raise AssertionError(answer)
        refused.add(left.pop(int(at.group(1))))
    return [k for k in keys if k not in refused]


def compare(t, run, keys, name):
    wrong = []
    for i in range(0, len(keys), 90):
        part = keys[i:i + 90]
        got = set(accepted(t, run, part))
        wrong += [k for k in part if (k in got) != is_good(k)]
    tap.is_(wrong, [], name)


def points():
    """The first and last code point of each stretch of letters and of others, and their neighbours."""
    made, before = [], None
    for c in range(1, 0x110000):
        if 0xd800 <= c < 0xe000:
            continue
        now = bool(re.fullmatch(r"\w", chr(c)))
        if now != before or c < 0x180:
            made += [c - 1, c] if c > 0x180 and not 0xd800 <= c - 1 < 0xe000 else [c]
        before = now
    return made


with api.start() as t:
    run = t.new_run()
    paths = [a + b + c for a in ("", "/", "a", ".", "..", "a/", "a/.", "../") for b in ("", "/", ".", "..", "b", "//", "/../")
             for c in ("", "/", ".", "/..", "c", "/./c")]
    compare(t, run, sorted(set(p for p in paths if p)), "paths")
    if unicodedata.unidata_version == "14.0.0":
        compare(t, run, ["k" + chr(c) for c in points()], "letters and digits of Unicode 14")
    else:
        tap.skip("this Python knows Unicode %s" % unicodedata.unidata_version)
    ids = {"a" * 256: 404, "a" * 257: 400, "A-b_9": 404, "-a": 400, "_a": 400, "é": 400, "aé": 404, "a b": 400, "a/b": 400, "a\n": 400}
    for run_id, status in ids.items():
        tap.is_(t.ask("POST", "runs/log-batch", {"run_id": run_id})[0], status, "run id %r" % run_id[:10])
tap.done_testing()
