"""What every engine gives for a language model: a session that reads, predicts and scores.

Shapes: T tokens, B texts, V words, K units of the last layer.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import Ids

LOGITS_AT_ONCE = 2**22
"""While text is scored: 16 MB, whatever the length of the text."""
Floats = NDArray[np.floating[Any]]
Logits = NDArray[np.float32]
State = tuple[Any, ...]
"""Arrays [1, B, units]; what they are made of is the session's business."""


class Session(Protocol):
    """A language model that is ready to read."""

    vocab_size: int

    def zero_state(self, B: int, /) -> State:
        """The state before the first token of ``B`` texts."""

    def read(self, ids_TB: Ids, state: State, /) -> State:
        """The state after text whose predictions nobody needs."""

    def logits(self, ids_TB: Ids, state: State, /) -> tuple[Logits, State]:
        """What comes after each token, [T, B, V], and the state after the last; all T * B * V at once."""

    def score(
        self, ids_TB: Ids, targets_TB: Ids, state: State, /, *, entropy: bool = False
    ) -> tuple[Floats, Floats | None, State]:
        """How well the model predicts ``targets_TB``.

        Returns:
            negative log-probability of each target and entropy of each prediction, both in nats and [T, B],
            the second if asked for; the state after the last token.
        """

    def hidden(self, ids_TB: Ids, targets_TB: Ids, state: State, /) -> tuple[Floats, Floats, State]:
        """As ``score``, with the top layer's h after each token, [T, B, K], in the place of the entropy."""
