#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check - the conformance suite passes what is right (sql/sqlite, blob/file, a plugin of the test's own) and catches what is wrong:
plugins that are broken on purpose, each in one way."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import tap

BUILD = os.path.abspath(tap.BUILD)
TEMP = tempfile.mkdtemp(prefix="tc-") # a short path: sockets lie below it
SANITIZED = "-fsanitize" in next(line for line in open(os.path.join(BUILD, "Makefile")) if line.startswith("TENON_SAN ="))
CC = ["cc", "-std=gnu17", "-O1", "-g", "-Wall", "-Wno-missing-field-initializers", "-fPIC", "-shared", "-fvisibility=hidden", "-I", "sdk/include"]
CC += ["-fsanitize=address,undefined"] if SANITIZED else []

# number -> what the plugin does wrong, what a failed case says; needs malloc to fail, which ASan's does not
BROKEN = [
    ("leaks in destroy", "LeakSanitizer" if SANITIZED else "the heap grew by", False),
    ("crashes on an empty text", "crashed or hung", False),
    ("ignores its cancel and deadline", "it runs on", False),
    ("exports two symbols", "it exports 2 symbols: ", False),
    ("imports a symbol of the core", "arena_alloc", False),
    ("sets a text and leaves it NULL", "its text is NULL", False),
    ("refuses a setting without a reason", "gave no reason", False),
    ("returns a code that is none", "it returned 7", False),
    ("ends with an error that its row does not list", "DATA_LOSS, which its row does not list", False),
    ("keeps its state in a global", "two instances live beside each other", False),
    ("does not look at malloc's result", "malloc fails", True),
    ("does not look at host->alloc's result", "fails", False),
    ("leaks a descriptor a call", "descriptors were left open", False),
    ("never ends its drain", "drain() or a worker", False),
    ("speaks another ABI", "it says abi 99", False),
    ("has a route without its argument", "is no argument of the method", False),
    ("ends the process", "it ended the process", False),
]


def build(number, where, name="broken"):
    out = os.path.join(where, name + ".so")
    subprocess.run(CC + ["-DBROKEN=%d" % number, os.path.join(HERE, "broken", "broken.c"), "-o", out], check=True)
    return out


def check(*args):
    done = subprocess.run([os.path.join(BUILD, "tenon"), "plugin", "check"] + list(args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=600, env=dict(os.environ, TMPDIR=TEMP))
    return done.returncode, done.stdout


def passes(name, *args):
    code, text = check(*args)
    bad = [line for line in text.splitlines() if not line.startswith("ok ")][:60]
    plan = "1..%d" % text.count("\nok ") if not text.startswith("ok") else "1..%d" % (text.count("\nok ") + 1)
    tap.ok(code == 0 and plan in text and text.count("ok ") > 50, name + " passes", "\n".join(bad))
    return text


def caught(where, number, title, says):
    folder = os.path.join(where, str(number))
    os.makedirs(folder)
    code, text = check(build(number, folder), "--placement", "inline")
    told = [i for i, line in enumerate(text.splitlines()) if line.startswith("not ok")]
    lines = text.splitlines()
    near = "\n".join("\n".join(lines[i:i + 30]) for i in told)
    tap.ok(code == 1 and told and says in near and lines[-1].startswith("1.."), "caught: a plugin that %s" % title, text[-2500:])


def main():
    plugins = os.path.join(BUILD, "plugins")
    for kind, settings in (("sql/sqlite", ()), ("blob/file", ()), ("notify/webhook", ("--config", "url=https://127.0.0.1:9/x")),
                           ("notify/smtp", ("--config", "url=smtp://127.0.0.1:9", "--config", "from=a@example.org"))):
        text = passes(kind, os.path.join(plugins, kind + ".so"), "--placement", "all", *settings)
        tap.ok("meaning, process: " in text and "cancel, thread: " in text and "memory, inline: " in text, kind + ": semantics and faults, in each placement")
    with tempfile.TemporaryDirectory() as where:
        good = build(0, where)
        passes("the test's own plugin", good, "--config", "word=x", "--args", 'say={"text":"hello","ms":3}')
        code, text = check(build(0, where, "another"), "--placement", "inline")
        tap.ok(code == 1 and 'it calls itself "broken", but its file is another.so' in text, "caught: a file by another name", text[-2000:])
        open(where + "/text.so", "w").write("no ELF")
        code, text = check(where + "/text.so")
        tap.ok(code == 1 and "it is no ELF file" in text, "caught: a file that is no shared object", text[-2000:])
        for i, (title, says, needs_malloc) in enumerate(BROKEN, 1):
            if not (needs_malloc and SANITIZED):
                caught(where, i, title, says)
        for args, says in ((("nothing.so",), "nothing.so"), ((good, "--placement", "moon"), "inline"), ((good, "--colour", "red"), "no such option"),
                           ((good, "--config"), "missing"), ((), "tenon plugin check FILE"), ((good, good), "one file")):
            code, text = check(*args)
            tap.ok(code == 2 and says in text, "a command line that is wrong: %s" % " ".join(args[1:] or args), text[-500:])
        code, text = check(good, "--config", "nothing=1")
        tap.ok(code == 1 and "nothing" in text, "a setting that it has not is named", text[-2000:])
        left = [f for f in os.listdir(TEMP) if f.startswith("tenon-check-")]
        tap.ok(len(left) == 0, "no folder of it is left", left)
    os.rmdir(TEMP)
    tap.done_testing()


main()
