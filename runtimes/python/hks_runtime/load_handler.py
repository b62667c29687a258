"""Finds and imports the handler."""

import importlib
import importlib.util
import os
import sys
import types

from .failure import PlatformFailure

LONGEST_LIST = 12
# inspect.CO_VARARGS and CO_COROUTINE; importing inspect takes longer than all else here.
_VAR_POSITIONAL = 0x04
_COROUTINE = 0x80


def is_coroutine_function(function):
    """Whether a call of the function makes a coroutine, as far as that shows before calling it."""
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _COROUTINE)


def _not_found(message):
    raise PlatformFailure("HANDLER_NOT_FOUND", message)


def _list(names):
    return ", ".join(names[:LONGEST_LIST] + ["…"] if len(names) > LONGEST_LIST else names)


def _parse_handler(handler):
    module, _, name = handler.rpartition(".")
    module = module.replace("/", ".")
    if not name or not all(part.isidentifier() for part in module.split(".")):
        _not_found('handler "%s" must have the form module.function, such as main.handler' % handler)
    return module, name


def _find_module(folder, handler, module):
    base = os.path.join(folder, *module.split("."))
    for path in (base + ".py", os.path.join(base, "__init__.py")):
        if os.path.isfile(path):
            return path
    parent = os.path.dirname(base)
    prefix = os.path.relpath(parent, folder)
    there = sorted(name for name in os.listdir(parent) if name.endswith(".py")) if os.path.isdir(parent) else []
    instead = _list([os.path.normpath(os.path.join(prefix, name)) for name in there]) or "no module at all"
    wanted = os.path.basename(base)
    return _not_found('handler "%s" needs one of %s.py, %s/__init__.py; the source has %s' % (handler, wanted, wanted, instead))


def _import_file(module, path):
    """Imports from the very file, also when the standard library has a module of that name."""
    if "." in module:
        return importlib.import_module(module)
    folders = [os.path.dirname(path)] if path.endswith("__init__.py") else None
    spec = importlib.util.spec_from_file_location(module, path, submodule_search_locations=folders)
    created = importlib.util.module_from_spec(spec)
    sys.modules[module] = created
    spec.loader.exec_module(created)
    return created


def _pick(module, handler, name, shown):
    found = getattr(module, name, None)
    if callable(found):
        return found
    if hasattr(module, name):
        _not_found('handler "%s": %s in %s is a %s, not a function' % (handler, name, shown, type(found).__name__))
    own = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", None) == module.__name__]
    instead = _list(own) or "no function"
    return _not_found('handler "%s": %s does not define %s; it defines %s' % (handler, shown, name, instead))


def _positional_count(function):
    """(required, most) positional parameters; None for most when any number. None when it can't be told."""
    if type(function) is types.FunctionType and not hasattr(function, "__wrapped__") and not hasattr(function, "__signature__"):
        code = function.__code__
        most = None if code.co_flags & _VAR_POSITIONAL else code.co_argcount
        return code.co_argcount - len(function.__defaults__ or ()), most
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    takes_any = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    return sum(p.default is p.empty for p in positional), None if takes_any else len(positional)


def _adapt(function, handler):
    """A function of (event, context), from one that may take the event alone."""
    counts = _positional_count(function)
    if counts is None:
        return function
    required, most = counts
    if required > 2 or most == 0:
        taken = "no argument" if most == 0 else "%d arguments" % required
        raise TypeError('handler "%s" takes %s; it is called with (event) or (event, context)' % (handler, taken))
    if most != 1:
        return function
    if not is_coroutine_function(function):
        return lambda event, _context: function(event)

    async def with_event(event, _context):
        return await function(event)

    return with_event


def load_handler(folder, handler):
    """The handler as a function of (event, context). Raises HANDLER_NOT_FOUND, or whatever the module raised."""
    module, name = _parse_handler(handler)
    path = _find_module(folder, handler, module)
    imported = _import_file(module, path)
    return _adapt(_pick(imported, handler, name, os.path.relpath(path, folder)), handler)
