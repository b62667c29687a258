"""The rules of the protocol, for any transport: one load, then calls side by side, each answered once."""

import importlib
import os
import queue
import sys
import threading
import time

from .call import Call
from .call_runner import CallRunner
from .failure import describe_load_failure
from .frame_checks import is_count, is_id, is_request, is_string, require
from .frames import MalformedFrame
from .import_watch import load_watched
from .load_handler import load_handler
from .packages import add_packages

PROTOCOL_VERSION = 2


class Core:
    """`send(header, body=None)` writes one frame. `receive(frame, body)` takes every frame of the gateway, on one thread;
    it raises MalformedFrame for one that breaks the protocol."""

    def __init__(self, send, logs):
        self._send = send
        self._logs = logs
        self._main_work = queue.SimpleQueue()
        self._runner = CallRunner(send, logs, self._forget)
        #: Those that are not answered yet, by id.
        self._calls = {}
        #: Guards `_calls`, `_waiting` and the moment at which a load ends.
        self._lock = threading.Lock()
        self._load = None
        self._waiting = []
        self._folder = None
        self._is_loaded = False
        #: Why the code could not be loaded.
        self._refusal = None
        #: Called once, before any code of the function runs.
        self._before_load = _nothing

    def start(self, debugger=None):
        version = ".".join(map(str, sys.version_info[:3]))
        ready = {"t": "ready", "version": PROTOCOL_VERSION, "runtime": "python", "runtimeVersion": version, "pid": os.getpid()}
        self._send(ready if debugger is None else dict(ready, debugger=debugger))

    def start_debugged(self, folder=None):
        """The same for a process that waits for a debugger before it loads; `folder` is the package debugpy."""
        from .debugger import NoDebugger, open_debugger

        try:
            debugger, self._before_load = open_debugger(folder)
        except NoDebugger as error:
            # A ready frame without a debugger says the same to the gateway.
            self._logs.current().err.write("There is no debugger: %s\n" % error)
            debugger = None
        self.start(debugger)

    def run_main_thread(self):
        """Does what must be done on the main thread. Never returns."""
        while True:
            try:
                self._main_work.get()()
            except KeyboardInterrupt:
                os._exit(130)

    def receive(self, frame, body):
        kind = frame["t"]
        if kind == "load":
            self._receive_load(frame)
        elif kind == "call":
            self._receive_call(frame, body)
        elif kind == "cancel":
            self._cancel(frame)
        elif kind == "credit":
            self._receive_credit(frame)
        else:
            raise MalformedFrame('a frame of the unknown type "%s"' % kind)

    def _receive_load(self, frame):
        if self._load is not None:
            raise MalformedFrame("a second load frame: a process holds one function")
        require(frame, id=is_id, dir=is_string, handler=is_string)
        self._load = frame
        self._main_work.put(self._do_load)

    def _receive_call(self, frame, body):
        if self._load is None:
            raise MalformedFrame("a call frame before the load frame")
        require(frame, id=is_id, request=is_request)
        call = Call(frame, body)
        with self._lock:
            if frame["id"] in self._calls:
                raise MalformedFrame("a second call frame with the id %s" % frame["id"])
            self._calls[frame["id"]] = call
            if not self._is_loaded and self._refusal is None:
                self._waiting.append(call)
                return
        self._begin(call)

    def _receive_credit(self, frame):
        require(frame, credit=is_count)
        with self._lock:
            call = self._calls.get(frame.get("id"))
        # As with a cancel, the call may just have been answered.
        if call is not None:
            call.credit.add(frame["credit"])

    def _cancel(self, frame):
        with self._lock:
            call = self._calls.get(frame.get("id"))
            # A call that has just been answered is unknown here, and that is fine.
            if call is None:
                return
        task = call.abort("timeout" if frame.get("reason") == "timeout" else "client")
        call.credit.close()
        if call.take():
            self._runner.end(call, failure=_GIVEN_UP)
        elif task is not None:
            self._runner.cancel(task)

    def _do_load(self):
        frame = self._load
        try:
            os.environ.update(frame.get("environment") or {})
            os.environ.update(frame.get("secrets") or {})
            if "TZ" in os.environ:
                time.tzset()
            self._folder = os.path.realpath(frame["dir"])
            os.chdir(self._folder)
            sys.path.insert(0, self._folder)
            add_packages(self._folder, frame.get("packages"))
            importlib.invalidate_caches()
            self._before_load()
            handle = load_watched(self._folder, lambda: load_handler(self._folder, frame["handler"]))
            if frame.get("check") is True:
                self._check_sources()
            self._runner.take_handler(frame, self._folder, handle)
            refusal = None
            self._logs.close_untied()
            self._send({"t": "result", "id": frame["id"]})
        except BaseException as error:
            refusal = describe_load_failure(error, self._folder)
            self._logs.close_untied()
            self._send(dict(refusal, t="error", id=frame["id"]))
        with self._lock:
            self._is_loaded, self._refusal = refusal is None, refusal
            waiting, self._waiting = self._waiting, []
        for call in waiting:
            self._begin(call)

    def _check_sources(self):
        from .source_check import check_sources

        self._logs.close_untied()
        for warning in check_sources(self._folder):
            self._logs.current().err.write(warning + "\n")

    def _begin(self, call):
        if self._refusal is None:
            self._runner.begin(call)
        elif call.take():
            self._runner.end(call, failure=self._refusal)

    def _forget(self, call):
        with self._lock:
            del self._calls[call.frame["id"]]


_GIVEN_UP = {
    "code": "FUNCTION_FAILED",
    "type": "CancelledError",
    "message": "the call was given up before it began",
    "stack": "",
}


def _nothing():
    pass
