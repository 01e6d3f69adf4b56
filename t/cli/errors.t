#!/usr/bin/env python3
"""errors - each way in which a command can be wrong or a server away: the exit code, a sentence, and no data on stdout"""
# SPDX-License-Identifier: Apache-2.0
import http.server
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import Tool, fails, tap  # noqa: E402
import server  # noqa: E402

NO_RUN = "0" * 32


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers as the path before /api says."""

    ANSWERS = {
        "/401": (401, b'{"code":"UNAUTHENTICATED","detail":"who are you?"}'), "/403": (403, b'{"code":"PERMISSION_DENIED","detail":"no"}'),
        "/500": (500, b'{"code":"INTERNAL","detail":"oh\\u001b[31m\\nno"}'), "/503": (503, b"<html>"), "/404": (404, b"nothing here"),
        "/text": (200, b"hello"), "/empty": (200, b"{}"), "/broken": (200, b'{"methods":[{"name":'), "/deep": (200, b"[" * 100000),
        "/odd": (200, b'{"methods":[1,null,{"name":7,"args":3},{"name":"a.b","cli":"x y","args":[{}],"result":[null]}]}'),
    }

    def do_GET(self):
        key = "/" + self.path.split("/")[1]
        if key == "/slow":
            time.sleep(3)
        status, body = self.ANSWERS.get(key, (200, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + (100 if key == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def check_usage(t):
    """Found without a server, or before anything is sent to it."""
    for words, said in [
        ((), ["what is to be done"]), (("--json",), ["what is to be done"]), (("--jsno",), ["a command comes first"]),
        (("status", "now"), ["takes no arguments"]), (("call",), ["METHOD is missing"]), (("methods", "a", "b"), ["one word at most"]),
        (("status", "--timeout", "x"), ["not a number"]), (("status", "--timeout", "0"), ["not a number"]), (("status", "--timeout=-1"), ["not a number"]),
        (("status", "--timeout"), ["needs a value"]), (("status", "--json=1"), ["takes no value"]), (("status", "--server", "ftp://x"), ["not the address"]),
        (("experiment", "ls"), ["no such command", "did you mean experiments ls"]), (("runs",), ["what of them"]), (("stauts",), ["did you mean status"]),
        (("runs", "serach", "1"), ["did you mean runs search"]), (("xyzzy", "plugh"), ["no such command", "tenon help"]),
        (("runs", "search", "1", "--flter", "x"), ["did you mean --filter"]), (("runs", "show", NO_RUN, "more"), ["one word too many"]),
        (("runs", "search", "1", "-x"), ["no such argument"]), (("runs", "search", "1", "--filter"), ["needs a value"]),
        (("runs", "show"), ["RUN_ID is missing"]), (("runs", "show", NO_RUN, "--run-id", NO_RUN), ["twice"]),
        (("call", "tracking.log_metrc"), ["did you mean tracking.log_metric"]), (("call", "tracking.log_metric", "run_id=x"), ["is missing"]),
        (("call", "tracking.log_metric", "rn_id=x"), ["did you mean run_id"]), (("call", "tracking.get_run", "run"), ["NAME=VALUE"]),
        (("runs", "search", "1", "--max-results", "many"), ["max_results", "whole number"]),
        (("runs", "search", "1", "--max-results", "99999999999999999999"), ["whole number"]),
        (("call", "tracking.log_metric", "run_id=x", "key=k", "value=1,5", "timestamp=1"), ["value", "a number"]),
        (("call", "tracking.update_run", "run_id=x", "status=FINISHD"), ["none of RUNNING", "did you mean FINISHED"]),
        (("call", "tracking.log_batch", "run_id=x", "metrics:=[1"), ["metrics", "JSON"]), (("call", "tracking.log_batch", "run_id=x", "metrics=x"), ["JSON"]),
        (("call", "tracking.get_run", "run_id=@/no/such/file"), ["No such file"]), (("experiments", "create", "\udcff"), ["UTF-8"]),
    ]:
        fails(t(*words), 2, said, "usage: tenon %s" % ascii(" ".join(words)))
    t("runs", "create", "0")
    fails(t("runs", "search", "0", "--columns", "run_nam"), 2, ["did you mean run_name"], "an unknown column")


def check_refusals(t):
    fails(t("runs", "show", NO_RUN), 3, ["[NOT_FOUND]", "next:", "trace:"], "a run that is not there")
    fails(t("artifacts", "get", "no/such", "-o", "-"), 3, ["[NOT_FOUND]"], "an artifact that is not there")
    t("experiments", "create", "taken")
    fails(t("experiments", "create", "taken"), 1, ["[ALREADY_EXISTS]"], "a name that is taken")
    fails(t("runs", "search", "1", "--filter", "metrics.loss <"), 1, ["[INVALID_ARGUMENT]"], "a filter that is none")
    fails(t("runs", "show", "--", "--help"), 3, ["NOT_FOUND"], "behind -- are words only")


def check_unreachable(t):
    port = server.free_port()
    for words in (("status",), ("runs", "search", "1"), ("methods",), ("artifacts", "get", "x", "-o", "-")):
        fails(t(*words, "--server", "http://127.0.0.1:%d" % port), 5, ["onnect"], "unreachable: " + " ".join(words))
    fails(t("status", "--server", "http://no-such-host.invalid"), 5, ["resolve"], "a host that is not known")
    done = t("help", "--server", "http://127.0.0.1:%d" % port)
    tap.ok(done.code == 0 and "cannot be reached" in done.out, "help works without a server", done)
    tap.is_(t("help", "exit-codes", "--server", "http://127.0.0.1:%d" % port).code, 0, "so does help exit-codes")


def check_odd_servers():
    odd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    odd.daemon_threads = True
    threading.Thread(target=odd.serve_forever, daemon=True).start()
    base = "http://127.0.0.1:%d" % odd.server_address[1]
    t = Tool()
    for path, code, said in [("/401", 4, "who are you?"), ("/403", 1, "PERMISSION_DENIED"), ("/500", 6, "oh?[31m"), ("/503", 6, "status 503"),
                             ("/404", 3, "status 404"), ("/text", 6, "lists no methods"), ("/empty", 6, "lists no methods"),
                             ("/broken", 6, "lists no methods"), ("/deep", 6, "lists no methods"), ("/odd", 2, "no such command"), ("/short", 5, "")]:
        done = t("runs", "show", "x", "--server", base + path)
        tap.ok(done.code == code and said in done.err and done.out == "" and "\x1b" not in done.err, "a server that answers %s" % path, done)
    fails(t("runs", "show", "x", "--server", base + "/slow", "--timeout", "0.2"), 5, ["--timeout"], "a server that is too slow")
    with t.start("runs", "show", "x", "--server", base + "/slow") as process:
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        tap.is_(process.wait(10), 130, "Ctrl-C")
    odd.shutdown()


def check_address(t, url):
    away = "http://127.0.0.1:9"
    tap.is_(t("status", env={"TENON_SERVER": away}).code, 5, "TENON_SERVER")
    tap.is_(t("status", "--server", url + "//", env={"TENON_SERVER": away}).code, 0, "--server wins; slashes at its end do not matter")
    tap.is_(t("status", env={"TENON_SERVER": "", "MLFLOW_TRACKING_URI": url}).code, 0, "MLFLOW_TRACKING_URI")
    tap.is_(t("status", env={"MLFLOW_TRACKING_URI": away}).code, 0, "TENON_SERVER wins over it")
    done = t("status", env={"TENON_SERVER": "", "MLFLOW_TRACKING_URI": "sqlite:///x.db"}, timeout=20)
    tap.ok("127.0.0.1:5500" in done.out + done.err, "an MLFLOW_TRACKING_URI of another kind is passed over", done)
    tap.is_(t("status", env={"http_proxy": away}).code, 0, "no proxy for one's own machine")


with server.Tenond() as daemon:
    tool = Tool(daemon.url)
    check_usage(tool)
    check_refusals(tool)
    check_unreachable(tool)
    check_address(tool, daemon.url)
    with open("/dev/full", "w") as full:
        with tool.start("methods", stdout=full, stderr=-3) as process:
            tap.is_(process.wait(20), 1, "stdout that cannot be written")
check_odd_servers()
tap.done_testing()
