"""A stream socket in a loop: what is written waits here while its reader does not take it."""

import collections

_READ_BYTES = 262144
#: What is joined before it is sent.
_SMALL = 65536


class Wire:
    """Calls `on_data(bytes)` for what arrives and `on_end()` once, when the other side has closed or the connection is cut. It owns the
    socket."""

    def __init__(self, loop, socket, on_data, on_end):
        self._loop = loop
        self._socket = socket
        self._on_data = on_data
        self._on_end = on_end
        #: (bytes that are left, function to call when they are sent).
        self._queue = collections.deque()
        self._is_reading = True
        self._closes_after = False
        self.is_closed = False
        socket.setblocking(False)
        self._watch()

    def write(self, data, on_sent=None):
        """Sends bytes behind those that wait; `on_sent()` is called when the system has taken them."""
        if self.is_closed or self._closes_after:
            return
        is_first = not self._queue
        self._queue.append((memoryview(data), on_sent))
        if is_first:
            self._flush()

    def pause(self):
        """Reads no more, and does not see the end, until it is resumed."""
        self._is_reading = False
        self._watch()

    def resume(self):
        if not self._is_reading:
            self._is_reading = True
            self._watch()

    def close_when_sent(self):
        """Takes nothing more to write, and closes when all is sent."""
        self._closes_after = True
        if not self._queue:
            self._end()

    def close(self):
        """At once. `on_end` is not called."""
        if self.is_closed:
            return
        self.is_closed = True
        self._queue.clear()
        self._loop.watch(self._socket.fileno())
        self._socket.close()

    def _watch(self):
        if not self.is_closed:
            readable = self._read if self._is_reading else None
            self._loop.watch(self._socket.fileno(), readable, self._flush if self._queue else None)

    def _end(self):
        if not self.is_closed:
            self.close()
            self._on_end()

    def _read(self):
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._on_data(data)
        else:
            self._end()

    def _flush(self):
        sent = []
        try:
            while self._queue:
                data, on_sent = self._joined()
                taken = self._socket.send(data)
                if taken < len(data):
                    self._queue[0] = (data[taken:], on_sent)
                    break
                self._queue.popleft()
                if on_sent is not None:
                    sent.append(on_sent)
        except BlockingIOError:
            pass
        except OSError:
            self._loop.call_soon(self._end)
            return
        self._watch()
        if self._closes_after and not self._queue:
            self._end()
        for function in sent:
            function()

    def _joined(self):
        """The first of the queue, with what can go in the same call to the system."""
        data, on_sent = self._queue[0]
        while len(self._queue) > 1 and on_sent is None and len(data) + len(self._queue[1][0]) <= _SMALL:
            self._queue.popleft()
            data = memoryview(bytes(data) + bytes(self._queue[0][0]))
            on_sent = self._queue[0][1]
            self._queue[0] = (data, on_sent)
        return self._queue[0]
