#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""arrows - the structure of the tree, held: includes go along the arrows, a third party's header is met in one folder only,
nothing in core/ knows MLflow or SQL, plugins see the SDK alone, files stay files."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap

# folder -> folders whose headers it may include
CORE = {
    "base": set(), "wire": {"base"}, "loop": {"base"}, "bus": {"base", "wire", "loop"}, "conf": {"base", "wire"},
    "plug": {"base", "wire", "loop", "bus", "conf"}, "http": {"base", "wire", "loop", "bus"},
}
# a third party's header -> the folders that may include it. One each, but for libcurl and OpenSSL: the command line is a program of its
# own; sdk/lib has what plugins link into themselves to speak HTTP and to sign; another protocol than HTTP is its own plugin's matter.
THIRD = {
    "uv.h": "core/loop", "boost/": "core/loop", "microhttpd.h": "core/http", "zlib.h": "core/http", "yaml.h": "core/conf",
    "nng/": "core/bus", "lua": "core/policy", "sqlite3.h": "plugins/sql/sqlite", "curl/": "cli sdk/lib plugins/notify/smtp",
    "openssl/": "plugins/blob/file sdk/lib core/plug",
    "seccomp.h": "sdk/host",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
KNOWS = re.compile(r"\bmlflow\b|\bexperiments?\b|\bSELECT\b.*\bFROM\b", re.I)


def sources(top):
    for where, _, files in sorted(os.walk(top)):
        for f in sorted(files):
            if f.endswith((".c", ".h", ".cc", ".hpp")) and not where.startswith("sdk/template"): # an author's own, with no licence of ours
                yield os.path.join(where, f)


def third_party(path, name):
    for prefix, home in THIRD.items():
        if (name.startswith(prefix) if prefix.endswith("/") or prefix == "lua" else name == prefix) and not any(
                path.startswith(folder + "/") for folder in home.split()):
            return "%s includes %s, which is %s's alone" % (path, name, home)
    return None


def wrong_arrow(path, kind, name):
    folder = path.split("/")
    if folder[0] == "core" and len(folder) > 2 and kind == '"' and "/" in name:
        target = name.split("/")[0]
        if target != folder[1] and target in CORE and target not in CORE[folder[1]]:
            return "%s includes %s: %s may only use %s" % (path, name, folder[1], " ".join(sorted(CORE[folder[1]])) or "nothing")
    if folder[0] == "plugins" and kind == '"' and (name.startswith("..") or name.split("/")[0] in CORE):
        return "%s includes %s: a plugin sees sdk/include and its own folder" % (path, name)
    if folder[0] == "sdk" and folder[1] not in ("check", "host") and kind == '"' and name.split("/")[0] in CORE:
        return "%s includes %s: the SDK knows nothing of the core" % (path, name)
    return None


def main():
    wrong, third, knows, bare, long_files = [], [], [], [], []
    for top in ("core", "sdk", "plugins", "cli"):
        for path in sources(top):
            text = open(path, encoding="utf-8").read()
            for kind, name in INCLUDE.findall(text):
                wrong.append(wrong_arrow(path, kind, name))
                third.append(third_party(path, name))
            code = re.sub(r'/\*.*?\*/|//[^\n]*', "", text, flags=re.S)
            if path.startswith("core/") and KNOWS.search(code):
                knows.append("%s: %s" % (path, KNOWS.search(code).group(0)))
            if not re.match(r"/\* SPDX-License-Identifier: Apache-2\.0 \*/\n/\* [\w./-]+ - ", text):
                bare.append(path)
            if text.count("\n") > 500:
                long_files.append("%s: %d lines" % (path, text.count("\n")))
    for name, found in (("includes go along the arrows", wrong), ("third-party headers stay in their folder", third),
                        ("nothing in core/ knows MLflow or SQL", knows), ("every source begins with its licence and what it is for", bare),
                        ("no source is longer than 500 lines", long_files)):
        found = [f for f in found if f]
        tap.ok(not found, name, "\n".join(found))
    tap.done_testing()


main()
