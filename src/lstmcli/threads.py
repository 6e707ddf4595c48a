"""Threads: how many the program uses, and how many the system lets it start.

A limit on processes (``ulimit -u``, or the one of a container) also counts threads.  Libraries react badly to it:
libgomp ends the process, OpenBLAS sends it SIGINT, the tokenizers panic.  So it is found out before they are loaded.
"""

from __future__ import annotations

import os
import threading

from lstmcli.errors import LstmError

LIMITED = "the limit is on processes (ulimit -u, or the container's), or on memory: raise it, or use --threads 1"

_ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
}
_limited = False


def cores() -> int:
    """Cores that this process may use; 1 where it cannot start the threads to use more."""
    if _limited:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def startable(most: int) -> int:
    """How many threads, up to ``most``, can be started beside those that are running.

    Under a limit on addresses (``ulimit -v``) nothing is tried: glibc would reserve 64 MB for each thread, for good.
    """
    if _addresses_limited():
        return most
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


def _addresses_limited() -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def make_do() -> bool:
    """Make all libraries use one thread if there cannot be one for each core; whether it had to.

    Called before any of them is loaded: they read the environment then.
    """
    global _limited
    if _limited or startable(cores()) == cores():
        return False
    _limited = True
    os.environ.update(_ONE_THREAD)
    return True


def check_threads(count: int) -> None:
    """Raises LstmError if ``count`` threads cannot run at once, this one among them."""
    if startable(count - 1) < count - 1:
        raise LstmError(f"the system does not let {count} threads run at once", hint=LIMITED)
