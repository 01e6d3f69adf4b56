#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""install - what `make install` gives is all that a plugin's author needs: projects of `tenon plugin new` build, pass their tests
and serve a route, against the installed tree alone; the headers are clean C and C++."""
import json
import os
import re
import shutil
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sdk
import tap
import server

ALL = """#include <tenon/plugin.h>
%s
#include <tenon/mock.h>
enum colour { RED, BLUE };
static const struct tenon_name colours[] = { { "red", RED }, { "blue", BLUE }, { 0, 0 } };
#define INNER(F, S) F(S, int64_t, a) F(S, struct tenon_map, labels, .doc = "x, y")
TENON_MESSAGE(inner, INNER);
#define OUTER(F, S) \\
	F(S, bool, b, .doc = "a bool", .dflt = "true", .flags = TENON_REQUIRED | TENON_TYPED) \\
	F(S, int64_t, colour, .type = TENON_ENUM, .names = colours, .dflt = "red") \\
	F(S, double, d, .range = "0..1") \\
	F(S, const char *, s, .aliases = "t") \\
	F(S, struct tenon_bytes, raw) F(S, struct tenon_json, j) F(S, struct tenon_strs, ss) F(S, struct tenon_i64s, is) \\
	F(S, struct inner, one, TENON_SUB(inner)) \\
	F(S, struct inner_list, many, TENON_MANY(inner), .flags = TENON_EMIT, .doc = "many")
