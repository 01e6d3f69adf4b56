"""drive - executes sequences on both servers at once, and shrinks one that showed a difference

Model: a Pair holds one kept-alive connection to each server. Each request is written to both before
either answer is read, so the pair is as fast as the slower one and both see the same order. An
execution (run) has a text of its own for ⟨q⟩; the experiment ids of both servers are brought level
before each by creating what one side lacks, so that ids agree.

Failure: a server that doesn't answer is an answer too ("no answer: …"), and so a difference.
"""
# SPDX-License-Identifier: Apache-2.0
import copy
import http.client
import json
import re
import time
import urllib.parse

import compare

SYMBOL = re.compile(r"⟨([a-z]+(?::\d+)?(?:\.[a-z_]+)?)⟩")
IDLE = 3.0   # uvicorn closes a connection after 5 s of silence


class Line:
    """A connection to one server."""

    def __init__(self, url, timeout=60):
        self.host = url.split("//", 1)[1].rstrip("/")
        self.timeout = timeout
        self.conn = None
        self.used = 0.0
        self.sent = None
        self.busy = 0.0
        self.fresh = True

    def open(self):
        self.fresh = True
        if self.conn:
            self.conn.close()
        self.conn = http.client.HTTPConnection(self.host, timeout=self.timeout)

    def send(self, method, target, headers, body):
        if self.conn is None or time.monotonic() - self.used > IDLE:
            self.open()
        self.sent = (method, target, headers, body)
        self.started = time.monotonic()
        try:
            self.write()
        except OSError:
            self.open()
            try:
                self.write()
            except OSError:
                pass   # a server may answer and close while it is still being sent to

    def write(self):
        method, target, headers, body = self.sent
        self.conn.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            self.conn.putheader(name, value)
        if body is not None or method in ("POST", "PUT", "PATCH"):
            self.conn.putheader("Content-Length", str(len(body or b"")))
        self.conn.endheaders(body or None)

    def read(self):
        """(status, headers, body) or a text that says why there is none."""
        for attempt in (0, 1):
            try:
                answer = self.conn.getresponse()
                body = answer.read()
                self.used = time.monotonic()
                self.busy += self.used - self.started
                self.fresh = False
                headers = {k.lower(): v for k, v in answer.getheaders()}
                if answer.will_close:
                    self.conn.close()
                    self.conn = None
                return answer.status, headers, body
            except (OSError, http.client.HTTPException) as error:
                stale = not self.fresh and isinstance(error, ConnectionError)
                self.open()
                if attempt or not stale:
                    self.conn = None
                    return type(error).__name__
                try:
                    self.write()
                except OSError as again:
                    self.conn = None
                    return type(again).__name__


def put_in(text, side, q):
    """Symbols become this side's ids."""
    def value(match):
        name = match.group(1)
        if name == "q":
            return q
        if name.endswith(".creation_time"):
            owner = side.symbols.get("⟨%s⟩" % name[:-14], "none")
            return str(side.creation.get("exp:" + owner, 1))
        return side.symbols.get("⟨%s⟩" % name, side.symbols.get("⟨%s:0⟩" % name, "missing-" + name.replace(":", "-")))
    return SYMBOL.sub(value, text)


def put_in_all(value, side, q):
    if isinstance(value, str):
        return put_in(value, side, q)
    if isinstance(value, list):
        return [put_in_all(v, side, q) for v in value]
    if isinstance(value, dict):
        return {k: put_in_all(v, side, q) for k, v in value.items()}
    return value


def body_bytes(step, side, q):
    if "text" in step:
        return put_in(step["text"], side, q).encode("utf-8", "surrogatepass")
    if "json" in step:
        text = json.dumps(put_in_all(step["json"], side, q), ensure_ascii=False)
        return text.replace('"⟨1e400⟩"', "1e400").encode("utf-8", "surrogatepass")
    return None


