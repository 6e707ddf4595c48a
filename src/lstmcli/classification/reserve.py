"""Time to reserve for the steps after training, measured before it on a few texts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from lstmcli.training.budget import Budget

if TYPE_CHECKING:
    from lstmcli.classification.ensemble import Ensemble
    from lstmcli.classification.trainer import Split, Trainer

PROBE_TEXTS = 256
NGRAM_SHARE = 0.2
"""Maximum share of the time left that the first fit of a linear model takes."""


class FitTime:
    """Ends the first fits of the linear models in time, and the second fits after as many iterations."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._iterations = budget, list[int]()
        self._again = iter(self._iterations)

    def first(self) -> Callable[[], bool]:
        over, number = self._budget.within(NGRAM_SHARE), len(self._iterations)
        self._iterations.append(0)

        def stop() -> bool:
            self._iterations[number] += 1
            return over()

        return stop

    def second(self) -> Callable[[], bool]:
        if math.isinf(self._budget.limit):
            return lambda: False
        left = iter(range(next(self._again) - 1))
        return lambda: next(left, None) is None


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
