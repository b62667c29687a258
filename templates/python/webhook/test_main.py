import hashlib
import hmac
import os
import unittest
from types import SimpleNamespace
from unittest.mock import patch

from main import handler


def context_of(method, query=None, cloud_event=None, headers=None):
    return SimpleNamespace(
        invocation_id="call-1",
        request=SimpleNamespace(method=method, path="/", query=query or {}, headers=headers or {}, body=b'{"total": 3}'),
        cloud_event=cloud_event,
        response=lambda status, headers, body: (status, headers, body),
    )


def status_with(signature):
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return handler({"total": 3}, context_of("POST", headers=headers))[0]


def sign(secret, body=b'{"total": 3}'):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


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

    @patch.dict(os.environ, WEBHOOK_SECRET="it is known to two")
    def test_accepts_a_body_that_is_signed_with_the_secret(self):
        self.assertEqual(status_with(sign("it is known to two")), 202)

    @patch.dict(os.environ, WEBHOOK_SECRET="it is known to two")
    def test_refuses_a_signature_that_is_missing_wrong_or_of_other_bytes(self):
        for signature in (None, "sha256=", sign("guessed"), sign("it is known to two", b'{"total":3}')):
            self.assertEqual(status_with(signature), 401)

    @patch.dict(os.environ, WEBHOOK_SECRET="")
    def test_refuses_all_when_the_secret_is_empty(self):
        self.assertEqual(status_with(sign("")), 401)


if __name__ == "__main__":
    unittest.main()
