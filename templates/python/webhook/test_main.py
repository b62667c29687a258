import unittest
from types import SimpleNamespace

from main import handler


def context_of(method, query=None, cloud_event=None):
    return SimpleNamespace(
        invocation_id="call-1",
        request=SimpleNamespace(method=method, path="/", query=query or {}, headers={}),
        cloud_event=cloud_event,
        response=lambda status, headers, body: (status, headers, body),
    )


class WebhookTest(unittest.TestCase):
    def test_accepts_a_cloud_event_and_names_its_type(self):
        cloud_event = {"specversion": "1.0", "id": "e-1", "source": "/shop", "type": "order.placed"}
        answer = handler({"total": 3}, context_of("POST", cloud_event=cloud_event))
        self.assertEqual(answer, (202, {"X-Event-Id": "e-1"}, {"accepted": "order.placed"}))

    def test_accepts_other_json_with_its_type_in_the_query(self):
        status, _, body = handler({"total": 3}, context_of("POST", {"type": ["ping"]}))
        self.assertEqual((status, body), (202, {"accepted": "ping"}))

    def test_refuses_other_methods_and_bodies(self):
        self.assertEqual(handler(None, context_of("GET"))[0], 405)
        self.assertEqual(handler("text", context_of("POST"))[0], 400)


if __name__ == "__main__":
    unittest.main()
