"""Which files the functions of a module import when they run."""

import ast
import os


#: Python 3.9 knows no `match`, 3.10 no `except*`.
_CONDITIONAL = tuple(getattr(ast, name) for name in ("If", "Try", "TryStar", "Match", "While") if hasattr(ast, name))
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _always_runs(node):
    """The statements of a function that run whenever it does: nothing behind a condition, and nothing in a `try`, whose
    imports may fail on purpose."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        elif not isinstance(child, _CONDITIONAL + _INNER):
            yield from _always_runs(child)


def _lazy_statements(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _always_runs(node)


def _names(statement, package):
    """Absolute names of the modules that an import statement may import."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    parts = package.split(".") if package and statement.level else []
    parts = parts[: len(parts) - statement.level + 1] if parts else []
    base = ".".join(parts + ([statement.module] if statement.module else []))
    return [base] + ["%s.%s" % (base, alias.name) if base else alias.name for alias in statement.names]


def _files(folder, name):
    """Files that importing the name runs: its packages, and itself."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        base = os.path.join(folder, *parts[:count])
        for path in (base + ".py", os.path.join(base, "__init__.py")):
            if os.path.isfile(path):
                yield path, ".".join(parts[:count])


def find_lazy(folder, loaded):
    """Paths of the function's files that the functions of `loaded` ({path: name of the module}) import whenever they run,
    directly or through one another."""
    queue = list(loaded.items())
    seen = set(loaded)
    for path, name in queue:
        try:
            with open(path, "rb") as file:
                tree = ast.parse(file.read(), path)
        except (SyntaxError, ValueError):
            continue
        is_package = os.path.basename(path) == "__init__.py"
        package = name if is_package else name.rpartition(".")[0]
        # What is imported later runs its own top level only then.
        at_top = [] if path in loaded else list(_always_runs(tree))
        for statement in at_top + list(_lazy_statements(tree)):
            for imported in _names(statement, package):
                for found in _files(folder, imported):
                    if found[0] not in seen:
                        seen.add(found[0])
                        queue.append(found)
                        yield found[0]
