"""Cuts what was written into lines."""

LONGEST_LINE_BYTES = 65536


class LineBuffer:
    """Calls `on_line(text, truncated_bytes)` for each line; a last line without newline waits for `flush`."""

    def __init__(self, on_line):
        self._on_line = on_line
        self._parts = []
        self._length = 0
        self._dropped = 0

    def push(self, text):
        lines = text.split("\n")
        for line in lines[:-1]:
            self._append(line)
            self._emit()
        self._append(lines[-1])

    def flush(self):
        if self._parts or self._dropped:
            self._emit()

    def _append(self, piece):
        # A character takes at least one byte, so a part this long fills the line whatever follows.
        if self._length > LONGEST_LINE_BYTES:
            self._dropped += len(piece.encode("utf-8", "replace"))
        elif piece:
            self._parts.append(piece)
            self._length += len(piece)

    def _emit(self):
        text = "".join(self._parts)
        truncated = self._dropped
        self._parts, self._length, self._dropped = [], 0, 0
        # One character takes at most four bytes.
        if len(text) * 4 > LONGEST_LINE_BYTES:
            encoded = text.encode("utf-8", "replace")
            if len(encoded) > LONGEST_LINE_BYTES:
                end = LONGEST_LINE_BYTES
                while encoded[end] & 0xC0 == 0x80:
                    end -= 1
                truncated += len(encoded) - end
                text = encoded[:end].decode("utf-8")
        self._on_line(text, truncated)
