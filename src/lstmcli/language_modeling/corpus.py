"""A corpus as one array of ids, in a memory-mapped file that is cached under a key.

Characters and bytes are counted as in a UTF-8 file with one line end after each line, including the last, whatever the
line ends of the source; words are separated by white space.

File format: that of ``tokenization/mapped.py`` with the ids, little-endian.
"""

from __future__ import annotations

import hashlib
import itertools
import mmap
import os
import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lstmcli.cache import cache_folder, remove, remove_unused, temporary_file, used, writing
from lstmcli.errors import DataError
from lstmcli.scoring.lines import Counts
from lstmcli.threads import cores
from lstmcli.tokenization import mapped
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID, Ids
from lstmcli.tokenization.shards import chunks, shard_ids, tokenize
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.training.distributed import ALONE, Group

MAGIC = b"lstm corpus 1\n"
HEAD = 512
PART = 2**22
"""Ids counted at once."""


@dataclass
class Corpus(Counts):
    """The ids of a text, [N]; ``len`` is N."""

    unknown: int = 0
    """Number of ids that are the unknown token."""
    ids_from_start: NDArray[np.uint16] | NDArray[np.int32] = field(
        default_factory=lambda: np.array([END_ID], np.uint16)
    )
    """[1 + N]: ``</s>``, which starts a text, then the ids; uint16 if the vocabulary is small enough; read-only."""
    path: Path | None = None
    """The mapped file; None for a temporary file."""
    backward: bool = False
    """Whether it is read from its end."""

    @property
    def ids(self) -> NDArray[np.uint16] | NDArray[np.int32]:
        """[N]"""
        return self.ids_from_start[1:]

    @property
    def in_order(self) -> NDArray[np.uint16] | NDArray[np.int32]:
        """[1 + N], as a language model reads them: ``ids_from_start``, or from the end with the ``</s>`` there."""
        return self.ids_from_start[::-1] if self.backward else self.ids_from_start

    def __len__(self) -> int:
        return len(self.ids_from_start) - 1

    def check(self) -> None:
        """Raises ``DataError`` if the file was truncated; reading beyond its end would kill the process (SIGBUS)."""
        mapped = self.ids_from_start.base
        if isinstance(mapped, mmap.mmap) and mapped.size() < HEAD + self.ids_from_start.nbytes:
            hint = "run the same command again to create it; --resume continues from the last checkpoint"
            raise DataError(
                "the file of the tokenized text was truncated while it was in use", path=self.path, hint=hint
            )

    def frequencies(self, vocab_size: int) -> NDArray[np.int64]:
        """The count of each id, [V]; computed in parts, because the ids may not fit in memory."""
        counts = np.zeros(vocab_size, np.int64)
        for at in range(0, len(self), PART):
            counts += np.bincount(self.ids[at : at + PART], minlength=vocab_size)
            mapped.release(self.ids_from_start)
        return counts

    def followed_by(self, ids_N: NDArray[np.integer]) -> Corpus:
        """A copy with more ids behind it, which are read later; the counts remain.  It lies in a temporary file.

        Raises:
            OutputError: it cannot be written.
        """
        own, dtype = self.ids_from_start, self.ids_from_start.dtype
        more = ids_N.astype(dtype)
        with writing("the tokenized text"):
            file = temporary_file()
            file.write(b" " * HEAD)
            parts = [more[::-1], own] if self.backward else [own, more]
            for part in parts:
                for at in range(0, len(part), PART):
                    file.write(part[at : at + PART].tobytes())
                    mapped.release(own)
            file.flush()
            both = np.memmap(file, dtype, "r", offset=HEAD, shape=(len(own) + len(more),))
            file.close()
        return replace(self, ids_from_start=both, path=None)


