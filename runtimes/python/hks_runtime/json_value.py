"""JSON text of a handler's result."""

import json

from .failure import PlatformFailure


def _refuse(path, what):
    raise PlatformFailure("RESULT_INVALID", "the result is not JSON: %s is %s" % (path, what))


def _a(value):
    name = type(value).__name__
    return ("an " if name[0] in "aeiouAEIOU" else "a ") + name


def _check(value, path, parents):
    """Finds the part that json.dumps refused, to name it."""
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            _refuse(path, {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), "NaN"))
        return
    if id(value) in parents:
        _refuse(path, "a reference to one of its own parents")
    inner = parents | {id(value)}
    if isinstance(value, dict):
        for key, item in value.items():
            if not (key is None or isinstance(key, (str, bool, int, float))):
                _refuse(path, "an object with a key that is %s" % _a(key))
            text = str(key)
            _check(item, "%s.%s" % (path, text) if text.isidentifier() else "%s[%s]" % (path, json.dumps(text)), inner)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _check(item, "%s[%d]" % (path, index), inner)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        name = type(value).__name__
        _refuse(path, "bytes (%s); answer bytes with context.response(status, headers, body)" % name)
    elif hasattr(type(value), "__await__"):
        _refuse(path, "%s; await it first" % _a(value))
    elif hasattr(type(value), "__next__") or hasattr(type(value), "__aiter__"):
        _refuse(path, "%s; only the answer as a whole can be a stream" % _a(value))
    else:
        _refuse(path, "%s, which has no JSON form" % _a(value))


def to_json(value):
    """Bytes of JSON as UTF-8, written as JSON.stringify does. Raises RESULT_INVALID with the path of what is not JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        _refuse("$", "nested too deeply")
    except (TypeError, ValueError) as error:
        try:
            _check(value, "$", frozenset())
        except RecursionError:
            _refuse("$", "nested too deeply")
        _refuse("$", "not serialisable: %s" % error)
    # Half a surrogate pair has no UTF-8; its escape is what JSON.stringify writes.
    return text.encode("utf-8", "backslashreplace")
