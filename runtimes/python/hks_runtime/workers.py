"""Where handlers run: plain functions each on a thread, coroutines as tasks of one event loop."""

import contextvars
import queue
import threading

# Enough for a hundred calls side by side, and below the 128 processes and threads that a sandbox may allow.
MOST_THREADS = 104


class Threads:
    """Runs work on threads that are kept; when all are busy, work waits."""

    def __init__(self):
        self._queue = queue.SimpleQueue()
        self._lock = threading.Lock()
        #: Threads that wait for work, less the work that waits for a thread.
        self._idle = 0
        self._count = 0

    def run(self, work):
        """Runs `work()`, which must not raise, in a context of its own."""
        with self._lock:
            needs_thread = self._idle <= 0 and self._count < MOST_THREADS
            if needs_thread:
                self._count += 1
            else:
                self._idle -= 1
        self._queue.put(work)
        if needs_thread:
            self._start()

    def _start(self):
        try:
            threading.Thread(target=self._serve, name="hks-call", daemon=True).start()
        except RuntimeError:
            with self._lock:
                self._count -= 1
                self._idle -= 1
                alone = self._count == 0
            # The sandbox allows no further thread: the work waits for one that exists.
            if alone:
                raise

    def _serve(self):
        while True:
            work = self._queue.get()
            contextvars.Context().run(work)
            # Not kept until the next call: it holds the event.
            del work
            with self._lock:
                self._idle += 1


class Loop:
    """One asyncio loop on a thread of its own, started when the first coroutine comes."""

    def __init__(self):
        self._loop = None
        self._lock = threading.Lock()

    def start(self):
        """The running loop. Safe from any thread."""
        with self._lock:
            if self._loop is None:
                import asyncio

                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._serve, name="hks-loop", daemon=True).start()
            return self._loop

    def _serve(self):
        import asyncio

        asyncio.set_event_loop(self._loop)
        while True:
            try:
                self._loop.run_forever()
            except (SystemExit, KeyboardInterrupt):
                # asyncio lets these out of a background task; the calls beside it go on.
                continue
