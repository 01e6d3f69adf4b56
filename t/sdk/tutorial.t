#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tutorial - docs/plugins/tutorial.md is true: its `sh` blocks are run in order, by one shell, against an installed tree alone, and print
what its `output` blocks say."""
import os
import re
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sdk
import tap

PAGE = "docs/plugins/tutorial.md"
MARK = "==== end of block %d ===="


def blocks():
    """[(shell text, expected lines)]"""
    found = []
    for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", open(PAGE, encoding="utf-8").read(), re.M | re.S):
        if kind == "sh":
            found.append((text, []))
        elif kind == "output":
            found[-1][1].extend(text.splitlines())
        else:
            tap.ok(False, "a block that is neither `sh` nor `output` is not run: %s" % kind)
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


def main():
    page = blocks()
    tap.ok(len(page) >= 8 and sum(len(lines) for _, lines in page) >= 8, "the page has blocks to run, and says what they print")
    port = free_port()
    script = "set -e\n" + "".join("%s\necho '%s'\n" % (text.rstrip(), MARK % i) for i, (text, _) in enumerate(page)).replace("5999", port)
    with sdk.Installed() as s:
        if s.sanitized:
            s.env["MAKEFLAGS"] = "SANITIZE=1"
        pid = s.path("logbook/tenond.pid")
        try:
            with open(s.path("printed"), "w+") as out: # a file: a server left behind does not hold it up
                code = subprocess.run(["timeout", "120", "bash", "-c", script], cwd=s.dir, env=s.env, stdout=out, stderr=subprocess.STDOUT).returncode
            printed = open(s.path("printed"), errors="replace").read()
        finally:
            if os.path.exists(pid):
                try:
                    os.kill(int(open(pid).read()), signal.SIGTERM)
                except (ProcessLookupError, ValueError):
                    pass
        tap.ok(code == 0, "every block ends well", printed[-4000:])
        rest = printed
        for i, (text, lines) in enumerate(page):
            part, _, rest = rest.partition(MARK % i)
            title = next(line for line in text.splitlines() if line.strip())[:60]
            tap.ok(all(line in part for line in lines), "block %d (%s) prints what the page says" % (i + 1, title), part[-2000:])
    tap.done_testing()


main()
