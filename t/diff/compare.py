"""compare - two answers to one request: brought to a common form, then taken apart

Model: an answer is (status, headers, body bytes). normal() makes it a plain value in which everything
that may differ by nature is a symbol: run ids ⟨run:1⟩, times that the server made (⟨time:exp:0#1⟩ is the
second distinct time seen at that experiment, so that "touched" and "untouched" still differ), random
names, page tokens (there or not), the order of Python sets in messages, of tags, params and metrics
in a run. differences() lists what is left as Finding(field, kind, a, b), field like
runs[].info.start_time, error.message, status, header.content-type.
"""
# SPDX-License-Identifier: Apache-2.0
import collections
import json
import re

Finding = collections.namedtuple("Finding", "field kind a b")

HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
NAME = re.compile(r"^[a-z]+-[a-z]+-\d{1,4}$")
ADDRESS = re.compile(r"\b0x[0-9a-f]{8,16}\b")
DATABASE = re.compile(r"(\(raised as a result of [^)]*\)\s*)?\((sqlite3|builtins|sqlalchemy)\.\w+\).*", re.S)
SET = re.compile(r"\{'[^'{}]*'(?:, '[^'{}]*')*\}")
UNORDERED = {"params", "tags", "dataset_inputs", "dataset_summaries", "model_inputs", "model_outputs"}
FILE_HEADERS = ["content-type", "content-disposition", "x-content-type-options", "content-range", "accept-ranges"]
PRESENT_HEADERS = ["etag", "last-modified"]


class Side:
    """What one server called things, in one execution of one sequence."""

    def __init__(self):
        self.symbols = {}      # ⟨run:0⟩ -> id
        self.names = {}        # id or random name -> symbol
        self.times = {}        # experiment id -> distinct times in order of sight
        self.creation = {}     # ⟨exp:0.creation_time⟩ -> time

    def learn(self, symbol, value):
        self.symbols[symbol] = value
        if len(value) == 32:
            self.names[value] = symbol

    def text(self, text):
        """Ids in a text become symbols; sets are sorted; what a database driver says is cut."""
        if "sqlite3." in text or "sqlalche.me" in text:
            text = DATABASE.sub("⟨database error⟩", text)
        text = HEX.sub(lambda m: self.names.get(m.group(), "⟨id⟩"), text)
        text = ADDRESS.sub("0x…", text)
        for value in self.creation.values():   # of an experiment, in a filter that is repeated
            text = text.replace(str(value), "⟨creation_time⟩")
        return SET.sub(lambda m: "{%s}" % ", ".join(sorted(m.group()[1:-1].split(", "))), text)

    def time(self, owner, value):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1_500_000_000_000:
            return value
        seen = self.times.setdefault(owner, [])
        if value not in seen:
            seen.append(value)
        return "⟨time#%d⟩" % seen.index(value)


def constant(text):
    """NaN as a bare word, which is no JSON but Python's."""
    return "⟨bare %s⟩" % text


def parse(body):
    return json.loads(body, parse_constant=constant)


def sort_key(value):
    return json.dumps(value, sort_keys=True, default=str)


def walk(value, side, key="", owner=None, loose=False):
    """The normal form of a JSON value."""
    if isinstance(value, dict):
        if "experiment_id" in value and "creation_time" in value:
            owner = value["experiment_id"]
            side.creation["exp:%s" % owner] = value["creation_time"]
        made = {}
        for name, item in value.items():
            if name in ("creation_time", "last_update_time") and owner is not None:
                made[name] = side.time(owner, item)
            elif name == "next_page_token":
                made[name] = "⟨token⟩" if isinstance(item, str) and item else item
            else:
                made[name] = walk(item, side, name, owner, loose)
        if value.get("key") == "mlflow.runName" and isinstance(value.get("value"), str) and NAME.match(value["value"]):
            made["value"] = "⟨random name⟩"
        if "run_name" in value and isinstance(value["run_name"], str) and NAME.match(value["run_name"]):
            made["run_name"] = "⟨random name⟩"
        return made
    if isinstance(value, list):
        made = [walk(item, side, key, owner, loose) for item in value]
        if key in UNORDERED or loose:
            made.sort(key=sort_key)
        return made
    if isinstance(value, str):
        return side.text(value)
    return value


def latest_sorted(value):
    """A run's metrics are a map by key; a history is a list. Only the first is sorted."""
    if isinstance(value, dict):
        made = {k: latest_sorted(v) for k, v in value.items()}
        data = made.get("data")
        if isinstance(data, dict) and isinstance(data.get("metrics"), list):
            data["metrics"].sort(key=sort_key)
        return made
    if isinstance(value, list):
        return [latest_sorted(v) for v in value]
    return value


