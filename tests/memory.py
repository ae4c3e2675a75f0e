"""How much memory this process takes, and has taken; for code that tests run in another one."""

import ctypes
import gc
import os
import re
import sys
import tempfile
from pathlib import Path

import psutil


def peak():
    """Return how many MB it was at most.

    Linux counts the process that forks into `ru_maxrss`, which may be a large pytest; not here.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Mallinfo(ctypes.Structure):
    """What glibc's mallinfo2 says of all arenas together, in bytes."""

    _fields_ = [
        (name, ctypes.c_size_t) for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


def open_widgets():
    """Return the widgets that are not closed, by their keys; ipywidgets 7 has them in the class."""
    from ipywidgets.widgets import widget

    return widget._instances if hasattr(widget, "_instances") else widget.Widget.widgets


def in_use():
    """Return how many MB of memory are in use: malloc's blocks and Python's small objects.

    What the process has got from the system says less: one block that stays holds the whole
    megabyte that Python has taken for it. In a row of equal examples that jumped by 10, once.
    """
    gc.collect()
    try:
        mallinfo = ctypes.CDLL("libc.so.6").mallinfo2
    except (OSError, AttributeError):  # not glibc
        return psutil.Process().memory_info().rss / 2**20
    mallinfo.restype = Mallinfo
    blocks = mallinfo()
    return (blocks.uordblks + blocks.hblkhd + small_objects()) / 2**20


def small_objects():
    """Return the bytes in Python's own blocks, which lie outside malloc's."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)  # the figures are written to the process' stderr
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(before, 2)
            os.close(before)
        file.seek(0)
        return int(
            re.search(rb"in allocated blocks += +([0-9,]+)", file.read())[1].replace(b",", b"")
        )
