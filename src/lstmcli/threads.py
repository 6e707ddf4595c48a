"""How many threads the program uses, and how many the system allows.

A limit on processes (``ulimit -u``, or a container's) also counts threads.  Libraries handle it badly: libgomp ends the
process, OpenBLAS sends it SIGINT, the tokenizers panic.  So it is checked before they are loaded.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from lstmcli.errors import LstmError

LIMITED = "raise the limit on processes (ulimit -u, or the container's) or on memory, or use --threads 1"

_ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
}
_PER_THREAD = 256 << 20
"""Address space of a thread: its stack and an allocator arena, which takes twice its size while it is created."""
_ROOM = 3 << 30
"""Address space that the libraries take with a thread per core; with less, one thread leaves more for the work."""
_limited = False


def cores() -> int:
    """Cores that this process may use; 1 if it cannot start threads for more."""
    if _limited:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def startable(limit: int) -> int:
    """How many more threads, up to ``most``, can be started.

    Under a limit on address space (``ulimit -v``) no thread is tried: glibc would keep 64 MB reserved for each, and if
    too little is left, a thread may die before it starts while Python waits for it for ever.
    """
    available = address_room()
    if available is not None:
        return min(limit, max(0, available // _PER_THREAD))
    gate = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(limit):
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
    """Bytes of address space left to this process; None without a limit (``ulimit -v``)."""
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


def limit_to_one() -> bool:
    """Make all libraries use one thread if there cannot be one per core, or if address space is scarce.

    Call it before any of them is loaded, because they read the environment then.  True on the call that sets the limit.
    """
    global _limited
    available = address_room()
    enough = startable(cores()) == cores() if available is None else available >= _ROOM
    if _limited or enough:
        return False
    _limited = True
    os.environ.update(_ONE_THREAD)
    return True


def check_threads(count: int) -> None:
    """Raise LstmError if ``count`` threads, including this one, cannot run at once."""
    if startable(count - 1) < count - 1:
        raise LstmError(f"the system does not allow {count} threads", hint=LIMITED)
