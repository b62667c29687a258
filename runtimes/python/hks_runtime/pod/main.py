"""Entry in a pod. The process for the handler is started before anything else is read: its start is most of a cold start."""

import os
import sys

from .handler_process import start_handler
from .settings import Settings, WrongSetting

_EXIT_USAGE = 64


def main():
    """Returns the exit code of wrong settings, else not at all."""
    try:
        settings = Settings(sys.argv[2:], os.environ)
    except WrongSetting as error:
        sys.stderr.write("hks runtime: %s\n" % error)
        return _EXIT_USAGE
    first = start_handler(_serve)
    from .supervise import Supervisor

    Supervisor(settings, first).run()


def _serve(fd):
    from ..fd_main import serve

    serve(fd)
