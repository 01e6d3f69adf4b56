# SPDX-License-Identifier: Apache-2.0
"""shut - the rest of the sandbox (sdk/host/python.h): what only this program can do to itself, before it reads the plugin.

tenon-host has set limits, user, capabilities and a system call filter, and then became this interpreter. execve(2) made the process
dumpable again, so that others of its user could look into it; and the filter still allows execve itself.
"""
import ctypes
import os

FILTER_FD = 4
PR_SET_DUMPABLE, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 4, 22, 2
INSTRUCTION_BYTES = 8


class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def prctl(*args):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*args) != 0:
        raise OSError(ctypes.get_errno(), "sandbox: prctl(%s): %s" % (args[0], os.strerror(ctypes.get_errno())))


def shut_in():
    """Not dumpable."""
    prctl(PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0)


def refuse_programs():
    """Loads the filter that tenon-host left on fd 4. Only this thread is there yet."""
    with os.fdopen(FILTER_FD, "rb") as f:
        instructions = f.read()
    if not instructions or len(instructions) % INSTRUCTION_BYTES:
        raise OSError("sandbox: no filter on descriptor %d" % FILTER_FD)
    program = Program(len(instructions) // INSTRUCTION_BYTES, instructions)
    prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program), 0, 0)
