"""How the calls of a loaded handler are run, on a thread or the event loop, and each is answered once."""

import contextvars
import sys

from .answer import encode_answer, stream_of
from .answer_stream import GivenUp, Sender, is_async_iterator
from .context import create_context
from .event import read_event
from .failure import describe_failure, is_cancellation, print_failure
from .load_handler import is_coroutine_function
from .workers import Loop, Threads

#: What a coroutine answers that has sent its answer bit by bit.
_STREAMED = object()


class CallRunner:
    """`send` and `logs` are those of the core; `forget(call)` is called before a call is answered."""

    def __init__(self, send, logs, forget):
        self._send = send
        self._logs = logs
        self._forget = forget
        self._threads = Threads()
        self._loop = Loop()
        self._load = None
        self._folder = None
        self._handle = None

    def take_handler(self, load, folder, handle):
        """The code is loaded: `load` is its frame. Before the first `begin`."""
        self._load, self._folder, self._handle = load, folder, handle
        if is_coroutine_function(handle):
            self._loop.start()

    def cancel(self, task):
        """Cancels the task of a call, which answers then."""
        self._loop.start().call_soon_threadsafe(task.cancel)

    def begin(self, call):
        """Runs the handler, unless somebody has ended the call already, and answers."""
        # A call that was given up while it waited for the code has no log.
        if call.is_begun:
            return
        call.log = self._logs.open(call.frame.get("invocationId"))
        if is_coroutine_function(self._handle):
            contextvars.Context().run(self._begin_task, call)
        else:
            self._threads.run(lambda: self._run(call))

    def _run(self, call):
        """A call of a plain function, on a thread."""
        if not call.take():
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
            self.end(call, self._encode(result))
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
        if not call.take():
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
                    self.end(call, self._encode(result))
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
            if call.set_task(task):
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
        self.end(call, failure=failure)

    def _close(self, call):
        self._forget(call)
        if call.log is not None:
            call.log.close()

    def _end_stream(self, call):
        self._close(call)
        self._send({"t": "end", "id": call.frame["id"]})

    def end(self, call, answer=None, failure=None):
        """Answers it, with an answer or a failure."""
        call_id = call.frame["id"]
        self._close(call)
        if failure is not None:
            self._send(dict(failure, t="error", id=call_id))
        else:
            status, headers, body = answer
            self._send({"t": "result", "id": call_id, "status": status, "headers": headers}, body)


def _nothing():
    pass
