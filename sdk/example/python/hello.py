# SPDX-License-Identifier: Apache-2.0
"""hello - an example of a plugin in Python: a setting, methods with routes, streams, items, and a call to the database."""
import asyncio
import time
from typing import Any, Literal

from tenon_plugin import Plugin, field, message


@message
class Config:
    greeting: str = field(default="Hello", range="1..100", doc="the word that a greeting begins with")


@message
class GreetArgs:
    name: str = field(range="1..200", pattern=r"[^<>]+", doc="whom to greet")
    times: int = field(default=1, range="1..10", doc="how often")
    tone: Literal["warm", "cool"] = field(default="warm", doc="how to end it")


@message
class GreetResult:
    text: str = field(doc="the greeting")


plugin = Plugin("hello", interface="service", version="1.0.0", doc="Greets people, and shows what a plugin in Python can do.",
                licence="Apache-2.0", config=Config, needs="sql")


@plugin.method(route="POST /api/v1/hello/greet", cli="hello greet NAME", permission="read@workspace", errors="NOT_FOUND", idempotent=True)
async def greet(call, args: GreetArgs) -> GreetResult:
    """Greets somebody by name."""
    if args.name == "nobody":
        call.fail("NOT_FOUND", "there is nobody to greet")
    one = f"{call.config.greeting}, {args.name}" + ("!" if args.tone == "warm" else ".")
    return GreetResult(text=" ".join([one] * args.times))


# ---- a function that blocks: it runs in a thread ----

@message
class SumArgs:
    numbers: list[float] = field(range="..100000", doc="what to add up")
    ms: int = field(default=0, range="0..60000", doc="how long to pretend to work")


@message
class SumResult:
    sum: float
    cancelled: bool = False


@plugin.method(route="POST /api/v1/hello/sum", permission="read@workspace")
def sum_up(call, args: SumArgs) -> SumResult:
    """Adds numbers up, slowly."""
    end = time.monotonic() + args.ms / 1000
    while time.monotonic() < end and not call.cancelled:
        time.sleep(0.01)
    call.metric("summed", len(args.numbers))
    return SumResult(sum=sum(args.numbers), cancelled=call.cancelled)


# ---- everything that a message can hold ----

@message
class Inner:
    a: int = 0
    words: dict[str, str] = field(default_factory=dict)


@message
class Everything:
    b: bool = field(default=False, doc="true or false")
    i: int = field(default=0, doc="64 bits")
    f: float = field(default=0.5, doc="a double")
    s: str = field(default="default", doc="text")
    raw: bytes = field(default=b"", doc="bytes; base64 in JSON")
    colour: Literal["red", "green"] = field(default="red", doc="one of these")
    free: Any = field(default=None, doc="any JSON")
    one: Inner | None = field(default=None, doc="a message within")
    many: list[Inner] = field(default_factory=list, doc="messages within")
    texts: list[str] = field(default_factory=list, doc="texts")
    words: dict[str, str] = field(default_factory=dict, doc="texts by name")
    absent: str | None = field(default=None, doc="absent unless given")


@plugin.method(permission="read@workspace")
async def echo(call, args: Everything) -> Everything:
    """Answers what it is asked."""
    return args


# ---- many items ----

@message
class ListArgs:
    n: int = field(default=3, range="0..1000000", doc="how many")


@message
class Item:
    i: int
    text: str


@message
class ListResult:
    items: list[Item] = field(emit=True, doc="they come one by one")
    total: int


@plugin.method(route="GET /api/v1/hello/items", permission="read@workspace")
async def items(call, args: ListArgs) -> ListResult:
    """Many items, never all in memory."""
    for i in range(args.n):
        await call.emit(Item(i=i, text=f"item {i}"))
    return ListResult(total=args.n)


# ---- bytes ----

@message
class Counted:
    bytes: int
    sum: int


@plugin.method(route="PUT /api/v1/hello/bytes", permission="edit@workspace", write=True, stream_in=True)
async def take(call) -> Counted:
    """Counts the bytes of a body."""
    n = total = 0
    async for part in call.read():
        n += len(part)
        total += sum(part)
    return Counted(bytes=n, sum=total)


@message
class GiveArgs:
    n: int = field(default=0, range="0..67108864", doc="how many")


@plugin.method(route="GET /api/v1/hello/bytes", permission="read@workspace", stream_out=True)
async def give(call, args: GiveArgs) -> None:
    """Bytes 0, 1, ... 250, 0 ..."""
    span = await call.content(type="application/octet-stream", filename="bytes.bin", size=args.n)
    block = bytes(range(251)) * 257
    at, end = span.offset, span.offset + span.length
    while at < end:
        n = min(end - at, 251 * 256)
        await call.write(block[at % 251:at % 251 + n])
        at += n


# ---- another instance, waiting, and what goes wrong ----

@message
class VisitArgs:
    name: str = field(range="1..200", doc="who came")


@message
class VisitResult:
    visits: int


@plugin.create
async def create(instance):
    instance.ready = False
    return instance


@plugin.method(route="POST /api/v1/hello/visit", permission="edit@workspace", write=True)
async def visit(call, args: VisitArgs) -> VisitResult:
    """Counts visits, in the database."""
    if not call.self.ready:
        await call.call("sql", "migrate", {"service": "hello", "versions": ["CREATE TABLE hello_visits (name $text NOT NULL PRIMARY KEY, n $i64 NOT NULL)$keyed;\n"]})
        call.self.ready = True
    done = await call.call("sql", "tx", {"steps": [
        {"sql": "INSERT INTO hello_visits (name, n) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET n = hello_visits.n + 1", "params": [{"text": args.name}]},
        {"sql": "SELECT n FROM hello_visits WHERE name = ?", "params": [{"text": args.name}]},
    ]})
    return VisitResult(visits=done["steps"][1]["values"][0]["i"])


@message
class NapArgs:
    ms: int = field(default=10, range="0..60000", doc="how long")


@message
class Naps:
    cancelled: int = field(doc="naps that were cancelled so far")


naps_cancelled = 0


@plugin.method(route="POST /api/v1/hello/nap", permission="read@workspace", deadline_ms=5000)
async def nap(call, args: NapArgs) -> Naps:
    """Sleeps."""
    global naps_cancelled
    try:
        await asyncio.sleep(args.ms / 1000)
    except asyncio.CancelledError:
        naps_cancelled += 1
        raise
    return Naps(cancelled=naps_cancelled)


@plugin.method(permission="read@workspace")
async def fail(call) -> None:
    """Divides by zero."""
    return 1 // 0
