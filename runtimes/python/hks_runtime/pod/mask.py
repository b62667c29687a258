"""Hides the values of secrets in what is printed and answered."""

# A shorter value would mask half of every log.
_SHORTEST_MASKED = 4
_MASK = "***"


def create_mask(values):
    """A function that replaces the values in a text; those of fewer than four characters are left."""
    # A value of several lines is printed line by line.
    parts = {part for value in values for part in [value] + [line.strip() for line in value.split("\n")]}
    hidden = [part for part in parts if len(part) >= _SHORTEST_MASKED]
    if not hidden:
        return lambda text: text

    def hide(text):
        masked, end = [], 0
        for start, stop in sorted(span for value in hidden for span in _spans(value, text)):
            if start >= end:
                masked += [text[end:start], _MASK]
            end = max(end, stop)
        return "".join(masked) + text[end:]

    return hide


def _spans(value, text):
    """Where a value is. Where it overlaps itself there is one span."""
    spans = []
    start = text.find(value)
    while start >= 0:
        stop = start + len(value)
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
        start = text.find(value, start + 1)
    return spans
