"""The process that holds the handler: the same program, with frames on a socket pair."""

import codecs
import os
import signal
import socket
import sys

from ..frames import MalformedFrame, encode_frame
from ..line_buffer import LineBuffer
from .answer_frames import FrameReader
from .limits import End, count_memory_kills, memory_excess
from .platform_answer import MAX_ANSWER_BYTES
from .wire import Wire

# How long output may take to arrive after the process ended while something that it started holds its pipes.
_DRAIN_SECONDS = 0.5
_READ_BYTES = 65536
_CHANNEL = 3
# Above all that this program has opened before it starts the first one.
_MOST_OPEN = 64
_EXIT_NOT_STARTED = 70


class Started:
    """A process that has been started and that nobody speaks with yet."""

    def __init__(self, pid, channel, out, err):
        self.pid = pid
        self.channel = channel
        self.out = out
        self.err = err


def start_handler(serve=None):
    """Starts a process with the environment of this one. With `serve` it is a copy of this process that goes on there with
    `serve(descriptor)`: that saves the start of an interpreter, but has to come before this process does anything else."""
    ours, theirs = socket.socketpair()
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            _become(theirs.detach(), out_end, err_end, serve)
        except BaseException as error:
            os.write(2, ("hks runtime: the process can not be started: %s\n" % error).encode("utf-8", "replace"))
        finally:
            os._exit(_EXIT_NOT_STARTED)
    theirs.close()
    os.close(out_end)
    os.close(err_end)
    return Started(pid, ours, out, err)


def _become(channel, out, err, serve):
    # A group of its own: it is ended with all that it starts, and hears no signal that is meant for this process.
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (err, 2), (channel, _CHANNEL)):
        os.dup2(source, target)
    os.set_inheritable(_CHANNEL, True)
    program = sys.argv[0]
    sys.argv[1:] = ["--fd", str(_CHANNEL)]
    if serve is None:
        os.execve(sys.executable, [sys.executable, "-IB", program, "--fd", str(_CHANNEL)], os.environ)
    os.closerange(_CHANNEL + 1, _MOST_OPEN)
    for name, fd in (("stdout", 1), ("stderr", 2)):
        # What is there was made for a file, perhaps, and this is a pipe.
        stream = open(fd, "w", encoding=getattr(sys, name).encoding, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    serve(_CHANNEL)


class HandlerProcess:
    """Speaks with it. Calls `on_frame(frame, body)`, `on_line(stream, text, truncated)` for the plain pipes, and
    `on_end(end)` once, when it has ended and what it wrote is read."""

    def __init__(self, loop, started, memory_bytes, on_frame, on_line, on_end):
        self._loop = loop
        self._on_end = on_end
        self._memory_bytes = memory_bytes
        self._kills_before = count_memory_kills()
        #: Why it was ended, and how it ended.
        self._ending = None
        self._how = None
        self._is_ended = False
        self._is_over = False
        self.pid = started.pid
        self._frames = FrameReader(on_frame, MAX_ANSWER_BYTES)
        self._open = {"channel", "out", "err"}
        self._channel = Wire(loop, started.channel, self._take, lambda: self._close("channel"))
        self._pipes = [
            _Pipe(loop, started.out, lambda text, cut: on_line("out", text, cut), lambda: self._close("out")),
            _Pipe(loop, started.err, lambda text, cut: on_line("err", text, cut), lambda: self._close("err")),
        ]

    def send(self, header, body=None):
        for part in encode_frame(header, body):
            if part:
                self._channel.write(part)

    def end(self, why=None):
        """Ends it with all that it started; `why` is then how it has ended."""
        if self._ending is None and not self._is_over:
            self._ending = why
        self._is_ended = True
        # A process that was waited for has no number any more; what it started keeps the number of the group.
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def reaped(self, status):
        """It has ended with this status of `waitpid`."""
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            is_for_memory = (
                number == signal.SIGKILL and not self._is_ended and count_memory_kills() > self._kills_before
            )
            how = End("signal %s" % signal.Signals(number).name)
            self._how = memory_excess(self._memory_bytes) if is_for_memory else how
        else:
            self._how = End("exit code %d" % os.WEXITSTATUS(status))
        self._loop.call_after(_DRAIN_SECONDS, self._finish)
        self._finish_when_read()

    def _take(self, data):
        if self._ending is not None:
            return
        # What a subprocess printed before the answer belongs to the call that the answer ends.
        for pipe in self._pipes:
            pipe.read()
        try:
            self._frames.push(data)
        except MalformedFrame as error:
            self.end(End("it broke the runtime protocol: %s" % error))

    def _close(self, name):
        self._open.discard(name)
        self._finish_when_read()

    def _finish_when_read(self):
        if self._how is not None and not self._open:
            self._finish()

    def _finish(self):
        if self._is_over:
            return
        self._is_over = True
        for pipe in self._pipes:
            pipe.close()
        self._channel.close()
        # What it started may live on.
        self.end()
        self._on_end(self._ending or self._how)


class _Pipe:
    """The lines of a plain pipe."""

    def __init__(self, loop, fd, on_line, on_end):
        self._loop = loop
        self._fd = fd
        self._on_end = on_end
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines = LineBuffer(on_line)
        os.set_blocking(fd, False)
        loop.watch(fd, self.read)

    def close(self):
        if self._fd is None:
            return
        self._lines.push(self._decoder.decode(b"", True))
        self._lines.flush()
        self._loop.watch(self._fd)
        os.close(self._fd)
        self._fd = None

    def read(self):
        """Takes what has arrived."""
        if self._fd is None:
            return
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        if data:
            self._lines.push(self._decoder.decode(data))
        else:
            self.close()
            self._on_end()
