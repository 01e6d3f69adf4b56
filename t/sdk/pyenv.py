"""pyenv - an environment with tenon-plugin as an author makes one, without the network: t/lib/tenon-plugin.lock and the wheel

    python = pyenv.make(where, "sdk/python")      # where/venv/bin/python
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import server


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        raise RuntimeError("%s failed:\n%s" % (" ".join(command), done.stdout[-3000:]))
    return done.stdout


def make(where, source):
    """The wheel is built from a copy of `source`, which stays as it is; its dependencies are those of the lock."""
    base, venv, copy = server.python("tenon-plugin"), os.path.join(where, "venv"), os.path.join(where, "source")
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    run(base, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", where, copy)
    run(base, "-m", "venv", "--without-pip", venv)
    python = os.path.join(venv, "bin", "python")
    packages = [run(p, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip() for p in (base, python)]
    with open(os.path.join(packages[1], "lock.pth"), "w") as f:
        f.write(packages[0] + "\n")
    wheel, = glob.glob(os.path.join(where, "tenon_plugin-*.whl"))
    run(base, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", wheel)
    return python
