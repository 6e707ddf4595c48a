"""The interface of a language model's session, which every engine provides.

Shapes: T tokens, B texts, V words, K units of the last layer.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LOGITS_AT_ONCE = 2**22
"""Logits in memory at once when scoring: 16 MB, for texts of any length."""
Ids = NDArray[np.int32]
Floats = NDArray[np.floating[Any]]
Logits = NDArray[np.float32]
State = tuple[Any, ...]
"""Arrays [1, B, units]; their type depends on the session."""


class Session(Protocol):
    """A loaded language model that reads, predicts and scores text."""

    vocab_size: int

    def zero_state(self, B: int, /) -> State:
        """The initial state of ``B`` texts."""

    def read(self, ids_TB: Ids, state: State, /) -> State:
        """The state after reading a text, without predictions."""

    def logits(self, ids_TB: Ids, state: State, /) -> tuple[Logits, State]:
        """Logits of the next token after each token, [T, B, V], and the final state; all in memory at once."""

    def score(
        self, ids_TB: Ids, targets_TB: Ids, state: State, /, *, entropy: bool = False
    ) -> tuple[Floats, Floats | None, State]:
        """Score the targets.

        Returns:
            negative log-probability of each target and, if requested, entropy of each prediction, both [T, B] in nats;
            the final state.
        """

    def hidden(self, ids_TB: Ids, targets_TB: Ids, state: State, /) -> tuple[Floats, Floats, State]:
        """As ``score``, with the top layer's h after each token, [T, B, K], instead of the entropy."""
