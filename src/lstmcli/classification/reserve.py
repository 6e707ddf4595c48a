"""Time to reserve for the steps after training, measured before it on a few texts."""

from __future__ import annotations

from collections.abc import Callable

from lstmcli.classification.ensemble import Ensemble
from lstmcli.classification.trainer import Split, Trainer
from lstmcli.training.budget import Budget

PROBE_TEXTS = 256


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
