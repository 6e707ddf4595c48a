"""Time to reserve for the steps after training, measured before it on a few pairs."""

from __future__ import annotations

from collections.abc import Callable

from lstmcli.training.budget import Budget
from lstmcli.translation.batches import Pairs
from lstmcli.translation.beam_search import LONGEST_FACTOR, LONGEST_MORE
from lstmcli.translation.trainer import TranslatorTrainer

REPORTS = "reports"
"""The name of their time."""
PROBE_PAIRS = 128
WARMING = 16
MARGIN = 1.25
"""Translations of a trained model may be longer than the targets."""


def reserve(
    budget: Budget,
    trainer: TranslatorTrainer,
    valid: Pairs,
    *,
    validated: int,
    reported: int,
    graph: Callable[[], object],
) -> None:
    """Reserve time for the last validation, for the graph, and for the reports.

    An untrained model does not end its translations, so their time is reduced to that of the targets.

    Args:
        validated: texts that are translated in a validation; 0 if only the loss is measured.
        reported: pairs of all reports.
    """
    step = max(1, len(valid) // PROBE_PAIRS)
    few = Pairs(valid.sources[::step][:PROBE_PAIRS], valid.targets[::step][:PROBE_PAIRS])
    trainer.nats(Pairs(few.sources[:WARMING], few.targets[:WARMING]))  # the first time takes longer
    with budget.measure("likelihood", 1 / len(few)):
        trainer.nats(few)
    with budget.measure("translation", 1 / len(few)):
        trainer.translate(few.sources)
    likelihood, translation = (budget.after.pop(name) for name in ("likelihood", "translation"))
    limits = sum(LONGEST_FACTOR * len(source) + LONGEST_MORE for source in few.sources)
    translation *= min(1.0, MARGIN * few.tokens / limits)
    budget.validation = likelihood * len(valid) + translation * validated
    budget.after[REPORTS] = (likelihood + translation) * reported
    with budget.measure("graph"):
        graph()
