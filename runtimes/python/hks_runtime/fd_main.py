"""Loads one handler and answers calls that come as frames on a descriptor."""

import os
import sys

from .core import Core
from .fd_transport import FdTransport
from .logs import Logs


def main():
    """Returns the exit code of wrong arguments, else not at all."""
    options = sys.argv[3:]
    is_debugged = options[:1] == ["--debug"]
    if sys.argv[1:2] != ["--fd"] or not sys.argv[2:3] or not sys.argv[2].isdigit() or len(options) > 2 * is_debugged:
        sys.stderr.write("usage: python3 main.py --fd 3 [--debug [FOLDER]] | --http [PORT]\n")
        return 64
    egress = os.environ.pop("HKS_EGRESS_SOCKET", None)
    if egress is not None:
        from .egress import forward_egress

        forward_egress(egress)
    serve(int(sys.argv[2]), options[1:] if is_debugged else None)


def serve(fd, debugger=None):
    """Answers the frames of a descriptor; with `debugger` arguments for a process that is debugged. Never returns."""
    transport = FdTransport(fd)
    logs = Logs(transport.send)
    logs.capture()
    core = Core(transport.send, logs)
    if debugger is None:
        core.start()
    else:
        core.start_debugged(*debugger)
    transport.start(core.receive)
    # Modules are imported on the main thread: some may only be imported there.
    core.run_main_thread()
