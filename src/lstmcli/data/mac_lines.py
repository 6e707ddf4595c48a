"""Bytes of text whose lines end with \\r alone, as old Macs and Excel's "CSV (Macintosh)" write them."""

from __future__ import annotations

import io
import re
from typing import Any, BinaryIO

FEWEST = 2
"""Minimum number of such line ends at the start of a file."""


def ends_as_on_macs(head: bytes) -> bool:
    """Whether \\r ends the lines: there is no \\n, and no NUL as UTF-16 has it."""
    return b"\n" not in head and b"\0" not in head and head.count(b"\r") >= FEWEST


_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")


def is_mac_roman(head: bytes) -> bool:
    """Whether bytes that are no UTF-8 are Mac Roman: its accented letters are 80 to 9F, those of Windows C0 to FF.

    Chinese and its like have such bytes side by side.
    """
    high = [byte for byte in head if byte > 0x7F]
    letters, windows = sum(byte <= 0x9F for byte in high), sum(byte >= 0xC0 for byte in high)
    return letters > windows and len(_ALONE.findall(head)) > 0.25 * len(high)


class MacLines(io.RawIOBase):
    """The bytes of ``file`` with \\n in place of \\r; places in the file stay what they are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(data)] = data
        return len(data)
