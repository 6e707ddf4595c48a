"""One number to choose the weights by, and how far it can be trusted.

The weights kept are the latest that are not significantly worse than the best: training ends at a low learning
rate, so of two epochs that the validation split cannot tell apart the later is the better guess.  (Of eight epochs
on ChnSentiCorp the third looked best on 479 texts, and was 0.7 points worse on the test split than the last.)

Shapes: N texts, C labels.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Score(NamedTuple):
    loss: float
    """Mean negative log-likelihood of the gold labels, nats."""
    metric: str
    value: float

    @property
    def rank(self) -> tuple[float, float]:
        """Greater is better; the loss breaks ties, which small validation splits are full of."""
        return self.value, -self.loss

    def margin(self, n: int) -> float:
        """Two standard errors of this score on n texts."""
        return 2 * math.sqrt(max(0.0, self.value * (1 - self.value)) / max(1, n))

    def as_good_as(self, best: Score, n: int) -> bool:
        """Whether it is within two standard errors of the best score on the same n texts."""
        return self.value >= best.value - best.margin(n)


def why_kept(epoch: int, value: float, best_epoch: int, best: Score, n: int) -> str:
    """Why the weights of an epoch are kept and not those of the highest score; empty where they are the same."""
    if epoch == best_epoch:
        return ""
    shown, highest, margin = (f"{100 * share:.2f}" for share in (value, best.value, best.margin(n)))
    return (
        f"{n:,} validation texts cannot tell its {shown} % from the best, {highest} % in epoch {best_epoch} "
        f"(two standard errors: {margin} points), and of such the last is kept"
    )


def score(logits_NC: NDArray[np.float32], gold: NDArray[np.int64], multilabel: bool) -> Score:
    """Accuracy of the best label; multi-label: F1 over all decisions at even odds.

    ``gold`` is column numbers [N], or [N, C] of 0 and 1 for multi-label.
    """
    z = logits_NC.astype(np.float64)
    if multilabel:
        loss = (np.logaddexp(0.0, z) - gold * z).sum(axis=1).mean()
        called = z > 0
        hits = int(np.count_nonzero(called & (gold > 0)))
        return Score(float(loss), "f1", 2 * hits / max(1, int(np.count_nonzero(called)) + int(np.count_nonzero(gold))))
    peak = z.max(axis=1)
    loss = (peak + np.log(np.exp(z - peak[:, None]).sum(axis=1)) - z[np.arange(len(z)), gold]).mean()
    return Score(float(loss), "accuracy", float((z.argmax(axis=1) == gold).mean()))
