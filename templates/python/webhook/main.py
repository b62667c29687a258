def handler(event, context):
    """Takes a CloudEvent (its data is `event`, its attributes are `context.cloud_event`) or any other posted JSON.

    `context.response(status, headers, body)` answers with a status and headers of your own.
    """
    request, cloud_event = context.request, context.cloud_event or {}
    if request.method != "POST":
        return context.response(405, {"Allow": "POST"}, {"error": f"{request.method} is not supported; use POST"})
    if not isinstance(event, dict):
        return context.response(400, {}, {"error": "expected a JSON object with Content-Type application/json"})
    kind = cloud_event.get("type") or request.query.get("type", ["unknown"])[0]
    print(f"received {kind} from {cloud_event.get('source', 'a webhook')}")
    store(kind, event)
    return context.response(202, {"X-Event-Id": cloud_event.get("id", context.invocation_id)}, {"accepted": kind})


def store(kind, data):
    """Your own work. An exception answers 500; most senders then try again."""
    print(f"{kind}: {len(data)} fields")
