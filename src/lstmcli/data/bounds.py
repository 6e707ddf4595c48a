"""Bounds on what is held in memory before any of it can be used: a line, and a stream that is read to its end.

A file ends; a device or a pipe may never end.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, cast

from lstmcli.errors import DataError
from lstmcli.memory import usable_memory

MAX_LINE = 1 << 27  # maximum bytes of a line, row or prompt; text8, a corpus of one line, is smaller
MAX_WHOLE = 1 << 33  # maximum bytes of a stream or JSON file in memory; less on small machines
_SHARE = 4  # memory for decoded texts, as a multiple of their bytes
_BLOCK = 1 << 16


def too_long(what: str, path: str, line: int | None) -> DataError:
    """The error for a line or row longer than ``MAX_LINE``."""
    hint = "take a part of it" if line is None else "break the text into lines, as with: fold -s -w 10000"
    message = f"{what} of more than {MAX_LINE:,} bytes, the most that is read as one"
    return DataError(message, path=path, line=line, hint=hint)


def raw_lines(stream: BinaryIO, path: str, most: int = MAX_LINE) -> Iterator[bytes]:
    """The lines of a stream, each as soon as it arrives.

    A line with a NUL byte is not read to its end: it is not text.

    Raises:
        DataError: a line of more than ``most`` bytes.
    """
    number = 0
    while line := stream.readline(_BLOCK):
        number += 1
        if len(line) == _BLOCK and not line.endswith(b"\n") and b"\0" not in line:
            line = _longer(line, stream, path, number, most)
        yield line


def _longer(start: bytes, stream: BinaryIO, path: str, number: int, most: int) -> bytes:
    parts, size = [start], len(start)
    while part := stream.readline(_BLOCK):
        parts.append(part)
        size += len(part)
        if size > most:
            raise too_long("a line", path, number)
        if part.endswith(b"\n") or b"\0" in part:
            break
    return b"".join(parts)


def decoded_lines(stream: BinaryIO, decoder: Any, path: str, most: int = MAX_LINE) -> Iterator[str]:
    """The lines of a stream in an encoding that must be decoded from the start; the last may have no line end."""
    parts: list[str] = []
    number, size, data = 1, 0, b"start"
    while data:
        data = cast(io.BufferedReader, stream).read1(_BLOCK)
        *lines, rest = decoder.decode(data, final=not data).split("\n")
        for line in lines:
            yield "".join([*parts, line]) + "\n"
            parts, size, number = [], 0, number + 1
        parts.append(rest)
        size += len(rest)
        if size > most:
            raise too_long("a line", path, number)
    if tail := "".join(parts):
        yield tail


def most_in_memory() -> int:
    """Maximum bytes of a text that fits into this machine's memory."""
    return min(MAX_WHOLE, usable_memory() // _SHARE)


def _too_large(path: str, most: int) -> DataError:
    message = f"holds more than {most:,} bytes, the most that is read into memory here"
    return DataError(message, path=path, hint="take a part of it, or write one text a line into a file and name that")


def read_whole(stream: BinaryIO, path: str, check: Callable[[bytes], object] = len) -> bytes:
    """All bytes of a stream.

    Args:
        check: called with the first block; it may raise, so that an endless stream fails early.

    Raises:
        DataError: more than ``most_in_memory``.
    """
    data, most = bytearray(), most_in_memory()
    while block := stream.read(1 << 18):
        if not data:
            check(block)
        data += block
        if len(data) > most:
            raise _too_large(path, most)
    return bytes(data)


def joined(lines: Iterable[str], path: str) -> str:
    """Lines as one text.  Raises as ``read_whole``."""
    return "".join(_until(lines, most := most_in_memory(), _too_large(path, most)))


def prompt_of(lines: Iterable[str], path: str) -> str:
    """Lines as one prompt.

    Raises:
        DataError: it is longer than ``MAX_LINE``.
    """
    return "\n".join(_until(lines, MAX_LINE, too_long("a prompt", path, None)))


def _until(lines: Iterable[str], most: int, error: DataError) -> Iterator[str]:
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > most:
            raise error
        yield line
