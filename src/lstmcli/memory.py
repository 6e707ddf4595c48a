"""How much memory this process can use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Memory limits in cgroup v2 and v1."""
UNKNOWN = 1 << 33
"""Assumed if nothing is known: 8 GiB."""


def usable_memory() -> int:
    """Bytes: the least of the machine's memory, the container's limit and the address space limit (``ulimit -v``)."""
    return min(filter(None, (_physical(), _container(), _limit())), default=UNKNOWN)


def peak_memory() -> int:
    """Bytes that this process has taken at most; 0 if it is not known."""
    try:
        with Path("/proc/self/status").open(encoding="ascii") as file:  # getrusage would count the parent's, too
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _physical() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def _container() -> int:
    for path in _CGROUPS:
        try:
            return int(Path(path).read_text(encoding="ascii"))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return 0


def _limit() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return 0 if limit == resource.RLIM_INFINITY else limit
