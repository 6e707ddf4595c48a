"""Many lines to ids in little memory, each line by itself, as a translator reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.shards import chunks
from lstmcli.tokenization.stream_encoder import StreamEncoder


class EncodedLines(EncodedTexts):
    """Encoded lines, each [T] with T at least 1; there are no features."""

    def __init__(self, lines: Iterable[Ids] = ()) -> None:
        super().__init__(ids_T[:, None] for ids_T in lines)

    @overload
    def __getitem__(self, index: int) -> Ids: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ids]: ...
    def __getitem__(self, index: int | slice) -> Ids | list[Ids]:
        found = super().__getitem__(index)
        return found if isinstance(found, list) else found[:, 0]


class PickedLines(Sequence[Ids]):
    """Some of many encoded lines."""

    def __init__(self, lines: EncodedLines, rows_N: NDArray[np.int64]) -> None:
        self._lines, self._rows_N = lines, rows_N

    def __len__(self) -> int:
        return len(self._rows_N)

    @overload
    def __getitem__(self, index: int) -> Ids: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ids]: ...
    def __getitem__(self, index: int | slice) -> Ids | list[Ids]:
        if isinstance(index, slice):
            return [self._lines[int(row)] for row in self._rows_N[index]]
        return self._lines[int(self._rows_N[index])]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ids of each line."""
        return self._lines.lengths[self._rows_N]


class LineEncoder:
    """A ``StreamEncoder`` for the lines of a corpus, which other processes can make again."""

    encoded = EncodedLines
    """What ``encode_all`` makes."""

    def __init__(self, encoder: StreamEncoder) -> None:
        self._encoder = encoder

    @classmethod
    def from_json(cls, tokenizer_json: str, config: LmTokenizerConfig) -> LineEncoder:
        """Raises ``DataError`` for what is no tokenizer, or one of another kind."""
        return cls(StreamEncoder.from_json(tokenizer_json, config))

    @property
    def settings(self) -> tuple[str, LmTokenizerConfig]:
        """What ``from_json`` takes to make the same encoder."""
        return self._encoder.settings

    def encode_all(self, texts: Iterable[str]) -> EncodedLines:
        """Lines, read once."""
        return EncodedLines(ids_T for part in chunks(texts) for ids_T in self._encoder.encode(part))

    def shard(self, lines: Sequence[str]) -> Ids:
        """The lines encoded, as the numbers that ``EncodedLines.mapped`` takes."""
        return self.encode_all(lines).numbers
