# SPDX-License-Identifier: Apache-2.0
"""errors - the codes that every call ends with, as sdk/include/tenon/error.h has them, and the exception that carries one."""

CODES = {name: -n for n, name in enumerate(
    "OK INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS FAILED_PRECONDITION CONFLICT UNAUTHENTICATED PERMISSION_DENIED TOO_LARGE "
    "LIMIT_EXCEEDED OVERLOADED UNAVAILABLE DEADLINE_EXCEEDED CANCELLED UNSUPPORTED STORAGE_FULL DATA_LOSS NO_MEMORY INTERNAL "
    "NO_ROUTE NOT_ALLOWED".split())}
NAMES = {number: name for name, number in CODES.items()}
TEXT_MOST = 4000  # characters of a message that a client sees


class Failure(Exception):
    """A call that ended with an error: `code` is its name ("NOT_FOUND"), `message` says why."""

    def __init__(self, code, message=""):
        if code not in CODES or code == "OK":
            raise ValueError("there is no error code %r; there are: %s" % (code, " ".join(list(CODES)[1:])))
        super().__init__("%s: %s" % (code, message) if message else code)
        self.code = code
        self.message = str(message)


def failure_of(number, message):
    """The exception for a code of the wire; one that this version does not know is INTERNAL."""
    return Failure(NAMES.get(number, "INTERNAL") if number < 0 else "INTERNAL", message)


def clip(text, most=TEXT_MOST):
    """What may go into a frame as text: no NUL, no half of a surrogate pair, not endless."""
    text = str(text)
    return (text if len(text) <= most else text[:most] + "...").replace("\0", "\ufffd").encode("utf-8", "replace").decode()
