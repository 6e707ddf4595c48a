"""Write a directory atomically.

The files are written to a hidden sibling of the target, flushed to disk and renamed.  A reader, also after a power cut,
finds either the old or the new directory, never part of one.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lstmcli.errors import OutputError
from lstmcli.safe_files import check_links, open_folder, write_new

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_ELSEWHERE = "choose another place with -o/--output"
STALE = 3600.0
"""Seconds after which a temporary sibling is left over from a killed run; a save takes much less."""


def write_directory(target: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    """Write a directory of ``files`` at ``target``.

    Without ``replace`` the target must be absent or empty at the moment of the rename, so if two runs write to one
    place, the second fails instead of overwriting the first.

    Raises:
        OutputError: nothing was written, and the target is unchanged.
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


def replaceable(
    target: Path, what: str, expected: Callable[[Path, Collection[str]], Collection[str] | None], *, force: bool
) -> Path:
    """The target of a directory with links resolved, after checking that it may be written, or replaced.

    Args:
        what: what the directory is, with its article.
        expected: given a directory and the names in it, the names of the files that it may hold, or None if it is
            something else.
        force: replace one that is there already.

    Raises:
        OutputError: something else is there, or more than that, or one to be replaced without ``force``.
    """
    check_links(target)
    try:
        real = Path(os.path.realpath(target))
        if not os.path.lexists(real):
            return real
        if not real.is_dir():
            raise OutputError(f"is a file; {what} is a directory", path=target, hint=_ELSEWHERE)
        names = sorted(entry.name for entry in real.iterdir())
        if not names:
            return real
        if (known := expected(real, names)) is None:
            raise OutputError(f"is not empty and is not {what}", path=target, hint=_ELSEWHERE)
        foreign = [name for name in names if name not in known or not (real / name).is_file()]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot be read: {reason}", path=target, hint=_ELSEWHERE) from error
    if foreign:  # replacing would delete files that lstm did not write
        some = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise OutputError(f"holds more than {what}: {some}", path=target, hint=f"move it away, or {_ELSEWHERE}")
    if not force:
        raise OutputError(f"{what} is already there", path=target, hint=f"replace it with --force, or {_ELSEWHERE}")
    return real


@contextmanager
def temporary_sibling(target: Path) -> Iterator[Path]:
    """A new empty directory beside ``target``; missing parents are created.  Whatever is left is removed at the end.

    An empty block checks that ``target`` can be written.

    Raises:
        OutputError: for any file system error, inside the block too.
    """
    if not target.name:
        raise OutputError("is not a place for a directory", path=target, hint="name a new directory with -o/--output")
    new = _beside(target, "tmp")
    made: list[Path] = []
    try:
        for parent in reversed([p for p in target.parents if not p.exists()]):
            parent.mkdir()
            made.append(parent)
        with suppress(OSError):  # a folder may be writable but not readable
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
    """An unpredictable hidden name beside the target."""
    return target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.{suffix}")


def _clear_away(target: Path) -> None:
    """Remove what killed runs left beside the target; a model that was moved aside only if the target exists."""
    suffixes = "tmp|old" if target.exists() else "tmp"
    pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d+)(-[0-9a-f]{{8}})?\.({suffixes})")
    for path in target.parent.iterdir():
        with suppress(OSError):
            named, found = pattern.fullmatch(path.name), path.lstat()
            ours = named is not None and found.st_uid == os.geteuid()
            if named and ours and (int(named[1]) == os.getpid() or time.time() - found.st_mtime > STALE):
                shutil.rmtree(path, ignore_errors=True)


def _replace(target: Path, new: Path) -> None:
    """Replace ``target`` with ``new``; the old directory ends up at ``new`` or is removed."""
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
    """Swap two paths atomically (Linux, renameat2); False if the system or the file system does not support it."""
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    return bool(swap(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0)


def flush_directory(path: Path) -> None:
    """Flush the entries of a directory to disk, if the file system supports it."""
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
        return f"free some space, or {_ELSEWHERE}"
    if error.errno == errno.EFBIG:
        return "raise the limit on the size of files: ulimit -f unlimited"
    return _ELSEWHERE
