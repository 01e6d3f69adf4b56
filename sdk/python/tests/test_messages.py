# SPDX-License-Identifier: Apache-2.0
"""messages and codec - classes to rows, rows to the wire and back, and what each says when something is wrong."""
import dataclasses
import math
import unittest
from typing import Any, Literal

import msgpack

from tenon_plugin import Failure, field, message
from tenon_plugin.codec import check, decode, encode
from tenon_plugin.messages import rows, table_name


@message
class Leaf:
    a: int = 0
    tree: list["Tree"] = field(default_factory=list)


@message
class Tree:
    name: str = field(range="1..3", doc="its name")
    leaf: Leaf | None = None
    leaves: list[Leaf] = field(default_factory=list, range="..2")
    colour: Literal["red", "green"] = "green"
    free: Any = None
    ratio: float = field(default=0.5, range="0..1")
    raw: bytes = b""
    on: bool = True
    words: dict[str, str] = field(default_factory=dict)
    code: str = field(default="x", pattern="[a-z]+")
    numbers: list[int] = field(default_factory=list)


def through(cls, m):
    return decode(cls, msgpack.unpackb(msgpack.packb(encode(m, cls))))


class Wire(unittest.TestCase):
    def test_everything_comes_back(self):
        for free in (None, 1, "ü", [1, {"a": None}], {"x": [True, 1.5]}):
            t = Tree(name="äöü", leaf=Leaf(a=-1, tree=[Tree(name="b")]), leaves=[Leaf(a=2**63 - 1), Leaf(a=-2**63)], colour="red", free=free, ratio=1,
                     raw=b"\0\xff", on=False, words={"k": "v", "": ""}, code="abc", numbers=[1, 2])
            self.assertEqual(through(Tree, t), t)

    def test_what_is_absent_has_its_default(self):
        self.assertEqual(decode(Tree, {"name": "a"}), Tree(name="a"))
        self.assertEqual(decode(Tree, {"name": "a", "on": None, "new": 1}), Tree(name="a"))
        self.assertEqual(decode(Tree, {"name": "a"}).colour, "green")
        self.assertIsNot(decode(Tree, {"name": "a"}).numbers, decode(Tree, {"name": "a"}).numbers)

    def test_doubles_are_doubles(self):
        self.assertEqual(encode(Tree(name="a", ratio=1), Tree)["ratio"].__class__, float)
        self.assertTrue(math.isnan(through(Tree, Tree(name="a", ratio=math.nan)).ratio))

    def test_wrong_results_say_where(self):
        for wrong, says in ((dict(name=1), "name: a string is due, not int"), (dict(name=None), "name: None, but it is required"),
                            (dict(leaves=Leaf()), "leaves: a list is due, not Leaf"), (dict(leaves=[Leaf(), 3]), "leaves[1]: a Leaf is due"),
                            (dict(leaves=[Leaf(a="1")]), "leaves[0].a: a whole number is due, not str"), (dict(on=1), "on: true or false is due"),
                            (dict(numbers=[True]), "numbers[0]: a whole number is due, not bool"), (dict(numbers=[2**63]), "more than 64 bits"),
                            (dict(words={"a": 1}), "words: a dict of str to str"), (dict(words=[]), "words: a dict is due"),
                            (dict(colour="blue"), "none of its names: red, green"), (dict(code="a\0b"), "U+0000"), (dict(raw="text"), "raw: bytes is due")):
            with self.assertRaises((TypeError, ValueError)) as e:
                encode(Tree(**{"name": "a", **wrong}), Tree)
            self.assertIn(says, str(e.exception))
        with self.assertRaises(TypeError):
            encode({"name": "a"}, Tree)

    def test_patterns_are_checked_here(self):
        self.refused(decode, {"name": "a", "code": "ABC"}, 'code: "ABC" is not allowed: it must match [a-z]+')
        self.refused(decode, {"name": "a", "code": "abc\n"}, "code: ")
        self.refused(decode, {"leaf": {}}, "name: it is required")

    def refused(self, fn, fields, says):
        with self.assertRaises(Failure) as e:
            fn(Tree, fields)
        self.assertEqual(e.exception.code, "INVALID_ARGUMENT")
        self.assertIn(says, e.exception.message)

    def test_check_says_what_the_core_would(self):
        check(Tree, {"name": "a", "ratio": 1, "colour": "red", "raw": b"", "free": {}, "leaf": {"a": 1}, "words": {}})
        for fields, says in (({}, "name: it is required"), ({"name": ""}, "name: 0 characters; it must be 1..3"), ({"name": "abcd"}, "4 characters"),
                             ({"name": 1}, "1 is not a string"), ({"name": "a", "ratio": 2}, "ratio: 2; it must be 0..1"), ({"name": "a", "on": 1}, "on: 1 is not true or false"),
                             ({"name": "a", "numbers": [1, "b"]}, "numbers[1]: 'b' is not a whole number"), ({"name": "a", "numbers": [True]}, "numbers[0]"),
                             ({"name": "a", "leaves": [{}, {}, {}]}, "3 items"), ({"name": "a", "colour": "blue"}, "none of its names"),
                             ({"name": "a", "leaf": {"a": 1.5}}, "leaf.a: 1.5 is not"), ({"name": "a", "leaf": 5}, "5 is not an object")):
            self.refused(check, fields, says)


class Classes(unittest.TestCase):
    def test_names(self):
        for name, table in (("GreetArgs", "greet_args"), ("Item", "item"), ("HTTPRequest2", "http_request2"), ("_Private", "private")):
            self.assertEqual(table_name(type(name, (), {})), table)
        self.assertRaises(TypeError, table_name, type("Ünicode", (), {}))

    def test_presence(self):
        flags = {r.name: r.flags & 1 for r in rows(Tree)}
        self.assertEqual({n for n, f in flags.items() if f}, {"name"})
        self.assertEqual({r.name: r.dflt for r in rows(Tree)}["ratio"], "0.5")
        self.assertEqual({r.name: r.dflt for r in rows(Tree)}["on"], "true")

    def test_what_is_no_message_is_refused(self):
        for annotation, default, says in (
                (complex, None, "no type of a message"), (dict[str, int], None, "no type"), (list[list[int]], None, "no type"), (tuple[int], None, "no type"),
                (int | str, None, "no type"), (Literal["a", 1], None, "no type"), (int, field(default="x"), "none of its type"), (bool, field(default=1), "none of its type"),
                (int, field(default=True), "none of its type"), (Literal["a"], field(default="b"), "none of its names"), (int, field(range="1-2"), "is not"),
                (int, field(range="5..1"), "begins behind its end"), (bool, field(range="1..2"), "means nothing"), (int, field(pattern="a"), "for strings"),
                (int, field(default=1, required=True), "has a default"), (list[int], field(default_factory=lambda: [1]), "only an empty"),
                (list[int], field(emit=True), "list of messages"), (int | None, dataclasses.MISSING, "= None")):
            body = {"__annotations__": {"x": annotation}}
            if default is not dataclasses.MISSING:
                body["x"] = default
            with self.assertRaises(TypeError, msg=annotation) as e:
                rows(message(type("M", (), body)))
            self.assertIn(says, str(e.exception))
        self.assertRaises(TypeError, field, colour="red")
        self.assertRaises(TypeError, rows, message(type("M", (), {"__annotations__": {"Big": int}})))


if __name__ == "__main__":
    unittest.main()
