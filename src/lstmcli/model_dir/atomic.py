"""A directory that appears whole or not at all.

The files are written into a hidden sibling of the target, flushed to the disk, and renamed.  A reader, or
a power cut, finds what was there before or what is there now, never half of it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lstmcli.errors import OutputError
from lstmcli.safe_files import open_folder, write_new

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
STALE = 3600.0
"""Seconds after which what lies beside a target is no longer being written: a save takes much less."""


def write_directory(target: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    """Put a directory of ``files`` at ``target``.

    Without ``replace`` the target must be absent or empty at the moment of the rename, so of two runs
    that write to one place the second fails instead of undoing the first.

    Raises:
        OutputError: nothing was written, and what was there before is still there.
    """
    with temporary_sibling(target) as new:
        with open_folder(new) as folder:
            for name, data in files.items():
                write_new(folder, name, [data])
        flush_directory(new)
        if replace and target.exists():
            _replace(target, new)
        else:
            new.rename(target)
        flush_directory(target.parent)


@contextmanager
def temporary_sibling(target: Path) -> Iterator[Path]:
    """A new empty directory beside ``target``, parents included; what is left of either is removed at the end.

    Opening and closing it tells whether ``target`` can be written.

    Raises:
        OutputError: for any failure of the file system, inside the block too.
    """
    if not target.name:
        raise OutputError("is not a place for a directory", path=target, hint="name a new directory with -o/--output")
    new = _beside(target, "tmp")
    made: list[Path] = []
    try:
        for parent in reversed([p for p in target.parents if not p.exists()]):
            parent.mkdir()
            made.append(parent)
        with suppress(OSError):  # a folder may be written to that cannot be read
            _clear_away(target)
        new.mkdir()
        yield new
    except OSError as error:
        raise OutputError(f"cannot be written: {reason_of(error, target)}", path=target, hint=hint_of(error)) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        for parent in reversed(made):
            with suppress(OSError):  # not empty: the target is in it
                parent.rmdir()


def _beside(target: Path, suffix: str) -> Path:
    """A hidden name beside the target, which nobody can foresee and take."""
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.{suffix}")


def _clear_away(target: Path) -> None:
    """Removes what killed runs left beside the target; an earlier model that was moved aside only if there is one."""
    suffixes = "tmp|old" if target.exists() else "tmp"
    pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d+)(-[0-9a-f]{{8}})?\.({suffixes})")
    for path in target.parent.iterdir():
        with suppress(OSError):
            named, found = pattern.fullmatch(path.name), path.lstat()
            ours = named is not None and found.st_uid == os.geteuid()
            if named and ours and (int(named[1]) == os.getpid() or time.time() - found.st_mtime > STALE):
                shutil.rmtree(path, ignore_errors=True)


def _replace(target: Path, new: Path) -> None:
    """Put ``new`` in the place of ``target``; the old one ends as ``new`` or is removed."""
    if _exchange(new, target):
        return
    aside = _beside(target, "old")
    target.rename(aside)
    try:
        new.rename(target)
    except BaseException as error:
        try:
            aside.rename(target)
        except OSError:
            raise OutputError(
                f"cannot be written: {error}", path=target, hint=f"the earlier one is safe: rename {aside} back"
            ) from error
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two paths in one step (Linux, renameat2); False where the system or the file system cannot."""
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    return bool(swap(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0)


def flush_directory(path: Path) -> None:
    """Make the names in a directory durable, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason_of(error: OSError, target: Path) -> str:
    if error.errno == errno.ENOTDIR:
        return f"{next(p for p in target.parents if p.exists())} is not a directory"
    return (error.strerror or str(error)).lower()


def hint_of(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space, or choose another place with -o/--output"
    if error.errno == errno.EFBIG:
        return "raise the limit on the size of files: ulimit -f unlimited"
    return "choose another place with -o/--output"
