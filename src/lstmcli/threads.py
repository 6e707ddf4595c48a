"""Threads: how many the program uses, and how many the system lets it start.

A limit on processes (``ulimit -u``, or the one of a container) also counts threads.  Libraries react badly to it:
libgomp ends the process, OpenBLAS sends it SIGINT, the tokenizers panic.  So it is found out before they are loaded.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from lstmcli.errors import LstmError

LIMITED = "the limit is on processes (ulimit -u, or the container's), or on memory: raise it, or use --threads 1"

_ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
}
_PER_THREAD = 256 << 20
"""Addresses: a stack, and a pool of the allocator, which is twice as large while it is made."""
_ROOM = 3 << 30
"""Addresses that all libraries take with a thread for each core; with less, one thread leaves most to the work."""
_limited = False


def cores() -> int:
    """Cores that this process may use; 1 where it cannot start the threads to use more."""
    if _limited:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def startable(most: int) -> int:
    """How many threads, up to ``most``, can be started beside those that are running.

    Under a limit on addresses (``ulimit -v``) nothing is tried: glibc would reserve 64 MB for each thread, for good.
    Where too few addresses are left, a thread may die before it has begun, and Python would wait for it for ever.
    """
    room = address_room()
    if room is not None:
        return min(most, max(0, room // _PER_THREAD))
    gate = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(most):
            thread = threading.Thread(target=gate.wait, daemon=True)
            thread.start()
            started.append(thread)
    except (RuntimeError, MemoryError):
        pass
    gate.set()
    for thread in started:
        thread.join()
    return len(started)


def address_room() -> int | None:
    """Bytes of addresses that this process may still take; None without a limit (``ulimit -v``)."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        taken = 0
    return limit - taken


def make_do() -> bool:
    """Make all libraries use one thread if there cannot be one for each core, or addresses are few; whether it had to.

    Called before any of them is loaded: they read the environment then.
    """
    global _limited
    room = address_room()
    enough = startable(cores()) == cores() if room is None else room >= _ROOM
    if _limited or enough:
        return False
    _limited = True
    os.environ.update(_ONE_THREAD)
    return True


def check_threads(count: int) -> None:
    """Raises LstmError if ``count`` threads cannot run at once, this one among them."""
    if startable(count - 1) < count - 1:
        raise LstmError(f"the system does not let {count} threads run at once", hint=LIMITED)