def corpus_steps(
    lines: Iterable[str],
    encoder: StreamEncoder,
    *,
    key: str,
    cache: Path | None = None,
    processes: int | None = None,
    group: Group = ALONE,
) -> Generator[int, None, Corpus]:
    """The ids of all lines, concatenated; in mode "document" followed by ``</s>``.  Yields the bytes read so far.

    A long text is tokenized in shards (``shards.py``), which stay where a run ends before the last of them.  The
    processes of one training on a machine divide them; the first makes the file of them, which the others then read.

    Args:
        lines: can be iterated more than once if there are several processes; not read if the ids are in the cache.
        key: identifies the text, for example ``Survey.fingerprint``.
        cache: folder of the cache, ``cache_folder()`` for None; if it is not writable, a temporary file is used.
        processes: that tokenize a long text; None: one per core.
        group: the processes that train together, all of which call this.

    Raises:
        LostProcess: another process has ended.
        OutputError: the ids cannot be written, for example because the disk is full.
    """
    folder = cache_folder() if cache is None else cache
    key = full_key(key, encoder)
    path = folder / f"{key}.ids"
    found, count = _read(path, key), processes or max(1, cores() // group.local_world)
    if group.world > 1:
        if found is None:
            yield from _own_share(lines, encoder, shard_folder(folder, key), count, group)
        group.wait("tokenized text")
        if found is None and group.local_rank == 0:
            found = yield from _made(lines, encoder, folder, key, count)
        group.wait("tokenized text")
        found = found or _read(path, key)
    return found or (yield from _made(lines, encoder, folder, key, count))


def _own_share(
    lines: Iterable[str], encoder: StreamEncoder, shards: Path, processes: int, group: Group
) -> Iterator[int]:
    """Make this process's shards of a long text.  Yields the bytes read so far."""
    counts = Corpus()
    parts = chunks(_counted(lines, counts))
    first, second = next(parts, []), next(parts, None)
    if second is not None:
        with suppress(OSError):  # then they are made in one go, or the error is told there
            both, where = itertools.chain([first, second], parts), (group.local_rank, group.local_world)
            for _ in tokenize(both, encoder, shards, processes, rank=where[0], world=where[1]):
                yield counts.bytes


def _made(
    lines: Iterable[str], encoder: StreamEncoder, folder: Path, key: str, processes: int
) -> Generator[int, None, Corpus]:
    """The corpus, put into the cache.  Yields the bytes read so far."""
    path, corpus, shards = folder / f"{key}.ids", Corpus(), shard_folder(folder, key)
    with writing("the tokenized text", folder):
        file, name = _new_file(folder)
        try:
            parts = _ids(_counted(lines, corpus), encoder, None if name is None else shards, processes)
            yield from _write(file, parts, encoder, key, corpus)
            if name is not None:
                with suppress(OSError):  # otherwise it remains a temporary file
                    name.replace(path)
                    corpus.path = path
                    remove(shards)
        finally:
            if name is not None:
                name.unlink(missing_ok=True)
            with suppress(OSError):  # closing writes again, which fails on a full disk
                file.close()  # the mapping stays valid
    return corpus


def shard_folder(cache: Path, full_key: str) -> Path:
    """Where the shards of a text are until all are there."""
    return cache / f"{full_key}.shards"


def _ids(lines: Iterator[str], encoder: StreamEncoder, shards: Path | None, processes: int) -> Iterator[Ids]:
    """The ids of all lines, some at a time.

    Args:
        shards: folder of the shards of a long text; None: there is no room for them.
    """
    parts = chunks(lines)
    first, second = next(parts, []), next(parts, None)
    if second is not None and shards is not None:
        yield from shard_ids(itertools.chain([first, second], parts), encoder, shards, processes)
        return
    rest = itertools.chain.from_iterable(itertools.chain([first, second or []], parts))
    yield from (ids_N for ids_N, _ in encoder.stream(rest))


def full_key(key: str, encoder: StreamEncoder) -> str:
    """A key for a text and a tokenizer, hexadecimal."""
    digest = hashlib.sha256(MAGIC)
    for part in (key, encoder.config.mode, encoder.config.kind, encoder.config.words, encoder.to_json()):
        digest.update(b"%d:" % len(part))
        digest.update(part.encode())
    return digest.hexdigest()


def _new_file(folder: Path) -> tuple[IO[bytes], Path | None]:
    """A new file in the folder; if that is not possible, an unnamed temporary file."""
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        remove_unused(folder)
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=".ids.tmp", delete=False)  # noqa: SIM115
        return file, Path(file.name)
    except OSError:
        return tempfile.TemporaryFile(), None


def _write(file: IO[bytes], parts: Iterable[Ids], encoder: StreamEncoder, key: str, corpus: Corpus) -> Iterator[int]:
    """Write the ids of a corpus, which counts them; it has them from the file.  Yields the bytes read so far."""
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
    for ids_N in parts:
        put(ids_N)
        yield corpus.bytes
    if encoder.close_id != END_ID and corpus.lines:
        put(end)
    counts = {name: getattr(corpus, name) for name in _COUNTS}
    values = {"key": key, "dtype": dtype.str, "size": size, "check": check, **counts}
    file.seek(0)
    file.write(mapped.head(MAGIC, values, HEAD))
    file.flush()
    os.fsync(file.fileno())
    corpus.ids_from_start = np.memmap(file, dtype, "r", offset=HEAD, shape=(size,))


def _counted(lines: Iterable[str], counts: Counts) -> Iterator[str]:
    for line in lines:
        counts.add(line)
        yield line


def _read(path: Path, key: str) -> Corpus | None:
    """The corpus in a file; None if it is missing, damaged, of another key, or of another user."""

    def corpus(file: BinaryIO, values: dict[str, Any]) -> Corpus | None:
        if values["key"] != key:
            return None
        check = 0
        while data := file.read(1 << 20):
            check = zlib.crc32(data, check)
        dtype = np.dtype({"<u2": "<u2", "<i4": "<i4"}[values["dtype"]])
        if check != values["check"] or file.tell() != HEAD + values["size"] * dtype.itemsize:
            return None
        ids_from_start = np.memmap(file, dtype, "r", offset=HEAD, shape=(values["size"],))
        counts: dict[str, Any] = {name: int(values[name]) for name in _COUNTS}
        used(path)
        return Corpus(**counts, ids_from_start=ids_from_start, path=path)

    return mapped.read(path, MAGIC, HEAD, corpus)


_COUNTS = ("lines", "characters", "bytes", "words", "unknown")
