"""Files of numbers that are mapped into memory: a magic line, a JSON object padded with spaces, then the numbers."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from numpy.typing import NDArray

from lstmcli.safe_files import open_own

T = TypeVar("T")


def head(magic: bytes, values: Mapping[str, Any], size: int) -> bytes:
    """The first ``size`` bytes of a file."""
    return (magic + json.dumps(values).encode()).ljust(size)


def read(path: Path, magic: bytes, size: int, content: Callable[[BinaryIO, dict[str, Any]], T | None]) -> T | None:
    """What ``content`` makes of a file, which it gets after the head, and of the values there.

    None if the file is missing, damaged, of another format, or of another user; checksums detect damage but not
    tampering, so files of other users are not trusted.
    """
    try:
        opened = open_own(path)
        if opened is None:
            return None
        with os.fdopen(opened, "rb") as file:
            start = file.read(size)
            values = json.loads(start.removeprefix(magic))
            return content(file, values) if start.startswith(magic) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def release(array: NDArray[Any]) -> None:
    """Give the pages of an array that is mapped back to the system; they are read again from the file."""
    if isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.base.madvise(mmap.MADV_DONTNEED)
