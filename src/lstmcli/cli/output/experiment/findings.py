"""What the figures of a side-by-side training come to, in sentences.

No sentence here knows which cell should win: each follows from the numbers, whichever way they fall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lstmcli.cli.output.console import percent
from lstmcli.experiments.results import ArchitectureComparison, Recall
from lstmcli.plural import count

LEAST_GRADIENT = 1e-9
"""Share below which a gradient counts as gone."""
LAGS = (1, 2, 4, 8, 16, 32, 64)
ALIKE = 1.25
"""Gradients within this factor are called alike: they differ by as much from seed to seed."""
KNOWN = 0.95
"""Share of right answers from which on a cell is said to remember."""
NEAR_CHANCE = 0.05
"""Share of right answers above guessing within which a cell is said to guess."""


def gradient_words(result: ArchitectureComparison) -> str:
    """How much of the gradient each cell has left at the longest lag of ``LAGS``, and who has most."""
    deepest = max(len(found.norms) for found in result.gradients) - 1
    lag = max((lag for lag in LAGS if lag <= deepest), default=deepest)
    shares = {g.cell: g.norms[lag] / (g.norms[0] or 1.0) for g in result.gradients if lag < len(g.norms)}
    parts = [f"{cell} {share_words(share)}" for cell, share in shares.items()]
    verdict = most_left(shares)
    return f"left after {count(lag, 'token')}: {', '.join(parts)}" + (f"; {verdict}" if verdict else "")


def most_left(shares: dict[str, float]) -> str:
    """Who keeps most of the gradient, who least, and how far they are apart."""
    if len(shares) < 2:
        return ""
    if not all(map(math.isfinite, shares.values())):
        return "not all of these can be compared"
    most, least = max(shares.values()), min(shares.values())
    if most < LEAST_GRADIENT:
        return "no cell has any left"
    if most <= ALIKE * least:
        return "all cells keep about as much"
    first = [cell for cell, share in shares.items() if share * ALIKE >= most]
    low = max(least * ALIKE, LEAST_GRADIENT)
    last = [cell for cell, share in shares.items() if share <= low and cell not in first]
    apart = "" if least < LEAST_GRADIENT else f", {ratio(most / least)} times less"
    keep = "keeps" if len(first) == 1 else "keep"
    return f"{listed(first)} {keep} most, {listed(last)} least{apart}"


def ratio(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def share_words(share: float) -> str:
    """A share of the gradient, however small."""
    if share < LEAST_GRADIENT:
        return "nothing"
    return percent(share) if share >= 0.01 else f"{100 * share:.1g} %" if share >= 1e-6 else f"{share:.0e}"


def recall_words(result: ArchitectureComparison) -> str:
    """How often each cell is right over the longest distance, and who remembers and who guesses."""
    distance = result.distances[-1]
    parts = [f"{found.cell} {percent(found.accuracies[-1].mean)}" for found in result.recalls]
    told = f"right over {count(distance, 'token')}: {', '.join(parts)}; guessing {percent(result.chance)}"
    return f"{told}; {who_remembers(result.recalls, result.chance)}"


def who_remembers(recalls: Sequence[Recall], chance: float) -> str:
    """Which cells are nearly always right at the longest distance, which no better than guessing, which between."""
    known, partly, guessed = list[str](), list[str](), list[str]()
    for found in recalls:
        mean = found.accuracies[-1].mean
        kind = known if mean >= KNOWN else guessed if mean <= chance + NEAR_CHANCE else partly
        kind.append(found.cell)
    said = []
    if known:
        said.append(f"{listed(known)} {'remembers' if len(known) == 1 else 'remember'}")
    if partly:
        said.append(f"{listed(partly)} {'remembers' if len(partly) == 1 else 'remember'} in part")
    if guessed:
        said.append(f"{listed(guessed)} {'does' if len(guessed) == 1 else 'do'} little better than guessing")
    return ", ".join(said)


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
