"""Tuning of glibc's malloc; no effect with other C libraries.  https://man7.org/linux/man-pages/man3/mallopt.3.html"""

from __future__ import annotations

import ctypes
import os

M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8


def keep_freed_memory() -> None:
    """Keep freed memory for the next step.

    By default, blocks of a few megabytes are returned to the kernel at every step and faulted in again at the next: a
    quarter of the time of training with small batches.
    """
    _mallopt(M_MMAP_MAX, 0)
    _mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def share_memory() -> None:
    """Let threads share allocator arenas.

    By default, threads have arenas of their own, which become fragmented: a million texts took a quarter more memory
    than ten thousand.
    """
    _mallopt(M_ARENA_MAX, 2)


def _mallopt(parameter: int, value: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(parameter, value)
