"""transfer - sends and fetches one large file, with no more work than the kernel's own copying

    path = transfer.make(folder, megabytes)
    transfer.upload(port, "/api/…/model.bin", path)     # MB/s of a PUT (sendfile), until the answer is there
    transfer.download(port, "/api/…/model.bin", size)   # MB/s of a GET

wrk reads 8 KiB at a time and cannot send a file, so all sides get this client instead.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import socket
import time

PIECE = 1 << 20


class TransferError(Exception):
    pass


def make(folder, megabytes):
    path = os.path.join(folder, "large.bin")
    block = os.urandom(PIECE)
    with open(path, "wb") as f:
        for i in range(megabytes):
            f.write(i.to_bytes(8, "big") + block[8:])
    return path


def head(s):
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            raise TransferError("closed without an answer: %r" % data[:200])
        data += more
    top, _, rest = data.partition(b"\r\n\r\n")
    if not re.match(rb"HTTP/1.1 20[0-4]", top):
        raise TransferError("%r" % data[:400])
    return top, rest


def upload(port, path, source):
    size = os.path.getsize(source)
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 300) as s, open(source, "rb") as f:
        s.sendall(b"PUT %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n"
                  b"Connection: close\r\n\r\n" % (path.encode(), port, size))
        s.sendfile(f)
        head(s)
    return size / PIECE / (time.monotonic() - begin)


def download(port, path, size):
    room = bytearray(PIECE)
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 300) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % (path.encode(), port))
        _, rest = head(s)
        got = len(rest)
        while True:
            n = s.recv_into(room)
            if not n:
                break
            got += n
    # a chunked body carries its framing too
    if not size <= got <= size * 1.01 + 65536:
        raise TransferError("%d bytes of %d came" % (got, size))
    return size / PIECE / (time.monotonic() - begin)
