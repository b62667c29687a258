import hashlib
import hmac
import os

if "WEBHOOK_SECRET" not in os.environ:
    print("WEBHOOK_SECRET is not set, so signatures are not checked")


def handler(event, context):
    """Takes a CloudEvent (its data is `event`, its attributes are `context.cloud_event`) or any other posted JSON.

    `context.response(status, headers, body)` answers with a status and headers of your own.
    """
    request, cloud_event = context.request, context.cloud_event or {}
    if request.method != "POST":
        return context.response(405, {"Allow": "POST"}, {"error": f"{request.method} is not supported; use POST"})
    if not is_signed(request):
        return context.response(401, {}, {"error": "the X-Hub-Signature-256 of the body is missing or wrong"})
    if not isinstance(event, dict):
        return context.response(400, {}, {"error": "expected a JSON object with Content-Type application/json"})
    kind = cloud_event.get("type") or request.query.get("type", ["unknown"])[0]
    print(f"received {kind} from {cloud_event.get('source', 'a webhook')}")
    store(kind, event)
    return context.response(202, {"X-Event-Id": cloud_event.get("id", context.invocation_id)}, {"accepted": kind})


def is_signed(request):
    """Whether the sender knows the secret: it signs the bytes of the body, so they are checked before they are trusted."""
    secret = os.environ.get("WEBHOOK_SECRET")
    if not secret:
        # An empty secret is a mistake, which must not let everybody in.
        return secret is None
    expected = "sha256=" + hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    given = str(request.headers.get("x-hub-signature-256", ""))
    return hmac.compare_digest(given.encode(), expected.encode())


def store(kind, data):
    """Your own work. An exception answers 500; most senders then try again."""
    print(f"{kind}: {len(data)} fields")
