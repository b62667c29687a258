"""Failures as error frames carry them: code, type, message, stack; places are relative to the function's folder."""

import os
import sys

#: Of a message and of a stack, in UTF-16 units: with every one escaped, both fit into a frame of 1 MiB.
LONGEST_TEXT = 32768
RUNTIME_DIR = os.path.dirname(os.path.realpath(__file__)) + os.sep


class PlatformFailure(Exception):
    """A failure that the platform itself names. `code` is one of the protocol's error codes."""

    def __init__(self, code, message, details=None):
        super().__init__(message)
        self.code = code
        self.details = details or {}


def relative_paths(text, folder):
    """Takes the path of the function's folder out of a text."""
    return text.replace(folder + os.sep, "") if folder else text


def skip_runtime(trace):
    """The traceback from the first entry that is not this program's (or the import system's on its behalf)."""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not (name.startswith(RUNTIME_DIR) or name.startswith("<frozen importlib") or name.endswith("importlib/__init__.py")):
            return trace
        trace = trace.tb_next
    return None


def stack_of(error, folder):
    """The traceback as Python prints it, without this program's entries."""
    import traceback

    lines = traceback.format_exception(type(error), error, skip_runtime(error.__traceback__))
    return relative_paths("".join(lines), folder).rstrip("\n")


def describe_failure(error, code, folder):
    """The fields of an error frame for an exception. `folder` is the function's real folder."""
    if isinstance(error, PlatformFailure):
        name = "".join(part.capitalize() for part in error.code.split("_"))
        return {"code": error.code, "type": name, "message": str(error), "stack": ""}
    try:
        message = relative_paths(str(error), folder)
        stack = stack_of(error, folder)
    except BaseException:
        # An exception may fail to print itself, by any other one; it must be reported all the same.
        message, stack = "the exception can not be printed", ""
    return {"code": code, "type": _cut(type(error).__name__), "message": _cut(message), "stack": _cut(stack)}


def _cut(text):
    # A character beyond the first plane is escaped as two.
    longest = LONGEST_TEXT if text.isascii() else LONGEST_TEXT // 2
    return text if len(text) <= longest else "%s… (%d characters more)" % (text[:longest], len(text) - longest)


def locate_failure(error, folder):
    """{file, line} of the innermost code of the function that an exception passed, the file relative to `folder`."""
    inside = folder + os.sep
    located = {}
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(inside):
            located = {"file": path[len(inside) :], "line": trace.tb_lineno}
        trace = trace.tb_next
    return located


def describe_load_failure(error, folder):
    """The fields of the error frame of a load."""
    failure = describe_failure(error, "LOAD_FAILED", folder)
    if isinstance(error, PlatformFailure):
        failure.update(error.details)
    elif folder is not None:
        failure.update(locate_failure(error, folder))
    return failure


def print_failure(failure, log):
    """Writes a failure into the function's own log, as an uncaught exception would be."""
    log.err.end_line()
    log.err.write((failure["stack"] or failure["message"]) + "\n")


def is_cancellation(error):
    """Whether an exception says that asyncio cancelled the task; without importing asyncio for it."""
    module = sys.modules.get("asyncio")
    return module is not None and isinstance(error, module.CancelledError)
