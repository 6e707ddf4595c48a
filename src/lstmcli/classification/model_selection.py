"""Model selection: the score of an epoch, and its standard error.

The latest weights that are not significantly worse than the best are kept.  Training ends at a low learning rate, so if
the validation split cannot distinguish two epochs, the later one is the better choice.  (Of eight epochs on
ChnSentiCorp the third was best on 479 validation texts, but 0.7 points worse on the test split than the last.)

Shapes: N texts, C labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.plural import count

Encoded = Sequence[NDArray[np.int32]]
MAX_LOGITS = 2**24
"""Maximum logits (texts times labels) in memory at once: 128 MB in double precision."""


class Score(NamedTuple):
    loss: float
    """Mean negative log-likelihood of the gold labels in nats."""
    metric: str
    value: float

    @property
    def rank(self) -> tuple[float, float]:
        """Sort key, larger is better; the loss breaks ties, which are common on small validation splits."""
        return self.value, -self.loss

    def margin(self, n: int) -> float:
        """Two standard errors of this score, for n texts."""
        return 2 * math.sqrt(max(0.0, self.value * (1 - self.value)) / max(1, n))

    def as_good_as(self, best: Score, n: int) -> bool:
        """Whether it is within two standard errors of the best score, for n texts."""
        return self.value >= best.value - best.margin(n)


def selection_reason(epoch: int, value: float, best_epoch: int, best: Score, n: int) -> str:
    """Why the weights of an epoch are kept instead of those with the best score; empty if they are the same."""
    if epoch == best_epoch:
        return ""
    shown, highest, margin = (f"{100 * share:.2f}" for share in (value, best.value, best.margin(n)))
    return (
        f"on {count(n, 'validation text')} its {shown} % is within two standard errors ({margin} points) of the best, "
        f"{highest} % in epoch {best_epoch}; of such epochs the last is kept"
    )


class Scores:
    """Accumulates a score over blocks of texts."""

    def __init__(self, multilabel: bool) -> None:
        self._multilabel = multilabel
        self._n = self._hits = self._predicted = self._given = 0
        self._loss = 0.0

    def add(self, logits_NC: NDArray[np.float32], gold: NDArray[np.int64]) -> None:
        """Add a block; ``gold`` is column indices [N], or 0 and 1 [N, C] for multi-label."""
        z = logits_NC.astype(np.float64)
        self._n += len(z)
        if self._multilabel:
            predicted = z > 0
            self._loss += float((np.logaddexp(0.0, z) - gold * z).sum())
            self._hits += int(np.count_nonzero(predicted & (gold > 0)))
            self._predicted += int(np.count_nonzero(predicted))
            self._given += int(np.count_nonzero(gold))
            return
        peak = z.max(axis=1)
        self._loss += float((peak + np.log(np.exp(z - peak[:, None]).sum(axis=1)) - z[np.arange(len(z)), gold]).sum())
        self._hits += int((z.argmax(axis=1) == gold).sum())

    def score(self) -> Score:
        """Accuracy; multi-label: micro F1 at threshold 0.5."""
        if self._multilabel:
            return Score(self._loss / self._n, "f1", 2 * self._hits / max(1, self._predicted + self._given))
        return Score(self._loss / self._n, "accuracy", self._hits / self._n)


def score(logits_NC: NDArray[np.float32], gold: NDArray[np.int64], multilabel: bool) -> Score:
    """The score of logits in memory; ``gold`` as for ``Scores.add``."""
    found = Scores(multilabel)
    found.add(logits_NC, gold)
    return found.score()


def score_in_blocks(
    logits_of: Callable[[Encoded], NDArray[np.float32]],
    encoded: Encoded,
    gold: NDArray[np.int64],
    classes: int,
    multilabel: bool,
) -> Score:
    """The score of a split, in bounded memory."""
    found = Scores(multilabel)
    for block in blocks(len(encoded), classes):
        found.add(logits_of(encoded[block]), gold[block])
    return found.score()


def blocks(texts: int, classes: int) -> Iterator[slice]:
    """Slices of texts with at most ``MAX_LOGITS`` logits."""
    step = max(1, MAX_LOGITS // max(1, classes))
    return (slice(start, start + step) for start in range(0, texts, step))