def kind_of(headers, body):
    """The class of a content type: json, html, text, …"""
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    if not body and not media:
        return "none"
    return {"application/json": "json", "text/html": "html", "text/plain": "text"}.get(media, media or "none")


def normal(answer, side, step):
    """{status, type, body | error | bytes, header} of an answer, or {dead: why}."""
    if isinstance(answer, str):
        return {"dead": answer}
    status, headers, body = answer
    made = {"status": status, "type": kind_of(headers, body)}
    is_file = status in (200, 206, 416) and ("/artifacts/" in step["path"] or step["path"] == "/get-artifact") \
        and step["method"] in ("GET", "HEAD") and made["type"] != "html" and "artifacts/list" not in step["path"]
    if is_file:
        made.pop("type")
        made["bytes"] = body.decode("latin-1") if len(body) < 4096 else "%d bytes, hash %d" % (len(body), hash(body))
        if status == 416:
            made["bytes"] = ""
            headers = {n: headers[n] for n in headers if n != "content-type"}
        made["header"] = {n: headers[n] for n in FILE_HEADERS if n in headers}
        made["header"].update({n: "⟨%s⟩" % n for n in PRESENT_HEADERS if n in headers})
        if "content-type" in made["header"]:
            kind, _, boundary = made["header"]["content-type"].partition("; boundary=")
            made["header"]["content-type"] = kind.replace("; charset=utf-8", "")
            if boundary:
                made["bytes"] = made["bytes"].replace(boundary, "⟨boundary⟩")
        return made
    if made["type"] == "json" and body:
        try:
            value = parse(body)
        except ValueError as error:
            made["body"] = "⟨not JSON: %s⟩" % error
            return made
        value = latest_sorted(walk(value, side, loose=step.get("loose")))
        if step["path"].endswith("/get-history-bulk") and isinstance(value, dict) and isinstance(value.get("metrics"), list):
            value["metrics"].sort(key=lambda m: m["run_id"])   # by run first, and run ids are random
        made["error" if status >= 400 else "body"] = value
    elif made["type"] == "text":
        made["text"] = side.text(body.decode("utf-8", "replace")).strip()
    elif made["type"] != "html" and body:
        made["bytes"] = body.decode("latin-1")
    return made


def type_of(value):
    return {dict: "object", list: "array", str: "string", bool: "bool", int: "int", float: "double",
            type(None): "null"}[type(value)]


def compare(a, b, path, found):
    if type(a) is not type(b):
        found.append(Finding(path, "type", a, b))
    elif isinstance(a, dict):
        for name in list(a) + [n for n in b if n not in a]:
            inner = (path + "." if path else "") + name
            if name not in b:
                found.append(Finding(inner, "missing", a[name], None))
            elif name not in a:
                found.append(Finding(inner, "extra", None, b[name]))
            else:
                compare(a[name], b[name], inner, found)
    elif isinstance(a, list):
        if a != b and sorted(map(sort_key, a)) == sorted(map(sort_key, b)):
            found.append(Finding(path + "[]", "order", a, b))
        elif len(a) != len(b):
            found.append(Finding(path + "[]", "length", a, b))
        else:
            for x, y in zip(a, b):
                compare(x, y, path + "[]", found)
    elif a != b:
        found.append(Finding(path, "value", a, b))


def differences(a, b):
    """What the second answer (tenond) has otherwise than the first (mlflow), both in normal form."""
    if a.get("status") != b.get("status"):
        return [Finding("status", "value", brief(a), brief(b))]
    if a.get("type") != b.get("type"):
        return [Finding("content-type", "value", brief(a), brief(b))]
    found = []
    compare(a, b, "", found)
    if any(f.field == "error.error_code" for f in found):
        return [Finding("error.error_code", "value", brief(a), brief(b))]
    seen = set()   # rows that are shifted differ in each field: one finding for a list's values
    return [f for f in found if not (part(f) in seen or seen.add(part(f)))]


def part(finding):
    head, bracket, _ = finding.field.rpartition("[]")
    return (head, "value") if bracket and finding.kind in ("value", "type") else finding[:2]


def brief(answer):
    """One line for an answer: status, code and message, or what there is."""
    if "dead" in answer:
        return "no answer: " + answer["dead"]
    error = answer.get("error")
    if isinstance(error, dict) and "error_code" in error:
        return "%d %s %s" % (answer["status"], error.get("error_code"), error.get("message"))
    rest = next((answer[k] for k in ("error", "body", "text", "bytes") if k in answer), "")
    if not isinstance(rest, str):
        rest = json.dumps(rest, ensure_ascii=False)
    return ("%d %s %s" % (answer["status"], answer.get("type", "file"), rest)).strip()
