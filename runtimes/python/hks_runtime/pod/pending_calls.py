"""The calls that a process has not answered yet, also those whose caller no longer waits."""

import time

from .platform_answer import CALLER_GONE, timed_out

# What a runtime may send of one answer before its reader takes some (docs/runtime-protocol.md, "Streams").
_STREAM_WINDOW = 256 * 1024
_CHUNK_COST = 128
# How long a handler may take to heed a cancel before its process counts as hung.
_CANCEL_GRACE_SECONDS = 1


class _Entry:
    def __init__(self, call_id, invocation_id, caller, mark):
        self.id = call_id
        self.invocation_id = invocation_id
        self.caller = caller
        #: The place in the output where it began.
        self.mark = mark
        self.awaited = True
        self.begun = False
        self.taken = 0
        self.timer = None


class PendingCalls:
    """`send(frame, body=None)` writes to the process; `mark()` is a place in its output. `on_overdue()`: the time of a call is
    up, and its handler has yet to heed that; `on_hung()`: it did not; `on_fewer()`: a call has ended, or nobody waits for it
    any more.

    A caller gets, once: `answer(status, headers, body)` or `fail(failure)`; or `begin(status, headers)`, then
    `push(chunk, on_taken)` for each chunk, and `end()` or `fail(failure)`."""

    def __init__(self, loop, timeout_seconds, send, mark, on_overdue, on_hung, on_fewer):
        self._loop = loop
        self._seconds = timeout_seconds
        self._send = send
        self._mark = mark
        self._on_overdue = on_overdue
        self._on_hung = on_hung
        self._on_fewer = on_fewer
        self._entries = {}
        self._last_id = 0

    def __len__(self):
        return len(self._entries)

    def are_awaited(self):
        return any(entry.awaited for entry in self._entries.values())

    def only(self):
        """The invocation under way if there is only one."""
        return next(iter(self._entries.values())).invocation_id if len(self._entries) == 1 else None

    def start(self, call, caller):
        """Sends a call; what it returns gives it up, as its caller is gone."""
        self._last_id += 1
        entry = _Entry(str(self._last_id), call.invocation_id, caller, self._mark())
        self._entries[entry.id] = entry
        entry.timer = self._loop.call_after(self._seconds, lambda: self._time_out(entry))
        head = {
            "t": "call",
            "id": entry.id,
            "invocationId": call.invocation_id,
            "deadline": round((time.time() + self._seconds) * 1000),
            "credit": _STREAM_WINDOW,
            "request": call.request,
        }
        self._send(head, call.body)
        return lambda: self._give_up(entry, "client", CALLER_GONE)

    def answer(self, call_id, status, headers, body):
        self._settle(call_id, lambda entry: entry.caller.answer(status, headers, body))

    def fail(self, call_id, failure):
        self._settle(call_id, lambda entry: entry.caller.fail(failure))

    def begin(self, call_id, status, headers):
        entry = self._entries.get(call_id)
        # A second beginning breaks the protocol; the first one counts.
        if entry is not None and entry.awaited and not entry.begun:
            entry.begun = True
            entry.caller.begin(status, headers)

    def push(self, call_id, chunk):
        entry = self._entries.get(call_id)
        if entry is not None and entry.awaited and entry.begun:
            entry.caller.push(chunk, lambda: self._take(entry, len(chunk)))

    def end(self, call_id):
        self._settle(call_id, lambda entry: entry.begun and entry.caller.end())

    def fail_all(self, failure_of):
        for entry in list(self._entries.values()):
            self.fail(entry.id, failure_of(entry))

    def _time_out(self, entry):
        self._give_up(entry, "timeout", timed_out(self._seconds))
        self._on_overdue()
        entry.timer = self._loop.call_after(_CANCEL_GRACE_SECONDS, self._on_hung)

    def _give_up(self, entry, reason, failure):
        """The caller gets its answer now; the handler is told, and what it still answers is dropped."""
        if not entry.awaited:
            return
        entry.awaited = False
        entry.caller.fail(failure)
        self._send({"t": "cancel", "id": entry.id, "reason": reason})
        self._on_fewer()

    def _settle(self, call_id, tell):
        entry = self._entries.get(call_id)
        if entry is None:
            return
        if entry.awaited:
            tell(entry)
        entry.awaited = False
        entry.timer.cancel()
        del self._entries[call_id]
        self._on_fewer()

    def _take(self, entry, count):
        """What the reader has taken may be sent again; a frame for each small chunk would cost more than the chunk."""
        entry.taken += count + _CHUNK_COST
        if entry.awaited and entry.taken >= _STREAM_WINDOW // 4:
            self._send({"t": "credit", "id": entry.id, "credit": entry.taken})
            entry.taken = 0
