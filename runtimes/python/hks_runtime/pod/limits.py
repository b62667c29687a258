"""Why a process was ended that used more than it may, in the words of the gateway."""

# Of the container's own control group: version 2, version 1.
_MEMORY_EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
_UNITS = ("Ki", "Mi", "Gi", "Ti")


class End:
    """How a process ended: a clause, and what to do about it, where it was ended for what it used."""

    def __init__(self, reason, way_out=None):
        self.reason = reason
        self.way_out = way_out


def count_memory_kills():
    """How many processes of this container the kernel has ended for their memory; 0 where nothing tells."""
    for path in _MEMORY_EVENTS:
        try:
            with open(path, encoding="latin-1") as file:
                counts = dict(line.split() for line in file)
            return int(counts.get("oom_kill", 0))
        except (OSError, ValueError):
            # The other version, or none.
            continue
    return 0


def memory_excess(count):
    """An end for memory; the bytes are None where nobody says how many there may be."""
    used = "memory than it may" if count is None else "than %s of memory" % _memory_text(count)
    return End("it used more %s" % used, "Raise resources.memory in function.yaml, or hold less at once.")


def cpu_excess(seconds):
    """An end for processor time."""
    unit = "second" if seconds == 1 else "seconds"
    return End(
        "it used more than %d %s of processor time for a call" % (seconds, unit),
        "Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.",
    )


def _memory_text(count):
    """An amount in the largest binary unit that leaves a whole number, such as `256Mi`."""
    unit = ""
    for larger in _UNITS:
        if count % 1024:
            break
        count, unit = count // 1024, larger
    return "%d%s" % (count, unit)
