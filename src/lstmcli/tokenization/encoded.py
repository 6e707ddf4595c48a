"""Many encoded texts in little memory.

A token is F numbers of four bytes, and most tokens of a corpus occur in it many times.  So each distinct token is kept
once, and a text is a sequence of places in the table of tokens: 4 bytes per token instead of 16, and no array per text.
A corpus that is larger than memory is mapped from files; in memory are 8 bytes a text.

Shapes: N tokens, F rows of the embedding per token, D distinct tokens.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from lstmcli.cache import temporary_file
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.mapped import release

MAX_KNOWN = 2**20
"""Maximum tokens that are remembered to be recognized again, about 100 MB; further ones may be kept more than once."""
GROUP = 2**18
"""Tokens added at once."""
RELEASE_EVERY = 2**10
"""Texts that are read of mapped files before memory is given back: a text takes 64 KB of pages or more."""
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)


E = TypeVar("E", bound="EncodedTexts")


class EncodedTexts(Sequence[Ids]):
    """Encoded texts, each [T, F] with T at least 1; they are copied when they are added."""

    def __init__(self, texts: Iterable[Ids] = ()) -> None:
        self._tokens, self._places, self._ends = array("i"), array("i"), array("q", [0])
        self._known: dict[int, int] = {}
        self.width = self._read = 0
        group: list[Ids] = []
        size = 0
        for ids_TF in texts:
            group.append(ids_TF)
            size += len(ids_TF)
            if size >= GROUP:
                self._add(group)
                group, size = [], 0
        if group:
            self._add(group)
        self._known.clear()
        self.tokens_DF = np.frombuffer(self._tokens, np.int32).reshape(-1, max(1, self.width))
        """The distinct tokens; a change changes all texts."""
        self.places_N = np.frombuffer(self._places, np.int32)
        self.ends = np.frombuffer(self._ends, np.int64)
        """The end of each text in ``places_N``, after a 0."""

    def _add(self, texts: Sequence[Ids]) -> None:
        tokens_NF = np.concatenate(texts).astype(np.int32, copy=False)
        self.width = tokens_NF.shape[1]
        mixed_N = (tokens_NF.astype(np.uint64) * _ODD[: self.width]).sum(1, dtype=np.uint64)
        distinct, first, which_N = np.unique(mixed_N, return_index=True, return_inverse=True)
        if not np.array_equal(tokens_NF[first][which_N], tokens_NF):  # two tokens with the same number
            distinct, first, which_N = np.arange(0), np.arange(len(tokens_NF)), np.arange(len(tokens_NF))
        numbers = distinct.tolist()
        places = np.fromiter((self._known.get(number, -1) for number in numbers), np.int64, len(numbers))
        places = np.concatenate([places, np.full(len(first) - len(places), -1)])
        own = np.frombuffer(self._tokens, np.int32).reshape(-1, self.width)
        places[(own[places] != tokens_NF[first]).any(1) if len(own) else slice(None)] = -1
        del own  # an array that is in use cannot grow
        new = np.flatnonzero(places < 0)
        begin = len(self._tokens) // self.width
        places[new] = np.arange(begin, begin + len(new))
        if len(self._known) < MAX_KNOWN:
            self._known.update((numbers[i], begin + n) for n, i in enumerate(new.tolist()) if i < len(numbers))
        self._tokens.frombytes(tokens_NF[first[new]].tobytes())
        self._places.frombytes(places[which_N].astype(np.int32).tobytes())
        ends = self._ends[-1] + np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        self._ends.frombytes(ends.astype(np.int64).tobytes())

    @property
    def numbers(self) -> Ids:
        """All of it as one array: D, F, N and the number of texts; lengths; tokens; places."""
        head = [*self.tokens_DF.shape, len(self.places_N), len(self)]
        parts = np.array(head, np.int32), self.lengths.astype(np.int32), self.tokens_DF.ravel(), self.places_N
        return np.concatenate(parts)

    @classmethod
    def mapped(cls: type[E], shards: Iterable[Ids]) -> E:
        """The texts of shards, which are ``numbers`` of others, one shard after the other, in files.

        Raises:
            OSError: a file cannot be written.
        """
        made, ends, tokens, places = cls(), array("q", [0]), temporary_file(), temporary_file()
        rows = size = 0
        for numbers in shards:
            D, F, N, texts = numbers[:4].tolist()
            lengths, tokens_DF, places_N = np.split(numbers[4:], [texts, texts + D * F])
            tokens.write(tokens_DF.tobytes())
            places.write((places_N + np.int32(rows)).astype(np.int32).tobytes())
            ends.frombytes((size + lengths.cumsum(dtype=np.int64)).tobytes())
            rows, size, made.width = rows + D, size + N, F
        tokens.flush()
        places.flush()
        made.tokens_DF = np.memmap(tokens, np.int32, "r+", shape=(rows, made.width))
        made.places_N = np.memmap(places, np.int32, "r", shape=(size,))
        made.ends = np.frombuffer(ends, np.int64)
        return made

    def tables(self) -> Iterator[Ids]:
        """The distinct tokens, some at a time; a change changes all texts."""
        for first in range(0, len(self.tokens_DF), GROUP):
            yield self.tokens_DF[first : first + GROUP]
            self._release()

    def _release(self) -> None:
        """Give mapped pages back to the system; they are read again from the files."""
        release(self.tokens_DF)
        release(self.places_N)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.ends)

    @property
    def in_files(self) -> bool:
        return isinstance(self.places_N, np.memmap)

    @property
    def nbytes(self) -> int:
        """In memory."""
        return self.ends.nbytes + (0 if self.in_files else self.tokens_DF.nbytes + self.places_N.nbytes)

    def ids(self, texts: slice) -> Ids:
        """The token ids, without their features, of consecutive texts, concatenated."""
        first, last, _ = texts.indices(len(self))
        found: Ids = self.tokens_DF[self.places_N[self.ends[first] : self.ends[last]], 0]
        self._release()
        return np.asarray(found)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, index: int) -> Ids: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ids]: ...
    def __getitem__(self, index: int | slice) -> Ids | list[Ids]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = index + len(self) if index < 0 else int(index)
        if not 0 <= i < len(self):
            raise IndexError(index)
        self._read += 1
        if self._read % RELEASE_EVERY == 0:
            self._release()
        return np.asarray(self.tokens_DF[self.places_N[self.ends[i] : self.ends[i + 1]]])
