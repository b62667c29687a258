"""The rules of the protocol, for any transport: one load, then calls side by side, each answered once."""

import contextvars
import importlib
import os
import queue
import sys
import threading
import time

from .answer import encode_answer, stream_of
from .answer_stream import Credit, GivenUp, Sender, is_async_iterator
from .context import Signal, create_context
from .event import read_event
from .failure import describe_failure, describe_load_failure, is_cancellation, print_failure
from .frames import MalformedFrame
from .import_watch import load_watched
from .load_handler import is_coroutine_function, load_handler
from .packages import add_packages
from .workers import Loop, Threads

PROTOCOL_VERSION = 2


class _Call:
    """One call that has not been answered yet."""

    def __init__(self, frame, body):
        self.frame = frame
        self.body = body
        self.signal = Signal()
        #: Whether the handler was called, or never will be. Guarded by the core's lock.
        self.is_begun = False
        #: The running asyncio task, for a handler that is a coroutine.
        self.task = None
        self.log = None
        self.credit = Credit(frame.get("credit") or 0)

    def take_body(self):
        """The body, once: it may be large and the handler has it now."""
        body, self.body = self.body, None
        return body


class Core:
    """`send(header, body=None)` writes one frame. `receive(frame, body)` takes every frame of the gateway, on one thread;
    it raises MalformedFrame for one that breaks the protocol."""

    def __init__(self, send, logs):
        self._send = send
        self._logs = logs
        self._main_work = queue.SimpleQueue()
        self._threads = Threads()
        self._loop = Loop()
        self._calls = {}
        #: Guards `_calls`, `_waiting` and the moment at which a load ends.
        self._lock = threading.Lock()
        self._load = None
        self._waiting = []
        self._folder = None
        self._handle = None
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
        _require(frame, id=_is_id, dir=_is_string, handler=_is_string)
        self._load = frame
        self._main_work.put(self._do_load)

    def _receive_call(self, frame, body):
        if self._load is None:
            raise MalformedFrame("a call frame before the load frame")
        _require(frame, id=_is_id, request=_is_request)
        call = _Call(frame, body)
        with self._lock:
            if frame["id"] in self._calls:
                raise MalformedFrame("a second call frame with the id %s" % frame["id"])
            self._calls[frame["id"]] = call
            if self._handle is None and self._refusal is None:
                self._waiting.append(call)
                return
        self._begin(call)

    def _receive_credit(self, frame):
        _require(frame, credit=_is_count)
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
            call.signal.abort("timeout" if frame.get("reason") == "timeout" else "client")
            task = call.task
        call.credit.close()
        if self._take(call):
            self._end(call, failure=_GIVEN_UP)
        elif task is not None:
            self._loop.start().call_soon_threadsafe(task.cancel)

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
            if is_coroutine_function(handle):
                self._loop.start()
            refusal = None
            self._logs.close_untied()
            self._send({"t": "result", "id": frame["id"]})
        except BaseException as error:
            handle = None
            refusal = describe_load_failure(error, self._folder)
            self._logs.close_untied()
            self._send(dict(refusal, t="error", id=frame["id"]))
        with self._lock:
            self._handle, self._refusal = handle, refusal
            waiting, self._waiting = self._waiting, []
        for call in waiting:
            self._begin(call)

    def _check_sources(self):
        from .source_check import check_sources

        self._logs.close_untied()
        for warning in check_sources(self._folder):
            self._logs.current().err.write(warning + "\n")

    def _take(self, call):
        """Whether the caller of this is the one who begins the call, or ends it before it began."""
        with self._lock:
            is_mine = not call.is_begun
            call.is_begun = True
        return is_mine

    def _begin(self, call):
        if self._refusal is not None:
            if self._take(call):
                self._end(call, failure=self._refusal)
            return
        call.log = self._logs.open(call.frame.get("invocationId"))
        if is_coroutine_function(self._handle):
            contextvars.Context().run(self._begin_task, call)
        else:
            self._threads.run(lambda: self._run(call))

    def _run(self, call):
        """A call of a plain function, on a thread."""
        if not self._take(call):
            return
        self._logs.bind(call.log)
        try:
            result = self._invoke(call)
            if hasattr(type(result), "__await__"):
                self._schedule(call, result)
                return
            self._answer(call, result)
        except BaseException as error:
            self._fail(call, error)

    def _answer(self, call, result):
        """Sends a result, on a thread that may wait."""
        streamed = stream_of(result)
        if streamed is None:
            self._end(call, self._encode(result))
        elif is_async_iterator(streamed[2]):
            self._schedule(call, self._stream_async(call, *streamed))
        else:
            status, headers, iterator = streamed
            self._sender(call, status, headers).run(iterator)
            self._end_stream(call)

    def _encode(self, result):
        return encode_answer(result, self._load.get("maxAnswerBytes"))

    async def _stream_async(self, call, status, headers, iterator):
        await self._sender(call, status, headers).run_async(iterator)
        return _STREAMED

    def _sender(self, call, status, headers):
        call_id = call.frame["id"]
        head = {"t": "result", "id": call_id, "status": status, "stream": True}
        return Sender(
            headers,
            call.credit,
            lambda given: self._send(dict(head, headers=given)),
            lambda piece: self._send({"t": "chunk", "id": call_id}, piece),
        )

    def _begin_task(self, call):
        """A call of a coroutine function. The event is read here, so that large ones don't hold up the loop."""
        if not self._take(call):
            return
        self._logs.bind(call.log)
        try:
            self._schedule(call, self._invoke(call))
        except BaseException as error:
            self._fail(call, error)

    def _invoke(self, call):
        body = call.take_body()
        event, cloud_event = read_event(call.frame["request"]["headers"], body)
        context = create_context(self._load, call.frame, body, call.signal, cloud_event)
        del body
        return self._handle(event, context)

    def _schedule(self, call, awaitable):
        """Makes a task of an awaitable, in the running context, so that what it prints is tied."""
        loop = self._loop.start()

        async def finish():
            try:
                result = await awaitable
                streamed = None if result is _STREAMED else stream_of(result)
                if streamed is not None and is_async_iterator(streamed[2]):
                    streamed, result = None, await self._stream_async(call, *streamed)
                if result is _STREAMED:
                    self._end_stream(call)
                elif streamed is None:
                    self._end(call, self._encode(result))
                else:
                    # Plain code may wait: that holds up a thread, not the loop.
                    self._threads.run(lambda: self._stream_on_thread(call, result))
            except BaseException as error:
                if is_cancellation(error):
                    raise
                self._fail(call, error)

        def settle(task):
            # Also a task that was cancelled before its first step, in which nothing of `finish` ran.
            if task.cancelled():
                getattr(awaitable, "close", _nothing)()
                self._fail(call, sys.modules["asyncio"].CancelledError("the call was cancelled"))

        def begin():
            task = loop.create_task(finish())
            task.add_done_callback(settle)
            with self._lock:
                call.task = task
                aborted = call.signal.aborted
            if aborted:
                task.cancel()

        loop.call_soon_threadsafe(begin)

    def _stream_on_thread(self, call, result):
        self._logs.bind(call.log)
        try:
            self._answer(call, result)
        except BaseException as error:
            self._fail(call, error)

    def _fail(self, call, error):
        failure = describe_failure(error, "FUNCTION_FAILED", self._folder)
        is_echo = call.signal.aborted and (is_cancellation(error) or isinstance(error, GivenUp))
        if failure["code"] != "EVENT_INVALID" and not is_echo:
            print_failure(failure, call.log)
        self._end(call, failure=failure)

    def _close(self, call):
        with self._lock:
            del self._calls[call.frame["id"]]
        if call.log is not None:
            call.log.close()

    def _end_stream(self, call):
        self._close(call)
        self._send({"t": "end", "id": call.frame["id"]})

    def _end(self, call, answer=None, failure=None):
        call_id = call.frame["id"]
        self._close(call)
        if failure is not None:
            self._send(dict(failure, t="error", id=call_id))
        else:
            status, headers, body = answer
            self._send({"t": "result", "id": call_id, "status": status, "headers": headers}, body)


_GIVEN_UP = {
    "code": "FUNCTION_FAILED",
    "type": "CancelledError",
    "message": "the call was given up before it began",
    "stack": "",
}


#: What a coroutine answers that has sent its answer bit by bit.
_STREAMED = object()


def _nothing():
    pass


def _is_string(value):
    return isinstance(value, str)


def _is_id(value):
    return isinstance(value, str) or type(value) is int


def _is_count(value):
    return type(value) is int and value >= 0


def _is_request(value):
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("method", "path", "query"))
        and isinstance(value.get("headers"), dict)
    )


def _require(frame, **checks):
    for name, check in checks.items():
        if not check(frame.get(name)):
            raise MalformedFrame('a %s frame with a wrong "%s"' % (frame["t"], name))
