"""Checks what comes from the process that holds the handler: code of the function can reach the descriptor, too."""

from ..frames import MalformedFrame, parse_header

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
# They frame the message or speak for the platform.
_RESERVED = frozenset(
    [
        "connection",
        "content-length",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "hks-error",
        "hks-invocation-id",
        "hks-revision",
    ]
)
_TEXTS = {
    "ready": (),
    "log": ("stream", "text"),
    "result": ("id",),
    "chunk": ("id",),
    "end": ("id",),
    "error": ("id", "code", "type", "message", "stack"),
}


class FrameReader:
    """Takes bytes as they arrive, and calls `on_frame(frame, body)` for each complete frame with what may be relied on.
    `push` raises MalformedFrame, also for a body of more than `longest` bytes."""

    def __init__(self, on_frame, longest):
        self._on_frame = on_frame
        self._longest = longest
        self._buffer = bytearray()
        self._header = None
        self._count = 0
        #: How much of the buffer holds no newline.
        self._searched = 0

    def push(self, data):
        self._buffer += data
        while self._take():
            pass

    def _take(self):
        if self._header is None:
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                return False
            self._header, self._count = parse_header(bytes(self._buffer[:end]))
            if self._count > self._longest:
                raise MalformedFrame('"bytes" of a %s frame is too large' % self._header["t"])
            del self._buffer[: end + 1]
            self._searched = 0
        if len(self._buffer) < self._count:
            return False
        body = bytes(self._buffer[: self._count])
        del self._buffer[: self._count]
        header, self._header = self._header, None
        self._on_frame(_checked(header), body)
        return True


def _checked(frame):
    fields = _TEXTS.get(frame["t"])
    if fields is None:
        raise MalformedFrame('a frame of the unknown type "%s"' % frame["t"])
    for field in fields:
        if not isinstance(frame.get(field), str):
            _refuse(frame, field)
    if frame["t"] == "result":
        status = frame.setdefault("status", 200)
        if type(status) is not int or not 200 <= status <= 599:
            _refuse(frame, "status")
        frame["headers"] = _headers(frame)
    return frame


def _headers(frame):
    given = frame.get("headers") or {}
    if not isinstance(given, dict):
        _refuse(frame, "headers")
    headers = {}
    for name, value in given.items():
        key = name.lower()
        values = value if isinstance(value, list) else [value]
        if not key or not _TOKEN.issuperset(key) or not all(map(_is_header_value, values)):
            _refuse(frame, "headers")
        if key not in _RESERVED:
            headers[key] = value
    return headers


def _is_header_value(text):
    return isinstance(text, str) and all(char == "\t" or " " <= char <= "~" or "\x80" <= char <= "\xff" for char in text)


def _refuse(frame, field):
    raise MalformedFrame('a %s frame with a wrong "%s"' % (frame["t"], field))
