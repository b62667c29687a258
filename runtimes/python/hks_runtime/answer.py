"""What a handler returned, as the status, headers and bytes to answer with."""

from .answer_stream import is_async_iterator, is_iterator
from .failure import PlatformFailure
from .json_value import to_json

# RFC 9110, section 5.6.2.
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# They frame the message, which is the platform's business; proxied answers often carry them along.
_FRAMING = frozenset(["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"])
# More than any client takes.
_LONGEST_HEADERS = 65536
_BODILESS = frozenset([204, 205, 304])


class _Answer:
    """Marks what `response` made: a class of our own, so that no other object is taken for it."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


def _is_header_value(text):
    return isinstance(text, str) and all(char == "\t" or " " <= char <= "~" or "\x80" <= char <= "\xff" for char in text)


def _check_headers(given):
    headers = {}
    length = 0
    for name, value in (given or {}).items():
        if not isinstance(name, str) or not name or not _TOKEN.issuperset(name):
            raise TypeError("response: %r is not a header name" % (name,))
        is_list = isinstance(value, (list, tuple))
        texts = []
        for one in value if is_list else [value]:
            text = str(one) if type(one) in (int, float) else one
            if not _is_header_value(text):
                raise TypeError("response: the value of header %s must be a string of characters that HTTP allows" % name)
            texts.append(text)
        if name.lower() not in _FRAMING:
            headers[name.lower()] = texts if is_list else texts[0]
        length += len(name) + sum(map(len, texts))
    if length > _LONGEST_HEADERS:
        raise TypeError("response: the headers are longer than %d bytes" % _LONGEST_HEADERS)
    return headers


def response(status=200, headers=None, body=None):
    """`context.response`: the only way to answer other than with a JSON value. Raises TypeError for what HTTP can't carry."""
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise TypeError("response: status must be a whole number from 200 to 599, got %r" % (status,))
    has_body = body is not None and body != "" and body != b""
    if status in _BODILESS and has_body:
        raise TypeError("response: an answer with status %d has no body" % status)
    return _Answer(int(status), _check_headers(headers), body)


def _encode_body(body):
    if body is None:
        return b"", None
    if isinstance(body, str):
        return body.encode("utf-8", "replace"), "text/plain; charset=utf-8"
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), "application/octet-stream"
    return to_json(body), "application/json"


def stream_of(result):
    """(status, headers, iterator) of a result that comes bit by bit; None for a complete one."""
    is_answer = isinstance(result, _Answer)
    body = result.body if is_answer else result
    if not (is_async_iterator(body) or is_iterator(body)):
        return None
    return (result.status, result.headers, body) if is_answer else (200, {}, body)


def encode_answer(result, most=None):
    """(status, headers, bytes) of a handler's result. Raises RESULT_INVALID with the path of what is not JSON, and for
    more bytes than `most`: the gateway would not keep them, and they would hold up everything behind them."""
    if not isinstance(result, _Answer):
        return 200, {"content-type": "application/json"}, _checked(to_json(result), most)
    body, content_type = _encode_body(result.body)
    headers = result.headers
    if content_type is not None and "content-type" not in headers:
        headers = dict(headers, **{"content-type": content_type})
    return result.status, headers, _checked(body, most)


def _checked(body, most):
    if most is not None and len(body) > most:
        message = "The result has %d bytes; at most %d MiB can be answered." % (len(body), most // 2**20)
        raise PlatformFailure("RESULT_INVALID", message)
    return body
