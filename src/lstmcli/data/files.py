"""Open, decompress and sample one file or pipe, and refuse binary files."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

from lstmcli.data.bounds import read_whole
from lstmcli.errors import DataError

HEAD_BYTES = 1 << 18  # bytes at the start that format, encoding and columns are detected from
WIDE_LINES, WIDE_BYTES = 3, 1 << 22  # lines that are read even if they are longer, and the maximum bytes of each
CHUNKS = 16  # further places of a large file that its encoding is detected from
CHUNK_BYTES = 1 << 16

MAX_UNPACKED, MAX_RATIO = 1 << 28, 200
"""A file is refused as a gzip bomb if it decompresses to more bytes, at a higher ratio.  The ratio of text is 3 to 10,
of logs 50 at most; gzip can reach 1,000."""

MAX_LOOK = 1 << 26  # bytes of a compressed file that are decompressed to detect its columns

GZIP = b"\x1f\x8b"
_FEWEST_RETURNS = 2  # minimum lines at the start of a file that end as on old Macs
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")

# First bytes of files that people hand over by mistake: https://en.wikipedia.org/wiki/List_of_file_signatures
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program (ELF)"),
    (b"PK\x03\x04", "a zip archive (or a Word, Excel or numpy file, which are zip archives)"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"version https://git-lfs", "a pointer of Git LFS in place of the data (git lfs pull fetches it)"),
    *((b"\x80" + bytes([version]), "a Python pickle") for version in range(2, 6)),
)
_CONTROL = bytes({*range(9), *range(14, 32)} - {0x1B})
"""Control characters, rare in text; escape (0x1B) is common in logs."""


@dataclass(frozen=True)
class Input:
    """A file, bytes in memory, or a stream, which can be read only once."""

    path: str  # the name in messages; without `stream` and `data`, the file to open
    stream: BinaryIO | None = None
    data: bytes | None = None
    mac: bool = False  # lines end with \r alone, as on old Macs; they are read as if they ended with \n

    @property
    def pipe(self) -> bool:
        return self.stream is not None

    @property
    def suffixes(self) -> list[str]:
        """File name endings in lower case, the last first, ``.gz`` left out."""
        if self.pipe or self.data is not None:
            return []
        return [s.lower() for s in reversed(Path(self.path).suffixes) if s.lower() != ".gz"]

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A buffered stream of decompressed bytes; errors while reading become ``DataError``."""
        try:
            if self.stream is not None:
                yield _unpacked(_peekable(self.stream), self.path)
            elif self.data is not None:
                yield self._lines(_unpacked(_peekable(io.BytesIO(self.data)), self.path))
            else:
                with Path(self.path).open("rb") as file:
                    yield self._lines(_unpacked(file, self.path))
        except EOFError as error:
            hint = "the file was cut short: fetch or write it again"
            raise DataError("the gzip data ends too early", path=self.path, hint=hint) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            hint = "fetch or write the file again"
            raise DataError(f"the gzip data is damaged ({error})", path=self.path, hint=hint) from error
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or error}", path=self.path) from error

    def _lines(self, file: BinaryIO) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(MacLines(file), CHUNK_BYTES)) if self.mac else file

    def head(self) -> bytes:
        """The first bytes, decompressed; not for a stream."""
        with self.open() as file:
            head = file.read(HEAD_BYTES)
            if len(head) == HEAD_BYTES and head.count(b"\n") < WIDE_LINES:  # lines of very many columns
                head += b"".join(file.readline(WIDE_BYTES) for _ in range(WIDE_LINES))
            unpacked = isinstance(file, Unpacked)
        if self.data is None and Path(self.path).suffix.lower() == ".gz" and head and not unpacked:
            raise DataError("named .gz, but not gzipped", path=self.path, hint="take .gz off its name")
        return head

    def samples(self, head: bytes) -> list[bytes]:
        """Whole lines from the start and from places spread over the file."""
        if len(head) < HEAD_BYTES:
            return [head]
        cut = head.rfind(b"\n") + 1
        samples = [head[:cut] if cut else head]
        with self.open() as file:
            if isinstance(file, Unpacked):
                return [sample for sample in (*samples, *self._unpacked[0]) if sample]
            size = file.seek(0, io.SEEK_END)
            for i in range(CHUNKS):
                file.seek(HEAD_BYTES + (size - HEAD_BYTES) * i // CHUNKS)
                chunk = file.read(CHUNK_BYTES)
                samples.append(chunk[chunk.find(b"\n") + 1 : chunk.rfind(b"\n") + 1])
        return [sample for sample in samples if sample]

    @cached_property
    def _unpacked(self) -> tuple[list[bytes], bool]:
        """Whole lines from places spread over a compressed file, which is read once; and whether there is more."""
        places: list[bytes] = []
        every, seen = 1, 0
        with suppress(DataError), self.open() as file:  # damage is reported when it is read
            while (block := file.read(CHUNK_BYTES)) and seen < MAX_LOOK // CHUNK_BYTES:
                if seen % every == 0:
                    places.append(block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1])
                seen += 1
                if len(places) == 2 * CHUNKS:
                    places, every = places[::2], 2 * every
        return places[max(1, HEAD_BYTES // CHUNK_BYTES // every) :], seen == MAX_LOOK // CHUNK_BYTES

    @property
    def seen_in_part(self) -> bool:
        """Whether a compressed file was sampled without its end, because it is too long."""
        return "_unpacked" in vars(self) and self._unpacked[1]

    def read_all(self, check: Callable[[bytes], object] = len) -> bytes:
        """Everything; see ``read_whole``."""
        with self.open() as file:
            return read_whole(file, self.path, check)


def refuse_binary(head: bytes, path: str, *, any_bytes: bool = False) -> None:
    """Raises ``DataError`` for bytes that are not text.

    Args:
        any_bytes: look at signatures only: the encoding is a wide one, or the user said what the file is.
    """
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            raise DataError(f"this is {name}, not text", path=path, hint="give a text file, CSV, JSON or Parquet")
    if any_bytes or not head:
        return
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > max(8, 0.05 * len(head)):
        found = f"{control:,} of its first {len(head):,} bytes are control characters"
        hint = "give a text file, CSV, JSON or Parquet; if it is text after all, say so with --input-format"
        raise DataError(f"this is a binary file, not text ({found})", path=path, hint=hint)


def _peekable(stream: BinaryIO) -> BinaryIO:
    """The stream with a ``peek`` method, which returns what has arrived without waiting for more."""
    return stream if hasattr(stream, "peek") else cast(BinaryIO, io.BufferedReader(cast(Any, stream)))


def _unpacked(file: BinaryIO, path: str) -> BinaryIO:
    start = cast(io.BufferedReader, file).peek(2)[:2]
    return cast(BinaryIO, Unpacked(file, path)) if start == GZIP else file


def refuse_bomb(packed: int, what: str, unpacked: int, path: str, hint: str) -> None:
    """Raises DataError for more than ``MAX_UNPACKED`` bytes out of less than a ``MAX_RATIO``-th of that."""
    if unpacked > MAX_UNPACKED and unpacked > MAX_RATIO * packed:
        message = f"{packed:,} {what} hold more than {MAX_UNPACKED:,}: no text packs so well"
        raise DataError(message, path=path, hint=hint)


class Unpacked(io.BufferedReader):
    """Decompressed gzip data; refuses gzip bombs."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        super().__init__(_Bounded(file, path), CHUNK_BYTES)


class _Bounded(io.RawIOBase):
    """A raw stream of decompressed gzip data; see ``refuse_bomb``."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._path, self._packed, self._unpacked = path, _Counted(file), 0
        self._gzip = gzip.GzipFile(fileobj=cast(BinaryIO, self._packed), mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._gzip.read1(len(buffer))
        buffer[: len(data)] = data
        self._unpacked += len(data)
        hint = "if it is meant, unpack it first: gzip -d"
        refuse_bomb(self._packed.count, "gzipped bytes", self._unpacked, self._path, hint)
        return len(data)


class _Counted:
    """A stream that counts the bytes read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.count = file, 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


# Old Macs, and Excel's "CSV (Macintosh)", end lines with \r alone.


def ends_as_on_macs(head: bytes) -> bool:
    """Whether \\r ends the lines: there is no \\n, and no NUL as UTF-16 has it."""
    return b"\n" not in head and b"\0" not in head and head.count(b"\r") >= _FEWEST_RETURNS


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
