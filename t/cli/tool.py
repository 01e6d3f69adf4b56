"""tool - runs build/tenon as a user would

    t = Tool(server.url)
    done = t("runs", "search", "1")        # .code .out .err, text
    t.json("runs", "show", run_id)         # the object that --json prints; a failed check when it is none
    t.on_terminal("runs", "search", "1")   # the same on a pseudo terminal of 80 columns: what it shows
"""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
import tap  # noqa: E402

BINARY = os.path.abspath(os.path.join(tap.BUILD, "tenon"))
FOREIGN = ("TENON_SERVER", "MLFLOW_TRACKING_URI", "NO_COLOR", "http_proxy")


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return "exit %d\nstdout: %s\nstderr: %s" % (self.code, self.out[:2000], self.err[:2000])


class Tool:
    def __init__(self, url=None, cwd=None):
        self.cwd = cwd
        self.env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
        self.env["TZ"] = "UTC"
        if url:
            self.env["TENON_SERVER"] = url

    def __call__(self, *words, stdin=b"", env=None, timeout=60):
        done = subprocess.run([BINARY] + list(words), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.cwd,
                              env=dict(self.env, **(env or {})), timeout=timeout)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *words, **how):
        """A process that runs on; the caller waits for it."""
        return subprocess.Popen([BINARY] + list(words), cwd=self.cwd, env=self.env, **how)

    def json(self, *words):
        done = self(*words, "--json")
        try:
            return json.loads(done.out)
        except ValueError:
            tap.ok(False, "%s --json prints JSON" % " ".join(words), done)
            return {}

    def on_terminal(self, *words, columns=80, env=None, talk=False):
        """talk: stderr is the terminal instead of stdout."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        process = subprocess.Popen([BINARY] + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if talk else side,
                                   stderr=side if talk else subprocess.PIPE, cwd=self.cwd, env=dict(self.env, **(env or {})))
        os.close(side)
        other = []
        reader = threading.Thread(target=lambda: other.append((process.stdout if talk else process.stderr).read().decode()))
        reader.start()
        shown = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        reader.join()
        os.close(main)
        text = shown.decode().replace("\r\n", "\n")
        return Done(process.wait(), *((other[0], text) if talk else (text, other[0])))


def fails(done, code, words, name):
    """It ended with `code`, printed no data, and said `words` on stderr."""
    good = done.code == code and done.out == "" and all(w in done.err for w in words)
    return tap.ok(good, name, "expected exit %d and %r\n%r" % (code, words, done))
