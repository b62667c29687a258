"""Which files of a function do not parse: those that its code imports, and those that nothing imports."""

import os
import re
import sys

from .import_watch import REFUSALS, source_invalid

MOST_FILES = 100
MOST_BYTES = 256 * 1024
MOST_WARNINGS = 10
#: What others wrote, or what is not meant for this interpreter.
_FOREIGN = re.compile(r"\.|(?:node_modules|site-packages|__pycache__)$|.*\.(?:dist|egg)-info$")


def _list_sources(folder):
    """The function's own source files, nearest to its folder first."""
    folders = [folder]
    for current in folders:
        with os.scandir(current) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        if any(entry.name == "pyvenv.cfg" for entry in found):
            continue
        for entry in found:
            if _FOREIGN.match(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.name.endswith(".py") and entry.stat().st_size <= MOST_BYTES:
                yield entry.path


def _parse_failure(path):
    import warnings

    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(file.read(), path, "exec", dont_inherit=True)
        except REFUSALS as error:
            return error
        except (RecursionError, MemoryError):
            # Too deep for the parser: it is for Python to say when it imports it.
            pass
    return None


def _own_modules(folder):
    """Loaded modules of the function: path of the file and name."""
    inside = folder + os.sep
    loaded = {}
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(inside):
            loaded[path] = name
    return loaded


def check_sources(folder):
    """Looks at files that loading the function did not import. Raises SOURCE_INVALID for one that does not parse though a
    function that was loaded imports it whenever it runs; returns sentences about the others."""
    loaded = _own_modules(folder)
    faults = {}
    count = 0
    for path in _list_sources(folder):
        if path in loaded:
            continue
        count += 1
        if count > MOST_FILES or len(faults) == MOST_WARNINGS:
            break
        error = _parse_failure(path)
        if error is not None:
            faults[path] = error
    if faults:
        from .lazy_imports import find_lazy

        named = next((path for path in find_lazy(folder, loaded) if path in faults), None)
        if named is not None:
            raise source_invalid(faults[named], named, folder)
    return [_warning(os.path.relpath(path, folder), error) for path, error in faults.items()]


def _warning(path, error):
    line = getattr(error, "lineno", None)
    place = "%s, line %d" % (path, line) if line else path
    message = getattr(error, "msg", None) or error
    return "warning: %s: %s. The function is deployed, as its code can run without this file." % (place, message)
