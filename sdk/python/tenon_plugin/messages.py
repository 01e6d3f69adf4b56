# SPDX-License-Identifier: Apache-2.0
"""messages - a class becomes a table of rows: what the core decodes by, checks by and documents by.

    @message
    class GreetArgs:
        name: str = field(range="1..200", doc="whom to greet")      # no default: required
        times: int = field(default=1, range="1..10", doc="how often")
        tone: Literal["warm", "cool"] = "warm"
        tags: list[str] = field(default_factory=list)
        labels: dict[str, str] | None = None                        # absent: None

Model    A message is a dataclass with keywords alone. Its rows are made when they are first asked for, so messages may refer to
         themselves (in lists) and to classes that come later.
Types    bool int float str bytes, Literal of strings, Any (any JSON), another message; list of these; dict[str, str].
         `X | None`: it may be absent. Ranges are of numbers by value, strings by characters, lists by items.
Not here the wire (codec.py), the description (describe.py).
"""
import base64
import dataclasses
import json
import re
import types
import typing

BOOL, I64, F64, STR, BYTES, ENUM, JSON, MSG = range(1, 9)
ONE, ARRAY, MAP = range(3)
REQUIRED, EMIT, TYPED, KEEP, SECRET, RELOAD = (1 << n for n in range(6))
SCALARS = {bool: BOOL, int: I64, float: F64, str: STR, bytes: BYTES, typing.Any: JSON, object: JSON}
OPTIONS = ("range", "doc", "pattern", "aliases", "label", "required", "emit", "secret", "reload")


@dataclasses.dataclass
class Row:
    """One field: the columns of struct tenon_field that Python knows of, and what decoding needs."""
    name: str
    type: int
    card: int = ONE
    flags: int = 0
    sub: type = None
    names: list = None
    pattern: str = None
    regex: object = None
    aliases: str = None
    dflt: str = None
    range: tuple = None
    range_text: str = None
    label: str = None
    doc: str = None


def field(*, default=dataclasses.MISSING, default_factory=dataclasses.MISSING, **options):
    """A field with more than a type: default, default_factory, range="1..10", doc, pattern (a regular expression that the whole
    must match), aliases="a b", label (its unit), required; of results: emit; of configurations: secret, reload."""
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise TypeError("field(): there is no option %s; there are: default default_factory %s" % (", ".join(sorted(unknown)), " ".join(OPTIONS)))
    more = {}
    if default is not dataclasses.MISSING:
        more["default"] = default
    elif default_factory is not dataclasses.MISSING:
        more["default_factory"] = default_factory
    elif options.get("emit"):
        more["default_factory"] = list
    elif options.get("required") is False:
        more["default"] = None
    return dataclasses.field(metadata={"tenon": options}, **more)


def message(cls):
    """Makes a message of a class with annotations."""
    cls = dataclasses.dataclass(kw_only=True)(cls)
    cls.__tenon_message__ = cls
    return cls


def is_message(cls):
    return isinstance(cls, type) and getattr(cls, "__tenon_message__", None) is cls


