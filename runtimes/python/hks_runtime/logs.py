"""What the handler prints becomes log frames, each tied to the call that printed it."""

import codecs
import contextvars
import io
import os
import sys
import threading
import time

from .line_buffer import LineBuffer

MS_PER_SECOND = 1000


class _Stream:
    """One of the two streams of one log."""

    def __init__(self, send, stream, invocation_id):
        self._send = send
        self._frame = {"t": "log", "stream": stream}
        if invocation_id is not None:
            self._frame["invocationId"] = invocation_id
        # Reentrant: a signal handler or a finalizer may print while a line is being written; that waits in `_deferred`.
        self._lock = threading.RLock()
        self._deferred = []
        self._is_writing = False
        self._lines = LineBuffer(self._emit)
        self._decoder = None

    def write(self, text):
        with self._lock:
            self._push(text)

    def write_bytes(self, chunk):
        with self._lock:
            if self._decoder is None:
                self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._push(self._decoder.decode(chunk))

    def end_line(self):
        """Ends a line that has begun."""
        with self._lock:
            if self._decoder is not None:
                self._push(self._decoder.decode(b"", True))
            self._push("")
            self._lines.flush()

    def _push(self, text):
        self._deferred.append(text)
        if self._is_writing:
            return
        self._is_writing = True
        try:
            while self._deferred:
                self._lines.push(self._deferred.pop(0))
        finally:
            self._is_writing = False

    def _emit(self, text, truncated):
        frame = dict(self._frame, time=round(time.time() * MS_PER_SECOND, 3), text=text)
        if truncated:
            frame["truncated"] = truncated
        self._send(frame)


class Log:
    """The output of one call, or of no call."""

    def __init__(self, send, invocation_id=None):
        self.out = _Stream(send, "out", invocation_id)
        self.err = _Stream(send, "err", invocation_id)

    def close(self):
        self.out.end_line()
        self.err.end_line()


class Logs:
    """`bind(log)` ties to a log what the running context, and every task and thread it starts, prints."""

    def __init__(self, send):
        self._send = send
        self._current = contextvars.ContextVar("hks_log")
        self._untied = Log(send)
        self._forked = False

    def open(self, invocation_id):
        return Log(self._send, invocation_id)

    def bind(self, log):
        self._current.set(log)

    def current(self):
        return self._current.get(self._untied)

    def close_untied(self):
        self._untied.close()

    def capture(self):
        """Replaces sys.stdout and sys.stderr. Subprocesses write to the plain pipes, which are not touched."""
        for raw in (sys.__stdout__, sys.__stderr__):
            if raw is not None:
                raw.reconfigure(line_buffering=True, errors="replace")
        sys.stdout = TextStream(self, "out", 1)
        sys.stderr = TextStream(self, "err", 2)
        os.register_at_fork(after_in_child=self._fall_back_to_pipes)
        self._follow_threads()

    def _fall_back_to_pipes(self):
        # The channel belongs to the parent; a child made by fork prints like any other subprocess.
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__

    def _follow_threads(self):
        """A thread starts with an empty context (before Python 3.14), so it gets the log of the one that started it."""
        start = threading.Thread.start
        logs = self

        def start_with_log(thread):
            log = logs._current.get(None)
            if log is not None:
                run = thread.run

                def run_with_log():
                    logs.bind(log)
                    run()

                thread.run = run_with_log
            _follow_executors(logs)
            return start(thread)

        threading.Thread.start = start_with_log


def _follow_executors(logs):
    """A pool's thread outlives the call that started it, so each item of work carries its own log.

    Patched when the first thread starts after concurrent.futures was imported; the item that made the pool start that
    thread is tied by the thread itself.
    """
    module = sys.modules.get("concurrent.futures.thread")
    executor = getattr(module, "ThreadPoolExecutor", None)
    if executor is None or hasattr(executor.submit, "hks_follows"):
        return
    submit = executor.submit

    def submit_with_log(self, fn, *args, **kwargs):
        log = logs.current()

        def work(*args, **kwargs):
            logs.bind(log)
            return fn(*args, **kwargs)

        return submit(self, work, *args, **kwargs)

    submit_with_log.hks_follows = True
    executor.submit = submit_with_log


class TextStream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr. `fileno` is the plain pipe, so that subprocesses can be given it."""

    encoding = "utf-8"
    errors = "replace"
    mode = "w"
    line_buffering = True

    def __init__(self, logs, stream, fd):
        self._logs = logs
        self._stream = stream
        self._fd = fd
        self.name = "<stdout>" if stream == "out" else "<stderr>"
        self.buffer = ByteStream(self)

    def target(self):
        return getattr(self._logs.current(), self._stream)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        self.target().write(text)
        return len(text)

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def reconfigure(self, **_options):
        """Accepted as of a TextIOWrapper; encoding and buffering are the log's."""

    def close(self):
        """The log stays open, whatever a library does to sys.stdout at its end."""


class ByteStream(io.BufferedIOBase):
    """`sys.stdout.buffer`."""

    def __init__(self, text_stream):
        self._text_stream = text_stream

    def write(self, chunk):
        with memoryview(chunk) as view:
            data = view.tobytes()
        self._text_stream.target().write_bytes(data)
        return len(data)

    def writable(self):
        return True

    def fileno(self):
        return self._text_stream.fileno()

    def close(self):
        """As of the text stream."""
