"""tap - a small producer of the Test Anything Protocol, for tests in Python

    import tap
    tap.ok(n == 1, "one row", "got %d" % n)
    tap.is_(body["name"], "x", "the name comes back")
    tap.done_testing()

Every test file is executable, is named *.t and runs from the top of the source tree (`prove t/…`).
A failed check makes the exit status 1 at done_testing(). An uncaught exception is a failing test, a
file that ends without done_testing() has no plan and so fails in the harness.

Environment: TENON_BUILD, the folder with `tenond` and `tenon` (default: build).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import traceback

BUILD = os.environ.get("TENON_BUILD", "build")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_count = 0
_failed = 0
_done = False


def _line(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def diag(text):
    """A comment line for each line of text."""
    for line in str(text).splitlines() or [""]:
        _line("# " + line)


def ok(cond, name, detail=None):
    """One check; detail is printed if it failed. Returns whether it held."""
    global _count, _failed
    _count += 1
    name = str(name).replace("#", "\\#").replace("\n", " ")
    _line("%sok %d - %s" % ("" if cond else "not ", _count, name))
    if not cond:
        _failed += 1
        if detail is not None:
            diag(detail)
    return bool(cond)


def is_(got, want, name):
    """Equal, or both are shown."""
    return ok(got == want, name, "     got: %r\nexpected: %r" % (got, want))


def isnt(got, other, name):
    return ok(got != other, name, "got %r, which it must not be" % (got,))


def like(text, part, name):
    """part is a substring of text."""
    return ok(part in text, name, "     got: %s\nlacks: %s" % (text, part))


def raises(kind, name, call, *args, **kwargs):
    """call(*args) raises kind; returns the exception, or None (then the check failed)."""
    try:
        result = call(*args, **kwargs)
    except kind as error:
        ok(True, name)
        return error
    ok(False, name, "nothing was raised, the result is %r" % (result,))
    return None


def skip(why, name="skipped"):
    """One check that cannot be made here."""
    global _count
    _count += 1
    _line("ok %d - %s # SKIP %s" % (_count, name, why))


def skip_all(why):
    """The whole file cannot run here; ends the process."""
    global _done
    _done = True
    _line("1..0 # SKIP %s" % why)
    sys.exit(0)


def bail(why):
    """Nothing can run: the harness stops."""
    global _done
    _done = True
    _line("Bail out! %s" % why)
    sys.exit(255)


def done_testing():
    """Prints the plan and ends the process."""
    global _done
    _done = True
    _line("1..%d" % _count)
    sys.exit(1 if _failed else 0)


def failures():
    return _failed


def _uncaught(kind, value, trace):
    global _done
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, value, trace)
        return
    ok(False, "uncaught %s" % kind.__name__, "".join(traceback.format_exception(kind, value, trace)))
    if not _done:
        _done = True
        _line("1..%d" % _count)


sys.excepthook = _uncaught
