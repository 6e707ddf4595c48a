"""Statistics of each cell over its seeds, and significance tests of differences to the reference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean

from lstmcli.evaluation.results import HUNDREDTHS, LOWER_IS_BETTER, SIGNIFICANCE_LEVEL
from lstmcli.evaluation.significance import holm, paired_t_p, spread
from lstmcli.experiments.results import Difference, Run, Summary


def summaries(cells: Sequence[str], runs: Sequence[Run]) -> Iterator[Summary]:
    """Mean, standard deviation and interval of every metric, for each cell with a complete run."""
    for cell in cells:
        if own := [run for run in runs if run.cell == cell]:
            measures = {name: spread([run.scores[name] for run in own], 0.0, _most(name)) for name in own[0].scores}
            yield Summary(cell, measures, fmean(run.epochs for run in own), fmean(run.seconds for run in own))


def differences(cells: Sequence[str], base: str, runs: Sequence[Run]) -> list[Difference]:
    """Differences between each cell and the reference, on their common seeds."""
    result: list[Difference] = []
    measures = list(runs[0].scores) if runs else []
    by_seed = {(run.cell, run.seed): run.scores for run in runs}
    for measure in measures:
        row: list[Difference] = []
        for cell in cells:
            seeds = [seed for other, seed in by_seed if other == cell and (base, seed) in by_seed]
            if cell == base or not seeds:
                continue
            differences = [by_seed[cell, seed][measure] - by_seed[base, seed][measure] for seed in seeds]
            difference = spread(differences, -_most(measure), _most(measure))
            ahead = (difference.mean < 0) == (measure in LOWER_IS_BETTER)
            better = None if _is_zero(difference.mean) else cell if ahead else base
            row.append(Difference(cell, base, measure, difference, paired_t_p(differences), None, None, better))
        adjusted = holm([gap.p_value for gap in row])
        result += [
            replace(gap, p_adjusted=p, significant=None if p is None else p < SIGNIFICANCE_LEVEL)
            for gap, p in zip(row, adjusted, strict=True)
        ]
    return result


def _most(measure: str) -> float:
    """The highest value of a metric; the lowest is 0."""
    return math.inf if measure in LOWER_IS_BETTER else 100.0 if measure in HUNDREDTHS else 1.0


def _is_zero(difference: float) -> bool:
    """Whether a difference is 0 up to rounding, or NaN, as between two infinite values."""
    return math.isnan(difference) or abs(difference) < 1e-12
