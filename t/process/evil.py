"""evil - a host that does not keep to the rules: what it does is the `text` of the call that it gets

    evil.py INSTANCE    in place of tenon-host, with what to host on fd 3

It answers `echo` and `ask` with {"text": what it saw}. Whatever it tries, it goes on serving unless it is ended."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sp  # noqa: E402
from sp import ASK, CALL, CONTENT, CONTROL, EVENT, HELLO, ITEMS, MANY, ORDER, PART, READ, RESULT, STATE, UP, Raw, pack  # noqa: E402

KINDS = (STATE, ASK, RESULT, PART, READ, CONTENT, ITEMS, UP, CONTROL, EVENT)
DEEP = 200000


class Host:
    def __init__(self, lanes=8):
        with os.fdopen(3, "rb") as f:
            self.conf = sp.unpack(f.read())[0]
        self.bus = sp.Bus(self.conf["address"])
        if self.bus.get(HELLO, 0, self.conf["token"])[1] != 0:
            sys.exit("not greeted")
        time.sleep(float(os.environ.get("EVIL_SLOW", "0")))
        self.bus.get(STATE, 0, "")
        time.sleep(0.3)
        threading.Thread(target=self.orders, daemon=True).start()
        self.stray = set()
        threading.Thread(target=self.strays, daemon=True).start()
        self.threads = [threading.Thread(target=self.lane) for _ in range(lanes)]
        for t in self.threads:
            t.start()

    def orders(self):
        while True:
            got = self.bus.get(CONTROL, 0, {"calls": 1.0})
            if got is None or got[0] != ORDER:
                return
            if got[1] & 2:
                os._exit(0)

    def ask_too(self, frame):
        """A question that is an ask; the call that it may get is served."""
        self.stray.add(self.bus.ask(frame))

    def strays(self):
        bus = self.bus
        while not bus.closed:
            with bus.lock:
                bus.lock.wait_for(lambda: bus.closed or any(n in bus.answers for n in list(self.stray)), 1)
                came = [n for n in list(self.stray) if n in bus.answers]
            for n in came:
                self.stray.discard(n)
                got = bus.answer(n)
                if got is not None and got[0] == CALL:
                    threading.Thread(target=self.lane, args=(got,)).start()

    def lane(self, got=None):
        got = got or self.bus.get(ASK)
        while got is not None and got[0] == CALL:
            got = self.serve(*got[1:10])

    def serve(self, number, method, flags, ms, trace, span, principal, workspace, args):
        what, _, rest = args.get("text", {1001: "items", 1002: "race"}.get(args.get("n"), "")).partition(" ")
        said = getattr(self, "do_" + what, lambda *_: "hello " + what)(number, rest)
        if isinstance(said, list): # the whole frame, as it is
            return self.bus.get(*said)
        return self.bus.get(RESULT, number, 0, "", {"text": said})

    # ---- frames

    def refused(self, frames):
        """How many of these were answered by an error."""
        asked = [self.bus.ask(f) for f in frames]
        got = [self.bus.answer(n) for n in asked]
        return "%d of %d refused" % (sum(a is not None and a[0] == sp.OK and a[1] < 0 for a in got), len(frames))

    def do_garbage(self, number, rest):
        r = random.Random(5)
        return self.refused([bytes(r.randrange(128, 256) if i == 0 else r.randrange(256) for i in range(r.randrange(1, 300)))
                             for _ in range(300)] + [b"", b"\x90", b"\xc1" * 100, b"\x91\xa1x", b"\xdd\xff\xff\xff\xff\x05"])

    def do_truncated(self, number, rest):
        whole = [pack([PART, 1 << 40, 0, b"x" * 20]), pack([READ, 1 << 40, 100]), pack([CONTENT, 1 << 40, 1, "a", "b", "c", 5, 6]),
                 pack([ITEMS, 1 << 40, [{"i": 1}]]), pack([UP, 0, "other", "echo", 0, 1000, {"text": "x"}]), pack([EVENT, "a.b", "c", {}])]
        return self.refused([w[:n] for w in whole for n in range(len(w))])

    def do_kinds(self, number, rest):
        return self.refused([pack([k, number, 0, "", {}]) for k in (0, -1, 12, 31, CALL, ORDER, 99, 1 << 62, -(1 << 63), (1 << 64) - 1, "x", None, [1])])

    def do_oversized(self, number, rest):
        self.bus.ask(pack([PART, number, 0, b"x" * (17 << 20)]))
        return "not reached"

    def do_lying(self, number, rest):
        self.bus.ask(pack([ASK]), length=1 << 62)
        return "not reached"

    def do_deep(self, number, rest):
        deep = Raw(b"\x91" * DEEP + b"\xc0")
        wide = Raw(b"\xdf\xff\xff\xff\xff")
        return self.refused([pack([UP, 0, "other", "echo", 0, 0, {"text": "x", "any": deep}]), pack([UP, 0, "other", "echo", 0, 0, deep]),
                             pack([UP, 0, "other", "echo", 0, 0, wide]), pack([UP, 0, "other", "echo", 0, 0, {"text": "x", "many": Raw(b"\xdd\xff\xff\xff\xff")}]),
                             pack([STATE, deep, deep]), pack([ITEMS, number, deep]), pack([PART, deep]), pack([EVENT, deep])])

    def do_deep_result(self, number, rest):
        return [RESULT, number, 0, "", {"text": "x", "any": Raw(b"\x91" * DEEP + b"\xc0")}]

    # ---- ids

    def do_forged(self, number, rest):
        ids = [0, -1, 1, 255, 1 << 20, -(1 << 63), (1 << 63) - 1, number + (1 << 9), number ^ (1 << 40)] + [random.getrandbits(62) for _ in range(50)]
        frames = [f for i in ids for f in ([PART, i, 0, b"x"], [READ, i, 10], [CONTENT, i, 1, "", "", "", 1, 1], [ITEMS, i, [{"i": 1}]])]
        for i in ids:
            self.ask_too(pack([RESULT, i, 0, "", {"text": "forged"}])) # each is an ask, too
        return self.refused([pack(f) for f in frames])

    def do_twice(self, number, rest):
        for i in range(20):
            self.ask_too(pack([RESULT, number, 0, "", {"text": "answer %d" % i}]))
        return [ASK]

    def do_flood(self, number, rest):
        kind = int(rest)
        frames = {ASK: pack([ASK]), UP: pack([UP, 0, "other", "nap", 0, 500, {"ms": 300}]), CONTROL: pack([CONTROL, 0, {}]),
                  PART: pack([PART, number, 5, b"x" * 60000])}[kind]
        if kind == ASK:
            for _ in range(3000):
                self.ask_too(frames)
            return "asked"
        asked, before = [], self.bus.received
        for sent in range(3000):
            asked.append(self.bus.ask(frames))
            with self.bus.lock: # whoever reads too slowly is ended: see unread
                self.bus.lock.wait_for(lambda: sent - (self.bus.received - before) < 900, 10)
        bad = 0
        for n in asked[::-1][:1000]:
            try:
                got = self.bus.answer(n, 0.02 if kind == PART else 5)
                bad += got is not None and got[1] < 0
            except OSError:
                pass
        return "flooded, %s refused" % ("some" if bad else "none")

    def do_heavy(self, number, rest):
        """parts that are never due"""
        asked = [self.bus.ask(pack([PART, number, 1 + i, b"x" * (15 << 20)])) for i in range(40)]
        got = self.bus.answer(asked[-1])
        return "heavy, %s" % ("refused" if got is not None and got[1] < 0 else got)

    def do_unread(self, number, rest):
        """questions whose answers are not read"""
        self.bus.take = lambda n: time.sleep(1000)
        for _ in range(20000):
            self.bus.ask(pack([99]))
        return "not reached"

    def do_duct(self, number, rest):
        """the line that calls come on, stdin: frames behind their length, which no host of tenond's would send"""
        def send(frame, length=None):
            os.write(0, struct.pack(">I", len(frame) if length is None else length) + frame)

        if rest == "garbage":
            for i in range(200):
                send(bytes(random.randrange(256) for _ in range(i)))
        elif rest == "forged":
            for i in (0, -1, 1 << 40, -(1 << 63), number ^ (1 << 40)):
                send(pack([MANY, pack([RESULT, i, 0, "", {"text": "forged"}]), b"x", b""]))
        elif rest == "deep":
            send(pack([MANY, Raw(b"\x91" * DEEP + b"\xc0")]))
            send(b"".join([b"\x92\x0c\xc6", struct.pack(">I", 1 << 31)]))
        elif rest == "long":
            send(b"x", 0xffffffff)
        elif rest == "half":
            send(pack([MANY]))
            send(b"x" * 10, 1000)
            os.close(0)
        return "duct"

    def do_again(self, number, rest):
        self.bus.ask(pack([HELLO, 0, self.conf["token"]]))
        return "greeted twice"

    def do_strangers(self, number, rest):
        """more connections, without a token that is good"""
        closed = 0
        for frame in ([HELLO, 0, self.conf["token"]], [HELLO, 0, "0" * 32], [HELLO, 0, ""], [ASK], [RESULT, number, 0, "", {"text": "stolen"}],
                      [UP, 0, "other", "echo", 0, 0, {"text": "x"}], [99], "x", [CONTROL, 0, {}]):
            b = sp.Bus(self.conf["address"])
            closed += b.answer(b.ask(pack(frame))) is None
        return "%d closed" % closed

    # ---- what comes back

    def do_result(self, number, rest):
        bad = {"kind": {"text": 5}, "list": ["x"], "nil": None, "number": 7, "many": {"many": "x"}, "any": {"any": Raw(b"\xc1")},
               "null": {"text": "a\0b"}, "utf8": {"text": Raw(b"\xa2\xff\xfe")}, "count": {"many": Raw(b"\xdd\xff\xff\xff\xff")},
               "more": {"text": "x", "new": [1, {"a": b"x"}]}, "n": {"n": 1.5}, "key": {5: 6}, "words": {"words": {"a": 5}}}
        return [RESULT, number, 0, "", bad[rest]]

    def do_nothing(self, number, rest):
        return [RESULT, number]

    def do_code(self, number, rest):
        return [RESULT, number, int(rest), "", {"text": "x"}]

    def do_message(self, number, rest):
        text = {"lines": "evil\n2026-01-01T00:00:00Z error sql: forged line\r\x1b[31m", "utf8": Raw(b"\xa3\xff\xfe\x80"), "long": "x" * 60000,
                "null": "a\0b", "longer": "x" * 70000, "format": "%s%n%s"}[rest]
        return [RESULT, number, -11, text]

    def do_items(self, number, rest):
        frames = [pack([ITEMS, number, [{"i": 1, "pad": "x"}]]), pack([CONTENT, number, 1, "", "", "", -5, -(1 << 63)]), pack([READ, number, 1 << 40])]
        return self.refused(frames)

    def do_race(self, number, rest):
        """items, parts and the result at once"""
        for i in range(30):
            self.bus.ask(pack([ITEMS, number, [{"i": i, "pad": "x" * 50000}] * 20]))
        return [RESULT, number, 0, "", {"next": "end", "items": [{"i": 9}] * 3}]

    def do_gauges(self, number, rest):
        bus = self.bus
        got = [bus.get(CONTROL, 0, {"g%d" % i: float(i) for i in range(n)}) for n in (0, 1, 255, 256, 5000)]
        got += [bus.get(CONTROL, 0, x) for x in ({"a b\n} 5": 1.0}, {"": 1.0}, {"x" * 500: 1.0}, {"a": "b"}, 5, None, {"nan": float("nan")})]
        return "%d refused" % sum(g[1] < 0 for g in got)


if __name__ == "__main__":
    Host()
