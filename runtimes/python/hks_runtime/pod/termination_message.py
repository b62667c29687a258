"""Where Kubernetes looks for the reason of a container's end."""

import os

_PATH = "/dev/termination-log"
# What Kubernetes keeps of it.
_MOST_BYTES = 4096


def write_termination_message(text):
    """Writes it, where a container has such a file."""
    if not os.path.exists(_PATH):
        return
    try:
        with open(_PATH, "wb") as file:
            file.write(text.encode("utf-8", "replace")[:_MOST_BYTES])
    except OSError:
        # The same is the last of stderr.
        pass
