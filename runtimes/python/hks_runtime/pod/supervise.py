"""Loads the function in a process of its own, then listens, and ends as docs/runtime-protocol.md says."""

import errno
import os
import signal

from .handler_process import start_handler
from .http_edge import HttpEdge
from .instance import Instance, LoadFailure
from .log_writer import LogWriter
from .loop import Loop
from .mask import create_mask
from .serving import Serving
from .source import SourceUnreadable, open_source
from .termination_message import write_termination_message

_EXIT_FAILED = 1
# How long an answer may take to leave before the process ends for a reason of its own.
_LAST_ANSWERS_SECONDS = 1


class Supervisor:
    """`first` is a process that waits for the code."""

    def __init__(self, settings, first):
        self._settings = settings
        self._waiting = first
        self._folder = None
        self._hide = create_mask(settings.secrets)
        self._log = LogWriter(settings.log_format, self._hide)
        self._loop = Loop()
        self._serving = Serving(
            self._loop, settings.concurrency, self._open, self._listen, self._fail, self._log.system
        )
        self._edge = HttpEdge(
            self._loop, settings.diagnostic_key, settings.revision, self._serving.call, self._log.broke_off
        )

    def run(self):
        """Never returns."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.on_signal(number, self._end)
        self._loop.on_signal(signal.SIGCHLD, self._reap)
        try:
            self._folder = open_source(self._settings.source)
        except SourceUnreadable as error:
            os.kill(self._waiting.pid, signal.SIGKILL)
            self._fail(LoadFailure("SOURCE_UNREADABLE", "SourceUnreadable", str(error), []))
        else:
            self._serving.start()
            # One that ended before its signal was listened to.
            self._reap()
        self._loop.run()

    def _open(self, listener):
        settings = self._settings
        load = {
            "dir": self._folder,
            "handler": settings.handler,
            "functionName": settings.function_name,
            "revision": settings.revision,
            "timeoutSeconds": settings.timeout_seconds,
            "check": settings.check and self._waiting is not None,
        }
        started, self._waiting = self._waiting or start_handler(), None
        return Instance(self._loop, started, load, settings, self._hide, self._log, listener)

    def _listen(self):
        try:
            self._edge.listen(self._settings.port)
        except OSError as error:
            name = errno.errorcode.get(error.errno, type(error).__name__)
            self._fail(LoadFailure("LISTEN_FAILED", name, str(error), []))

    def _reap(self):
        """Waits for all that have ended: as process 1 it gets those whose parent has ended, too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._serving.reaped(pid, status)

    def _fail(self, failure):
        """Ends with the reason where Kubernetes looks for it."""

        def leave():
            place = " (at %s)" % failure.place if failure.place else ""
            message = " ".join(part.strip() for part in failure.message.split("\n") if part.strip())
            lines = ["%s %s: %s%s" % (failure.code, failure.type, message, place)]
            reason = "\n".join(lines + list(failure.trace or failure.lines))
            self._log.system(reason)
            write_termination_message(self._hide(reason))
            self._serving.stop()
            os._exit(_EXIT_FAILED)

        self._loop.call_after(_LAST_ANSWERS_SECONDS, leave)
        self._edge.close(leave)

    def _end(self):
        """What is under way ends in its own time."""

        def leave():
            self._serving.stop()
            os._exit(0)

        self._edge.close(leave)
