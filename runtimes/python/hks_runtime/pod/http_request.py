"""Reads the requests of one connection (RFC 9112)."""

LONGEST_HEAD = 65536
_LONGEST_CHUNK_LINE = 4096
# A client that is refused reads the refusal only when it has sent all; what it sends beyond this is cut off.
_DRAIN_FACTOR = 4
_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Of these the first one counts where a request has more than one, as in Node.
_SINGLE = frozenset(
    [
        "age",
        "authorization",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "from",
        "host",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "max-forwards",
        "proxy-authorization",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    ]
)


class BadRequest(Exception):
    """What arrived is no request that can be answered; the connection ends with this status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class Request:
    """The head of a request; its body comes in `body`, None when it is too large."""

    def __init__(self, method, target, version, headers):
        self.method = method
        self.target = target
        #: Lower-case names; one that comes twice is joined.
        self.headers = headers
        self.body = b""
        #: Whether the body was read to its end.
        self.is_complete = True
        connection = [word.strip().lower() for word in str(headers.get("connection", "")).split(",")]
        self.keeps_connection = "close" not in connection and (version >= 1 or "keep-alive" in connection)
        #: Whether its client knows chunks.
        self.takes_chunks = version >= 1
        self.expects_continue = version >= 1 and str(headers.get("expect", "")).lower() == "100-continue"


class RequestReader:
    """Takes bytes as they arrive; `next()` answers a request that is complete, or None. `on_head(request)` is called when a
    head has been read whose body is still to come. Raises BadRequest."""

    def __init__(self, most_bytes, on_head):
        self._most = most_bytes
        self._on_head = on_head
        self._buffer = bytearray()
        self._request = None
        self._body = None

    @property
    def buffered(self):
        return len(self._buffer)

    def push(self, data):
        self._buffer += data

    def next(self):
        if self._request is None and not self._read_head():
            return None
        if not self._body.read(self._buffer):
            return None
        request, self._request = self._request, None
        request.body = self._body.content
        request.is_complete = self._body.is_complete
        return request

    def _read_head(self):
        # Empty lines in front of a request are passed over (RFC 9112, 2.2).
        while self._buffer[:2] == b"\r\n":
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n", 0, LONGEST_HEAD)
        if end < 0:
            if len(self._buffer) >= LONGEST_HEAD:
                raise BadRequest(431)
            return False
        lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        method, target, version = _read_request_line(lines[0])
        headers = _read_headers(lines[1:])
        if version >= 1 and "host" not in headers:
            raise BadRequest(400)
        self._request = Request(method, target, version, headers)
        self._body = _body_of(headers, self._most)
        if not isinstance(self._body, _SizedBody) or self._body.left > len(self._buffer):
            self._on_head(self._request)
        return True


def _read_request_line(line):
    parts = line.split(b" ")
    if len(parts) != 3 or parts[2] not in (b"HTTP/1.1", b"HTTP/1.0") or not parts[0] or not _TOKEN.issuperset(parts[0]):
        raise BadRequest(400)
    if not parts[1] or any(byte <= 0x20 or byte == 0x7F for byte in parts[1]):
        raise BadRequest(400)
    return parts[0].decode(), parts[1].decode("latin-1"), int(parts[2][-1:])


def _read_headers(lines):
    headers = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or not _TOKEN.issuperset(name):
            raise BadRequest(400)
        value = value.strip(b" \t")
        if any(byte < 0x20 and byte != 0x09 or byte == 0x7F for byte in value):
            raise BadRequest(400)
        _add(headers, name.decode().lower(), value.decode("latin-1"))
    return headers


def _add(headers, name, value):
    if name == "set-cookie":
        headers.setdefault(name, []).append(value)
    elif name not in headers:
        headers[name] = value
    elif name == "content-length" and headers[name] != value:
        raise BadRequest(400)
    elif name not in _SINGLE:
        headers[name] += ("; " if name == "cookie" else ", ") + value


def _body_of(headers, most):
    encoding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if encoding is not None:
        # With both, two readers could see two different requests.
        if length is not None or encoding.lower() != "chunked":
            raise BadRequest(400)
        return _ChunkedBody(most)
    if length is None:
        return _SizedBody(0, most)
    if not length.isascii() or not length.isdigit() or len(length) > 15:
        raise BadRequest(400)
    return _SizedBody(int(length), most)


class _Content:
    """The bytes of a body, as far as they are kept."""

    def __init__(self, most):
        self._most = most
        self._parts = []
        self._count = 0
        self.is_complete = True

    @property
    def content(self):
        return None if self._count > self._most else b"".join(self._parts)

    def _keep(self, part):
        """Answers whether nothing more is to be read."""
        self._count += len(part)
        if self._count > self._most:
            self._parts = []
        else:
            self._parts.append(part)
        self.is_complete = self._count <= _DRAIN_FACTOR * self._most
        return not self.is_complete


class _SizedBody(_Content):
    def __init__(self, length, most):
        super().__init__(most)
        self.left = length

    def read(self, buffer):
        part = bytes(buffer[: self.left])
        del buffer[: self.left]
        self.left -= len(part)
        is_enough = self._keep(part) if part else False
        return is_enough or self.left == 0


class _ChunkedBody(_Content):
    def __init__(self, most):
        super().__init__(most)
        #: Bytes of the chunk that are to come, with the line end behind them; None in front of a size.
        self._left = None
        self._is_trailer = False

    def read(self, buffer):
        while True:
            if self._left:
                if self._take(buffer):
                    return True
                if self._left:
                    return False
            end = buffer.find(b"\r\n", 0, _LONGEST_CHUNK_LINE)
            if end < 0:
                if len(buffer) >= _LONGEST_CHUNK_LINE:
                    raise BadRequest(400)
                return False
            line = bytes(buffer[:end])
            del buffer[: end + 2]
            if self._is_trailer:
                if not line:
                    return True
                continue
            size = _read_size(line)
            self._is_trailer = size == 0
            self._left = size + 2 if size else None

    def _take(self, buffer):
        content = min(max(self._left - 2, 0), len(buffer))
        part = bytes(buffer[:content])
        del buffer[:content]
        self._left -= content
        if part and self._keep(part):
            return True
        if self._left == 2 and len(buffer) >= 2:
            if buffer[:2] != b"\r\n":
                raise BadRequest(400)
            del buffer[:2]
            self._left = None
        return False


def _read_size(line):
    digits = line.partition(b";")[0].strip(b" \t")
    if not digits or len(digits) > 8 or any(byte not in b"0123456789abcdefABCDEF" for byte in digits):
        raise BadRequest(400)
    return int(digits, 16)
