"""Frames on the wire: one line of JSON; one that says `bytes: n` is followed by n raw bytes."""

import json


# Far above what the gateway sends.
LONGEST_BODY = 2**30


class MalformedFrame(Exception):
    """A frame that breaks the protocol. The runtime ends on it: what follows in the stream can't be trusted."""


def parse_header(line):
    """The header in a line and how many raw bytes follow it."""
    try:
        header = json.loads(line)
    except ValueError as cause:
        raise MalformedFrame("a frame is not a line of JSON: %r" % line[:80]) from cause
    if not isinstance(header, dict) or not isinstance(header.get("t"), str):
        raise MalformedFrame('a frame must be an object with a type in "t", got %r' % line[:80])
    count = header.get("bytes", 0)
    if type(count) is not int or not 0 <= count <= LONGEST_BODY:
        raise MalformedFrame('"bytes" of a %s frame must be a count, got %r' % (header["t"], count))
    return header, count


def read_frame(stream):
    """The next (header, body) of a buffered stream; None at its end, also when it ends inside a frame."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    header, count = parse_header(line)
    body = stream.read(count) if count else b""
    return (header, body) if len(body) == count else None


def encode_frame(header, body=None):
    """The bytes of one frame, as the buffers to write one after the other."""
    if body is None:
        return [json.dumps(header, separators=(",", ":")).encode() + b"\n"]
    return [json.dumps(dict(header, bytes=len(body)), separators=(",", ":")).encode() + b"\n", body]
