"""What the fields of a frame may be."""

from .frames import MalformedFrame


def is_string(value):
    return isinstance(value, str)


def is_id(value):
    return isinstance(value, str) or type(value) is int


def is_count(value):
    return type(value) is int and value >= 0


def is_request(value):
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("method", "path", "query"))
        and isinstance(value.get("headers"), dict)
    )


def require(frame, **checks):
    for name, check in checks.items():
        if not check(frame.get(name)):
            raise MalformedFrame('a %s frame with a wrong "%s"' % (frame["t"], name))
