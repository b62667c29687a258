"""The packages that were installed for a function."""

import os
import sys

_PLACE = os.path.join(".hks", "packages")
_FOR_EVERYBODY = ("site-packages", "dist-packages")


def add_packages(folder, elsewhere=None):
    """Puts them, those elsewhere or else those beside the code, on the path as a virtual environment has its own: behind the
    standard library, before what is installed for everybody."""
    packages = elsewhere or os.path.join(folder, _PLACE)
    if not os.path.isdir(packages):
        return
    import site

    before = list(sys.path)
    # Its .pth files name further folders.
    site.addsitedir(packages)
    added = [entry for entry in sys.path if entry not in before]
    at = next((i for i, entry in enumerate(before) if os.path.basename(entry) in _FOR_EVERYBODY), len(before))
    sys.path[:] = before[:at] + added + before[at:]
