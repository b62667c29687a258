"""The debugger of a process that is debugged: debugpy, from a folder that is named or of the interpreter itself."""

import importlib.util
import os
import sys


class NoDebugger(Exception):
    """There is no debugpy, or it does not work here."""


def open_debugger(folder=None):
    """Lets a debugger attach, on a port of its own. Answers what the ready frame tells of it, and what waits for one."""
    try:
        debugpy = _import_debugpy(folder)
        # Without a process of its own, which would outlive this one and has to find what this one may not list.
        host, port = debugpy.listen(("127.0.0.1", 0), in_process_debug_adapter=True)
    except Exception as error:
        raise NoDebugger("%s: %s" % (type(error).__name__, error)) from error
    return {"host": host, "port": port}, debugpy.wait_for_client


def _import_debugpy(folder):
    """From that very folder: what lies beside it is not the function's to find."""
    if folder is None:
        return importlib.import_module("debugpy")
    path = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location("debugpy", path, submodule_search_locations=[folder])
    module = importlib.util.module_from_spec(spec)
    sys.modules["debugpy"] = module
    spec.loader.exec_module(module)
    return module
