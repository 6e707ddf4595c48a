"""Many encoded texts in little memory.

A token is F numbers of four bytes, and most tokens of a corpus occur in it many times.  So each distinct token is kept
once, and a text is a sequence of places in the table of tokens: 4 bytes per token instead of 16, and no array per text.

Shapes: N tokens, F rows of the embedding per token, D distinct tokens.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import Ids

MAX_KNOWN = 2**20
"""Maximum tokens that are remembered to be recognized again, about 100 MB; further ones may be kept more than once."""
GROUP = 2**18
"""Tokens added at once."""
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)


class EncodedTexts(Sequence[Ids]):
    """Encoded texts, each [T, F] with T at least 1; they are copied when they are added."""

    def __init__(self, texts: Iterable[Ids] = ()) -> None:
        self._tokens, self._places, self._ends = array("i"), array("i"), array("q", [0])
        self._known: dict[int, int] = {}
        self.width = 0
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
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.ends)

    @property
    def nbytes(self) -> int:
        return self.tokens_DF.nbytes + self.places_N.nbytes + self.ends.nbytes

    def ids(self, texts: slice) -> Ids:
        """The token ids, without their features, of consecutive texts, concatenated."""
        first, last, _ = texts.indices(len(self))
        found: Ids = self.tokens_DF[self.places_N[self.ends[first] : self.ends[last]], 0]
        return found

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
        return self.tokens_DF[self.places_N[self.ends[i] : self.ends[i + 1]]]
