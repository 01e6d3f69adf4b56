#!/usr/bin/env python3
"""search_experiments - experiments/search: clauses, order, pages, views, and each way to be refused

Every expectation but those of `stricter` holds for a real mlflow server too (TENON_TEST_URI).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api  # noqa: E402
from api import INVALID, SEE_DOCS, tap  # noqa: E402

TAGS = {"a": {"t": "x", "a b": "1"}, "B": {"t": "X"}, "c": {}, "d": {"t": ""}, "E": {"t": "xyz"}}


class World:
    def __init__(self, t):
        self.t = t
        self.mark = uuid.uuid4().hex
        self.ids, self.created = {}, {}
        for name, tags in TAGS.items():
            e = self.ids[name] = t.new_experiment(name="%s-%s" % (self.mark, name), tags=[{"key": k, "value": v} for k, v in tags.items()])
            self.created[name] = t.experiment(e)["creation_time"]
            time.sleep(0.004)
        t.ask("POST", "experiments/delete", {"experiment_id": self.ids["d"]})
        time.sleep(0.004)
        for path in ("delete", "restore"):  # which is an update
            t.ask("POST", "experiments/" + path, {"experiment_id": self.ids["a"]})
        t.ask("POST", "experiments/set-experiment-tag", {"experiment_id": self.ids["a"], "key": "u", "value": "v"})
        self.names = {v: k for k, v in self.ids.items()}

    def find(self, filter="", order=None, verb="POST", **more):
        own = "name LIKE '%s%%'" % self.mark
        body = {"max_results": 100, "filter": "%s AND %s" % (filter, own) if filter else own, **more}
        if order is not None:
            body["order_by"] = order
        status, answer = self.t.ask(verb, "experiments/search", body) if verb == "POST" else self.t.ask(verb, "experiments/search", **body)
        if status != 200:
            return "%s %s" % (status, answer)
        return "".join(self.names[e["experiment_id"]] for e in answer.get("experiments", []))

    def finds(self, want, filter="", order=None, **more):
        tap.is_(self.find(filter, order, **more), want, "%s %s %s finds %s" % (filter or "no filter,", order or "", more or "", want or "none"))


def clauses(w):
    w.finds("EcBa")
    for filter, want in [
            ("name = '%s-a'" % w.mark, "a"), ("name != '%s-a'" % w.mark, "EcB"), ("name LIKE '%-b'", ""), ("name ILIKE '%-b'", "B"),
            ("attribute.name LIKE '%-a'", "a"), ("tags.t = 'x'", "a"), ("tag.t != 'x'", "EB"), ("tags.t LIKE 'x%'", "Ea"),
            ("tags.t ILIKE 'x'", "Ba"), ("tags.t IS NULL", "c"), ("tags.t is not null", "EBa"), ("tags.`a b` = '1'", "a"),
            ("tags.\"a b\" = '2'", ""), ("tags.nope IS NULL", "EcBa"), ("creation_time > %d" % w.created["B"], "Ec"),
            ("creation_time <= %d AND creation_time > 5" % w.created["B"], "Ba"), ("creation_time = %d" % w.created["c"], "c"),
            ("creation_time != %d" % w.created["c"], "EBa"), ("last_update_time >= %d" % w.created["B"], "EcBa"),
            ("experiment_id = '%s'" % w.ids["c"], "c"), ("experiment_id != '%s'" % w.ids["c"], "EBa"),
            ("experiment_id IN ('%s', '%s')" % (w.ids["a"], w.ids["E"]), "Ea"), ("experiment_id NOT IN ('%s')" % w.ids["a"], "EcB"),
            ("attribute.experiment_id = ' %s'" % w.ids["a"], "a"), ("tags.t = 'x' AND tags.u = 'v'", "a")]:
        w.finds(want, filter)


def order(w):
    for by, want in [
            ([], "EcBa"), (["name"], "BEac"), (["name DESC"], "caEB"), (["creation_time"], "aBcE"), (["creation_time ASC", "name"], "aBcE"),
            (["experiment_id"], "aBcE"), (["experiment_id DESC"], "EcBa"), (["last_update_time desc"], "aEcB"),
            (["attribute.name DESC"], "caEB"), (["name", "name DESC"], "BEac")]:
        w.finds(want, "", by)


def views(w):
    w.finds("EdcBa", view_type="ALL")
    w.finds("d", view_type="DELETED_ONLY")
    w.finds("EcBa", view_type="ACTIVE_ONLY")
    w.finds("EdcBa", view_type=3)
    w.finds("d", view_type="2")
    w.finds("EdcBa", view_type="ALL", verb="GET")
    w.finds("BEac", "", ["name"], verb="GET")


def pages(w):
    for by, want in [([], "EdcBa"), (["name"], "BEacd"), (["name DESC"], "dcaEB"), (["creation_time", "name"], "aBcdE")]:
        for size in (1, 2, 5):
            got, token = [], None
            while len(got) < 9:
                more = {"page_token": token} if token else {}
                answer = w.t.ask("POST", "experiments/search", {"max_results": size, "view_type": "ALL", "order_by": by,
                                                                "filter": "name LIKE '%s%%'" % w.mark, **more})[1]
                got.append("".join(w.names[e["experiment_id"]] for e in answer.get("experiments", [])))
                token = answer.get("next_page_token")
                if not token:
                    break
            tap.is_(got, [want[i:i + size] for i in range(0, len(want), size)], "%s in pages of %d" % (by, size))
    tap.is_(w.t.ask("POST", "experiments/search", {"max_results": 1, "filter": "name = 'nobody'"}), (200, {}), "none is an empty object")


def whole(w):
    for e in w.t.ask("POST", "experiments/search", {"max_results": 3, "order_by": ["name"], "filter": "name LIKE '%s%%'" % w.mark})[1]["experiments"]:
        want = w.t.experiment(e["experiment_id"])
        for x in (e, want):
            x.get("tags", []).sort(key=lambda g: g["key"])
        tap.is_(e, want, "experiment %s is found as get shows it" % w.names[e["experiment_id"]])


def refused(w):
    def no(message, **body):
        w.t.refused("POST", "experiments/search", {"max_results": 5, **body}, INVALID, message)

    for n in (0, -1):
        no("Invalid value %d for parameter 'max_results' supplied. It must be a positive integer" % n, max_results=n)
    w.t.refused("POST", "experiments/search", {}, INVALID, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer")
    no("Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000", max_results=50001)
    no("Invalid value \"x\" for parameter 'max_results' supplied:  Hint: Value was of type 'str'." + SEE_DOCS, max_results="x")
    no("Invalid value 5 for parameter 'filter' supplied:  Hint: Value was of type 'int'." + SEE_DOCS, filter=5)
    no("Invalid clause(s) in filter string: OR", filter="name = 'a' OR name = 'b'")
    no("Invalid entity type 'metrics'. Valid entity types are ('attribute', 'attributes', 'tag', 'tags')", filter="metrics.a = 1")
    no("Invalid attribute key 'bogus' specified. Valid keys are ...", filter="bogus = 'a'")
    no("Expected numeric value type for numeric attribute: creation_time. Found '5'", filter="creation_time = '5'")
    no("Invalid value for numeric attribute 'creation_time': '1.5'", filter="creation_time = 1.5")
    no("Invalid comparator 'LIKE' not one of ...", filter="creation_time LIKE 5")
    no("Invalid comparator 'like' not one of ...", filter="name like 'a'")
    no("Only ['experiment_id'] attributes support comparison with a list of quoted string values.", filter="name IN ('a')")
    no("Invalid comparator for experiment_id: LIKE", filter="experiment_id LIKE '1'")
    no("Invalid comparator for experiment_id: in", filter="experiment_id in ('1')")
    no("Invalid experiment ID 'x'. Experiment ID must be a valid integer.", filter="experiment_id = 'x'")
    no("Invalid comparator for tag: >", filter="tags.a > 'b'")
    no("IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'", filter="name IS NULL")
    no("Invalid order_by entity: tag", order_by=["tags.a"])
    no("Invalid order_by clause 'name, experiment_id'. Could not be parsed.", order_by=["name, experiment_id"])
    no("Invalid ordering key in order_by clause 'name up'.", order_by=["name up"])
    no("Invalid page token, could not base64-decode", page_token="x")
    no("Invalid page token, parsed value={}", page_token="e30=")


def stricter(w):
    if w.t.other:
        return
    token = w.t.ask("POST", "experiments/search", {"max_results": 1})[1]["next_page_token"]
    for body in ({"filter": "name != 'x'"}, {"order_by": ["name"]}, {"view_type": "ALL"}):
        w.t.refused("POST", "experiments/search", {"max_results": 1, "page_token": token, **body}, INVALID,
                    "Invalid page token, it belongs to another query: ...", "a token is for its own query, not with %s" % list(body))
    tap.like(w.find("experiment_id = ('1', '2')"), "use IN or NOT IN", "a list stands with IN")


with api.start() as t:
    world = World(t)
    for test in (clauses, order, views, pages, whole, refused, stricter):
        tap.diag(test.__name__)
        test(world)
tap.done_testing()
