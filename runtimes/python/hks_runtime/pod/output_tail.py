"""The last lines of a process, for the sentence that says why it ended."""

import collections

# Enough for a stack.
_KEPT = 50


class OutputTail:
    """Keeps the last fifty."""

    def __init__(self):
        self._lines = collections.deque(maxlen=_KEPT)
        self._added = 0

    def add(self, stream, text, invocation_id):
        self._lines.append((stream, text, invocation_id))
        self._added += 1

    def mark(self):
        return self._added

    def since(self, mark, invocation_id=None):
        """(stream, text), oldest first: the lines after the mark that belong to this invocation or to none; without one,
        all."""
        skipped = max(0, mark - (self._added - len(self._lines)))
        fresh = list(self._lines)[skipped:]
        return [(s, text) for s, text, owner in fresh if invocation_id is None or owner in (None, invocation_id)]
