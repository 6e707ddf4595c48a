"""Time to reserve for the steps after training, measured before it on a few texts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lstmcli.training.budget import Budget

if TYPE_CHECKING:
    from lstmcli.classification.ensemble import Ensemble
    from lstmcli.classification.trainer import Split, Trainer

PROBE_TEXTS = 256
NGRAM_SHARE = 0.2
"""Maximum share of the time left that the first fit of a linear model takes."""


class FitTime:
    """Ends the first fits of the linear models in time, and the second fits after as many iterations.

    The second fit after one that ended by itself does so, too: with time enough a model is that without a limit.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget, self._fits = budget, list[_Fit]()
        self._again = iter(self._fits)

    def first(self) -> Callable[[], bool]:
        over, fit = self._budget.within(NGRAM_SHARE), _Fit()
        self._fits.append(fit)

        def stop() -> bool:
            fit.iterations += 1
            fit.ended = over()
            return fit.ended

        return stop

    def second(self) -> Callable[[], bool]:
        if math.isinf(self._budget.limit) or not (fit := next(self._again)).ended:
            return lambda: False
        left = iter(range(fit.iterations - 1))
        return lambda: next(left, None) is None


@dataclass
class _Fit:
    iterations: int = 0
    ended: bool = False
    """Whether its time was over."""


def reserve(budget: Budget, trainer: Trainer, ensemble: Callable[[], Ensemble], valid: Split, texts: int) -> None:
    """Reserve time for the last validation, for the graph, and for the reports on so many texts.

    Args:
        ensemble: builds the graph and what runs it.
    """
    step = max(1, len(valid) // PROBE_TEXTS)
    few, weights = valid.encoded[::step][:PROBE_TEXTS], trainer.averaged()
    trainer.logits(few, weights)  # the first time takes longer
    with budget.measure("validation", len(valid) / len(few)):
        trainer.logits(few, weights)
    with budget.measure("graph"):
        found = ensemble()
    found.logits(few)
    with budget.measure("reports", texts / len(few)):
        found.logits(few)
