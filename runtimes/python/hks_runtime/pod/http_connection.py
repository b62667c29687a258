"""One connection of a client: its requests one after the other, each answered before the next is read."""

import socket
import time

from .http_request import LONGEST_HEAD, BadRequest, RequestReader
from .platform_answer import MAX_BODY_BYTES
from .wire import Wire

_BODILESS = (204, 304)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# How long a client that sends on is listened to after a last answer, so that it reads that before it is cut off.
_LINGER_SECONDS = 2


class HttpConnection:
    """Calls `edge.on_request(connection, request)` for each request, to which belong a call of `answer`, or of `begin`, `push`
    and at last `finish` or `cut`. When the client goes away before that, `on_gone` is called. The edge also has `is_closing`, and is
    told by `on_closed(connection)`."""

    def __init__(self, loop, accepted, edge):
        self._loop = loop
        self._edge = edge
        self._reader = RequestReader(MAX_BODY_BYTES, self._on_head)
        #: The one that is to be answered.
        self._request = None
        self._is_chunked = False
        #: Called when the client goes away before its answer is complete.
        self.on_gone = None
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_lingering = False
        self._wire = Wire(loop, accepted, self._on_data, self._on_end)

    def close_when_idle(self):
        """The edge is closing."""
        if self._request is None:
            self.cut()

    def answer(self, status, headers, body):
        """Answers the request with a whole body. `headers` are (name, value), a value being a string or a list of them."""
        has_body = status not in _BODILESS
        framing = [("Content-Length", str(len(body)))] if has_body else []
        head = self._head(status, headers, framing)
        self._send(head + body if has_body and self._request.method != "HEAD" else head)
        self.finish()

    def begin(self, status, headers):
        """Begins an answer whose body comes bit by bit."""
        self._is_chunked = self._request.takes_chunks and self._request.method != "HEAD"
        if not self._request.takes_chunks:
            self._request.keeps_connection = False
        framing = [("Transfer-Encoding", "chunked")] if self._is_chunked else []
        self._send(self._head(status, headers, framing))

    def push(self, chunk, on_taken):
        if not self._is_chunked:
            self._send(chunk, on_taken)
        elif chunk:
            self._send(b"%x\r\n%b\r\n" % (len(chunk), chunk), on_taken)
        else:
            on_taken()

    def finish(self):
        """The answer is complete."""
        if self._is_chunked:
            self._send(b"0\r\n\r\n")
        request, self._request, self.on_gone, self._is_chunked = self._request, None, None, False
        if not request.is_complete:
            self._linger()
        elif request.keeps_connection and not self._edge.is_closing:
            # Not at once: whoever answers is not to be called from here.
            self._loop.call_soon(self._proceed)
        else:
            self._wire.close_when_sent()

    def cut(self):
        """Ends the connection, so that nobody takes the answer for complete."""
        if not self._wire.is_closed:
            self._wire.close()
            self._on_end()

    def _send(self, data, on_sent=None):
        self._wire.write(data, on_sent)

    def _head(self, status, headers, framing):
        lines = ["HTTP/1.1 %d %s" % (status, _reason(status))]
        names = set()
        for name, value in list(headers) + framing:
            names.add(name.lower())
            lines += ["%s: %s" % (name, one) for one in (value if isinstance(value, list) else [value])]
        if "date" not in names:
            lines.append("Date: " + _date())
        keeps = self._request.keeps_connection and self._request.is_complete and not self._edge.is_closing
        lines.append("Connection: keep-alive" if keeps else "Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _on_head(self, request):
        if request.expects_continue:
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _on_data(self, data):
        if self._is_lingering:
            return
        self._reader.push(data)
        if self._request is None:
            self._proceed()
        elif self._reader.buffered > LONGEST_HEAD:
            # A client that sends on before it has its answer waits.
            self._wire.pause()

    def _proceed(self):
        """Reads the next request, if it has arrived."""
        if self._request is not None or self._wire.is_closed:
            return
        self._wire.resume()
        try:
            request = self._reader.next()
        except BadRequest as error:
            reason = _reason(error.status)
            self._send(("HTTP/1.1 %d %s\r\nConnection: close\r\n\r\n" % (error.status, reason)).encode())
            self._wire.close_when_sent()
            return
        if request is not None:
            self._request = request
            self._edge.on_request(self, request)

    def _linger(self):
        """The client still sends what nobody reads, and gets time to read its answer."""
        self._is_lingering = True
        self._loop.call_after(_LINGER_SECONDS, self.cut)

    def _on_end(self):
        on_gone, self.on_gone, self._request = self.on_gone, None, None
        if on_gone is not None:
            on_gone()
        self._edge.on_closed(self)


def _reason(status):
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown"


def _date():
    year, month, day, hour, minute, second, weekday = time.gmtime()[:7]
    names = (_DAYS[weekday], day, _MONTHS[month - 1], year, hour, minute, second)
    return "%s, %02d %s %d %02d:%02d:%02d GMT" % names
