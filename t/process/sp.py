"""sp - the bus between processes by hand: msgpack, and nng's REQ over a unix socket, for hosts that do what no honest one does

    bus = sp.Bus(address)                    # "ipc:///run/…/bus"; greets as SP does, not as a host does
    n = bus.ask(sp.pack([1, 0, token]))      # sends a question; `n` finds its answer
    bus.answer(n)                            # waits: the answer, taken apart; None: the core has closed
"""
# SPDX-License-Identifier: Apache-2.0
import socket
import struct
import threading

HELLO, STATE, ASK, RESULT, PART, READ, CONTENT, ITEMS, UP, CONTROL, EVENT = range(1, 12)
OK, CALL, BYE, BYTES, SPAN, ANSWER, ORDER = range(32, 39)
MANY = 64


def head(short, most, code, n):
    """of a str, bin, array or map of n"""
    if n < most:
        return bytes([short + n])
    if code in (0xd9, 0xc4) and n < 256:
        return bytes([code, n])
    wide = code + 1 if code in (0xd9, 0xc4) else code
    return struct.pack(">BH", wide, n) if n < 65536 else struct.pack(">BI", wide + 1, n)


def pack(x):
    if x is None or x is True or x is False:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[x]
    if isinstance(x, int):
        if -32 <= x < 128:
            return struct.pack(">b", x)
        return struct.pack(">Bq", 0xd3, x) if x < 1 << 63 else struct.pack(">BQ", 0xcf, x)
    if isinstance(x, float):
        return struct.pack(">Bd", 0xcb, x)
    if isinstance(x, Raw):
        return x.bytes
    if isinstance(x, str):
        x = x.encode()
        return head(0xa0, 32, 0xd9, len(x)) + x
    if isinstance(x, (bytes, bytearray)):
        return head(0, 0, 0xc4, len(x)) + x
    if isinstance(x, dict):
        return head(0x80, 16, 0xde, len(x)) + b"".join(pack(k) + pack(v) for k, v in x.items())
    return head(0x90, 16, 0xdc, len(x)) + b"".join(map(pack, x))


class Raw:
    """Bytes that are no msgpack, or of a kind that pack() does not write."""

    def __init__(self, text):
        self.bytes = text


FIXED = {0xca: ">f", 0xcb: ">d", 0xcc: ">B", 0xcd: ">H", 0xce: ">I", 0xcf: ">Q", 0xd0: ">b", 0xd1: ">h", 0xd2: ">i", 0xd3: ">q"}
SIZED = {0xc4: ("bin", ">B"), 0xc5: ("bin", ">H"), 0xc6: ("bin", ">I"), 0xd9: ("str", ">B"), 0xda: ("str", ">H"), 0xdb: ("str", ">I"),
         0xdc: ("array", ">H"), 0xdd: ("array", ">I"), 0xde: ("map", ">H"), 0xdf: ("map", ">I")}


def unpack(b, at=0):
    """(value, where the next one begins)"""
    c = b[at]
    at += 1
    if c < 0x80 or c >= 0xe0:
        return c if c < 0x80 else c - 256, at
    if c in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[c], at
    if c in FIXED:
        n = struct.calcsize(FIXED[c])
        return struct.unpack_from(FIXED[c], b, at)[0], at + n
    if c in SIZED:
        kind, form = SIZED[c]
        n, = struct.unpack_from(form, b, at)
        at += struct.calcsize(form)
    else:
        kind, n = ("map", c & 15) if c < 0x90 else ("array", c & 15) if c < 0xa0 else ("str", c & 31)
    if kind in ("str", "bin"):
        return b[at:at + n].decode() if kind == "str" else b[at:at + n], at + n
    items = []
    for _ in range(n * 2 if kind == "map" else n):
        item, at = unpack(b, at)
        items.append(item)
    return items if kind == "array" else dict(zip(items[::2], items[1::2])), at


class Bus:
    def __init__(self, address, read=True, protocol=0x30):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(address[len("ipc://"):])
        self.sock.sendall(b"\0SP\0" + struct.pack(">HH", protocol, 0))
        self.last = self.received = 0
        self.closed = False
        self.answers = {}
        self.lock = threading.Condition()
        self.sending = threading.Lock()
        if read:
            if self.take(8) != b"\0SP\0\0\x31\0\0":
                raise OSError("no REP socket")
            self.sock.settimeout(None)
            threading.Thread(target=self.receive, daemon=True).start()

    def take(self, n):
        got = b""
        while len(got) < n:
            part = self.sock.recv(n - len(got))
            if not part:
                raise OSError("closed")
            got += part
        return got

    def receive(self):
        try:
            while True:
                kind, n = struct.unpack(">BQ", self.take(9))
                text = self.take(n)
                with self.lock:
                    self.received += 1
                    self.answers[struct.unpack(">I", text[:4])[0]] = text[4:]
                    self.lock.notify_all()
        except OSError:
            with self.lock:
                self.closed = True
                self.lock.notify_all()

    def ask(self, body, length=None):
        """length: what it says it is, if that is not the truth."""
        with self.sending: # and not the lock of the answers: these are taken meanwhile
            self.last += 1
            n = 0x80000000 | self.last
            text = struct.pack(">I", n) + body
            try:
                self.sock.sendall(struct.pack(">BQ", 1, len(text) if length is None else length) + text)
            except OSError:
                self.closed = True
            return n

    def answer(self, n, seconds=20):
        with self.lock:
            if not self.lock.wait_for(lambda: n in self.answers or self.closed, seconds):
                raise OSError("no answer within %s s" % seconds)
            text = self.answers.pop(n, None)
        return None if text is None else unpack(text)[0]

    def get(self, *frame):
        return self.answer(self.ask(pack(frame)), None)

    def close(self):
        self.sock.close()
