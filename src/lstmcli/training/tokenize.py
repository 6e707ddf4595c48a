"""Texts that are larger than memory, tokenized once, in shards that are kept in the cache.

The processes of a training that are on one machine share the cache, so they divide the shards.  What a run that was
killed has made is there when it is repeated.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Generator, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from lstmcli.cache import DAY, KEPT, cache_folder, remove_unused, used, writing
from lstmcli.data.records import Texts
from lstmcli.data.stored import StoredRecords
from lstmcli.threads import cores
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.processes import ChunkEncoder
from lstmcli.tokenization.shards import chunks, shard_ids, tokenize
from lstmcli.training.distributed import Group
from lstmcli.training.events import Event, Tokenizing, TokensKept

T = TypeVar("T")
E = TypeVar("E", bound=EncodedTexts, covariant=True)
SECONDS_BETWEEN_REPORTS = 0.5
"""Between two events of tokenizing."""


class CorpusEncoder(ChunkEncoder, Protocol[E]):
    """What encodes the texts of a corpus; its shards are the numbers of encoded texts."""

    @property
    def encoded(self) -> type[E]:
        """What ``encode_all`` makes."""

    def encode_all(self, texts: Iterable[str], /) -> E: ...


def said(split: str, steps: Generator[int, None, T], size: int) -> Generator[Event, None, T]:
    """Say how far work on a split is that yields the bytes done, of ``size``; what it returns."""
    spoken = time.monotonic()
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
        if time.monotonic() - spoken > SECONDS_BETWEEN_REPORTS:
            spoken = time.monotonic()
            yield Tokenizing(split, done, size)


def kept() -> TokensKept:
    """Where the tokenized texts of a run are, if they are larger than memory."""
    return TokensKept(str(cache_folder()), KEPT[".texts"] // DAY)


def encode_texts(
    split: str, texts: Collection[str], encoder: CorpusEncoder[E], group: Group, key: str
) -> Generator[Event, None, E]:
    """The texts of a split: in memory if their records are, else mapped from files.

    Args:
        key: identifies the data.

    Raises:
        LostProcess: another process has ended.
        OutputError: the files cannot be written.
    """
    if not isinstance(texts, Texts) or not isinstance(texts.records, StoredRecords):
        return encoder.encode_all(texts)
    named = hashlib.sha256(repr((key, split, *encoder.settings)).encode("utf-8", "surrogatepass")).hexdigest()
    size = texts.records.nbytes
    steps = _mapped(texts, encoder, group, cache_folder() / f"{named}.texts", size)
    return (yield from said(split, steps, size))


def _mapped(
    texts: Collection[str], encoder: CorpusEncoder[E], group: Group, folder: Path, size: int
) -> Generator[int, None, E]:
    processes, read = max(1, cores() // group.local_world), 0

    def counted() -> Iterator[str]:
        nonlocal read
        for text in texts:
            read += 1
            yield text

    own = {"rank": group.local_rank, "world": group.local_world}
    used(folder)
    remove_unused(folder.parent)
    with writing("the tokenized texts"):
        for _ in tokenize(chunks(counted()), encoder, folder, processes, **own):
            yield size * read // len(texts)
        group.wait("tokenized texts")
        return encoder.encoded.mapped(shard_ids(chunks(texts), encoder, folder, processes))
