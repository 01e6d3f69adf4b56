"""door - what tests of the HTTP door share: tenond with the plugin service/toy, and HTTP spoken byte by byte

    with door.Door() as d:
        c = d.connect()
        c.send(b"GET /health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        a = c.answer()              # a.status, a.reason, a.headers (lower case), a.body, a.whole
        d.ask("GET", "/health")     # the same on a connection of its own

No http.client here: tests send what no decent client sends, and see what a decent client hides. `toy(name, args)` calls a
method of the plugin by its native route. Settings: Door(max_body=2000) is --set http.max_body=2000.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import server  # noqa: E402
import tap  # noqa: E402


def _sanitized():
    try:
        with open(os.path.join(tap.BUILD, "tenond"), "rb") as f:
            return b"__asan_init" in f.read()
    except OSError:
        return False


SANITIZED = _sanitized()


class Answer:
    def __init__(self):
        self.status = self.reason = None
        self.headers = {}
        self.all = []
        self.body = b""
        self.chunks = 0
        self.whole = False

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "<%s %s %r %r%s>" % (self.status, self.reason, self.headers, self.body[:300], "" if self.whole else " broken off")


class Connection:
    def __init__(self, port, timeout=10):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout)
        self.buffer = bytearray()
        self.eof = False

    def send(self, data):
        self.sock.sendall(data)
        return self

    def get(self, path, headers=()):
        return self.send(request("GET", path, headers))

    def fill(self):
        """One more read; False at the end (or when the connection was reset)."""
        try:
            data = self.sock.recv(1 << 18)
        except ConnectionError:
            data = b""
        self.eof = not data
        self.buffer += data
        return not self.eof

    def take(self, n):
        while len(self.buffer) < n and self.fill():
            pass
        data = bytes(self.buffer[:n])
        del self.buffer[:n]
        return data

    def line(self):
        while b"\r\n" not in self.buffer and self.fill():
            pass
        at = self.buffer.find(b"\r\n")
        line = bytes(self.buffer[:at if at >= 0 else len(self.buffer)])
        del self.buffer[:len(line) + 2]
        return line

    def head(self):
        """Status line and headers; an Answer without status when nothing came."""
        a = Answer()
        first = self.line()
        if not first:
            return a
        version, status, a.reason = (first.decode("latin-1").split(" ", 2) + [""])[:3]
        a.status = int(status)
        while True:
            line = self.line().decode("latin-1")
            if not line:
                return a
            name, _, value = line.partition(":")
            a.all.append((name, value.strip()))
            a.headers[name.lower()] = value.strip()

    def answer(self, verb="GET"):
        a = self.head()
        if a.status is None:
            return a
        if verb == "HEAD" or a.status in (204, 304) or a.status < 200:
            a.whole = True
        elif a.headers.get("transfer-encoding") == "chunked":
            self.chunked(a)
        elif "content-length" in a.headers:
            n = int(a.headers["content-length"])
            a.body = self.take(n)
            a.whole = len(a.body) == n
        else:
            while self.fill():
                pass
            a.body, self.buffer, a.whole = bytes(self.buffer), bytearray(), True
        return a

    def chunked(self, a):
        parts = []
        while not a.whole:
            size = self.line()
            n = int(size, 16) if size else -1
            data = self.take(max(n, 0))
            parts.append(data)
            if n < 0 or len(data) < n or self.line() != b"":
                break
            a.whole = n == 0
            a.chunks += n > 0
        a.body = b"".join(parts)

    def is_closed(self, within=3):
        """Does the server close it? What it still sends is dropped."""
        self.sock.settimeout(within)
        try:
            while True:
                try:
                    if not self.sock.recv(1 << 16):
                        return True
                except ConnectionError:
                    return True
        except socket.timeout:
            return False

    def close(self):
        self.sock.close()

    def reset(self):
        """Closes with a RST instead of a FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def request(verb, path, headers=(), body=None, host="localhost"):
    lines = ["%s %s HTTP/1.1" % (verb, path)]
    if host is not None:
        lines.append("Host: " + host)
    lines += headers
    if body is not None:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


class Door(server.Tenond):
    def __init__(self, args=(), **settings):
        sets = []
        for name, value in settings.items():
            sets += ["--set", "http.%s=%s" % (name, value)]
        sets += ["--set", "plugin_dirs=%s" % os.path.join(tap.BUILD, "t/http/plugins"), "--set", "instances.toy.placement=inline"]
        sets += ["--set", "core_dumps=true"]  # else /proc/PID/smaps_rollup is root's, and rss() too
        super().__init__(sets + list(args))

    def connect(self, timeout=10):
        return Connection(self.port, timeout)

    def ask(self, verb, path, headers=(), body=None, host="localhost"):
        c = self.connect()
        try:
            c.send(request(verb, path, headers, body, host))
            return c.answer(verb)
        finally:
            c.close()

    def raw(self, data):
        """One connection, these bytes: the answer, and whether the connection was closed behind it."""
        c = self.connect()
        c.send(data)
        a = c.answer()
        closed = c.is_closed(1)
        c.close()
        return a, closed

    def toy(self, method, **args):
        return self.ask("POST", "/api/v1/toy/" + method, ["Content-Type: application/json"], json.dumps(args).encode())

    def counts(self):
        return self.toy("count").json()

    def metric(self, line):
        for found in self.ask("GET", "/metrics").body.decode().splitlines():
            if found.startswith(line + " "):
                return float(found.rsplit(" ", 1)[1])
        return None

    def refused(self, limit):
        return self.metric('tenon_http_refused_total{limit="%s"}' % limit)

    def store(self, name, data):
        """A file that toy.get gives."""
        os.makedirs(os.path.join(self.data, "toy"), exist_ok=True)
        with open(os.path.join(self.data, "toy", name), "wb") as f:
            f.write(data)

    def rss(self):
        with open("/proc/%d/smaps_rollup" % self.pid) as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024


def until(condition, seconds=5):
    """Waits for it; whether it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
