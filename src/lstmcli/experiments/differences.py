"""How each cell did over its seeds, and whether it differs from the reference by more than chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lstmcli.evaluation.results import SIGNIFICANCE_LEVEL
from lstmcli.evaluation.significance import holm, paired_t_p, spread
from lstmcli.experiments.results import LOWER_IS_BETTER, Difference, Run, Summary


def summaries(cells: Sequence[str], runs: Sequence[Run]) -> Iterator[Summary]:
    """Mean, spread and interval of every measure, for each cell that has a run."""
    for cell in cells:
        if own := [run for run in runs if run.cell == cell]:
            measures = {name: spread([run.scores[name] for run in own]) for name in own[0].scores}
            epochs, seconds = (
                sum(values) / len(own) for values in zip(*((r.epochs, r.seconds) for r in own), strict=True)
            )
            yield Summary(cell, measures, epochs, seconds)


def differences(cells: Sequence[str], base: str, runs: Sequence[Run]) -> list[Difference]:
    """Each cell against the reference, on the seeds that both have."""
    found: list[Difference] = []
    measures = list(runs[0].scores) if runs else []
    by_seed = {(run.cell, run.seed): run.scores for run in runs}
    for measure in measures:
        row: list[Difference] = []
        for cell in cells:
            seeds = [seed for other, seed in by_seed if other == cell and (base, seed) in by_seed]
            if cell == base or not seeds:
                continue
            differences = [by_seed[cell, seed][measure] - by_seed[base, seed][measure] for seed in seeds]
            difference = spread(differences)
            ahead = (difference.mean < 0) == (measure in LOWER_IS_BETTER)
            better = None if _nothing(difference.mean) else cell if ahead else base
            row.append(Difference(cell, base, measure, difference, paired_t_p(differences), None, None, better))
        adjusted = holm([gap.p_value for gap in row])
        found += [
            replace(gap, p_adjusted=p, significant=None if p is None else p < SIGNIFICANCE_LEVEL)
            for gap, p in zip(row, adjusted, strict=True)
        ]
    return found


def _nothing(difference: float) -> bool:
    """Whether it is none: but for rounding, or between two that are too large for a number."""
    return math.isnan(difference) or abs(difference) < 1e-12
