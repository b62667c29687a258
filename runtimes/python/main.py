"""Entry of the Python runtime: loads one handler and answers calls. docs/runtime-protocol.md describes the frames."""

import os
import sys


def main():
    # Neither the function's folder nor the place where this program is installed gets __pycache__ folders.
    sys.dont_write_bytecode = True
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [here] + [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    from hks_runtime.core import Core
    from hks_runtime.egress import forward_egress
    from hks_runtime.fd_transport import FdTransport
    from hks_runtime.logs import Logs

    # The function's own main.py must be the one that "import main" finds.
    sys.path.remove(here)

    options = sys.argv[3:]
    is_debugged = options[:1] == ["--debug"]
    if sys.argv[1:2] != ["--fd"] or not sys.argv[2:3] or not sys.argv[2].isdigit() or len(options) > 2 * is_debugged:
        sys.stderr.write("usage: python3 main.py --fd 3 [--debug [FOLDER]]\n")
        return 64
    egress = os.environ.pop("HKS_EGRESS_SOCKET", None)
    if egress is not None:
        forward_egress(egress)
    transport = FdTransport(int(sys.argv[2]))
    logs = Logs(transport.send)
    logs.capture()
    core = Core(transport.send, logs)
    if is_debugged:
        core.start_debugged(*options[1:])
    else:
        core.start()
    transport.start(core.receive)
    # Modules are imported on the main thread: some may only be imported there.
    core.run_main_thread()
    return 0


if __name__ == "__main__":
    sys.exit(main())
