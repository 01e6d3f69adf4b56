# SPDX-License-Identifier: Apache-2.0
"""python -m tenon_plugin - what tenon-host becomes for a plugin in Python.

    python -m tenon_plugin --describe x.py    prints the description of the plugin, packed, and ends
    python -m tenon_plugin x.py               hosts it; what exactly comes on fd 3 from tenond

Before either, from tenon-host: --shut, to shut itself in, and --filter, a filter waits on fd 4 (shut.py).
"""
import os
import sys

from . import shut


def describe(path):
    out = os.dup(1)
    os.dup2(2, 1)  # what the plugin prints is no part of it
    from .describe import pack
    from .load import load
    try:
        packed = pack(load(path))
    except BaseException as e:
        line = ""
        trace = e.__traceback__
        while trace is not None:
            line = " (line %d)" % trace.tb_lineno if trace.tb_frame.f_code.co_filename == path else line
            trace = trace.tb_next
        if isinstance(e, SyntaxError):
            line = ""
        print("%s: %s%s" % (type(e).__name__, e, line), file=sys.stderr)
        return 1
    with os.fdopen(out, "wb") as f:
        f.write(packed)
    return 0


def main(words):
    for word, do in (("--shut", shut.shut_in), ("--filter", shut.refuse_programs)):
        if words[:1] == [word]:
            words = words[1:]
            do()
    if len(words) == 2 and words[0] == "--describe":
        sys.exit(describe(words[1]))
    if len(words) != 1 or words[0].startswith("-"):
        sys.exit("usage: python -m tenon_plugin [--describe] FILE.py")
    from .host import main as host
    host()


main(sys.argv[1:])
