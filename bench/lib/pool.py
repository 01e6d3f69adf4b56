"""pool - a few keep-alive connections over which many prepared requests go, for seeding

    with pool.Pool(port, 16) as p:
        bodies = p.post("/api/2.0/mlflow/runs/create", [dict, ...])    # answers in the same order

One thread: a request goes out on every connection, then every answer is read. That is several times as quick as
a client a thread in Python. Failure: PoolError for anything but a 200.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import re
import socket

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


class PoolError(Exception):
    pass


class Pool:
    def __init__(self, port, size):
        self.port = port
        self.sockets = []
        for _ in range(size):
            s = socket.create_connection(("127.0.0.1", port), 120)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(s)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in self.sockets:
            s.close()

    def post(self, path, messages):
        """The body of each answer. messages: an iterable of JSON texts or objects."""
        answers, waiting = [], []
        for message in messages:
            text = message if isinstance(message, str) else json.dumps(message)
            s = self.sockets[len(waiting)]
            s.sendall(self.request(path, text))
            waiting.append(s)
            if len(waiting) == len(self.sockets):
                answers += [self.read(s, path) for s in waiting]
                waiting = []
        return answers + [self.read(s, path) for s in waiting]

    def request(self, path, text):
        body = text.encode()
        return b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
            path.encode(), self.port, len(body), body)

    @staticmethod
    def read(s, path):
        data = b""
        while True:
            head, found, body = data.partition(b"\r\n\r\n")
            if found:
                length = LENGTH.search(head)
                if not length:
                    raise PoolError("%s: an answer without Content-Length: %r" % (path, head))
                while len(body) < int(length.group(1)):
                    more = s.recv(1 << 20)
                    if not more:
                        raise PoolError("%s: closed within an answer" % path)
                    body += more
                if not head.startswith(b"HTTP/1.1 200"):
                    raise PoolError("%s: %r %r" % (path, head[:60], body[:400]))
                return body
            more = s.recv(1 << 20)
            if not more:
                raise PoolError("%s: closed without an answer" % path)
            data += more
