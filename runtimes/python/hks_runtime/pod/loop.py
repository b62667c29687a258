"""One thread that waits for sockets, pipes, timers and signals. The module asyncio would double the time of a start."""

import collections
import heapq
import itertools
import os
import select
import signal
import time


class Timer:
    """Calls a function later, unless it was cancelled."""

    def __init__(self, function):
        self.function = function

    def cancel(self):
        self.function = None


class Loop:
    """Nothing waits yet. All functions that it calls must not raise."""

    def __init__(self):
        self._poll = select.poll()
        #: (events, function) of each descriptor.
        self._watched = {}
        self._timers = []
        self._order = itertools.count()
        self._soon = collections.deque()
        self._signals = {}
        self._wakeup = None

    def watch(self, fd, on_readable=None, on_writable=None):
        """Calls one of the functions whenever the descriptor is ready, or has ended, until it is watched otherwise."""
        events = (select.POLLIN if on_readable else 0) | (select.POLLOUT if on_writable else 0)
        if events:
            self._poll.register(fd, events)
            self._watched[fd] = (on_readable, on_writable)
        elif self._watched.pop(fd, None):
            self._poll.unregister(fd)

    def call_soon(self, function):
        self._soon.append(function)

    def call_after(self, seconds, function):
        timer = Timer(function)
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), timer))
        return timer

    def on_signal(self, number, function):
        """Calls the function in its turn when the signal comes."""
        if self._wakeup is None:
            self._wakeup, write = os.pipe()
            os.set_blocking(self._wakeup, False)
            os.set_blocking(write, False)
            signal.set_wakeup_fd(write, warn_on_full_buffer=False)
            self.watch(self._wakeup, self._take_signals)
        self._signals[number] = function
        # The byte that is written to the pipe says all.
        signal.signal(number, _nothing)

    def run(self):
        """Never returns."""
        while True:
            for fd, events in self._poll.poll(self._next_timeout()):
                self._dispatch(fd, events)
            self._run_timers()
            for _ in range(len(self._soon)):
                self._soon.popleft()()

    def _next_timeout(self):
        if self._soon:
            return 0
        while self._timers and self._timers[0][2].function is None:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        # Rounded up: a timer that is a little early would be waited for again and again.
        return max(0, int((self._timers[0][0] - time.monotonic()) * 1000) + 1)

    def _dispatch(self, fd, events):
        # What was called before may have let go of it.
        on_readable, on_writable = self._watched.get(fd, (None, None))
        if on_writable and events & ~select.POLLIN:
            on_writable()
            on_readable, _ = self._watched.get(fd, (None, None))
        if on_readable and events & ~select.POLLOUT:
            on_readable()
        elif events & select.POLLNVAL:
            self._watched.pop(fd, None)

    def _run_timers(self):
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            function = heapq.heappop(self._timers)[2].function
            if function is not None:
                function()

    def _take_signals(self):
        for number in set(os.read(self._wakeup, 512)):
            function = self._signals.get(number)
            if function is not None:
                function()


def _nothing(_number, _frame):
    pass
