#!/usr/bin/env python3
"""transfer - artifacts put, get, ls, rm: the same bytes back, small memory, whole files or none"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import http.server
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import BINARY, Tool, fails, tap  # noqa: E402
import server  # noqa: E402

SIZE = 50 << 20
MOST_RSS = 30 << 10  # KiB


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def is_sanitized():
    with open(BINARY, "rb") as f:
        return b"__asan_init" in f.read()


def is_small(rss, name):
    if is_sanitized():
        tap.skip("a sanitizer needs memory of its own", name)
    else:
        tap.ok(rss < MOST_RSS, name, "%d KiB" % rss)


def peak(tool, *words, **how):
    """Exit code and peak RSS (KiB) of one run. The kernel counts this script's own RSS in, from before the exec: it stays small."""
    process = tool.start(*words, **how)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss


def left(tool):
    return sorted(os.listdir(tool.cwd))


def check_round_trip(t):
    with open(t.cwd + "/big", "wb") as f:
        for _ in range(SIZE >> 20):
            f.write(os.urandom(1 << 20))
    want = digest(t.cwd + "/big")
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    code, rss = peak(t, "artifacts", "put", "dir/größe 100%&x=1.bin", "big", **quiet)
    tap.is_(code, 0, "put 50 MiB")
    is_small(rss, "put stays small")
    code, rss = peak(t, "artifacts", "get", "dir/größe 100%&x=1.bin", **quiet)
    tap.is_(code, 0, "get 50 MiB")
    is_small(rss, "get stays small")
    tap.is_(digest(t.cwd + "/größe 100%&x=1.bin"), want, "the same bytes, in a file of the artifact's name")
    mask = os.umask(0)
    os.umask(mask)
    tap.is_(stat.S_IMODE(os.stat(t.cwd + "/größe 100%&x=1.bin").st_mode), 0o666 & ~mask, "with a usual mode")
    tap.is_(left(t), ["big", "größe 100%&x=1.bin"], "and nothing beside it")
    with open(t.cwd + "/big", "rb") as source, open(t.cwd + "/piped", "wb") as sink:
        put = t.start("artifacts", "put", "piped", "-", stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        put.stdin.write(source.read())
        put.stdin.close()
        tap.is_(put.wait(60), 0, "put from a pipe")
        tap.is_(t.start("artifacts", "get", "piped", "-o", "-", stdout=sink, stderr=subprocess.DEVNULL).wait(60), 0, "get to stdout")
    tap.is_(digest(t.cwd + "/piped"), want, "the same bytes through pipes")


def check_names(t):
    open(t.cwd + "/empty", "w").close()
    done = t("artifacts", "put", "dir/empty", "empty")
    tap.ok(done.code == 0 and done.out == "" and "0 B" in done.err, "put an empty file", done)
    fails(t("artifacts", "get", "dir/empty"), 2, ["is there already"], "a file that is there is not replaced")
    tap.is_(t("artifacts", "get", "dir/empty", "-o", "piped").code, 0, "but is by --output")
    tap.is_(os.path.getsize(t.cwd + "/piped"), 0, "by an empty one")
    os.mkdir(t.cwd + "/sub")
    tap.is_(t("artifacts", "get", "dir/empty", "--output", "sub").code, 0, "--output DIR")
    tap.is_(os.listdir(t.cwd + "/sub"), ["empty"], "goes into it")
    done = t("call", "artifacts.upload", "artifact_path=dir/called", "--input", "-", stdin=b"abc")
    tap.is_(done.code, 0, "call uploads --input")
    tap.is_(t("call", "artifacts.download", "artifact_path=dir/called", "-o", "-").out, "abc", "call downloads to --output")
    done = t("artifacts", "ls", "dir")
    tap.ok(done.code == 0 and "called" in done.out and "größe 100%&x=1.bin" in done.out, "artifacts ls", done)
    tap.is_({f["path"] for f in t.json("artifacts", "ls")["files"]}, {"dir", "piped"}, "artifacts ls of the root as JSON")
    tap.is_(t("artifacts", "rm", "dir/called").code, 0, "artifacts rm")
    fails(t("artifacts", "get", "dir/called"), 3, ["NOT_FOUND"], "it is gone")


def check_failures(t):
    before = left(t)
    fails(t("artifacts", "put", "x"), 2, ["FILE is missing"], "put without a file")
    fails(t("artifacts", "put", "x", "no-such"), 2, ["No such file"], "put of a file that is not there")
    fails(t("artifacts", "put", "x", "."), 2, ["is a directory"], "put of a directory")
    fails(t("artifacts", "put", "../x", "empty"), 1, ["INVALID_ARGUMENT"], "put to a path that leads out")
    fails(t("artifacts", "put", "../x", "big"), 1, ["INVALID_ARGUMENT"], "put of a large file there")
    fails(t("artifacts", "get", "dir", "-o", "x"), 1, ["directory"], "get of a directory")
    fails(t("artifacts", "get", "dir/"), 2, ["--output FILE is missing"], "get of a path that ends with a slash")
    fails(t("artifacts", "get", "dir/empty", "-o", "no-such/x"), 1, ["No such file"], "get into a directory that is not there")
    with open("/dev/full", "w") as full:
        tap.is_(t.start("artifacts", "get", "dir/größe 100%&x=1.bin", "-o", "-", stdout=full, stderr=-3).wait(60), 1, "get to a full disk")
    tap.is_(left(t), before, "nothing is left of them")


class Stuck(http.server.BaseHTTPRequestHandler):
    """Lists one method and sends a part of the file, then waits, or cuts."""

    METHODS = b'{"methods":[{"name":"a.get","cli":"a get PATH","path":"/%s","flags":["stream_out"],"args":[{"name":"path","type":"str","card":"one"}]}]}'

    def do_GET(self):
        body = self.METHODS % self.path.split("/")[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        if "slow" in self.path:
            for _ in range(20):
                self.wfile.write(b"x" * 50000)
                time.sleep(0.1)
            return
        self.wfile.write(b"x" * 100000)
        self.wfile.flush()
        if "stuck" in self.path:
            time.sleep(5)

    def log_message(self, *_):
        pass


def check_broken(t):
    odd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stuck)
    odd.daemon_threads = True
    threading.Thread(target=odd.serve_forever, daemon=True).start()
    base = "http://127.0.0.1:%d/" % odd.server_address[1]
    before = left(t)
    done = t("a", "get", "new", "--server", base + "cut")
    tap.ok(done.code == 5 and left(t) == before, "a download that breaks off leaves nothing", done)
    done = t("a", "get", "new", "--server", base + "stuck", "--timeout", "1")
    tap.ok(done.code == 5 and left(t) == before, "one that stops is given up", done)
    with t.start("a", "get", "new", "--server", base + "stuck", stderr=-3) as process:
        time.sleep(0.5)
        tap.ok(len(left(t)) == len(before) + 1 and "new" not in left(t), "while it grows it has another name", left(t))
        process.send_signal(signal.SIGINT)
        tap.is_(process.wait(10), 130, "Ctrl-C ends it")
    tap.is_(left(t), before, "and leaves nothing")
    done = t.on_terminal("a", "get", "new", "-o", "-", "--server", base + "slow", talk=True)
    tap.ok(done.code == 0 and len(done.out) == 1000000 and "%  " in done.err and "/s" in done.err and "left" in done.err,
           "a slow one shows its progress on a terminal", done.err)
    done = t("a", "get", "new", "-o", "-", "--server", base + "slow")
    tap.ok(done.code == 0 and done.err.count("\n") == 1 and "\r" not in done.err, "and only its sum elsewhere", done.err)
    odd.shutdown()


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
with server.Tenond() as daemon, tempfile.TemporaryDirectory(prefix="tenon-cli-") as folder:
    tool = Tool(daemon.url, cwd=folder)
    check_round_trip(tool)
    check_names(tool)
    check_failures(tool)
    check_broken(tool)
tap.done_testing()
