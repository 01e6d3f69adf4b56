#!/usr/bin/env python3
"""verbs - what the commands print: tables, records, JSON, pages, help; on a terminal and elsewhere"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import Tool, tap  # noqa: E402
import server  # noqa: E402

MS = 1735689600000  # 2025-01-01 00:00:00 UTC


def check_own(t, url):
    done = t("status")
    tap.ok(done.code == 0 and re.search(r"^ready +yes$", done.out, re.M) and url in done.out, "status says that it is ready", done)
    got = t.json("status")
    tap.ok(got["ready"] is True and got["health"] == "ok" and got["uptime_seconds"] >= 0 and got["down"] == "", "status as JSON", got)

    done = t("methods")
    tap.ok(done.code == 0 and "tracking.search_runs" in done.out and "artifacts put ARTIFACT_PATH" in done.out, "methods lists them", done)
    done = t("methods", "HISTORY")
    tap.ok("tracking.get_history" in done.out and "tracking.create_run" not in done.out, "methods WORD narrows it", done)
    done = t("methods", "no-such-thing")
    tap.ok(done.code == 0 and done.out == "" and "no method" in done.err, "none found is said on stderr", done)
    names = [m["name"] for m in t.json("methods")["methods"]]
    tap.ok("tracking.log_metric" in names and len(set(names)) == len(names), "methods as JSON")
    tap.is_([m["name"] for m in t.json("methods", "log_param")["methods"]], ["tracking.log_parameter"], "methods WORD as JSON")


def check_help(t):
    done = t("help")
    tap.ok(done.code == 0 and "runs search EXPERIMENT_IDS" in done.out and "--timeout SECONDS" in done.out, "help lists commands and options", done)
    tap.is_(t("--help").out, done.out, "--help is help")
    done = t("runs", "search", "--help")
    tap.ok(done.code == 0 and "--max-results" in done.out and "EXPERIMENT_IDS" in done.out and "Finds runs" in done.out, "a verb's help is its row", done)
    tap.is_(t("help", "runs", "search").out, done.out, "help VERB is VERB --help")
    tap.ok("required" in t("call", "tracking.log_metric", "--help").out, "a method's help says what it needs")
    tap.ok("runs show RUN_ID" in t("runs", "--help").out, "a noun's help lists its verbs")
    done = t("help", "exit-codes")
    tap.ok(done.code == 0 and re.search(r"^ +130  Ctrl-C$", done.out, re.M), "help exit-codes", done)
    tap.ok(re.match(r"tenon \d+\.\d+\.\d+\n$", t("--version").out), "--version")
    documented = open(os.path.join(tap.TOP, "docs", "cli.md")).read()
    for line in done.lines():
        code, text = line.split(None, 1)
        tap.ok(re.search(r"^\| %s \| %s" % (code, re.escape(text)), documented, re.M), "docs/cli.md has exit code %s" % code, line)


def fill(t):
    made = t("experiments", "create", "Größe 测试", "--tags", "owner=ana", "--tags", '{"key": "k", "value": "v=w"}')
    tap.ok(made.code == 0 and re.match(r"experiment_id  1\n", made.out), "experiments create prints the record", made)
    runs = []
    for i in range(5):
        run = t.json("runs", "create", "1", "--run-name", "run-%d" % i, "--start-time", str(MS + i * 1000), "--tags", "n=%d" % i)["run"]["info"]
        runs.append(run["run_id"])
    for key, value in (("loss", "0.25"), ("acc", "1"), ("gain", "-1e300")):
        done = t("call", "tracking.log_metric", "run_id=" + runs[0], "key=" + key, "value=" + value, "timestamp=%d" % MS, "step:=3")
        tap.ok(done.code == 0 and done.out == "" and "done" in done.err, "call log_metric %s" % value, done)
    done = t("call", "tracking.log_parameter", "run_id=" + runs[0], "key=note", "value=@-", stdin="a\x1b[31m\nb‮c".encode())
    tap.is_(done.code, 0, "call reads a value from stdin")
    done = t("call", "tracking.set_tag", "run_id=" + runs[0], "key=at", "value=@@home")
    tap.is_(done.code, 0, "@@ is a literal @")
    done = t("call", "tracking.log_batch", "run_id=" + runs[1], 'metrics:=[{"key":"loss","value":0.5,"timestamp":%d}]' % MS, "params=lr=0.1",
             "params=opt=adam")
    tap.is_(done.code, 0, "call takes JSON, and key=value for messages")
    done = t("call", "tracking.update_run", "run_id=" + runs[1], "status=finished")
    tap.ok(done.code == 0 and "FINISHED" in done.out, "an enum in any case", done)
    return runs


def check_lists(t, runs):
    done = t("experiments", "ls")
    tap.ok(done.code == 0 and "Größe 测试" in done.out and "owner=ana" in done.out and "k=v=w" in done.out, "experiments ls", done)
    tap.is_({e["name"] for e in t.json("experiments", "ls")["experiments"]}, {"Default", "Größe 测试"}, "experiments ls as JSON")
    done = t("runs", "search", "1")
    tap.is_(len(done.lines()), 6, "runs search: a heading and a line for each")
    tap.ok(runs[4] in done.lines()[1] and "2025-01-01 00:00:04" in done.lines()[1] and "\t" not in done.out and "…" not in done.out,
           "times are dates, ids whole, nothing cut outside of a terminal", done)
    tap.is_(len({line.index(run) for line, run in zip(done.lines()[1:], reversed(runs))}), 1, "columns are aligned")
    tap.ok("\x1b" not in done.out and "‮" not in done.out, "control characters of stored text are not sent")
    done = t("runs", "search", "0", "1", "--filter", "metrics.loss < 0.3")
    tap.ok(len(done.lines()) == 2 and "loss=0.25" in done.out, "an array positional takes many, a filter filters", done)
    done = t("runs", "search", "1", "--columns", "run_name,status", "--order-by", "attributes.start_time ASC")
    tap.is_([line.split() for line in done.lines()][:3], [["RUN_NAME", "STATUS"], ["run-0", "RUNNING"], ["run-1", "FINISHED"]], "--columns chooses")
    done = t("runs", "search", "0")
    tap.ok(done.code == 0 and done.out == "" and "no runs" in done.err, "an empty list says so on stderr", done)


def check_pages(t):
    first = t("runs", "search", "1", "--max-results", "2")
    tap.ok(len(first.lines()) == 3 and "--page-token" in first.err, "a page says that there is more", first)
    token = re.search(r"--page-token (\S+)", first.err).group(1)
    tap.is_(len(t("runs", "search", "1", "--max-results", "2", "--page-token=" + token).lines()), 3, "the next page")
    done = t("runs", "search", "1", "--max-results", "2", "--all")
    tap.ok(len(done.lines()) == 6 and done.err == "", "--all follows the pages", done)
    got = t.json("runs", "search", "1", "--max-results", "2", "--all")
    tap.ok(list(got) == ["runs"] and len(got["runs"]) == 5, "--all --json is one object", got)
    tap.is_(t.json("runs", "search", "0", "--all"), {"runs": []}, "an empty list as JSON")


def check_records(t, runs):
    done = t("runs", "show", runs[0])
    values = dict(re.split(r" {2,}", line, maxsplit=1) for line in done.lines())
    tap.is_(values.get("data.metrics.loss"), "0.25", "runs show: a metric has its line")
    tap.is_(values.get("info.start_time"), "2025-01-01 00:00:00", "a time")
    tap.is_(values.get("data.params.note"), "a?[31m\\nb?c", "control characters are made visible")
    tap.is_(values.get("data.tags.at"), "@home", "the literal @")
    got = t.json("runs", "show", runs[0])["run"]
    tap.is_({p["key"]: p["value"] for p in got["data"]["params"]}, {"note": "a\x1b[31m\nb‮c"}, "--json has it as it was stored")
    tap.is_(t("runs", "delete", runs[3]).code, 0, "runs delete")
    tap.is_(t.json("runs", "show", runs[3])["run"]["info"]["lifecycle_stage"], "deleted", "it is deleted")
    tap.is_(t("runs", "restore", runs[3]).code, 0, "runs restore")
    tap.ok("Größe" in t("experiments", "show", "1").out, "experiments show")


def check_terminal(t, runs):
    for columns in (40, 80, 200):
        done = t.on_terminal("runs", "search", "1", columns=columns)
        plain = re.sub(r"\x1b\[\d*m", "", done.out)
        tap.ok(done.code == 0 and max(len(line) for line in plain.splitlines()) <= columns, "a table fits %d columns" % columns, done)
        tap.ok(runs[0] in plain, "ids stay whole at %d" % columns, done)
    done = t.on_terminal("runs", "search", "1")
    tap.ok("\x1b[1m" in done.out and "not shown" in done.err, "bold heading, and what is left out is named", done)
    tap.ok("\x1b" not in t.on_terminal("runs", "search", "1", env={"NO_COLOR": "1"}).out, "NO_COLOR")


with server.Tenond() as daemon:
    tool = Tool(daemon.url)
    check_own(tool, daemon.url)
    check_help(tool)
    made = fill(tool)
    check_lists(tool, made)
    check_pages(tool)
    check_records(tool, made)
    check_terminal(tool, made)
tap.done_testing()
