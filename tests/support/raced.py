"""A side-by-side training that never was: everything that its report shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli.evaluation.significance import spread
from lstmcli.experiments.differences import differences, summaries
from lstmcli.experiments.results import ArchitectureComparison, Candidate, GradientByLag, Point, Recall, Run

HOSTILE = '<script>alert("x")</script> & \x1b[31m 评论.csv'


def raced(
    task: str = "classify", cells: tuple[str, ...] = ("lstm", "gru", "rnn"), seeds: int = 3, **more: Any
) -> ArchitectureComparison:
    runs = [_run(task, cell, n, seed) for seed in range(1, seeds + 1) for n, cell in enumerate(cells)]
    found = ArchitectureComparison(
        source="reviews.csv",
        task=task,
        match=("parameters",),
        budget="the same data, tokenizer and seeds; equal parameters, equal epochs",
        split="test",
        measure="accuracy" if task == "classify" else "perplexity",
        metric="accuracy" if task == "classify" else "perplexity",
        seeds=tuple(range(1, seeds + 1)),
        reference=cells[0],
        entrants=tuple(
            Candidate(cell, cell.upper(), (96, 96 + n), 174_000 + n, n / 174_000) for n, cell in enumerate(cells)
        ),
        runs=tuple(runs),
        standings=tuple(summaries(cells, runs)),
        gaps=tuple(differences(cells, cells[0], runs)),
        gradients=tuple(
            GradientByLag(cell, tuple((0.9 - 0.25 * n) ** lag for lag in range(65))) for n, cell in enumerate(cells)
        ),
        distances=(1, 2, 5, 10, 20, 50, 100),
        recalls=tuple(
            Recall(
                cell,
                32,
                8448,
                tuple(spread([max(0.125, 1 - 0.1 * n * i - 0.01 * n * s) for s in range(seeds)]) for i in range(7)),
            )
            for n, cell in enumerate(cells)
        ),
        chance=0.125,
        notes=("something to know",),
        command="lstm compare reviews.csv --cells lstm,gru,rnn",
        interrupted=False,
    )
    return replace(found, **more)


def _run(task: str, cell: str, n: int, seed: int) -> Run:
    if task == "classify":
        scores = {"accuracy": 0.9 - 0.04 * n + 0.004 * seed * (n + 1), "macro_f1": 0.88 - 0.04 * n}
    else:
        scores = {"perplexity": 80.0 + 20 * n + seed * (n + 1), "bits_per_byte": 1.2 + 0.1 * n}
    first = next(iter(scores.values()))
    points = tuple(Point(e, 7.5 * e, first + (0.1 if task == "lm" else -0.1) * (4 - e), 1.0 / e) for e in range(1, 5))
    return Run(cell, seed, f"lstm-compare/{cell}-seed{seed}", 1_234_567, scores, 4.0, 30.5, points, "finished")
