"""A process that loads the code and then answers calls, until it ends or hangs."""

from .handler_process import HandlerProcess
from .limits import cpu_excess
from .output_tail import OutputTail
from .pending_calls import PendingCalls
from .platform_answer import MAX_ANSWER_BYTES, STOPPED, crashed, failed

_LOAD_ID = "load"
_LOAD_SECONDS = 60


class LoadFailure:
    """Why the code can not be loaded: `place` is in the source, `trace` the stack, `lines` that with what was printed before."""

    def __init__(self, code, kind, message, lines, place="", trace=()):
        self.code = code
        self.type = kind
        self.message = message
        self.place = place
        self.trace = trace
        self.lines = lines


class Instance:
    """Loads the code into what start_handler started. `load` is what the load frame says of the function; of `settings` those
    count that say what it may use. The listener gets
    `on_loaded()` or `on_not_loaded(failure)`; `on_room()`, when it may take another call; `on_answer()`, when the function has
    answered one; `on_lost(reason)` once, when it takes no calls any more; `on_gone(instance)` at its end."""

    def __init__(self, loop, started, load, settings, hide, log, listener):
        self._load = load
        self._hide = hide
        self._log = log
        self._listener = listener
        self._tail = OutputTail()
        self._state = "loading"
        self._is_suspect = False
        self._process = HandlerProcess(
            loop, started, settings.memory_bytes, self._receive, self._take_line, self._on_end
        )
        self._cpu = _watch_cpu(loop, self._process, settings.cpu_seconds)
        self._calls = PendingCalls(
            loop,
            load["timeoutSeconds"],
            self._process.send,
            self._tail.mark,
            self._suspect,
            self._on_hung,
            self._on_fewer,
        )
        self._timer = loop.call_after(_LOAD_SECONDS, self._on_load_timeout)
        frame = {"t": "load", "id": _LOAD_ID, "environment": {}, "secrets": {}, "maxAnswerBytes": MAX_ANSWER_BYTES}
        self._process.send(dict(frame, **load))

    @property
    def pid(self):
        return self._process.pid

    def reaped(self, status):
        """Its process has ended."""
        self._process.reaped(status)

    def has_room(self, concurrency):
        """Whether it takes a call now, as one of so many at most; None for any number."""
        is_open = self._state == "open" and not self._is_suspect
        return is_open and (concurrency is None or len(self._calls) < concurrency)

    def call(self, call, caller):
        """See PendingCalls. What it returns gives the call up."""
        if self._cpu is not None:
            self._cpu.begin_call(len(self._calls))
        return self._calls.start(call, caller)

    def stop(self):
        """Ends it; who waits for an answer is told that it was stopped."""
        self._calls.fail_all(lambda entry: STOPPED)
        self._process.end()

    def _receive(self, frame, body):
        kind = frame["t"]
        if kind == "log":
            self._note(frame["stream"], frame["text"], frame.get("invocationId"), frame.get("truncated") or 0)
        elif kind == "ready":
            return
        elif self._state == "loading":
            if kind == "error":
                self._refuse(_load_failure(frame, self._hide, self._printed()))
                self._process.end()
            else:
                self._timer.cancel()
                self._state = "open"
                self._listener.on_loaded()
        else:
            self._lift()
            self._receive_answer(kind, frame, body)

    def _receive_answer(self, kind, frame, body):
        if kind == "result":
            self._listener.on_answer()
            if frame.get("stream") is True:
                self._calls.begin(frame["id"], frame["status"], frame["headers"])
            else:
                self._calls.answer(frame["id"], frame["status"], frame["headers"], body)
        elif kind == "error":
            if frame["code"] != "EVENT_INVALID":
                self._listener.on_answer()
            self._calls.fail(frame["id"], failed(frame, self._hide))
        elif kind == "chunk":
            self._calls.push(frame["id"], body)
        else:
            self._calls.end(frame["id"])

    def _take_line(self, stream, text, truncated):
        self._note(stream, text, self._calls.only(), truncated)

    def _note(self, stream, text, invocation_id, truncated):
        self._tail.add(stream, text, invocation_id)
        self._log.write(stream, text, invocation_id, truncated)

    def _printed(self, mark=0, invocation_id=None):
        return [(stream, self._hide(text)) for stream, text in self._tail.since(mark, invocation_id)]

    def _on_load_timeout(self):
        message = "Loading the code took longer than %d seconds." % _LOAD_SECONDS
        self._refuse(LoadFailure("LOAD_TIMEOUT", "LoadTimeout", message, _texts(self._printed())))
        self._process.end()

    def _on_end(self, end):
        if self._cpu is not None:
            self._cpu.stop()
        if self._state == "loading":
            self._refuse(_ended_early(end, _texts(self._printed())))
        self._lose("The process ended (%s)." % end.reason)
        self._state = "gone"
        self._calls.fail_all(lambda entry: crashed(end, self._printed(entry.mark, entry.invocation_id)))
        self._listener.on_gone(self)

    def _refuse(self, failure):
        self._timer.cancel()
        if self._state == "loading":
            self._state = "lost"
            self._listener.on_not_loaded(failure)

    def _suspect(self):
        self._is_suspect = True

    def _lift(self):
        """It answers, so it does not hang."""
        if self._is_suspect:
            self._is_suspect = False
            self._listener.on_room()

    def _on_hung(self):
        self._lose("A call did not end after its time was up (%d s)." % self._load["timeoutSeconds"])

    def _lose(self, reason):
        if self._state != "open":
            return
        self._state = "lost"
        self._listener.on_lost(reason)
        self._end_when_unawaited()

    def _on_fewer(self):
        self._end_when_unawaited()
        self._listener.on_room()

    def _end_when_unawaited(self):
        if self._state == "lost" and not self._calls.are_awaited():
            self._process.end()


def _texts(lines):
    return [text for _, text in lines]


def _watch_cpu(loop, process, seconds):
    if seconds is None:
        return None
    # Few functions need it, and each module costs at the start.
    from .cpu_watch import CpuWatch

    return CpuWatch(loop, process.pid, seconds, lambda: process.end(cpu_excess(seconds)))


def _ended_early(end, lines):
    if end.way_out is not None:
        message = "The process was ended while the code was loaded: %s. %s" % (end.reason, end.way_out)
        return LoadFailure("LIMIT_EXCEEDED", "LimitExceeded", message, lines)
    message = "The process ended while the code was loaded (%s)." % end.reason
    return LoadFailure("PROCESS_ENDED", "ProcessEnded", message, lines)


def _load_failure(frame, hide, printed):
    trace = [hide(line) for line in frame["stack"].split("\n") if line]
    place = ":".join(str(frame[part]) for part in ("file", "line", "column") if frame.get(part) is not None)
    return LoadFailure(frame["code"], frame["type"], hide(frame["message"]), _texts(printed) + trace, place, trace)
