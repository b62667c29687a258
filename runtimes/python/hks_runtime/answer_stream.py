"""An answer that comes bit by bit: what a generator yields, sent no faster than the gateway gives credit."""

import threading

from .json_value import to_json

# What a chunk costs beside its bytes, so that very small ones are bounded as well.
_CHUNK_COST = 128
# Longer chunks are sent in pieces, so that other calls get their turn.
_LONGEST_PIECE = 65536

_BYTES = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/x-ndjson"


def is_async_iterator(value):
    """Whether a result comes bit by bit, from code that may wait."""
    return hasattr(type(value), "__aiter__")


def is_iterator(value):
    """Whether a result comes bit by bit, from plain code."""
    return hasattr(type(value), "__next__")


class GivenUp(Exception):
    """Nobody wants the rest of the answer."""


def _encode_chunk(value):
    """Bytes as they are, strings as UTF-8, any other value as one line of JSON. Raises RESULT_INVALID."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace"), _TEXT
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value), _BYTES
    return to_json(value) + b"\n", _JSON


class Credit:
    """What the gateway still takes of one answer. Threads wait in `wait`, coroutines with `on_change`."""

    def __init__(self, amount):
        self._left = amount
        self._closed = False
        self._changed = threading.Condition()
        #: Called on any change, on the thread that makes it.
        self.on_change = None

    def add(self, amount):
        self._change(amount, False)

    def close(self):
        """The call was given up: nobody waits any more."""
        self._change(0, True)

    def spend(self, count):
        with self._changed:
            self._left -= count + _CHUNK_COST

    def is_open(self):
        """Whether a chunk may be sent. Raises GivenUp."""
        if self._closed:
            raise GivenUp()
        return self._left > 0

    def wait(self):
        """Waits until a chunk may be sent. Raises GivenUp."""
        with self._changed:
            while not self.is_open():
                self._changed.wait()

    def _change(self, amount, closed):
        with self._changed:
            self._left += amount
            self._closed = self._closed or closed
            self._changed.notify_all()
            on_change = self.on_change
        if on_change is not None:
            on_change()


class Sender:
    """Sends one answer: `begin(headers)` once, with the type of the first chunk unless the handler named one, then
    `push(piece)`."""

    def __init__(self, headers, credit, begin, push):
        self._headers = headers
        self._credit = credit
        self._begin = begin
        self._push = push
        self._begun = False
        if "content-type" in headers:
            self._start(headers)

    def _start(self, headers):
        self._begun = True
        self._begin(headers)

    def _pieces(self, value):
        chunk, content_type = _encode_chunk(value)
        if not self._begun:
            self._start(dict(self._headers, **{"content-type": content_type}))
        return [chunk[at : at + _LONGEST_PIECE] for at in range(0, len(chunk), _LONGEST_PIECE)]

    def _send(self, piece):
        self._credit.spend(len(piece))
        self._push(piece)

    def run(self, iterator):
        """Sends all that an iterator gives, on this thread."""
        try:
            self._credit.wait()
            for value in iterator:
                for piece in self._pieces(value):
                    self._credit.wait()
                    self._send(piece)
                self._credit.wait()
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
        if not self._begun:
            self._start(self._headers)

    async def run_async(self, iterable):
        """Sends all that an asynchronous iterator gives, on the running loop."""
        import asyncio

        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        self._credit.on_change = lambda: loop.call_soon_threadsafe(changed.set)

        async def wait():
            while not self._credit.is_open():
                changed.clear()
                if not self._credit.is_open():
                    await changed.wait()

        iterator = type(iterable).__aiter__(iterable)
        try:
            await wait()
            async for value in iterator:
                for piece in self._pieces(value):
                    await wait()
                    self._send(piece)
                await wait()
        finally:
            self._credit.on_change = None
            close = getattr(iterator, "aclose", None)
            if close is not None:
                await close()
        if not self._begun:
            self._start(self._headers)