def target_of(step, side, q):
    path = put_in(step["path"], side, q)
    if step.get("raw"):
        path = urllib.parse.quote(path, safe="%/:;?=&@+$,!~*'()#[]-._\\")
    else:
        path = urllib.parse.quote(path, safe="/%" if "%" in step["path"] and "artifacts" not in step["path"] else "/")
    if step["query"] is not None:
        path += "?" + urllib.parse.urlencode([(k, put_in(v, side, q)) for k, v in step["query"]],
                                             encoding="utf-8", errors="surrogatepass")
    return path


def saved_id(step, answer):
    """The id that a creation answered with."""
    if isinstance(answer, str) or answer[0] != 200:
        return None
    try:
        value = json.loads(answer[2])
        return value["experiment_id"] if step["save"][0] == "exp" else value["run"]["info"]["run_id"]
    except (ValueError, KeyError, TypeError):
        return None


class Result:
    """What came of one step: both answers in normal form, and what differs."""

    def __init__(self, step, a, b, page=0):
        self.step, self.a, self.b, self.page = step, a, b, page
        self.findings = compare.differences(a, b)


class Pair:
    def __init__(self, url_a, url_b):
        self.lines = [Line(url_a), Line(url_b)]
        self.requests = 0
        self.executions = 0
        self.statuses = {}
        self.stamp = "%x" % (int(time.time() * 1000) & 0xffffff)

    def exchange(self, step, sides, q):
        for line, side in zip(self.lines, sides):
            line.send(step["method"], target_of(step, side, q), step["headers"], body_bytes(step, side, q))
        self.requests += 1
        answers = [line.read() for line in self.lines]
        status = answers[0][0] if isinstance(answers[0], tuple) else answers[0]
        self.statuses[status] = self.statuses.get(status, 0) + 1
        return answers

    def level(self):
        """Makes the next experiment id the same on both sides."""
        step = {"method": "POST", "path": "/api/2.0/mlflow/experiments/create", "query": None, "save": ["exp"],
                "headers": {"Content-Type": "application/json"}}
        for n in range(100):
            step["json"] = {"name": "level %s %d %d" % (self.stamp, self.executions, n)}
            ids = [saved_id(step, a) for a in self.exchange(step, [compare.Side(), compare.Side()], "")]
            if None in ids:
                return
            if ids[0] == ids[1]:
                return
            lag = 0 if int(ids[0]) < int(ids[1]) else 1
            for m in range(abs(int(ids[0]) - int(ids[1]))):
                step["json"]["name"] += "'"
                line = self.lines[lag]
                line.send("POST", step["path"], step["headers"], json.dumps(step["json"]).encode())
                line.read()

    def run(self, steps, level=False, stop=True):
        """Executes the steps; yields a Result for each answer. Ends after the first difference if stop."""
        self.executions += 1
        if level:
            self.level()
        q = "q%s.%dz" % (self.stamp, self.executions)
        sides = [compare.Side(), compare.Side()]
        for step in steps:
            for page in range(1 + step.get("follow", 0)):
                if page:
                    step = with_token(step, sides)
                answers = self.exchange(step, sides, q)
                if step.get("save"):
                    for side, answer in zip(sides, answers):
                        value = saved_id(step, answer)
                        if value is not None:
                            side.learn("⟨%s:%d⟩" % tuple(step["save"]), value)
                    time.sleep(0.002)   # two that were made in one millisecond are ordered by chance
                result = Result(step, *[neutral(compare.normal(a, s, step), q) for a, s in zip(answers, sides)], page)
                yield result
                if result.findings and stop:
                    return
                tokens = [token_of(a) for a in answers]
                if None in tokens or page >= step.get("follow", 0):
                    break
                for side, token in zip(sides, tokens):
                    side.symbols["⟨token⟩"] = token

    def close(self):
        for line in self.lines:
            if line.conn:
                line.conn.close()


