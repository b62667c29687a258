import unittest
from types import SimpleNamespace

from main import handler

CONTEXT = SimpleNamespace(function_name="hello", revision=1)


class HelloTest(unittest.TestCase):
    def test_greets_the_name_in_the_event(self):
        answer = handler({"name": "Ada"}, CONTEXT)
        self.assertEqual(answer, {"message": "Hello, Ada", "function": "hello", "revision": 1})

    def test_greets_the_world_when_the_body_is_empty(self):
        self.assertEqual(handler(None, CONTEXT)["message"], "Hello, world")


if __name__ == "__main__":
    unittest.main()
