#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""undumpable - nobody of tenond's user looks into its memory through /proc, unless `core_dumps` says so.

The kernel gives /proc/PID/mem of an undumpable process to root, whoever runs it. As root, tenond is run as `nobody` for that."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import server
import tap

NOBODY = 65534
OPEN = "import sys; open(sys.argv[1], 'rb')"


class Unprivileged(server.Tenond):
    def spawn(self, command, stdout=None):
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"] + command
        super().spawn(command, stdout)


def opens(pid, what):
    """does another process of its user get at it?"""
    command = [sys.executable, "-c", OPEN, "/proc/%d/%s" % (pid, what)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"] + command
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def main():
    user = NOBODY if os.geteuid() == 0 else os.getuid()
    for args, owner, readable in (([], 0, False), (["--set", "core_dumps=false"], 0, False), (["--set", "core_dumps=true"], user, True)):
        with tempfile.TemporaryDirectory() as top:
            if os.geteuid() == 0:
                os.chown(top, NOBODY, NOBODY)
            with Unprivileged(args, data=os.path.join(top, "data")) as s:
                name = " ".join(args) or "by default"
                tap.is_(os.stat("/proc/%d/mem" % s.pid).st_uid, owner, "%s: its memory belongs to user %d" % (name, owner))
                tap.is_(opens(s.pid, "environ"), readable, "%s: its user %s look into it" % (name, "may" if readable else "may not"))
                if not readable:
                    tap.is_(opens(s.pid, "mem"), False, "%s: nor open its memory" % name)
    tap.done_testing()


main()
