"""Tells a file that does not parse from a SyntaxError that running code raises, as `compile` and `int` do."""

import os
from importlib.machinery import SourceFileLoader

from .failure import PlatformFailure

#: What the parser raises: ValueError for a null byte, before Python 3.12.
REFUSALS = (SyntaxError, ValueError)


def source_invalid(cause, path, folder):
    """The refusal of a file that does not parse. `cause` is what the parser raised."""
    place = {"line": getattr(cause, "lineno", None), "column": getattr(cause, "offset", None)}
    details = {name: value for name, value in place.items() if isinstance(value, int) and value > 0}
    details.update(type=type(cause).__name__, file=os.path.relpath(path, folder))
    return PlatformFailure("SOURCE_INVALID", getattr(cause, "msg", None) or str(cause), details)


def load_watched(folder, load):
    """`load()`, where a failure of the import system to parse a file of the folder is raised as SOURCE_INVALID."""
    failures = []
    parse = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, *args, **options):
        try:
            return parse(self, data, path, *args, **options)
        except REFUSALS as error:
            failures.append((error, path))
            raise

    SourceFileLoader.source_to_code = source_to_code
    try:
        return load()
    except REFUSALS as error:
        for failure, path in failures:
            if failure is error and path.startswith(folder + os.sep):
                raise source_invalid(error, path, folder) from error
        raise
    finally:
        SourceFileLoader.source_to_code = parse
