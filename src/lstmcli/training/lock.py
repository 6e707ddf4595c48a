"""A lock file beside the model, so that only one training at a time writes to an output directory.

The kernel releases the lock when the process ends in any way.  Where files cannot be locked (some network file systems,
Windows), the file names the process, and the lock is stale if that process no longer exists.  If the file cannot be
created, training continues without a lock.
"""

from __future__ import annotations

import errno
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lstmcli.errors import OutputError

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
_ATTEMPTS = 20
_MAX_BYTES = 1000
_handed_over: dict[Path, int] = {}
"""Lock files that this process holds for a training that has not taken them over yet."""


def lock_file(target: Path) -> Path:
    """The lock file of a training that writes to ``target``."""
    real = Path(os.path.realpath(target))
    return real.with_name(f".{real.name}.training")


@contextmanager
def claimed(target: Path, *, for_later: bool = False) -> Iterator[None]:
    """Hold the lock of ``target`` inside the block.

    Args:
        for_later: the next ``claimed`` of this process for the same target takes over this lock.

    Raises:
        OutputError: another training holds the lock.
    """
    path = lock_file(target)
    if not for_later and _handed_over.get(path):
        _handed_over[path] -= 1
        yield
        return
    made = _make_parents(path)
    descriptor = _open(path, target)
    if for_later:
        _handed_over[path] = 1
    try:
        yield
    finally:
        if for_later:
            _handed_over.pop(path, None)
        if descriptor is not None:
            with suppress(OSError):
                path.unlink()
            os.close(descriptor)
        for parent in made:
            with suppress(OSError):  # not empty: it holds the model
                parent.rmdir()


def _make_parents(path: Path) -> list[Path]:
    """Create missing parents; returns them, innermost first."""
    made: list[Path] = []
    with suppress(OSError):
        for parent in reversed([p for p in path.parents if not p.exists()]):
            parent.mkdir()
            made.insert(0, parent)
    return made


def _open(path: Path, target: Path) -> int | None:
    """The locked file; None if there can be no lock file.  Raises: OutputError."""
    for _ in range(_ATTEMPTS):
        descriptor = _opened(path)
        if descriptor is None:
            return None
        try:
            locked = _lock(descriptor)
            if locked is False or (locked is None and _lives(descriptor)):
                raise _taken(descriptor, path, target, sure=locked is False)
            if _is(descriptor, path):  # otherwise the previous holder removed it after we opened it
                _sign(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    return None


def _opened(path: Path) -> int | None:
    """Open the file without following links; read-only if it belongs to another user."""
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    for mode in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with suppress(OSError, ValueError):
            return os.open(path, mode | flags, 0o644)
    return None


def _lock(descriptor: int) -> bool | None:
    """True: locked; False: another process has the lock; None: the file system does not support locks."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError as error:
        return None if error.errno in _NO_LOCKS else False


def _is(descriptor: int, path: Path) -> bool:
    """Whether ``path`` is still the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except OSError:
        return False


def _sign(descriptor: int) -> None:
    """Write the process that holds the lock into the file, unless the disk is full."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        mine = {"process": os.getpid(), "host": platform.node(), "started": _started(os.getpid())}
        os.pwrite(descriptor, json.dumps(mine).encode(), 0)


def _signed(descriptor: int) -> tuple[int, str, str]:
    """Process id, host and start time of the holder; empty if not recorded."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        found = json.loads(os.read(descriptor, _MAX_BYTES))
        return int(found["process"]), str(found["host"]), str(found["started"])
    return 0, "", ""


def _lives(descriptor: int) -> bool:
    """Whether the recorded process still exists; a process on another host is assumed to exist."""
    process, host, started = _signed(descriptor)
    if not process:
        return False
    if host != platform.node():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return _started(process) == started


def _started(process: int) -> str:
    """Start time of a process in clock ticks, because process ids are reused; empty without /proc."""
    with suppress(OSError, IndexError):
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        return status.rpartition(")")[2].split()[19]
    return ""


def _taken(descriptor: int, path: Path, target: Path, *, sure: bool) -> OutputError:
    process, host, _ = _signed(descriptor)
    who = f"process {process}" if process else "another process"
    if host and host != platform.node():
        who += f" on {host}"
    elif process == os.getpid():
        who = "this process"
    hint = "wait until it has ended, or choose another place with -o/--output"
    if not sure:
        hint += f"; if there is no such process any more, remove {path}"
    return OutputError(f"another training ({who}) is writing there", path=target, hint=hint)
