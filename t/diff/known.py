"""known - the differences on purpose: the table of docs/compatibility.md, read and applied

Model: a row explains a Finding if its endpoint, its field and both sides fit, each one of its patterns.
Patterns stand in back quotes, `*` stands for any text (back quotes within are not possible, a pipe is
\\|). For the fields `status`, `content-type` and `error.error_code` they are matched with "STATUS
ERROR_CODE message", otherwise with the field's value, as JSON unless it is a text; `-` is a field that isn't there.
The last column holds the request that shows the row, several joined by "then"; ⟨exp⟩ and ⟨run⟩ are an
experiment with an active run. Form: `METHOD path?query [Header: value] body`, path relative to
/api/2.0/mlflow unless it starts with /; a body has Content-Type application/json unless a header
says otherwise ([Content-Type:] sends none).

Failure: a table that can't be read raises ValueError with the row.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import re
import urllib.parse

COLUMNS = ["#", "endpoint", "field", "condition", "mlflow", "tenond", "why", "request"]
LIMIT = 40


class Row:
    def __init__(self, cells):
        self.id, self.endpoint, self.field, self.condition, self.mlflow, self.tenond, self.why, shows = cells
        self.steps = [request(part) for part in re.findall(r"`([^`]+)`", shows)]
        self.patterns = [[glob(p) for p in quoted(cell)] for cell in (self.mlflow, self.tenond)]
        self.endpoints = [glob(e) for e in re.findall(r"`([^`]+)`", self.endpoint)]
        self.fields = [glob(f) for f in re.findall(r"`([^`]+)`", self.field)]
        self.hits = 0
        if not (self.steps and self.endpoints and self.fields and self.why and self.condition):
            raise ValueError("docs/compatibility.md: row %s has an empty cell or one without back quotes" % self.id)

    def fits(self, endpoint, finding):
        return (any(e.match(endpoint) for e in self.endpoints) and any(f.match(finding.field) for f in self.fields)
                and all(any(p.match(shown(v)) for p in some) for some, v in zip(self.patterns, (finding.a, finding.b))))


def quoted(cell):
    if not re.fullmatch(r"`[^`]*`( `[^`]*`)*", cell.strip()):
        raise ValueError("docs/compatibility.md: patterns must stand in back quotes: %s" % cell)
    return re.findall(r"`([^`]*)`", cell)


def shown(value):
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def glob(pattern):
    return re.compile(".*".join(re.escape(p) for p in pattern.split("*")) + r"\Z", re.S)


def rows(path):
    """The rows of the table whose head is COLUMNS."""
    made = []
    inside = False
    with open(path, encoding="utf-8") as f:
        for line in f:
            cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line.strip())][1:-1]
            if cells == COLUMNS:
                inside = True
            elif inside and not cells:
                inside = False
            elif inside and not set("".join(cells)) <= set("-: "):
                if len(cells) != len(COLUMNS):
                    raise ValueError("docs/compatibility.md: %d cells instead of %d: %s" % (len(cells), len(COLUMNS), line))
                made.append(Row(cells))
    return made


def request(text):
    """`POST runs/search?a=b [Header: value] {"json": 1}` as a step."""
    found = re.fullmatch(r"([A-Z]+) (\S+)((?: \[[^\]]*:[^\]]*\])*)(?: (.*))?", text.strip(), re.S)
    if not found:
        raise ValueError("not a request: %s" % text)
    method, target, heads, body = found.groups()
    path, _, query = target.partition("?")
    step = {"endpoint": "%s %s" % (method, path), "method": method, "headers": {}, "query": None, "raw": True,
            "path": path if path.startswith("/") else "/api/2.0/mlflow/" + path}
    if query:
        step["query"] = [list(p) for p in urllib.parse.parse_qsl(query, keep_blank_values=True)]
    if body is not None:
        step["text"] = body
        step["headers"]["Content-Type"] = "application/json"
    for head in re.findall(r"\[([^\]]*)\]", heads):
        name, _, value = head.partition(":")
        step["headers"].pop(name, None)
        if value.strip():
            step["headers"][name] = value.strip()
    if path.endswith("experiments/create"):
        step["save"] = ["exp", 1]
    if path.endswith("runs/create"):
        step["save"] = ["run", 1]
    return step


SETUP = [
    dict(request('POST experiments/create {"name": "⟨q⟩-0"}'), save=["exp", 0]),
    dict(request('POST runs/create {"experiment_id": "⟨exp:0⟩", "run_name": "name-0", "start_time": 1700000000000}'),
         save=["run", 0]),
    request('POST runs/log-batch {"run_id": "⟨run:0⟩", "metrics": [{"key": "loss", "value": 0.5, "timestamp": 1, "step": 0}],'
            ' "params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "a", "value": "x"}]}'),
]


def shape(step):
    """A step as a line in the form that request() reads."""
    text = "%s %s" % (step["method"], step["path"].replace("/api/2.0/mlflow/", "", 1)
                      if step["path"].startswith("/api/2.0/mlflow/") else step["path"])
    if step["query"] is not None:
        pairs = [(k, v) for k, v in step["query"]]
        text += "?" + urllib.parse.urlencode(pairs, safe=":/'", encoding="utf-8", errors="surrogatepass") \
            .replace("%E2%9F%A8", "⟨").replace("%E2%9F%A9", "⟩")
    body = step.get("text")
    if "json" in step:
        body = json.dumps(step["json"], ensure_ascii=False)
    default = {} if body is None else {"Content-Type": "application/json"}
    for name in list(step["headers"]) + [n for n in default if n not in step["headers"]]:
        if step["headers"].get(name) != default.get(name):
            text += " [%s: %s]" % (name, step["headers"].get(name, ""))
    return text if body is None else "%s %s" % (text, body)
