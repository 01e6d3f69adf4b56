#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""permissions - every method says what it needs; a permission that cannot be resolved ends --check-config with its reason; and
what the resolvers of tracking and artifacts answer."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api
import tap

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "permissions", "asker.c")


def build(where, permission=None):
    os.makedirs(os.path.join(where, "service"), exist_ok=True)
    define = [] if permission is None else ['-DPERMISSION="%s"' % permission]
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-I", "sdk/include", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-z,defs"] +
                   define + [SOURCE, "-o", os.path.join(where, "service", "asker.so")], check=True)


def checked(permission):
    with tempfile.TemporaryDirectory() as where:
        build(where, permission)
        done = subprocess.run([os.path.join(tap.BUILD, "tenond"), "--check-config", "--set", "plugin_dirs=" + where], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def the_configuration_is_checked():
    for permission, reason in (
            ("edit@kinds", 'method asker.ask: its permission "edit@kinds" names no argument of it: "kinds"; did you mean "kind"?'),
            ("edit@id", 'method asker.ask: its permission "edit@id" asks whose id it is, and no instance has a resolver for it: is the service missing that owns it?'),
            ("edit@", 'method asker.ask: its permission "edit@" is not of the form action@argument, like edit@run_id')):
        status, said = checked(permission)
        tap.ok(status == 1 and reason in said, "--check-config refuses " + permission, said)
    tap.is_(checked("edit@workspace")[0], 0, "and takes edit@workspace")


def every_method_says_what_it_needs(t):
    methods = json.load(urllib.request.urlopen(t.url + "/api/v1/methods"))["methods"]
    tap.ok(len(methods) > 40 and all(m.get("permission") for m in methods), "each method that is listed has its permission",
           [m["name"] for m in methods if not m.get("permission")])
    tap.ok(not [m["name"] for m in methods if "@" in m["name"]], "resolvers are not listed")
    paths = json.load(urllib.request.urlopen(t.url + "/openapi.json"))["paths"]
    operations = [o for path in paths.values() for o in path.values() if "operations" not in o.get("tags", [])]
    tap.ok(len(operations) > 40 and all(o.get("x-tenon-permission") for o in operations), "so has each operation of /openapi.json")
    tap.is_(paths["/api/v1/tracking/log_metric"]["post"]["x-tenon-permission"], "edit@run_id", "log_metric's")
    listed = subprocess.run([os.path.join(tap.BUILD, "tenon"), "--server", t.url, "--json", "methods"], capture_output=True, text=True).stdout
    tap.ok("edit@run_id" in listed, "and tenon methods shows them")
    status, _ = t.ask("POST", "/api/v1/tracking/@run", {"id": "x"})
    tap.is_(status, 404, "a resolver has no route")


def what_belongs_to_what(t):
    experiment = t.new_experiment(name="of mine")
    run = t.new_run(experiment)
    model = t.ok("POST", "logged-models", {"experiment_id": experiment, "name": "m"})["model"]["info"]["model_id"]
    here, exp = {"kind": "workspace", "id": "default"}, {"kind": "experiment", "id": experiment}
    for instance, kind, id_, parent in (
            ("tracking", "run", run, exp), ("tracking", "model", model, exp), ("tracking", "experiment", experiment, here),
            ("tracking", "experiment_name", "of mine", exp), ("tracking", "experiment_name", "nobody's", here),
            ("artifacts", "artifact", "%s/%s/artifacts/a" % (experiment, run), {"kind": "run", "id": run}),
            ("artifacts", "artifact", "%s/%s" % (experiment, run), {"kind": "run", "id": run}),
            ("artifacts", "artifact", experiment + "/models/m-1/artifacts", exp), ("artifacts", "artifact", experiment, exp),
            ("artifacts", "artifact", "%s/%sx/a" % (experiment, run), exp), ("artifacts", "artifact", "7a/b", here), ("artifacts", "artifact", "", here)):
        status, answer = t.ask("POST", "/api/v1/asker/ask", {"instance": instance, "kind": kind, "id": id_})
        tap.is_((status, answer), (200, parent), "%s %s" % (kind, id_))
    for kind, said in (("run", "Run with id=none not found"), ("model", "Logged model with ID 'none' not found.")):
        status, answer = t.ask("POST", "/api/v1/asker/ask", {"instance": "tracking", "kind": kind, "id": "none"})
        tap.is_((status, answer.get("detail")), (404, said), "a %s that is not there" % kind)


def main():
    the_configuration_is_checked()
    with tempfile.TemporaryDirectory() as where:
        build(where)
        with api.start("--set", "plugin_dirs=" + where, "--set", "instances.asker.placement=inline") as t:
            every_method_says_what_it_needs(t)
            what_belongs_to_what(t)
    tap.done_testing()


main()
