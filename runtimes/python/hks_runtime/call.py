"""One call, from its frame to its answer."""

import threading

from .answer_stream import Credit
from .context import Signal


class Call:
    """One call that has not been answered yet."""

    def __init__(self, frame, body):
        self.frame = frame
        self.body = body
        self.signal = Signal()
        #: Guards what follows, and the moment at which the signal is aborted.
        self.lock = threading.Lock()
        #: Whether the handler was called, or never will be.
        self.is_begun = False
        #: The running asyncio task, for a handler that is a coroutine.
        self.task = None
        self.log = None
        self.credit = Credit(frame.get("credit") or 0)

    def take_body(self):
        """The body, once: it may be large and the handler has it now."""
        body, self.body = self.body, None
        return body

    def take(self):
        """Whether the caller of this is the one who begins the call, or ends it before it began."""
        with self.lock:
            is_mine = not self.is_begun
            self.is_begun = True
        return is_mine

    def abort(self, reason):
        """Aborts its signal. Answers the running task, which is to be cancelled."""
        with self.lock:
            self.signal.abort(reason)
            return self.task

    def set_task(self, task):
        """It runs as this task. Answers whether it was aborted before."""
        with self.lock:
            self.task = task
            return self.signal.aborted
