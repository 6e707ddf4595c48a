"""Findings of an architecture comparison, as sentences.

Every sentence follows from the numbers; none assumes which cell is better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import percent
from lstmcli.experiments.results import ArchitectureComparison, Recall
from lstmcli.plural import count

MIN_GRADIENT = 1e-9
"""Smaller shares of the gradient count as zero."""
LAGS = (1, 2, 4, 8, 16, 32, 64)
ALIKE = 1.25
"""Gradients within this factor are called similar: seeds differ by as much."""
KNOWN = 0.95
"""Accuracy from which a cell is said to remember."""
NEAR_CHANCE = 0.05
"""Accuracy above chance up to which a cell is said not to remember."""


def gradient_words(result: ArchitectureComparison) -> str:
    """How much of the gradient each cell keeps at the longest lag of ``LAGS``, and which keeps most."""
    deepest = max(len(gradient.norms) for gradient in result.gradients) - 1
    lag = max((lag for lag in LAGS if lag <= deepest), default=deepest)
    shares = {g.cell: g.norms[lag] / (g.norms[0] or 1.0) for g in result.gradients if lag < len(g.norms)}
    parts = [f"{cell} {share_words(share)}" for cell, share in shares.items()]
    left = of_display(f"left after {count(lag, 'token')}: {', '.join(parts)}")
    verdict = most_left(shares)
    return of_display(f"{left}; {verdict}") if verdict else left


def most_left(shares: dict[str, float]) -> str:
    """Which cells keep most and least of the gradient, and the ratio between them."""
    if len(shares) < 2:
        return ""
    if not all(map(math.isfinite, shares.values())):
        return of_display("the gradients are not all finite, so they cannot be compared")
    highest, lowest = max(shares.values()), min(shares.values())
    if highest < MIN_GRADIENT:
        return of_display("no cell has any left")
    if highest <= ALIKE * lowest:
        return of_display("all cells keep about as much")
    first = [cell for cell, share in shares.items() if share * ALIKE >= highest]
    low = max(lowest * ALIKE, MIN_GRADIENT)
    last = [cell for cell, share in shares.items() if share <= low and cell not in first]
    keep = "keeps" if len(first) == 1 else "keep"
    found = of_display(f"{listed(first)} {keep} most, {listed(last)} least")
    return found if lowest < MIN_GRADIENT else found + of_display(f", {ratio(highest / lowest)} times less")


def ratio(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def share_words(share: float) -> str:
    """A share of the gradient as text."""
    if share < MIN_GRADIENT:
        return of_display("nothing")
    return percent(share) if share >= 0.01 else f"{100 * share:.1g} %" if share >= 1e-6 else f"{share:.0e}"


def recall_words(result: ArchitectureComparison) -> str:
    """The accuracy of each cell at the longest distance, and which cells remember or guess."""
    distance = result.distances[-1]
    parts = [f"{recall.cell} {percent(recall.accuracies[-1].mean)}" for recall in result.recalls]
    accuracies = of_display(f"right over {count(distance, 'token')}: {', '.join(parts)}")
    chance = of_display(f"guessing {percent(result.chance)}")
    return of_display(f"{accuracies}; {chance}; {who_remembers(result.recalls, result.chance)}")


def who_remembers(recalls: Sequence[Recall], chance: float) -> str:
    """Which cells remember, remember in part, or do not remember at the longest distance."""
    known, partly, guessed = list[str](), list[str](), list[str]()
    for recall in recalls:
        mean = recall.accuracies[-1].mean
        kind = known if mean >= KNOWN else guessed if mean <= chance + NEAR_CHANCE else partly
        kind.append(recall.cell)
    verbs = (
        (known, "remembers", "remember"),
        (partly, "remembers in part", "remember in part"),
        (guessed, "does not remember", "do not remember"),
    )
    shown = [(cells, one if len(cells) == 1 else many) for cells, one, many in verbs if cells]
    return ", ".join(f"{listed(cells)} {of_display(verb)}" for cells, verb in shown)


def listed(names: Sequence[str]) -> str:
    return of_display(f"{', '.join(names[:-1])} and {names[-1]}") if len(names) > 1 else names[0]
