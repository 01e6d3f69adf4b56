"""machine - what the benchmark needs of this machine, and the limits that it sets

    machine.check()                     # every tool is there, or Missing says which apt-get line brings it
    m = machine.Machine(folder)         # builds limit.c into folder
    m.fdatasync_ms(2), m.commits(5), m.batch_rows(5)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import time

LIB = os.path.dirname(os.path.abspath(__file__))
TOOLS = {"wrk": "wrk", "nginx": "nginx-light", "gcc": "gcc"}
FILES = {"/usr/include/sqlite3.h": "libsqlite3-dev"}


class Missing(Exception):
    pass


def check():
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool, path=path)]
    missing += [package for name, package in FILES.items() if not os.path.exists(name)]
    if missing:
        raise Missing("not installed: %s\n    apt-get install -y --no-install-recommends %s" % (
            ", ".join(missing), " ".join(missing)))


def filesystem(folder):
    """Type of the file system that folder is on, e.g. ext4."""
    best, kind = "", "?"
    with open("/proc/mounts") as f:
        for line in f:
            mount, name = line.split()[1:3]
            if (folder + "/").startswith(mount.rstrip("/") + "/") and len(mount) >= len(best):
                best, kind = mount, name
    return kind


class Machine:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "limit")
        os.makedirs(self.folder)
        self.binary = os.path.join(self.folder, "limit")
        built = subprocess.run(["gcc", "-O2", "-o", self.binary, os.path.join(LIB, "limit.c"), "-lsqlite3"],
                               stderr=subprocess.PIPE, text=True)
        if built.returncode:
            raise Missing("cannot build limit.c:\n" + built.stderr)
        self.cores = len(os.sched_getaffinity(0))
        self.disk = filesystem(os.path.realpath(folder))

    def limit(self, kind, seconds):
        done = subprocess.run([self.binary, kind, self.folder, str(seconds)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Missing("limit %s: %s" % (kind, done.stderr.strip()))
        for name in os.listdir(self.folder):
            if name != "limit":
                os.unlink(os.path.join(self.folder, name))
        return float(done.stdout)

    def fdatasync_ms(self, seconds):
        return self.limit("fdatasync", seconds)

    def commits(self, seconds):
        return self.limit("commit", seconds)

    def batch_rows(self, seconds):
        return self.limit("batch", seconds)

    def write_seconds(self, source, megabytes):
        """Seconds to write that much of source to the disk, to its very end (fdatasync)."""
        target = os.path.join(self.folder, "written")
        begin = time.monotonic()
        with open(source, "rb") as src, open(target, "wb") as dst:
            for _ in range(megabytes):
                dst.write(src.read(1 << 20))
            dst.flush()
            os.fdatasync(dst.fileno())
        took = time.monotonic() - begin
        os.unlink(target)
        return took
