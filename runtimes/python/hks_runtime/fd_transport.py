"""The local transport: frames over one inherited duplex descriptor (a socket pair whose other end is the gateway's)."""

import collections
import os
import threading

from .frames import MalformedFrame, encode_frame, read_frame

READ_BYTES = 65536


class FdTransport:
    """Owns the descriptor. `send` returns when the kernel has taken the whole frame: a gateway that reads slowly slows
    the function down instead of filling its memory, and what was printed before a crash is not lost."""

    def __init__(self, fd):
        self._fd = fd
        self._begin_anew()
        os.set_blocking(fd, True)
        # A subprocess that kept the descriptor would hide the end of this process from the gateway.
        os.set_inheritable(fd, False)
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def send(self, header, body=None):
        """Writes one frame. Safe from any thread, also in the middle of writing another one: a signal handler or a
        finalizer may print at any point, and its frame then follows the one that it interrupted."""
        self._waiting.append([memoryview(part) for part in encode_frame(header, body) if len(part)])
        with self._lock:
            if self._is_writing:
                return
            self._is_writing = True
            try:
                while self._waiting:
                    self._write(self._waiting.popleft())
            except OSError:
                # The gateway is gone, so nobody is left to work for.
                os._exit(0)
            finally:
                self._is_writing = False

    def _begin_anew(self):
        self._waiting = collections.deque()
        self._lock = threading.RLock()
        self._is_writing = False

    def _write(self, buffers):
        while buffers:
            written = os.writev(self._fd, buffers)
            while buffers and written >= len(buffers[0]):
                written -= len(buffers.pop(0))
            if written:
                buffers[0] = buffers[0][written:]

    def start(self, on_frame):
        """Reads on a thread of its own, which sees the end of the stream even while the handler computes."""
        reader = threading.Thread(target=self._read, args=(on_frame,), name="hks-frames", daemon=True)
        # A debugger that stops all threads leaves this one alone: it has to see the end of the stream.
        reader.pydev_do_not_trace = True
        reader.is_pydev_daemon_thread = True
        reader.start()

    def _read(self, on_frame):
        try:
            with open(self._fd, "rb", buffering=READ_BYTES, closefd=False) as stream:
                while True:
                    frame = read_frame(stream)
                    if frame is None:
                        os._exit(0)
                    on_frame(*frame)
        except MalformedFrame as error:
            os.write(2, ("hks runtime: %s\n" % error).encode("utf-8", "replace"))
            os._exit(70)
        except OSError:
            os._exit(0)
        except BaseException:
            import traceback

            os.write(2, ("hks runtime: %s" % traceback.format_exc()).encode("utf-8", "replace"))
            os._exit(70)

    def _leave_to_parent(self):
        # Not just closed: the number would be given to the next file that the child opens.
        self._begin_anew()
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, self._fd, inheritable=False)
        os.close(nowhere)
