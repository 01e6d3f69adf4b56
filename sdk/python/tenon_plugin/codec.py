# SPDX-License-Identifier: Apache-2.0
"""codec - messages to and from the maps of the wire, by their rows.

decode   what the core sends was checked by the core, with the same rows: ranges, lengths, what is required. Left to do here are
         defaults (what is absent is not sent), names of enums, and patterns, which the core knows of by name only.
encode   what a handler returns is checked in full, since a wrong type is the handler's mistake and should say where it is.
check    what the core would have said of arguments: for tests that run without one.
"""
import json

from .errors import Failure
from .messages import ARRAY, BOOL, BYTES, EMIT, ENUM, F64, I64, JSON, MAP, MSG, ONE, REQUIRED, STR, rows

EXPECTED = {BOOL: "true or false", I64: "a whole number", F64: "a number", STR: "a string", BYTES: "bytes", ENUM: "one of its names",
            JSON: "JSON", MSG: "an object"}
KINDS = {BOOL: bool, I64: int, F64: (int, float), STR: str, BYTES: (bytes, bytearray, memoryview)}
LEAST, MOST = -(1 << 63), (1 << 63) - 1


def bad(path, what):
    return Failure("INVALID_ARGUMENT", "%s: %s" % (path, what) if path else what)


# ---- decode ----

def decode(cls, fields, path=""):
    """A message from a map by name. Failure INVALID_ARGUMENT where a pattern is not met."""
    values = {}
    for row in rows(cls):
        value = fields.get(row.name)
        if value is None:
            continue
        if row.type in (ENUM, JSON, MSG) or row.regex is not None:
            value = decode_value(row, value, path + row.name)
        values[row.name] = value
    return build(cls, values, path)


def build(cls, values, path):
    try:
        return cls(**values)
    except TypeError:
        missing = [r.name for r in rows(cls) if r.flags & REQUIRED and r.name not in values]
        raise bad(path + missing[0] if missing else path, "it is required") from None


def decode_value(row, value, path):
    if row.card == ARRAY:
        return [decode_one(row, v, "%s[%d]" % (path, i)) for i, v in enumerate(value)]
    return value if row.card == MAP else decode_one(row, value, path)


def decode_one(row, value, path):
    if row.type == MSG:
        return decode(row.sub, value, path + ".")
    if row.type == JSON:
        return json.loads(value)
    if row.type == ENUM:
        return value if isinstance(value, str) else row.names[value]
    if row.regex.fullmatch(value) is None:
        raise bad(path, "\"%s\" is not allowed: it must match %s" % (value[:100], row.pattern))
    return value


# ---- encode ----

def encode(message, cls, path=""):
    """A map by name. TypeError or ValueError where a field holds what its type does not."""
    if not isinstance(message, cls):
        raise TypeError("%sa %s is due, not %r" % (path and path + ": ", cls.__name__, type(message).__name__))
    prefix = path + "." if path else ""
    out = {}
    for row in rows(cls):
        value = getattr(message, row.name)
        if value is None:
            if row.flags & REQUIRED:
                raise TypeError("%s%s: None, but it is required" % (prefix, row.name))
        elif row.card == ONE:
            out[row.name] = encode_one(row, value, prefix + row.name)
        elif row.card == MAP:
            out[row.name] = encode_map(value, prefix + row.name)
        elif not (row.flags & EMIT and not value):
            out[row.name] = encode_list(row, value, prefix + row.name)
    return out


def encode_list(row, value, path):
    if not isinstance(value, (list, tuple)):
        raise TypeError("%s: a list is due, not %s" % (path, type(value).__name__))
    return [encode_one(row, v, "%s[%d]" % (path, i)) for i, v in enumerate(value)]


def encode_map(value, path):
    if not isinstance(value, dict):
        raise TypeError("%s: a dict is due, not %s" % (path, type(value).__name__))
    for k, v in value.items():
        if not isinstance(k, str) or not isinstance(v, str):
            raise TypeError("%s: a dict of str to str is due, not %r: %r" % (path, k, v))
    return value


def encode_one(row, value, path):
    kind = row.type
    if kind == MSG:
        return encode(value, row.sub, path)
    if kind == JSON:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if kind == ENUM:
        if value not in row.names:
            raise ValueError("%s: %r is none of its names: %s" % (path, value, ", ".join(row.names)))
        return row.names.index(value)
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != BOOL):
        raise TypeError("%s: %s is due, not %s" % (path, EXPECTED[kind], type(value).__name__))
    if kind == I64 and not LEAST <= value <= MOST:
        raise ValueError("%s: %d has more than 64 bits" % (path, value))
    if kind == STR and "\0" in value:
        raise ValueError("%s: it holds the character U+0000" % path)
    return float(value) if kind == F64 else bytes(value) if kind == BYTES else value


# ---- check ----

def check(cls, fields, path=""):
    """Raises what the core would answer to such arguments."""
    for row in rows(cls):
        if fields.get(row.name) is not None:
            check_member(row, fields[row.name], path + row.name)
        elif row.flags & REQUIRED:
            raise bad(path + row.name, "it is required")


def check_member(row, value, path):
    if row.card == ONE:
        check_one(row, value, path)
        measure = len(value) if row.type in (STR, BYTES) else value
        unit = " characters" if row.type == STR else " bytes" if row.type == BYTES else ""
    else:
        if not isinstance(value, list if row.card == ARRAY else dict):
            raise bad(path, "%r is not %s" % (value, "a list" if row.card == ARRAY else "an object"))
        for i, item in enumerate(value if row.card == ARRAY else ()):
            check_one(row, item, "%s[%d]" % (path, i))
        measure, unit = len(value), " items"
    least, most = row.range or (None, None)
    if (least is not None and measure < least) or (most is not None and measure > most):
        raise bad(path, "%s%s; it must be %s" % (measure, unit, row.range_text))


def check_one(row, value, path):
    if row.type == MSG and isinstance(value, dict):
        check(row.sub, value, path + ".")
    elif row.type == ENUM and isinstance(value, str):
        if value not in row.names:
            raise bad(path, "\"%s\" is none of its names: %s" % (value, ", ".join(row.names)))
    elif row.type in (MSG, ENUM) or (row.type != JSON and (not isinstance(value, KINDS[row.type]) or isinstance(value, bool) != (row.type == BOOL))):
        raise bad(path, "%r is not %s" % (value, EXPECTED[row.type]))
