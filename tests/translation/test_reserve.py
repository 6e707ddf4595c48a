"""Time reserved for what comes after the training of a translator: by a clock that is stepped by the work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstmcli.tokenization.ids import END_ID
from lstmcli.training.budget import Budget
from lstmcli.translation.batches import Pairs
from lstmcli.translation.reserve import reserve


class Counted:
    """A trainer whose likelihood takes a second a pair, and whose translation takes ten, whatever they are."""

    def __init__(self) -> None:
        self.now = 0.0

    def nats(self, pairs: Pairs) -> float:
        self.now += len(pairs)
        return 0.0

    def translate(self, sources: list[Any]) -> list[list[int]]:
        self.now += 10 * len(sources)
        return []


def ids(n: int) -> np.ndarray:
    return np.array([5] * (n - 1) + [END_ID], np.int32)


@pytest.mark.parametrize(("validated", "length", "each"), [(500, 1000, 10.0), (0, 1000, 10.0), (500, 11, 25 / 6)])
def test_translations_take_as_long_as_the_targets_and_at_most_as_measured(
    validated: int, length: int, each: float
) -> None:
    """Of sources of one token the limit is 33 tokens; targets of 11 with the margin take 5 / 12 of that."""
    trainer: Any = Counted()
    budget = Budget(10_000.0, clock=lambda: trainer.now)
    valid = Pairs([ids(1)] * 1000, [ids(length)] * 1000)

    def graph() -> None:
        trainer.now += 7

    reserve(budget, trainer, valid, validated=validated, reported=100, graph=graph)
    assert budget.validation == pytest.approx(1000 + validated * each)
    assert budget.after == {"reports": pytest.approx(100 * (1 + each)), "graph": 7.0}