def neutral(answer, q):
    """⟨q⟩ back in, and experiments that belong to others left out of lists."""
    text = json.dumps(answer, ensure_ascii=False)
    made = json.loads(text.replace(q, "⟨q⟩")) if q in text else answer
    body = made.get("body")
    if isinstance(body, dict) and isinstance(body.get("experiments"), list):
        body["experiments"] = [e for e in body["experiments"] if not isinstance(e, dict) or "⟨q⟩" in str(e.get("name"))]
    return made


def token_of(answer):
    if isinstance(answer, str) or answer[0] != 200 or b"next_page_token" not in answer[2]:
        return None
    try:
        return json.loads(answer[2]).get("next_page_token") or None
    except ValueError:
        return None


def with_token(step, sides):
    """The same request for the next page."""
    made = copy.deepcopy(step)
    if isinstance(made.get("json"), dict):
        made["json"]["page_token"] = "⟨token⟩"
    elif made["query"] is not None:
        made["query"] = [p for p in made["query"] if p[0] != "page_token"] + [["page_token", "⟨token⟩"]]
    return made


# Shrinking ---------------------------------------------------------------------------------------

def shrink(pair, steps, same, budget=150):
    """The smallest steps found whose last one still shows a difference for which same(result) holds."""
    state = {"left": budget, "best": copy.deepcopy(steps)}

    def shows(candidate):
        if state["left"] <= 0:
            return False
        state["left"] -= 1
        for result in pair.run(candidate, level=True):
            if result.findings:
                return same(result)
        return False

    def attempt(candidate):
        if shows(candidate):
            state["best"] = candidate
            return True
        return False

    size = max(1, (len(steps) - 1) // 2)
    while size:
        at = 0
        while at < len(state["best"]) - 1:
            best = state["best"]
            cut = best[:at] + best[min(at + size, len(best) - 1):]
            if not attempt(copy.deepcopy(cut)):
                at += size
        size //= 2
    changed = True
    while changed and state["left"] > 0:
        changed = False
        for candidate in smaller(state["best"]):
            if attempt(candidate):
                changed = True
                break
    return state["best"]


def smaller(steps):
    """Variants of the last two steps that each lack something."""
    for at in reversed(range(max(0, len(steps) - 2), len(steps))):
        step = steps[at]
        for name in ("follow", "loose"):
            if step.get(name):
                yield replaced(steps, at, {k: v for k, v in step.items() if k != name})
        if step["query"]:
            for i in range(len(step["query"])):
                yield replaced(steps, at, dict(step, query=step["query"][:i] + step["query"][i + 1:]))
        if "json" in step:
            for value in smaller_values(step["json"]):
                yield replaced(steps, at, dict(step, json=value))
        text = step.get("text", "")
        if len(text) > 1:
            yield replaced(steps, at, dict(step, text=text[:len(text) // 2]))
            yield replaced(steps, at, dict(step, text=text[len(text) // 2:]))
        for name in step["headers"]:
            if name != "Content-Type":
                yield replaced(steps, at, dict(step, headers={k: v for k, v in step["headers"].items() if k != name}))


def replaced(steps, at, step):
    made = copy.deepcopy(steps)
    made[at] = copy.deepcopy(step)
    return made


def smaller_values(value):
    if isinstance(value, dict):
        for name in value:
            yield {k: v for k, v in value.items() if k != name}
        for name in value:
            for inner in smaller_values(value[name]):
                yield dict(value, **{name: inner})
    elif isinstance(value, list):
        if len(value) > 3:
            yield value[:len(value) // 2]
            yield value[len(value) // 2:]
        for i in range(min(len(value), 20)):
            yield value[:i] + value[i + 1:]
        for i in range(min(len(value), 5)):
            for inner in smaller_values(value[i]):
                yield value[:i] + [inner] + value[i + 1:]
    elif isinstance(value, str) and len(value) > 1 and "⟨" not in value:
        if " AND " in value:
            parts = value.split(" AND ")
            for i in range(len(parts)):
                yield " AND ".join(parts[:i] + parts[i + 1:])
        if len(value) > 60:
            yield value[:len(value) // 2]
            yield value[:-1]
