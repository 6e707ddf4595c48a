"""A long text is tokenized in shards, by several processes; a run that is killed goes on with those that are there.

A shard is what an encoder makes of about ``SHARD`` characters of whole lines.  It is known by its number and the digest
of its lines, and has a checksum.  Several processes of one training divide the shards: each makes its own with
``tokenize``, and when all have done so, they are read with ``shard_ids``.

File format: that of ``mapped.py`` with int32 numbers, little-endian.
"""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lstmcli.tokenization import mapped
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.processes import Chunk, ChunkEncoder, Tokenizers

MAGIC, HEAD = b"lstm shard 1\n", 256
SHARD = 1 << 23
"""Characters of a shard."""


def chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines in runs of about ``SHARD`` characters."""
    gathered, size = list[str](), 0
    for line in lines:
        gathered.append(line)
        size += len(line) + 1
        if size >= SHARD:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


def shard_ids(parts: Iterable[Chunk], encoder: ChunkEncoder, folder: Path, processes: int) -> Iterator[Ids]:
    """Each shard, in order, mapped from its file in ``folder``, which is made where it is missing.

    Raises:
        OSError: a file cannot be written.
        LstmError: a process that tokenizes ends; or any of ``parts``.
    """
    names: deque[tuple[Path, str, bool]] = deque()

    def known() -> Iterator[Chunk | Ids]:
        for number, chunk in enumerate(parts):
            path, digest = _place(folder, number), _digest(chunk)
            found = _read(path, digest)
            names.append((path, digest, found is not None))
            yield chunk if found is None else found

    folder.mkdir(0o700, parents=True, exist_ok=True)
    with Tokenizers(encoder, processes) as tokenizers:
        for ids_N in tokenizers.ids(known()):
            path, digest, there = names.popleft()
            if not there:
                _write(path, digest, ids_N)
            yield ids_N


def tokenize(
    parts: Iterable[Chunk], encoder: ChunkEncoder, folder: Path, processes: int, *, rank: int, world: int
) -> Iterator[int]:
    """Make the shards of one of ``world`` processes, each ``world``-th from its ``rank`` on.  Yields after each.

    Raises:
        OSError, LstmError: as ``shard_ids``.
    """
    names: deque[tuple[Path, str]] = deque()

    def own() -> Iterator[Chunk]:
        for number, chunk in enumerate(parts):
            if number % world != rank:
                continue
            path, digest = _place(folder, number), _digest(chunk)
            if _read(path, digest) is None:
                names.append((path, digest))
                yield chunk

    folder.mkdir(0o700, parents=True, exist_ok=True)
    with Tokenizers(encoder, processes) as tokenizers:
        for ids_N in tokenizers.ids(own()):
            _write(*names.popleft(), ids_N)
            yield len(ids_N)


def update_digest(digest: hashlib._Hash, line: str) -> None:
    """Add a line to a fingerprint, with its length in bytes, so that line borders matter."""
    data = line.encode("utf-8", "surrogatepass")
    digest.update(b"%d:" % len(data))
    digest.update(data)


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:08}.shard"


def _digest(lines: Chunk) -> str:
    digest = hashlib.sha256()
    for line in lines:
        update_digest(digest, line)
    return digest.hexdigest()


def _write(path: Path, digest: str, ids_N: Ids) -> None:
    data = ids_N.astype("<i4").tobytes()
    values = {"digest": digest, "size": len(ids_N), "check": zlib.crc32(data)}
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            file.write(mapped.head(MAGIC, values, HEAD))
            file.write(data)
            file.flush()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _read(path: Path, digest: str) -> Ids | None:
    """The ids of a shard; None if it is missing, damaged, of other lines, or another user's."""

    def ids(file: BinaryIO, values: dict[str, Any]) -> Ids | None:
        if values["digest"] != digest or not values["size"]:
            return None
        ids_N = np.memmap(file, "<i4", "r", offset=HEAD, shape=(values["size"],))
        return ids_N if zlib.crc32(ids_N.data) == values["check"] else None

    return mapped.read(path, MAGIC, HEAD, ids)
