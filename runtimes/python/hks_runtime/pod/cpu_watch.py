"""Keeps a process, with all that it starts, within the processor time of its calls."""

import os

_LOOK_SECONDS = 0.2
# What loading the code may use where a call may use less.
_LEAST_LOAD_SECONDS = 60


class CpuWatch:
    """Watches until `stop()`, and calls `on_excess()` once. Calls at the same time share what they may use, and what goes on
    after an answer counts, too."""

    def __init__(self, loop, root, seconds, on_excess):
        self._loop = loop
        self._root = root
        self._seconds = seconds
        self._on_excess = on_excess
        self._end = float("inf")
        # Allowed since the last look: nobody measures for it alone.
        self._anew = max(seconds, _LEAST_LOAD_SECONDS)
        self._timer = loop.call_after(_LOOK_SECONDS, self._look)

    def begin_call(self, others):
        """A call begins while there are so many others."""
        if others == 0:
            self._anew = self._seconds
        elif self._anew is not None:
            self._anew += self._seconds
        else:
            self._end += self._seconds

    def stop(self):
        self._timer.cancel()

    def _look(self):
        used = _used_seconds(self._root)
        if self._anew is not None:
            self._end = used + self._anew
            self._anew = None
        if used > self._end:
            self._on_excess()
        else:
            self._timer = self._loop.call_after(_LOOK_SECONDS, self._look)


def _used_seconds(root):
    """Seconds of processor time of a process and all that it has started."""
    processes = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            process = _read_process(name)
            if process is not None:
                processes[int(name)] = process

    def is_of_root(pid):
        # One whose parent has ended still has the session, unless it made its own.
        while pid in processes:
            parent, session, _ = processes[pid]
            if root in (pid, session):
                return True
            pid = parent
        return False

    ticks = sum(used for pid, (_, _, used) in processes.items() if is_of_root(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read_process(pid):
    """Parent, session and ticks of a process with those of its children that were waited for; None when it is gone."""
    try:
        with open("/proc/%s/stat" % pid, encoding="latin-1") as file:
            text = file.read()
    except OSError:
        return None
    # Behind the name, which may hold anything: state, ppid, pgrp, session, ..., utime, stime, cutime, cstime.
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), int(fields[3]), sum(map(int, fields[11:15]))
