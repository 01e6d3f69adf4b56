"""test - @NAME@ on the mock host: no server, no network."""
import unittest

from @IDENT@ import plugin
from tenon_plugin import Failure
from tenon_plugin.testing import MockHost


class Greet(unittest.TestCase):
    def test_it_greets_as_often_as_it_is_told_to(self):
        with MockHost(plugin, config={"greeting": "Hi"}) as host:
            self.assertEqual(host.call("greet", {"name": "Ada", "times": 2}).result.text, "Hi, Ada! Hi, Ada!")

    def test_nobody_is_not_greeted(self):
        with MockHost(plugin) as host, self.assertRaises(Failure) as e:
            host.call("greet", {"name": "nobody"})
        self.assertEqual(e.exception.code, "NOT_FOUND")

    def test_a_name_is_required(self):
        with MockHost(plugin) as host, self.assertRaises(Failure) as e:
            host.call("greet")
        self.assertEqual(e.exception.code, "INVALID_ARGUMENT")


if __name__ == "__main__":
    unittest.main()
