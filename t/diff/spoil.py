"""spoil - what can be wrong with a request: method, path, content type, body, query, one field

Ownership: each function changes the step that it is given (gen: what a step is).
"""
# SPDX-License-Identifier: Apache-2.0
import json

import values


def wrong_method(rng, step):
    """HEAD is a read, so only where reads are."""
    method = rng.choice(["GET", "POST", "PUT", "DELETE", "PATCH"] + (["HEAD"] if step["method"] == "GET" else []))
    if method != step["method"]:
        step["method"] = method
        step["endpoint"] = "%s %s" % (method, step["endpoint"].split(" ", 1)[1])


def wrong_path(rng, step):
    head, _, tail = step["path"].rpartition("/")
    step["path"] = rng.choice([step["path"] + "/", head + "//" + tail, step["path"] + "x", head + "/" + tail.upper(), head,
                               step["path"].replace("2.0", "3.0"), step["path"].replace("/api", "/API"), "/" + step["path"],
                               head + "/%" + tail, head + "/./" + tail, step["path"].replace("-", "_")])
    step["endpoint"] = "path"


def wrong_type(rng, step):
    kind = rng.choice([None, "", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json;",
                       "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data; boundary=x",
                       "application/json, text/plain", " application/json", "application/json; charset=latin-1", "json"])
    if kind is None:
        step["headers"].pop("Content-Type", None)
    else:
        step["headers"]["Content-Type"] = kind


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def wrong_body(rng, step):
    value = step.pop("json", None)
    if value is None:
        value = dict((step["query"] or []))
        step["query"] = rng.choice([None, [], step["query"]])
        step["headers"]["Content-Type"] = "application/json"
    text = json.dumps(value, ensure_ascii=False)
    step["text"] = rng.choice([
        "", "{", "null", "[]", "5", '""', '"x"', "true", "[1]", "{}", text[:-1], text + "x", text + text, "\ufeff" + text,
        quoted(text), quoted(quoted(text)), " \n" + text + "\r\n", text.replace('"', "'"), text.replace("}", ",}"),
        "{\"a\": NaN, " + text[1:], "// c\n" + text, text.replace('"run_id"', '"run_uuid"'), "\x00" + text,
        "[" * 2000 + "]" * 2000, '{"a":' * 90 + "1" + "}" * 90, text.replace(":", ":\u00a0", 1), '{"experiment_id": "0"}',
        text[:1] + text[1:].replace(":", ": 5, \"dup\":", 1), "\\u0000", '"\\ud800"', '{"run_id": "\\ud800"}'])


def wrong_query(rng, step):
    query = list(step["query"] or [])
    extra = rng.choice([["bogus", "1"], ["run_id", ""], ["run_uuid", "⟨run:0⟩"], ["experiment_id", "⟨exp:0⟩"], ["max_results", "2"],
                        ["", ""], ["a b", "é"], ["run_id", "⟨run:0⟩"]])
    step["query"] = rng.choice([query + [extra], [extra] + query, query + query, query[:-1], []])


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(w.title() for w in rest)


def wrong_field(rng, step):
    """One field of the message: gone, of another type, named otherwise, twice."""
    body = step.get("json")
    if body is None:
        query = step["query"]
        if not query:
            return
        at = rng.randrange(len(query))
        query[at] = rng.choice([[query[at][0], ""], [camel(query[at][0]), query[at][1]], [query[at][0], "é\u0000"],
                                ["run_uuid" if query[at][0] == "run_id" else "x", query[at][1]], [query[at][0] + "[]", query[at][1]]])
        return
    if not isinstance(body, dict) or not body:
        return
    # A change of start_time could make two runs equal in the default order.
    names = [n for n in body if n != "start_time"]
    name = rng.choice(names or list(body))
    roll = rng.random()
    if roll < 0.2:
        del body[name]
    elif roll < 0.3:
        body[name] = None
    elif roll < 0.65:
        body[name] = rng.choice(values.WRONG)
    elif roll < 0.75:
        body[camel(name)] = body.pop(name)
    elif roll < 0.8:
        body[camel(name)] = body[name]
    elif roll < 0.85 and "run_id" in body:
        body["run_uuid"] = body.pop("run_id")
    elif roll < 0.9:
        body["bogus"] = rng.choice(values.WRONG)
    elif roll < 0.95:
        inner = body[name]
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            item = rng.choice(inner)
            for k in list(item)[:1]:
                item[k] = rng.choice(values.WRONG)
        elif isinstance(inner, str):
            body[name] = rng.choice([" " + inner, inner + "\n", inner.upper(), [inner], inner + "\u0000"])
    else:
        text = json.dumps(body, ensure_ascii=False)
        step["text"] = text[:-1] + ", %s: %s}" % (json.dumps(name), json.dumps(rng.choice(values.WRONG)))
        del step["json"]


def mutate(rng, step):
    rng.choices([wrong_field, wrong_method, wrong_type, wrong_body, wrong_query, wrong_path], [60, 4, 6, 10, 5, 3])[0](rng, step)
