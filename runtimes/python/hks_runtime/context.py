"""The second argument of a handler."""

import threading

from .answer import response


class Signal:
    """Says that the call was given up: it took too long, or the caller went away."""

    def __init__(self):
        self._event = threading.Event()
        #: "timeout" or "client" once aborted, else None.
        self.reason = None

    @property
    def aborted(self):
        return self._event.is_set()

    def wait(self, timeout=None):
        """Waits up to `timeout` seconds for the call to be given up; True when it was."""
        return self._event.wait(timeout)

    def abort(self, reason):
        self.reason = reason
        self._event.set()


class _WithBody:
    """Keeps the body out of `vars(request)`, which handlers answer as JSON."""

    __slots__ = ("body",)


class Request(_WithBody):
    """The request as it came: method, path, query (each name with the list of its values), headers (names lower-case),
    body (the bytes as they arrived, before anything was parsed)."""

    def __init__(self, method, path, query, headers, body):
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body


class Context:
    """functionName, revision, invocationId, deadline (epoch milliseconds), signal, request, cloudEvent (attributes or
    None), response(status, headers, body). The names exist in snake_case as well."""

    def __init__(self, function_name, revision, invocation_id, deadline, signal, request, cloud_event):
        self.functionName = self.function_name = function_name
        self.revision = revision
        self.invocationId = self.invocation_id = invocation_id
        self.deadline = deadline
        self.signal = signal
        self.request = request
        self.cloudEvent = self.cloud_event = cloud_event

    response = staticmethod(response)


def _parse_query(text):
    query = {}
    if text:
        from urllib.parse import parse_qsl

        for name, value in parse_qsl(text, keep_blank_values=True):
            query.setdefault(name, []).append(value)
    return query


def create_context(loaded, call, body, signal, cloud_event):
    """`loaded` is the load frame, `call` the call frame."""
    request = call["request"]
    return Context(
        loaded.get("functionName"),
        loaded.get("revision"),
        call.get("invocationId"),
        call.get("deadline"),
        signal,
        Request(request["method"], request["path"], _parse_query(request["query"]), request["headers"], body),
        cloud_event,
    )
