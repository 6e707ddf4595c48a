"""Time to reserve for the steps after training, measured before it on a few tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.trainer import Ids, evaluation_seconds
from lstmcli.training.budget import Budget

INT8_PROBE = 40
"""Tokens on which the comparison of the exact and the int8 graph is timed."""
VALIDATION_SHARE, MIN_VALIDATION = 0.05, 2_000
"""A validation during training takes at most this share of the time limit; but it reads so many tokens."""


def reserve_evaluation(
    budget: Budget, module: LanguageModel, valid: Ids, tokens: Mapping[str, int], device: str
) -> int:
    """Reserve time for the last validation and for the reports; returns how many tokens of ``valid`` to validate on.

    Args:
        tokens: of each report, by its name.
    """
    seconds = evaluation_seconds(module, valid, device)
    budget.after |= {name: seconds * count for name, count in tokens.items()}
    most = max(MIN_VALIDATION, round(VALIDATION_SHARE * budget.limit / max(seconds, 1e-9)))
    budget.validation = seconds * min(most, len(valid) - 1)
    return min(most, len(valid) - 1)


def reserve_int8(budget: Budget, compare: Callable[[int], object], tokens: int) -> None:
    """Reserve time for the comparison of the exact and the int8 graph on so many tokens."""
    few = min(INT8_PROBE, tokens)
    for name, count in (("int8 graphs", 1), ("int8", few)):
        with budget.measure(name):
            compare(count)
    budget.after["int8"] = max(0.0, budget.after["int8"] - budget.after["int8 graphs"]) * tokens / few
