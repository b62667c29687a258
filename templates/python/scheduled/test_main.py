import time
import unittest
from types import SimpleNamespace

from main import handler


def context_of(ms_left, aborted=False):
    return SimpleNamespace(deadline=time.time() * 1000 + ms_left, signal=SimpleNamespace(aborted=aborted))


class ScheduledTest(unittest.TestCase):
    def test_does_every_item_of_the_payload(self):
        self.assertEqual(handler({"items": ["a", "b"]}, context_of(60_000)), {"done": 2, "left": []})

    def test_finds_its_items_itself_when_called_without_a_payload(self):
        self.assertEqual(handler(None, context_of(60_000))["done"], 3)

    def test_stops_before_the_deadline_and_says_what_is_left(self):
        self.assertEqual(handler({"items": ["a", "b"]}, context_of(0)), {"done": 0, "left": ["a", "b"]})

    def test_stops_when_the_call_is_given_up(self):
        self.assertEqual(handler({"items": ["a"]}, context_of(60_000, aborted=True)), {"done": 0, "left": ["a"]})


if __name__ == "__main__":
    unittest.main()
