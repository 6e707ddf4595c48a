"""How unlike the training texts a text is, as a share of the validation texts that are less so.

Three measures are taken of a text: the probability of the network's best label, the energy of the ensemble's logits
(Liu et al. 2020), and the share of its n-grams that the n-gram model knows.  Each is replaced by its rank among the
validation texts, and the product of the ranks by its rank again.  So a novelty of 0.95 or more has one in twenty texts
of the kind that the model was trained on, whatever the model (a p-value of conformal prediction).

What else was tried, and the areas under the ROC curve, are in benchmarks/RESULTS.md (``benchmarks/novelty.py``).

Shapes: N texts, C labels, Q quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.calibration import combine, total
from lstmcli.engine.session import Logits

Floats = NDArray[np.float64]
QUANTILES = 201
MEASURES = ("network", "energy", "known")


def measures(network_NC: Logits, linear_NC: Logits | None, known_N: Floats, scale: float) -> Floats:
    """The measures, [3, N]; the higher, the more like the training texts."""
    z_NC = scale * total(network_NC, linear_NC)
    energy_N = np.logaddexp.reduce(z_NC, axis=1)
    return np.stack([combine(network_NC, None, scale).max(axis=1), energy_N, known_N])


@dataclass(frozen=True)
class Novelty:
    """The quantiles on the validation split of the measures, and of the sum of the logarithms of their ranks."""

    measures_3Q: Floats
    sum_Q: Floats

    @classmethod
    def fit(cls, measures_3N: Floats) -> Novelty:
        """Raises: ValueError, without any text."""
        if not measures_3N.shape[1]:
            raise ValueError("novelty needs at least one text")
        shares = np.linspace(0.0, 1.0, QUANTILES)
        measures_3Q = np.quantile(measures_3N, shares, axis=1).T
        return cls(measures_3Q, np.quantile(_sums(measures_3Q, measures_3N), shares))

    def of(self, measures_3N: Floats) -> Floats:
        """The novelty of texts, [N]: the share of the validation texts that are less novel."""
        ranks_N = np.searchsorted(self.sum_Q, _sums(self.measures_3Q, measures_3N), side="right")
        return 1.0 - ranks_N / len(self.sum_Q)

    def to_json(self) -> dict[str, list[float]]:
        rows = zip((*MEASURES, "together"), [*self.measures_3Q, self.sum_Q], strict=True)
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


def _sums(measures_3Q: Floats, measures_3N: Floats) -> Floats:
    """The sums of the logarithms of the ranks of texts, [N]."""
    pairs = zip(measures_3Q, measures_3N, strict=True)
    ranks = [(np.searchsorted(row_Q, row_N, side="right") + 1) / (len(row_Q) + 2) for row_Q, row_N in pairs]
    return np.asarray(np.log(ranks).sum(axis=0))
