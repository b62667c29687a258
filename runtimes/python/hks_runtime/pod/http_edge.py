"""The HTTP side: a request becomes a call, and what comes back an answer, as on a function's URL of the gateway."""

import os
import re
import socket

from .http_connection import HttpConnection
from .platform_answer import body_too_large, platform_answer

_INVOCATION_ID = "HKS-Invocation-Id"
_ERROR = "HKS-Error"
_REVISION = "HKS-Revision"
_KEY = "hks-diagnostic-key"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
# What is asked for; a proxy may be asked with the origin in front.
_TARGET = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?(/[^?#]*)?(?:\?([^#]*))?")
# Headers of one connection (RFC 9110, 7.6.1), and those that are meant for the platform.
_NOT_PASSED_ON = frozenset(
    [
        "connection",
        "expect",
        _KEY,
        _INVOCATION_ID.lower(),
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_BACKLOG = 511
_ACCEPTED_AT_ONCE = 64


class Call:
    """One call as it is sent to the process with the handler."""

    def __init__(self, invocation_id, request, body):
        self.invocation_id = invocation_id
        self.request = request
        self.body = body


class HttpEdge:
    """Serves calls; it does not listen yet. `call(call, caller)` makes one and answers what gives it up;
    `tell_break(invocation_id, failure)` is told why an answer that had begun does not go on."""

    def __init__(self, loop, diagnostic_key, revision, call, tell_break):
        self._loop = loop
        self._key = diagnostic_key
        self._revision = str(revision)
        self._call = call
        self._tell_break = tell_break
        self._server = None
        self._connections = set()
        self._on_idle = None
        self.is_closing = False

    def listen(self, port):
        """Raises the system's OSError."""
        self._server = _open_server(port)
        self._server.setblocking(False)
        self._loop.watch(self._server.fileno(), self._accept)

    def close(self, on_idle):
        """Takes no new connection; calls `on_idle()` when no call is under way and all answers have left."""
        self.is_closing = True
        self._on_idle = on_idle
        if self._server is not None:
            self._loop.watch(self._server.fileno())
            self._server.close()
            self._server = None
        for connection in list(self._connections):
            connection.close_when_idle()
        self._check_idle()

    def on_closed(self, connection):
        self._connections.discard(connection)
        self._check_idle()

    def on_request(self, connection, request):
        if request.body is None:
            answer = body_too_large()
            connection.answer(answer.status, _with(answer.headers, (_ERROR, answer.code)), answer.body)
            return
        invocation_id = _invocation_id(request)
        own = [(_INVOCATION_ID, invocation_id)]
        if self._has_key(request):
            # While calls are divided nothing else tells who made the answer.
            own.append((_REVISION, self._revision))
        caller = _Caller(
            connection, request, own, self._has_key, lambda failure: self._tell_break(invocation_id, failure)
        )
        give_up = self._call(Call(invocation_id, _head(request), request.body), caller)
        # Not kept while the call goes on: it may be large.
        request.body = b""
        caller.hold(give_up)

    def _check_idle(self):
        # One that was answered closes when all is sent.
        if self._on_idle is not None and not self._connections:
            self._loop.call_soon(self._on_idle)
            self._on_idle = None

    def _accept(self):
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                accepted, _address = self._server.accept()
            except BlockingIOError:
                return
            except OSError:
                # One that is gone already, or no descriptor is left: those who wait are taken later.
                return
            self._connections.add(HttpConnection(self._loop, accepted, self))

    def _has_key(self, request):
        from hmac import compare_digest

        given = str(request.headers.get(_KEY, ""))
        return self._key != "" and compare_digest(given.encode("latin-1"), self._key.encode("utf-8"))


class _Caller:
    """Writes what comes back of one call."""

    def __init__(self, connection, request, own, has_key, tell_break):
        self._connection = connection
        self._request = request
        self._own = own
        self._has_key = has_key
        self._tell_break = tell_break
        self._give_up = None
        self._is_begun = False
        #: Nothing more is written.
        self._is_over = False

    def hold(self, give_up):
        """`give_up()` is called when the client goes away."""
        self._give_up = give_up
        if not self._is_over:
            self._connection.on_gone = self._on_gone

    def answer(self, status, headers, body):
        if not self._is_over:
            self._is_over = True
            self._connection.answer(status, _with(headers, *self._own), body)

    def fail(self, failure):
        if self._is_over:
            return
        self._is_over = True
        if self._is_begun:
            self._tell_break(failure)
            self._connection.on_gone = None
            self._connection.cut()
        else:
            answer = platform_answer(failure, self._has_key(self._request))
            headers = _with(answer.headers, *self._own, (_ERROR, answer.code))
            self._connection.answer(answer.status, headers, answer.body)

    def begin(self, status, headers):
        if self._is_over:
            return
        self._is_begun = True
        self._connection.begin(status, _with(headers, *self._own))
        if self._request.method == "HEAD":
            self.end()
            self._give_up()

    def push(self, chunk, on_taken):
        if not self._is_over:
            self._connection.push(chunk, on_taken)

    def end(self):
        if not self._is_over:
            self._is_over = True
            self._connection.finish()

    def _on_gone(self):
        self._is_over = True
        self._give_up()


def _with(headers, *own):
    return list(headers.items()) + list(own)


def _head(request):
    found = _TARGET.match(request.target)
    headers = {name: value for name, value in request.headers.items() if name not in _NOT_PASSED_ON}
    return {"method": request.method, "path": found[1] or "/", "query": found[2] or "", "headers": headers}


def _invocation_id(request):
    given = str(request.headers.get(_INVOCATION_ID.lower(), "")).lower()
    return given if _UUID.match(given) else _new_uuid()


def _new_uuid():
    """A random UUID (RFC 9562, version 4); the module uuid would load a quarter of the standard library."""
    data = bytearray(os.urandom(16))
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    digits = data.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _open_server(port):
    try:
        return socket.create_server(("::", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
    except (OSError, ValueError) as error:
        # A machine without version 6 of the protocol.
        if getattr(error, "errno", None) is not None and not socket.has_dualstack_ipv6():
            return socket.create_server(("", port), backlog=_BACKLOG)
        raise
