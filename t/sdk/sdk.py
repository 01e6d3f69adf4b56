"""sdk - an installed SDK in a temporary folder, for the tests of what an author gets

    with sdk.Installed() as s:
        s.run(["make"], cwd=s.path("mine"))        # PATH and PKG_CONFIG_PATH lead to the installed tree alone

It is installed by `make install DESTDIR=` and then moved, so that nothing can depend on where it was built or installed.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap

BUILD = os.path.abspath(tap.BUILD)


class Installed:
    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="tenon-sdk-")
        makefile = open(os.path.join(BUILD, "Makefile")).read()
        given = re.search(r"^prefix = (.*)$", makefile, re.M).group(1)
        self.sanitized = "-fsanitize" in re.search(r"^TENON_SAN = ?(.*)$", makefile, re.M).group(1)
        done = subprocess.run(["make", "-s", "-C", BUILD, "install", "DESTDIR=" + self.path("staged")], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError("make install failed:\n" + (done.stdout + done.stderr)[-3000:])
        self.prefix = self.path("moved")
        os.rename(self.path("staged") + given, self.prefix)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("TENON_", "MAKE", "PKG_"))}
        self.env.update(PATH=self.prefix + "/bin:" + os.environ["PATH"], PKG_CONFIG_PATH=self.prefix + "/lib/pkgconfig")
        self.make = ["make", "-s"] + (["SANITIZE=1"] if self.sanitized else [])
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def run(self, command, cwd=None, **more):
        """(exit status, what it printed)"""
        done = subprocess.run(command, cwd=cwd or self.dir, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=300, **more)
        return done.returncode, done.stdout
