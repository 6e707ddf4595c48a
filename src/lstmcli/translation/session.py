"""The interface of a translator's session, which every engine provides.

Shapes: S source tokens, B texts, W hypotheses of a text, N = B * W, H units of the decoder, V words.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import Ids

Floats = NDArray[np.float32]
State = tuple[Any, ...]
"""Arrays whose last but one axis is N; their type depends on the session."""


class Memory(NamedTuple):
    """What the decoder needs of the sources."""

    values_BSH: Any
    keys_BSH: Any
    mask_BS: Any

    def select(self, rows: Any) -> Memory:
        """That of some of the texts."""
        return Memory(*(part[rows] for part in self))


class Step(NamedTuple):
    """The next tokens of N hypotheses."""

    log_p: Floats
    """[N, V]; or, of the likeliest tokens, [N, most], the likeliest first."""
    ids: NDArray[np.int64] | None
    """[N, most], which tokens these are; None for all."""
    weights_BWS: Floats
    """Of attention."""
    state: State


class TranslationSession(Protocol):
    """A loaded translator."""

    vocab_size: int
    workers: int
    """Batches that are best searched at once, each by a thread of its own."""

    def encode(self, ids_SB: Ids, lengths_B: Any, /) -> tuple[Memory, State]:
        """What the decoder needs of the sources, and its state before the first token."""

    def step(self, ids_N: Ids, state: State, memory: Memory, /, most: int = 0) -> Step:
        """One step of W hypotheses of each text, those of a text side by side.

        Args:
            ids_N: the last token of each.
            most: how many of the likeliest tokens, without the unknown one unless it is copied; 0: all tokens by id.
        """

    def select(self, state: State, rows: Any, /) -> State:
        """The state of some of the hypotheses, or of some of them several times."""