TENON_MESSAGE(outer, OUTER);
static int go(struct tenon_call *c, const struct outer *a, struct inner *out) { out->has.a = 1; out->a = a->colour; return tenon_cancelled(c) ? TENON_CANCELLED : TENON_OK; }
TENON_HANDLER(go, struct outer, struct inner)
int print(int);
int print(int n)
{
	if (n < 0)
		return go_handler(0, 0, 0);
	for (const struct tenon_field *f = outer_fields; f < outer_fields + outer_table.n; f++)
		printf("%%s %%d %%d %%d %%d %%s %%s %%s\\n", f->name, f->type, f->card, (int)f->flags, (int)f->offset, f->sub ? f->sub->name : "-",
		       f->names ? f->names->name : "-", f->dflt ? f->dflt : "-");
	return 0;
}
int main(void) { return print(1); }
"""
STRICT = ["-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"]


def headers(s):
    """the same rows from every compiler and standard"""
    faces = "".join("#include <tenon/iface/%s>\n" % f for f in sorted(os.listdir(s.prefix + "/include/tenon/iface")))
    include = s.run(["pkg-config", "--cflags", "tenon"])[1].split()
    tap.is_([os.path.realpath(i[2:]) for i in include], [os.path.realpath(s.prefix) + "/include"], "tenon.pc leads to the tree that it lies in")
    printed = {}
    for compiler, standards, suffix in (("gcc", ("gnu11", "gnu17"), "c"), ("clang", ("gnu11",), "c"), ("g++", ("c++17", "gnu++17", "c++20"), "cc"),
                                        ("clang++", ("c++17", "c++20"), "cc")):
        program = shutil.which(compiler) or shutil.which(compiler + "-14")
        open(s.path("all." + suffix), "w").write(ALL % faces)
        for standard in standards:
            quiet = ["-Wno-initializer-overrides"] if compiler == "clang" else []
            flags = STRICT + quiet + ["-std=" + standard, "-D_GNU_SOURCE"] + include + (["-fsanitize=address,undefined"] if s.sanitized else [])
            code, text = s.run([program] + flags + ["all." + suffix, "-o", "all"])
            tap.ok(code == 0, "all headers compile with %s -std=%s without a warning" % (compiler, standard), text[-3000:])
            printed[compiler + standard] = s.run(["./all"])[1]
    tap.ok(len(set(printed.values())) == 1 and printed["gccgnu11"].count("\n") == 10, "rows are the same in every one of them", printed)


LIB = """#include <tenon/lib/backoff.h>
#include <tenon/lib/hmac.h>
#include <tenon/lib/http.h>
int main(void) { struct http_client c = { .timeout_ms = 1000 }; return c.timeout_ms == 1000 && http_start() == TENON_OK ? 0 : 1; }
"""


def helpers(s):
    """sdk/lib, linked by those outside of this tree"""
    open(s.path("lib.c"), "w").write(LIB)
    flags = s.run(["pkg-config", "--cflags", "tenon"])[1].split() + ["lib.c"] + s.run(["pkg-config", "--variable=lib_libs", "tenon"])[1].split()
    code, text = s.run(["gcc"] + STRICT + ["-D_GNU_SOURCE"] + (["-fsanitize=address,undefined"] if s.sanitized else []) + flags + ["-o", "lib"])
    tap.ok(code == 0, "a program with the helpers of <tenon/lib> builds", text[-2000:])
    tap.is_(s.run(["./lib"])[0], 0, "and runs")


def project(s, interface, lang):
    name = "%s-%s" % ("hello" if interface == "service" else interface, lang.replace("+", "p"))
    code, text = s.run(["tenon", "plugin", "new", name, "--interface", interface, "--lang", lang])
    lang = "%s, %s" % (interface, lang)
    tap.ok(code == 0 and "make" in text, "tenon plugin new --interface %s" % lang, text)
    where = s.path(name)
    left = [f for top, _, files in os.walk(where) for f in files if re.search("@[A-Z]+@", open(os.path.join(top, f)).read())]
    tap.is_(left, [], lang + ": every word is filled in")
    tap.ok(os.path.exists(where + "/.gitignore") and os.path.exists(where + "/.github/workflows/ci.yml"), lang + ": it has .gitignore and CI")
    code, text = s.run(s.make + ["CFLAGS=-O2 -g -Werror", "CXXFLAGS=-O2 -g -Werror"], cwd=where)
    tap.ok(code == 0 and text.count("warning") == 0, lang + ": it builds with make", text[-3000:])
    exported = s.run(["nm", "-D", "--defined-only", "%s/%s.so" % (where, name)])[1].split("\n")[:-1]
    tap.is_([line.split()[-1] for line in exported], ["tenon_plugin_v1"], lang + ": it exports one symbol")
    code, text = s.run(s.make + ["check"], cwd=where)
    tap.ok(code == 0 and "not ok" not in text and "ok 3" in text, lang + ": its unit test passes", text[-3000:])
    edited_file = where + "/plugin." + ("cc" if "++" in lang else "c")
    source = open(edited_file).read()
    open(edited_file, "w").write(source.replace('"nobody"', '"noone"').replace("%s: %s\\n", "%s; %s\\n").replace('": "', '"; "'))
    tap.ok(s.run(s.make + ["check"], cwd=where)[0] != 0, lang + ": and fails when the plugin does what it should not")
    open(edited_file, "w").write(source)
    code, text = s.run(s.make + ["conform"], cwd=where)
    tap.ok(code == 0 and "not ok" not in text and text.count("ok ") > 80, lang + ": it passes the conformance suite as it is", text[-3000:])
    code, text = s.run(s.make + ["install"], cwd=where)
    tap.ok(os.path.exists("%s/lib/tenon/vendor/%s/%s.so" % (s.prefix, interface, name)), lang + ": make install puts it where tenond looks", text)
    return name


def post(url):
    return get(urllib.request.Request(url, b"{}", {"Content-Type": "application/json"}))


def get(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as e:
        return e.code, json.load(e)


def serve(s, names):
    tap.BUILD = s.prefix + "/bin"
    with server.Tenond(["--set", "instances.%s.greeting=Hi" % names[0]]) as t:
        for name, word in zip(names, ("Hi", "Hello")):
            tap.is_(get(t.url + "/api/v1/%s/greet?name=Ada" % name), (200, {"text": word + ", Ada!"}), name + " serves a route of the installed tenond")
            tap.is_(get(t.url + "/api/v1/%s/greet" % name)[0], 400, name + ": a missing argument is refused")
            code, text = s.run(["tenon", "--server", t.url, name, "greet", "Bo"])
            tap.ok(code == 0 and word + ", Bo!" in text, name + ": it is a command", text)
            run = next(i for i in post(t.url + "/api/v1/plugins/ls")[1]["instances"] if i["instance"] == name)
            tap.is_((run["placement"], run["state"]), ("process", "started"), name + ": it runs in a process of its own, as nobody said otherwise")


def refusals(s):
    for name, says in (("Hello", "small letter"), ("1st", "small letter"), ("../evil", "small letter"), ("a b", "a-z"), ("a/b", "a-z"), ("a" * 41, "at most"), ("", "small letter")):
        code, text = s.run(["tenon", "plugin", "new", name])
        tap.ok(code == 2 and says in text, "the name %r is refused" % name, text)
    os.makedirs(s.path("mine"))
    open(s.path("mine/plugin.c"), "w").write("mine")
    code, text = s.run(["tenon", "plugin", "new", "mine"])
    tap.ok(code == 1 and "already" in text and os.listdir(s.path("mine")) == ["plugin.c"], "a folder that is there stays as it is", text)
    for args, says in ((["--lang", "cobol"], "--lang c++ --interface service"), (["--interface", "../c"], "there is no template"),
                       (["--interface", "nothing"], "--lang c --interface notify"), (["--colour", "red"], "no such option"), (["--lang"], "missing")):
        code, text = s.run(["tenon", "plugin", "new", "fresh"] + args)
        tap.ok(code == 2 and says in text and not os.path.exists(s.path("fresh")), "refused: %s" % " ".join(args), text)


def main():
    with sdk.Installed() as s:
        headers(s)
        helpers(s)
        names = [project(s, interface, lang) for interface in ("service", "notify") for lang in ("c", "c++")]
        serve(s, names)
        refusals(s)
    tap.done_testing()


main()
