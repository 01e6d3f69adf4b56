# SPDX-License-Identifier: Apache-2.0
"""describe - a plugin as the map that core/plug/describe_rows.h reads. Tables are numbered in the order in which they are met."""
import msgpack

from .messages import rows, table_name

ABI = 0
DESCRIPTION_MOST = 4 << 20


def some(**items):
    """Without what is absent or 0."""
    return {k: v for k, v in items.items() if v not in (None, 0, "", [])}


class Tables:
    def __init__(self):
        self.classes = []
        self.names = {}

    def number(self, cls):
        if cls not in self.classes:
            name = table_name(cls)
            if self.names.setdefault(name, cls) is not cls:
                raise TypeError("two messages are called %s; their names are in the API, so give one another name" % name)
            self.classes.append(cls)
        return self.classes.index(cls)

    def describe(self):
        out = []
        while len(out) < len(self.classes):  # grows meanwhile
            cls = self.classes[len(out)]
            out.append({"name": table_name(cls), "rows": [self.row(r) for r in rows(cls)]})
        return out

    def row(self, r):
        out = {"name": r.name, "type": r.type, **some(card=r.card, flags=r.flags, aliases=r.aliases, dflt=r.dflt, range=r.range_text,
                                                      label=r.label, doc=r.doc)}
        if r.pattern is not None:
            out.update(pattern="pattern", regex=r.pattern)
        if r.names is not None:
            out["names"] = [{"name": n, "value": i} for i, n in enumerate(r.names)]
        if r.sub is not None:
            out["table"] = self.number(r.sub)
        return out


def route_of(route):
    return {"dialect": "native", "path": route} if isinstance(route, str) else {"dialect": route[0], "path": route[1]}


def describe(plugin):
    """The description, a map."""
    tables = Tables()
    out = {"abi": ABI, "name": plugin.name, "interface": plugin.interface, "version": plugin.version,
           **some(licence=plugin.licence, doc=plugin.doc, needs=plugin.needs, builtin=plugin.builtin)}
    out["starts"] = plugin.create_fn is not None  # without work to do first, its process waits for the first call
    if plugin.config is not None:
        out["config"] = tables.number(plugin.config)
    out["methods"] = [{
        "name": m.name, "args": tables.number(m.args), "result": tables.number(m.result),
        **some(since=m.since, flags=m.flags, deadline_ms=m.deadline_ms, routes=[route_of(r) for r in m.routes], cli=m.cli,
               permission=m.permission, errors=m.errors, doc=m.doc),
    } for m in plugin.methods.values()]
    out["tables"] = tables.describe()
    return out


def pack(plugin):
    """The description, packed."""
    packed = msgpack.packb(describe(plugin))
    if len(packed) > DESCRIPTION_MOST:
        raise ValueError("the description has %d bytes, %d at most" % (len(packed), DESCRIPTION_MOST))
    return packed