def table_name(cls):
    """GreetArgs is greet_args."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower().strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,127}", name):
        raise TypeError("message %s: its name must be a word of a-z, 0-9 and _" % cls.__name__)
    return name


def rows(cls):
    """The rows of a message class."""
    made = cls.__dict__.get("__tenon_rows__")
    if made is None:
        hints = typing.get_type_hints(cls)
        made = [make_row(cls, f, hints[f.name]) for f in dataclasses.fields(cls)]
        cls.__tenon_rows__ = made
    return made


def wrong(cls, f, what):
    return TypeError("message %s, field %s: %s" % (cls.__name__, f.name, what))


# ---- types ----

def without_none(hint):
    """(type, may it be absent)"""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        left = [a for a in typing.get_args(hint) if a is not type(None)]
        if len(left) == 1 and len(typing.get_args(hint)) == 2:
            return left[0], True
    return hint, False


def put_type(cls, f, row, hint):
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and len(args) == 1 and row.card == ONE:
        row.card = ARRAY
        put_type(cls, f, row, args[0])
    elif origin is dict and args == (str, str) and row.card == ONE:
        row.card, row.type = MAP, STR
    elif origin is typing.Literal and args and all(isinstance(a, str) for a in args):
        row.type, row.names = ENUM, list(args)
    elif is_message(hint):
        row.type, row.sub = MSG, hint
    elif hint in SCALARS:
        row.type = SCALARS[hint]
    else:
        raise wrong(cls, f, "%s is no type of a message; there are bool, int, float, str, bytes, Literal[\"a\", \"b\"], Any, a @message, list[...] "
                    "of these, and dict[str, str]" % (getattr(hint, "__name__", None) or hint))


# ---- options ----

def parse_range(cls, f, row, text):
    found = re.fullmatch(r"(-?[0-9.eE+]+?)?\.\.(-?[0-9.eE+]+)?", text)
    number = float if row.type == F64 and row.card == ONE else int
    if row.card == ONE and row.type not in (I64, F64, STR, BYTES):
        raise wrong(cls, f, "a range means nothing to it")
    try:
        least, most = (None if s is None else number(s) for s in found.groups())
    except (AttributeError, ValueError):
        raise wrong(cls, f, "its range %r is not \"least..most\"" % text) from None
    if least is not None and most is not None and least > most:
        raise wrong(cls, f, "its range %r begins behind its end" % text)
    return least, most


def default_text(cls, f, row, value):
    """The default as the core keeps it, JSON text; a string without quotes."""
    if row.card != ONE or row.type in (MSG, JSON):
        if value in ([], {}):
            return None
        raise wrong(cls, f, "only an empty default is possible here: default_factory=list")
    kinds = {BOOL: bool, I64: int, F64: (int, float), STR: str, ENUM: str, BYTES: bytes}[row.type]
    if not isinstance(value, kinds) or (row.type in (I64, F64) and isinstance(value, bool)):
        raise wrong(cls, f, "its default %r is none of its type" % (value,))
    if row.type == ENUM and value not in row.names:
        raise wrong(cls, f, "its default %r is none of its names: %s" % (value, ", ".join(row.names)))
    if row.type == BYTES:
        return base64.b64encode(value).decode()
    return value if row.type in (STR, ENUM) else json.dumps(value, allow_nan=False)


def put_default(cls, f, row, optional, required):
    value = f.default
    if f.default_factory is not dataclasses.MISSING:
        value = f.default_factory()
    if value is dataclasses.MISSING:
        if optional:
            raise wrong(cls, f, "it may be absent, so give it a default: = None")
        row.flags |= REQUIRED
    elif required:
        raise wrong(cls, f, "it is required and has a default")
    elif value is not None:
        row.dflt = default_text(cls, f, row, value) or None


def make_row(cls, f, hint):
    options = f.metadata.get("tenon", {})
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,127}", f.name):
        raise wrong(cls, f, "a name has a-z, 0-9 and _ only, and begins with a letter")
    hint, optional = without_none(hint)
    row = Row(f.name, 0, doc=options.get("doc"), aliases=options.get("aliases"), label=options.get("label"))
    put_type(cls, f, row, hint)
    put_default(cls, f, row, optional, options.get("required"))
    for name, flag in (("emit", EMIT), ("secret", SECRET), ("reload", RELOAD)):
        row.flags |= flag if options.get(name) else 0
    if row.flags & EMIT and (row.card != ARRAY or row.type != MSG):
        raise wrong(cls, f, "what is emitted one by one is a list of messages")
    if options.get("range") is not None:
        row.range, row.range_text = parse_range(cls, f, row, options["range"]), options["range"]
    if options.get("pattern") is not None:
        if row.type != STR or row.card == MAP:
            raise wrong(cls, f, "a pattern is for strings")
        row.pattern, row.regex = options["pattern"], re.compile(options["pattern"])
    return row
