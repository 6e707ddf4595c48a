"""How unlike the training texts a text is, as a share of the validation texts that are less so.

Two measures are taken of a text: how sure its answer is (the negative entropy of the labels' probabilities), and the
share of its n-grams that the n-gram model knows.  Each is replaced by its rank among the validation texts; the
logarithms of the ranks are added, the second one times ``WEIGHTS``, and the sum is replaced by its rank again.  So a
novelty of 0.95 or more has one in twenty texts of the kind that the model was trained on, whatever the model (a p-value
of conformal prediction).

The entropy tells unknown topics in known words, the n-grams tell other languages and kinds of text: with a weight of 1
topics are told worse, with 0.3 kinds.  What else was tried, and the areas under the ROC curve, are in
benchmarks/RESULTS.md (``benchmarks/novelty.py``).

Shapes: N texts, C labels, Q quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.scoring.scores import entropy_of

Floats = NDArray[np.float64]
QUANTILES = 201
MEASURES = ("sureness", "known")
WEIGHTS = (1.0, 0.5)


def measures(p_NC: Floats, known_N: Floats) -> Floats:
    """The measures, [2, N]; the higher, the more like the training texts.

    Args:
        p_NC: probabilities of the labels; rows sum to 1.
        known_N: shares of known n-grams.
    """
    return np.stack([-entropy_of(p_NC), known_N])


@dataclass(frozen=True)
class Novelty:
    """Quantiles on validation of the measures, and of the weighted sums of the logarithms of their ranks."""

    measures_2Q: Floats
    sum_Q: Floats

    @classmethod
    def fit(cls, measures_2N: Floats) -> Novelty:
        """Raises: ValueError, without any text."""
        if not measures_2N.shape[1]:
            raise ValueError("novelty needs at least one text")
        shares = np.linspace(0.0, 1.0, QUANTILES)
        measures_2Q = np.quantile(measures_2N, shares, axis=1).T
        return cls(measures_2Q, np.quantile(_sums(measures_2Q, measures_2N), shares))

    def of(self, measures_2N: Floats) -> Floats:
        """The novelty of texts, [N]: the share of the validation texts that are less novel."""
        ranks_N = np.searchsorted(self.sum_Q, _sums(self.measures_2Q, measures_2N), side="right")
        return 1.0 - ranks_N / len(self.sum_Q)

    def to_json(self) -> dict[str, list[float]]:
        rows = zip((*MEASURES, "together"), [*self.measures_2Q, self.sum_Q], strict=True)
        return {name: [float(f"{value:.6g}") for value in row] for name, row in rows}

    @classmethod
    def from_json(cls, found: Any) -> Novelty | None:
        """What ``to_json`` made; None if it did not."""
        try:
            rows = np.array([found[name] for name in (*MEASURES, "together")], np.float64)
        except (KeyError, TypeError, ValueError):
            return None
        valid = rows.ndim == 2 and rows.shape[1] > 0 and np.isfinite(rows).all() and (np.diff(rows) >= 0).all()
        return cls(rows[:-1], rows[-1]) if valid else None


def _sums(measures_2Q: Floats, measures_2N: Floats) -> Floats:
    """The weighted sums of the logarithms of the ranks of texts, [N]."""
    sums_N = np.zeros(measures_2N.shape[1])
    for weight, row_Q, row_N in zip(WEIGHTS, measures_2Q, measures_2N, strict=True):
        ranks_N = (np.searchsorted(row_Q, row_N, side="right") + 1) / (len(row_Q) + 2)
        sums_N += weight * np.log(ranks_N)
    return sums_N
