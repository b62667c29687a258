"""The answers that the platform makes in place of a function: the same bytes as the gateway's."""

import json

MIB = 2**20

#: The largest answer that is held.
MAX_ANSWER_BYTES = 32 * MIB
#: The largest body of a request.
MAX_BODY_BYTES = 10 * MIB

_STATUS_OF = {
    "EVENT_INVALID": 400,
    "PAYLOAD_TOO_LARGE": 413,
    "FUNCTION_OVERLOADED": 429,
    "CANCELLED": 499,
    "FUNCTION_FAILED": 500,
    "FUNCTION_CRASHED": 502,
    "LIMIT_EXCEEDED": 502,
    "RESULT_INVALID": 502,
    "FUNCTION_UNAVAILABLE": 503,
    "TIMEOUT": 504,
}

#: The platform's code for each code of a call's error frame.
_CODE_OF_FRAME = {
    "FUNCTION_FAILED": "FUNCTION_FAILED",
    "RESULT_INVALID": "RESULT_INVALID",
    "EVENT_INVALID": "EVENT_INVALID",
    "LOAD_FAILED": "FUNCTION_UNAVAILABLE",
    "SOURCE_INVALID": "FUNCTION_UNAVAILABLE",
    "HANDLER_NOT_FOUND": "FUNCTION_UNAVAILABLE",
}


class Failure:
    """Why there is no answer of the function's own: `exception` is for the one who may see it."""

    def __init__(self, code, message, exception=None):
        self.code = code
        self.message = message
        self.exception = exception


class Answer:
    """A whole answer; `code` is that of the platform's, None for the function's own."""

    def __init__(self, status, headers, body, code=None):
        self.status = status
        self.headers = headers
        self.body = body
        self.code = code


def _exception(kind, message, stack):
    return {"type": kind, "message": message, "stack": stack}


def timed_out(seconds):
    return Failure("TIMEOUT", "The call took longer than the function's timeout of %d seconds." % seconds)


CALLER_GONE = Failure("CANCELLED", "The client went away.")

STOPPED = Failure("FUNCTION_UNAVAILABLE", "The function was stopped during the call.")

OVERLOADED = Failure(
    "FUNCTION_OVERLOADED", "The function has as many calls as may run and wait; try again later."
)


def waited_too_long(seconds):
    message = "No process of the function had room for the call within %d seconds." % seconds
    return Failure("FUNCTION_UNAVAILABLE", message)


def crashed(end, lines):
    """The process ended; `lines` are the (stream, text) that it printed during the call."""
    if end.way_out is not None:
        return Failure("LIMIT_EXCEEDED", "The function's process was ended: %s. %s" % (end.reason, end.way_out))
    errors = [text.strip() for stream, text in lines if stream == "err" and text.strip()]
    message = "The function's process ended during the call (%s)." % end.reason
    stack = "\n".join(text for _, text in lines)
    return Failure("FUNCTION_CRASHED", message, _exception("ProcessEnded", errors[-1] if errors else "", stack))


def failed(frame, hide):
    """What the runtime says of a failed call; `hide` masks secrets."""
    code = _CODE_OF_FRAME.get(frame["code"], "FUNCTION_FAILED")
    if code != "FUNCTION_FAILED":
        return Failure(code, hide(frame["message"]))
    exception = _exception(frame["type"], hide(frame["message"]), hide(frame["stack"]))
    return Failure(code, "The function raised an exception.", exception)


def not_started(reason):
    """No process could be started for the call; `reason` is a LoadFailure."""
    exception = _exception(reason.type, reason.message, "\n".join(reason.lines))
    return Failure("FUNCTION_UNAVAILABLE", "The function could not be started.", exception)


def platform_answer(failure, is_diagnosed):
    """The answer for a failure, with its exception for who has the diagnostic key."""
    body = {"error": failure.message, "code": failure.code}
    if is_diagnosed and failure.exception is not None:
        body["details"] = {"exception": failure.exception}
    retry = {"retry-after": "1"} if failure.code == "FUNCTION_OVERLOADED" else {}
    return _answer(failure.code, body, retry)


def body_too_large():
    """The answer to a request whose body has too many bytes."""
    message = "The body is larger than %d MiB, the most that is taken here." % (MAX_BODY_BYTES // MIB)
    code = "PAYLOAD_TOO_LARGE"
    return _answer(code, {"error": message, "code": code, "details": {"maxBytes": MAX_BODY_BYTES}}, {})


def _answer(code, body, headers):
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8; its escape is what JSON.stringify writes.
    encoded = text.encode("utf-8", "backslashreplace")
    return Answer(_STATUS_OF[code], dict({"content-type": "application/json"}, **headers), encoded, code)
