"""Leads calls to the one process that serves, replaces it when it is lost, and lets calls wait meanwhile."""

import time

from .instance import LoadFailure
from .platform_answer import OVERLOADED, STOPPED, not_started, waited_too_long

# How long a call waits: longer than a load may take, so that a failed one is told.
_QUEUE_SECONDS = 65
_MOST_WAITING = 1000
_WAITING_PER_CALL = 10
_MOST_WAITING_BYTES = 128 * 1024 * 1024
# So many lost processes in that time, without an answer between them, are a crash loop.
_MOST_LOST = 5
_LOST_WITHIN_SECONDS = 60


class _Waiting:
    def __init__(self, call, caller):
        self.call = call
        self.caller = caller
        self.timer = None
        #: Gives it up, once it has begun.
        self.give_up = None


class Serving:
    """`open_instance(listener)` starts a process and loads the code. `on_ready()`: the first one has loaded;
    `on_fatal(failure)`: it has not, or one after the other is lost; `say(text)` tells of a replacement. It is the listener of
    its instances."""

    def __init__(self, loop, concurrency, open_instance, on_ready, on_fatal, say):
        self._loop = loop
        self._concurrency = concurrency or None
        self._longest = min(_WAITING_PER_CALL * concurrency, _MOST_WAITING) if concurrency else _MOST_WAITING
        self._open = open_instance
        self._on_ready = on_ready
        self._on_fatal = on_fatal
        self._say = say
        self._instances = {}
        self._current = None
        #: In the order in which they came.
        self._waiting = {}
        self._waiting_bytes = 0
        self._is_ready = False
        self._is_stopped = False
        self._lost = []

    def start(self):
        self._current = self._open(self)
        self._instances[self._current.pid] = self._current

    def reaped(self, pid, status):
        """A process has ended."""
        instance = self._instances.get(pid)
        if instance is not None:
            instance.reaped(status)

    def call(self, call, caller):
        """Makes a call; what it returns gives it up. See PendingCalls for what `caller` gets."""
        if not self._waiting and self._has_room():
            return self._current.call(call, caller)
        count = len(call.body)
        is_full = self._waiting and self._waiting_bytes + count > _MOST_WAITING_BYTES
        if is_full or len(self._waiting) >= self._longest:
            caller.fail(OVERLOADED)
            return lambda: None
        waiting = _Waiting(call, caller)
        waiting.timer = self._loop.call_after(_QUEUE_SECONDS, lambda: self._refuse(waiting, waited_too_long(_QUEUE_SECONDS)))
        self._waiting[waiting] = True
        self._waiting_bytes += count
        return lambda: waiting.give_up() if waiting.give_up else self._leave(waiting)

    def stop(self):
        """Ends all; who waits for an answer is told that it was stopped."""
        self._is_stopped = True
        self._refuse_all(STOPPED)
        for instance in list(self._instances.values()):
            instance.stop()

    def on_loaded(self):
        if not self._is_ready:
            self._is_ready = True
            self._on_ready()
        self.on_room()

    def on_not_loaded(self, failure):
        if not self._is_ready:
            self._on_fatal(failure)
            return
        self._say("A new process could not be started. %s: %s" % (failure.type, failure.message))
        self._refuse_all(not_started(failure))
        self._replace(failure)

    def on_room(self):
        while self._waiting and self._has_room():
            waiting = next(iter(self._waiting))
            self._leave(waiting)
            waiting.give_up = self._current.call(waiting.call, waiting.caller)

    def on_answer(self):
        self._lost = []

    def on_lost(self, reason):
        if not self._is_stopped:
            self._say("%s A new process takes its place." % reason)
            self._replace(LoadFailure("CRASH_LOOP", "ProcessEnded", reason, []))

    def on_gone(self, instance):
        self._instances.pop(instance.pid, None)

    def _has_room(self):
        return self._current is not None and self._current.has_room(self._concurrency)

    def _replace(self, failure):
        if self._is_stopped:
            return
        now = time.monotonic()
        self._lost = [at for at in self._lost if now - at < _LOST_WITHIN_SECONDS] + [now]
        if len(self._lost) < _MOST_LOST:
            self.start()
            return
        self._current = None
        self._refuse_all(not_started(failure))
        message = "%d processes were lost within %d seconds without an answer; the last one: %s"
        failure.message = message % (_MOST_LOST, _LOST_WITHIN_SECONDS, failure.message)
        failure.code = "CRASH_LOOP"
        # What the last one had under way is answered first.
        self._loop.call_soon(lambda: self._on_fatal(failure))

    def _leave(self, waiting):
        if self._waiting.pop(waiting, None):
            waiting.timer.cancel()
            self._waiting_bytes -= len(waiting.call.body)

    def _refuse(self, waiting, failure):
        self._leave(waiting)
        waiting.caller.fail(failure)

    def _refuse_all(self, failure):
        for waiting in list(self._waiting):
            self._refuse(waiting, failure)
