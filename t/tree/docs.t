#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs - what the pages say of the program, compared with the program."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap

done = subprocess.run(["scripts/config-doc", "--check"], capture_output=True, text=True)
tap.ok(done.returncode == 0, "the tables of docs/configuration.md are those of tenond (scripts/config-doc)", done.stdout + done.stderr)

done = subprocess.run(["scripts/iface-doc", "--check"], capture_output=True, text=True)
tap.ok(done.returncode == 0, "the pages of the interfaces are those of their rows (scripts/iface-doc)", done.stdout + done.stderr)

done = subprocess.run([os.path.join(tap.BUILD, "tenond"), "--config", "etc/tenon.yaml", "--check-config"], capture_output=True, text=True)
tap.ok(done.returncode == 0, "etc/tenon.yaml is a valid configuration", done.stdout + done.stderr)

dead = []
for page in ["README.md"] + sorted(os.path.join(top, f) for top, _, files in os.walk("docs") for f in files if f.endswith(".md")):
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", open(page, encoding="utf-8").read()):
        if not os.path.exists(os.path.normpath(os.path.join(os.path.dirname(page), link))):
            dead.append("%s: %s" % (page, link))
tap.ok(not dead, "links between pages lead somewhere", "\n".join(dead))
tap.done_testing()
