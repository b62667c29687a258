"""Entry of the Python runtime. docs/runtime-protocol.md describes both ways to run it."""

import os
import sys


def main():
    # Neither the function's folder nor the place where this program is installed gets __pycache__ folders.
    sys.dont_write_bytecode = True
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [here] + [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    # What the other way needs is not read: it would delay the start.
    if sys.argv[1:2] == ["--http"]:
        from hks_runtime.pod.main import main as run
    else:
        from hks_runtime.fd_main import main as run

    # The function's own main.py must be the one that "import main" finds.
    sys.path.remove(here)
    return run()


if __name__ == "__main__":
    sys.exit(main())
