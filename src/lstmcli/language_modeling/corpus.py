"""A corpus as one long row of ids, in a file that is mapped into memory and found again by its key.

Characters and bytes are those of a file in UTF-8 with one line end after each line, the last one too, whatever
ends the lines of the source; words stand between white space.

The file: ``MAGIC``, a JSON object padded with spaces to ``HEAD`` bytes, then the ids, little-endian.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import DataError, OutputError
from lstmcli.safe_files import open_own
from lstmcli.tokenization.auto import SAMPLE
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID, Ids
from lstmcli.tokenization.stream_encoder import StreamEncoder

MAGIC = b"lstm corpus 1\n"
HEAD = 512
_LONG = 100_000
PART = 2**22
"""Ids that are counted at once."""
_WORD = re.compile(r"\S+")


@dataclass
class Counts:
    """How much text there is."""

    lines: int = 0
    characters: int = 0
    bytes: int = 0
    words: int = 0

    def add(self, line: str) -> int:
        """Counts a line and its end; returns its length in bytes."""
        size = len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
        self.lines += 1
        self.characters += len(line) + 1
        self.bytes += size + 1
        self.words += len(line.split()) if len(line) < _LONG else sum(1 for _ in _WORD.finditer(line))
        return size


@dataclass
class Survey(Counts):
    """What one reading of a text tells."""

    sample: list[str] = field(default_factory=list)
    """Lines from its start."""
    fingerprint: str = ""
    """sha256 of all lines, hexadecimal: of the text as it was read, whatever file it came from."""


@dataclass
class Corpus(Counts):
    """Ids of a text, [N]; ``len`` is N."""

    unknown: int = 0
    """Ids that are the unknown token."""
    ids_from_start: NDArray[np.uint16] | NDArray[np.int32] = field(
        default_factory=lambda: np.array([END_ID], np.uint16)
    )
    """[1 + N], the ids behind the ``</s>`` that starts a text; uint16 where the vocabulary allows; read-only."""
    path: Path | None = None
    """The file that they are mapped from, where it has a name."""

    @property
    def ids(self) -> NDArray[np.uint16] | NDArray[np.int32]:
        """[N]"""
        return self.ids_from_start[1:]

    def __len__(self) -> int:
        return len(self.ids_from_start) - 1

    def check(self) -> None:
        """Raises ``DataError`` where the file was cut short: to read what is gone would end the process (SIGBUS)."""
        mapped = self.ids_from_start.base
        if isinstance(mapped, mmap.mmap) and mapped.size() < HEAD + self.ids_from_start.nbytes:
            hint = "the same command makes it anew; with --resume it goes on from the last checkpoint"
            raise DataError("the tokenised text was cut short while it was in use", path=self.path, hint=hint)

    def frequencies(self, vocab_size: int) -> NDArray[np.int64]:
        """How often each id occurs, [V]; in parts, for the ids may not fit in memory."""
        counts = np.zeros(vocab_size, np.int64)
        for at in range(0, len(self), PART):
            counts += np.bincount(self.ids[at : at + PART], minlength=vocab_size)
            self._release_pages()
        return counts

    def _release_pages(self) -> None:
        """Takes pages that were read out of this process's memory: they are in the file."""
        file = self.ids_from_start.base
        if isinstance(file, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            file.madvise(mmap.MADV_DONTNEED)


def survey_text(lines: Iterable[str]) -> Survey:
    """Reads all lines once; memory stays flat."""
    found, digest, room = Survey(), hashlib.sha256(), SAMPLE
    for line in lines:
        size = found.add(line)
        _update_digest(digest, line, size)
        if room > 0:
            found.sample.append(line[:room])
            room -= len(line) + 1
    found.fingerprint = digest.hexdigest()
    return found


def verify_unchanged(lines: Iterable[str], found: Survey) -> Iterator[str]:
    """The same lines, once more.

    Raises:
        DataError: at their end, if they are not those that were surveyed.
    """
    counts, digest = Counts(), hashlib.sha256()
    for line in lines:
        _update_digest(digest, line, counts.add(line))
        yield line
    if digest.hexdigest() != found.fingerprint:
        then, now = (f"{text.lines:,} lines, {text.bytes:,} bytes" for text in (found, counts))
        hint = "train again when nothing writes to it any more, or on a copy"
        raise DataError(f"the text changed while it was being read: {then} at first, then {now}", hint=hint)


def _update_digest(digest: hashlib._Hash, line: str, size: int) -> None:
    """Adds a line to a fingerprint; lengths keep lines from running together."""
    digest.update(b"%d:" % size)
    digest.update(line.encode("utf-8", "surrogatepass"))


def cache_folder() -> Path:
    """``$LSTM_CACHE``, else ``$XDG_CACHE_HOME/lstmcli``, else ``~/.cache/lstmcli``."""
    if own := os.environ.get("LSTM_CACHE"):
        return Path(own)
    if own := os.environ.get("XDG_CACHE_HOME"):
        return Path(own) / "lstmcli"
    try:
        return Path("~/.cache/lstmcli").expanduser()
    except RuntimeError:  # neither $HOME nor an entry for this user: nothing is kept
        return Path(os.devnull) / "lstmcli"


def build_corpus(lines: Iterable[str], encoder: StreamEncoder, *, key: str, cache: Path | None = None) -> Corpus:
    """The ids of all lines end to end; in mode "document", ``</s>`` after the last one.

    Args:
        lines: not read when the cache has them under this tokenizer.
        key: says which text this is, as ``Survey.fingerprint`` does.
        cache: folder that keeps the ids for next time, ``cache_folder()`` for None.  Where it cannot be written
            to, they go to a temporary file.

    Raises:
        OutputError: there is no room for them.
    """
    folder = cache_folder() if cache is None else cache
    key = _full_key(key, encoder)
    path = folder / f"{key}.ids"
    found = _read(path, key)
    if found is not None:
        return found
    try:
        file, name = _new_file(folder)
        try:
            corpus = _write(file, lines, encoder, key)
            if name is not None:
                with suppress(OSError):  # then it is a temporary file, too
                    name.replace(path)
                    corpus.path = path
        finally:
            if name is not None:
                name.unlink(missing_ok=True)
            with suppress(OSError):  # on a full disk it tries once more to write
                file.close()  # what is mapped stays
    except OSError as error:
        raise OutputError(
            f"the tokenised text cannot be written: {error.strerror or error}",
            path=folder,
            hint="make room, or name another folder in $LSTM_CACHE",
        ) from error
    return corpus


def _full_key(key: str, encoder: StreamEncoder) -> str:
    """A text under a tokenizer, hexadecimal."""
    digest = hashlib.sha256(MAGIC)
    for part in (key, encoder.config.mode, encoder.config.kind, encoder.config.words, encoder.to_json()):
        digest.update(b"%d:" % len(part))
        digest.update(part.encode())
    return digest.hexdigest()


def _new_file(folder: Path) -> tuple[IO[bytes], Path | None]:
    """A new file in the folder; where that cannot be, one without a name, gone with the last that uses it."""
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        for left in folder.glob(f"*{_UNFINISHED}"):  # of runs that were killed
            with suppress(OSError):
                if time.time() - left.lstat().st_mtime > _DAY:
                    left.unlink()
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=_UNFINISHED, delete=False)  # noqa: SIM115
        return file, Path(file.name)
    except OSError:
        return tempfile.TemporaryFile(), None


