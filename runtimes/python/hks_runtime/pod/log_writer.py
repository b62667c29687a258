"""The container's two streams: what the function prints, line by line, and what the supervising process has to say."""

import os
import select

_DESCRIPTORS = {"out": 1, "err": 2, "system": 2}


class LogWriter:
    """Prints lines in the format `plain` or `marked`; `hide` masks secrets."""

    def __init__(self, log_format, hide):
        self._suffix = _mark if log_format == "marked" else _cut
        self._hide = hide

    def write(self, stream, text, invocation_id=None, truncated=0):
        line = self._hide(text) + self._suffix(stream, invocation_id, truncated) + "\n"
        _write_all(_DESCRIPTORS[stream], line.encode("utf-8", "replace"))

    def system(self, text):
        """What the supervising process says; one line or more."""
        for line in text.split("\n"):
            self.write("system", line)

    def broke_off(self, invocation_id, failure):
        """Says in the log of a call why its answer ended, where no line of the function does."""
        if failure.code == "LIMIT_EXCEEDED":
            text = "The answer broke off. %s: %s" % (failure.code, failure.message)
            self.write("system", text, invocation_id)


def _mark(stream, invocation_id, truncated):
    call = " " + invocation_id if invocation_id else ""
    return "\t[%s%s%s]" % (stream, call, " +%d" % truncated if truncated else "")


def _cut(_stream, _invocation_id, truncated):
    return "… (%d bytes more)" % truncated if truncated else ""


def _write_all(fd, data):
    """Waits where a pipe takes no more: nothing is dropped, and a function is slowed down by who reads its log."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(fd, left) :]
        except BlockingIOError:
            select.select([], [fd], [])
        except OSError:
            # Nobody reads the log any more.
            return
