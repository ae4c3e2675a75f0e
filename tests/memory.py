"""How much memory this process has taken at most; for code that tests run in another one."""

from pathlib import Path


def peak():
    """Return it in MB.

    Linux counts the process that forks into `ru_maxrss`, which may be a large pytest; not here.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