def _write(file: IO[bytes], lines: Iterable[str], encoder: StreamEncoder, key: str) -> Corpus:
    corpus = Corpus()
    dtype = np.dtype("<u2" if encoder.vocab_size <= 1 << 16 else "<i4")
    check, size = 0, 0

    def put(ids_N: Ids) -> None:
        nonlocal check, size
        data = ids_N.astype(dtype).tobytes()
        check, size = zlib.crc32(data, check), size + len(ids_N)
        corpus.unknown += int(np.count_nonzero(ids_N == UNKNOWN_ID))
        file.write(data)

    end = np.array([END_ID], np.int32)
    file.write(b" " * HEAD)
    put(end)
    for ids_N, _ in encoder.stream(_counted(lines, corpus)):
        put(ids_N)
    if encoder.close_id != END_ID and corpus.lines:
        put(end)
    counts = {name: getattr(corpus, name) for name in _COUNTS}
    head = {"key": key, "dtype": dtype.str, "size": size, "check": check, **counts}
    file.seek(0)
    file.write((MAGIC + json.dumps(head).encode()).ljust(HEAD))
    file.flush()
    os.fsync(file.fileno())
    corpus.ids_from_start = np.memmap(file, dtype, "r", offset=HEAD, shape=(size,))
    return corpus


def _counted(lines: Iterable[str], counts: Counts) -> Iterator[str]:
    for line in lines:
        counts.add(line)
        yield line


def _read(path: Path, key: str) -> Corpus | None:
    """The corpus in a file; None where there is none, or not all of it, or something else, or it is another user's.

    A checksum finds damage, not intent: whose file it is decides whether it is believed.
    """
    try:
        opened = open_own(path)
        if opened is None:
            return None
        with os.fdopen(opened, "rb") as file:
            start = file.read(HEAD)
            head = json.loads(start.removeprefix(MAGIC))
            if not start.startswith(MAGIC) or head["key"] != key:
                return None
            check = 0
            while data := file.read(1 << 20):
                check = zlib.crc32(data, check)
            dtype = np.dtype({"<u2": "<u2", "<i4": "<i4"}[head["dtype"]])
            if check != head["check"] or file.tell() != HEAD + head["size"] * dtype.itemsize:
                return None
            ids_from_start = np.memmap(file, dtype, "r", offset=HEAD, shape=(head["size"],))
            counts: dict[str, Any] = {name: int(head[name]) for name in _COUNTS}
            return Corpus(**counts, ids_from_start=ids_from_start, path=path)
    except (OSError, ValueError, KeyError, TypeError):
        return None


_COUNTS = ("lines", "characters", "bytes", "words", "unknown")
_UNFINISHED = ".ids.tmp"
_DAY = 86_400
