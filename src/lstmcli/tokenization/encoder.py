"""The interface of an encoder for running text, which generation and scoring use; ``StreamEncoder`` implements it.

Shapes: T ids of a line, V the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.corpus_style import CorpusStyle
from lstmcli.tokenization.ids import Ids


class TextStreamer(Protocol):
    """Decodes ids one by one."""

    def push(self, id: int) -> str:
        """The text that this id completes."""

    def end(self) -> str:
        """The remaining text."""


class Encoder(Protocol):
    """Encodes lines as ids, and decodes ids."""

    vocab_size: int
    config: LmTokenizerConfig
    close_id: int  # the id that closes a line

    @property
    def corpus_style(self) -> CorpusStyle | None:
        """The style of the model's corpus; None for an open vocabulary."""

    @property
    def pieces(self) -> list[bytes]:
        """The bytes of each token, by id."""

    def encode(self, lines: Sequence[str]) -> list[Ids]:
        """The ids of each line, including the one that closes it."""

    def prompt(self, text: str) -> Ids:
        """The ids of a text to be continued."""

    def offsets(self, line: str) -> list[tuple[int, int]]:
        """The span of characters of each id of ``encode``."""

    def streamer(self, after: int) -> TextStreamer:
        """A decoder for the ids after the given one."""

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """Readable names of ids."""

    def unknown(self, ids: Any) -> NDArray[np.bool_]:
        """Mask [T] of the ids that are the unknown token."""

    def starts_word(self, ids: Any) -> NDArray[np.bool_]:
        """Mask [T] of the ids before which a word ends."""
