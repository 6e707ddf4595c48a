"""What glibc's malloc is told, seen by what it does; elsewhere nothing happens and nothing fails."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from lstmcli import malloc

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's malloc")
FREED = """
import ctypes, resource, sys
from lstmcli import malloc
if sys.argv[1] == "keep":
    malloc.keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes, libc.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
def step():
    at = libc.malloc(8 << 20)
    ctypes.memset(at, 1, 8 << 20)
    libc.free(at)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@glibc
def test_what_is_freed_is_kept_for_the_next_step() -> None:
    faults = []
    for how in ("keep", "leave"):
        # Two blocks at a time would raise the threshold by itself; a fixed one shows what is told.
        environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "131072"} if how == "leave" else dict(os.environ)
        command = [sys.executable, "-c", FREED, how]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        faults.append(int(done.stdout))
    assert faults[0] < 100 < 20 * 1024 < faults[1]  # pages of 4 kB


@glibc
def test_parameters_are_those_of_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(malloc, "_mallopt", lambda *pair: told.append(pair))
    malloc.keep_freed_memory()
    malloc.share_memory()
    assert told == [(-4, 0), (-1, 2**31 - 1), (-8, 2)]  # malloc.h: M_MMAP_MAX, M_TRIM_THRESHOLD, M_ARENA_MAX


def test_another_malloc_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(malloc.ctypes, "CDLL", lambda _: object())
    malloc.keep_freed_memory()
    malloc.share_memory()
