"""What is asked of an encoder of running text, by generation and by scoring alike; ``StreamEncoder`` is one.

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
    """Turns ids into text as they come."""

    def push(self, id: int) -> str:
        """The text that is certain now."""

    def end(self) -> str:
        """What is left."""


class Encoder(Protocol):
    """Lines to ids and back."""

    vocab_size: int
    config: LmTokenizerConfig
    close_id: int
    """Ends a line."""

    @property
    def corpus_style(self) -> CorpusStyle | None:
        """How the model's corpus was written, if its vocabulary is closed."""

    @property
    def pieces(self) -> list[bytes]:
        """The bytes of each token, by id."""

    def encode(self, lines: Sequence[str]) -> list[Ids]:
        """The ids of each line, the one that ends it included."""

    def prompt(self, text: str) -> Ids:
        """The ids of a text that goes on."""

    def offsets(self, line: str) -> list[tuple[int, int]]:
        """The characters that each id of ``encode`` stands for."""

    def streamer(self, after: int) -> TextStreamer:
        """Turns what comes after an id into text."""

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The tokens as they are shown."""

    def unknown(self, ids: Any) -> NDArray[np.bool_]:
        """[T] Which ids stand for an unknown token."""

    def starts_word(self, ids: Any) -> NDArray[np.bool_]:
        """[T] Which ids begin a word."""
