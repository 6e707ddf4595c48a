"""Architectures trained side by side: the same data, tokenizer and seeds, and a budget that is said.

Each run is one of ``training.run.train``, so it leaves a model like any other.  All cells are trained
with one seed before the next seed begins: whenever a person ends it, the cells have had the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.cells import CELLS
from lstmcli.classification.events import Evaluated
from lstmcli.config import among
from lstmcli.errors import Interrupted, OutputError, UsageError
from lstmcli.evaluation.results import SIGNIFICANT
from lstmcli.evaluation.significance import holm, paired_t_p, spread
from lstmcli.experiments.events import (
    ComparisonEnded,
    ComparisonPlanned,
    ExperimentEvent,
    InRun,
    Measuring,
    RunBegun,
    RunEnded,
)
from lstmcli.experiments.results import (
    LOWER_IS_BETTER,
    ArchitectureComparison,
    Candidate,
    Difference,
    GradientByLag,
    Point,
    Recall,
    Run,
    Summary,
)
from lstmcli.experiments.sizes import NEAR, candidates, reference
from lstmcli.language_modeling.events import LmEvaluated
from lstmcli.tasks import Task, task_of
from lstmcli.training import events
from lstmcli.training.run import train

if TYPE_CHECKING:
    from lstmcli.data.records import Record, Splits

MATCHES = ("parameters", "time", "epochs")
UNTIL_TIME = 10_000
"""Epochs, where time is what ends a run."""


def check_cells(cells: Sequence[str]) -> None:
    """Raises: UsageError."""
    for cell in cells:
        among("cells", cell, tuple(CELLS))
    if len(set(cells)) < len(cells):
        raise UsageError(f"--cells names {next(c for c in cells if cells.count(c) > 1)} twice")
    if len(cells) < 2:
        raise UsageError("a comparison needs two cells", hint=f"--cells lstm,rnn; there are {', '.join(CELLS)}")


def check_match(match: Sequence[str]) -> None:
    """Raises: UsageError."""
    if not match:
        raise UsageError("--match needs a value", hint=f"one of {', '.join(MATCHES)}, or parameters,time")
    for name in match:
        among("match", name, MATCHES)
    if {"time", "epochs"} <= set(match):
        raise UsageError("--match: equal time and equal epochs contradict each other", hint="give one of them")


def model_path(output: Path, cell: str, seed: int) -> Path:
    """Where a run's model goes."""
    return output / f"{cell}-seed{seed}"


def compare_architectures(
    splits: Splits,
    config: Any,
    output: Path,
    *,
    cells: Sequence[str],
    seeds: int,
    match: Sequence[str] = ("parameters",),
    distance: int | None = None,
    source: str = "",
    force: bool = False,
    command: str = "",
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[ExperimentEvent]:
    """Trains each cell with each seed and compares what came out; the last event holds all results.

    When ``stop`` turns true, the run at hand ends and is left out; the runs before it are compared.  So are they
    when a model cannot be written; the error comes after the last event.

    Args:
        seeds: how many, from the config's on.
        match: of ``MATCHES``: what is equal for all.
        distance: the longest of the recall task; None leaves it out.

    Raises:
        UsageError: cells, budget or sizes that make no comparison.
        Interrupted: ``stop`` turned true before a run was complete.
        DataError, OutputError: as ``training.run.train``.
    """
    check_cells(cells)
    check_match(match)
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, not {seeds}")
    base = reference(cells)
    labels = len({label for record in splits.train for label in record.labels}) if splits.labelled else 0
    sizes = candidates(config, cells, labels, equal_parameters="parameters" in match)
    plan = _Plan(splits, config, output, sizes, tuple(range(config.train.seed, config.train.seed + seeds)), match)
    yield ComparisonPlanned(sizes, plan.seeds, plan.budget, plan.measure, plan.metric, plan.notes)

    runs: list[Run] = []
    failure = yield from _run_all(plan, runs, force=force, command=command, stop=stop)
    if not runs:
        raise Interrupted("ended before a run was complete: nothing to compare")

    _use_threads(config.train.threads)
    yield Measuring("gradients by lag")
    gradients = [_gradients(cell, runs, splits) for cell in cells if any(run.cell == cell for run in runs)]
    recalls: list[Recall] = []
    distances: tuple[int, ...] = ()
    if distance is not None and not stop():
        distances, recalls = yield from _recalls(cells, base, runs[0], splits, distance, plan.seeds, stop)

    from lstmcli.experiments.recall import CUES

    yield ComparisonEnded(
        ArchitectureComparison(
            source=source or splits.path,
            task=plan.task,
            match=tuple(match),
            budget=plan.budget,
            split="test" if splits.test else "valid",
            measure=plan.measure,
            metric=plan.metric,
            seeds=plan.seeds,
            reference=base,
            entrants=sizes,
            runs=tuple(runs),
            standings=tuple(summaries(cells, runs)),
            gaps=tuple(differences(cells, base, runs)),
            gradients=tuple(gradients),
            distances=distances,
            recalls=tuple(recalls),
            chance=1 / CUES,
            notes=(*plan.notes, *_notes(runs, plan.order, plan.seeds)),
            command=command,
            interrupted=len(runs) < len(plan.order) or stop(),
        )
    )
    if failure is not None:
        raise failure


def _run_all(
    plan: _Plan, runs: list[Run], *, force: bool, command: str, stop: Callable[[], bool]
) -> Generator[ExperimentEvent, None, OutputError | None]:
    """Trains every cell with every seed; fills ``runs``.  Returns the error that ended it early, where one did.

    Raises:
        OutputError: the first model could not be written.
    """
    for number, (seed, entrant) in enumerate(plan.order, 1):
        if stop():
            break
        yield RunBegun(entrant.cell, seed, number, len(plan.order))
        log = _Log()
        try:
            with closing(plan.train(entrant, seed, force=force, command=command, stop=stop)) as run:
                for event in run:
                    log.handle(event)
                    yield InRun(event)
        except OutputError as error:
            if not runs:
                raise
            return error
        if log.reason == "interrupted":
            break
        runs.append(log.run(entrant.cell, seed, plan.measures))
        yield RunEnded(runs[-1])
    return None


@dataclass(frozen=True)
class _Plan:
    """What all runs have in common."""

    splits: Splits
    config: Any
    output: Path
    entrants: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    match: Sequence[str]

    @property
    def task(self) -> str:
        return self._task.name

    @property
    def order(self) -> list[tuple[int, Candidate]]:
        """All cells with one seed before the next seed begins."""
        return [(seed, entrant) for seed in self.seeds for entrant in self.entrants]

    @property
    def measures(self) -> tuple[str, ...]:
        """The first is what matters most."""
        return ("macro_f1", "accuracy") if self.splits.multilabel else self._architecture.MEASURES

    @property
    def measure(self) -> str:
        return self.measures[0]

    @property
    def metric(self) -> str:
        return "f1" if self.splits.multilabel else self.measure

    @property
    def budget(self) -> str:
        size = "parameters" if "parameters" in self.match else "units"
        length = f"{self.config.train.time_limit:g} seconds of training" if "time" in self.match else "epochs"
        return f"the same data, tokenizer and seeds; equal {size}, equal {length}"

    @property
    def notes(self) -> tuple[str, ...]:
        notes: list[str] = []
        if not self.splits.test:
            notes.append("no test split: scores are of the validation split, which also chose each run's best epoch")
        notes += self._architecture.NOTES
        if "parameters" in self.match:
            far = [f"{e.cell} has {e.off:+.1%}" for e in self.entrants if abs(e.off) > NEAR]
            if far:
                notes.append(f"parameters are as near as whole units allow: {', '.join(far)}")
        return tuple(notes)

    def train(self, entrant: Candidate, seed: int, **how: Any) -> Any:
        """The run's events."""
        how["checkpoint_every"] = float("inf")
        target, config = model_path(self.output, entrant.cell, seed), self.configured(entrant, seed)
        return train(self._task.module("train").job(self.splits, config), target, **how)

    @property
    def _task(self) -> Task:
        return task_of(self.config)

    @property
    def _architecture(self) -> Any:
        return self._task.module("architecture")

    def configured(self, entrant: Candidate, seed: int) -> Any:
        """The settings of one run: patience ends none early, for the budget is to be equal."""
        training: dict[str, Any] = {"seed": seed, "patience": 0}
        if "time" in self.match:
            training["epochs"] = UNTIL_TIME
        return self._architecture.with_cell(self.config, entrant.cell, entrant.widths[0], training)


@dataclass
class _Log:
    """What one run says that a comparison needs."""

    points: list[Point] = field(default_factory=list)
    begun: float = 0.0
    seconds: float = 0.0
    epochs: float = 0.0
    reason: str = ""
    parameters: int = 0
    path: str = ""
    reports: dict[str, Any] = field(default_factory=dict)

    def handle(self, event: events.Event) -> None:
        if isinstance(event, events.RunPlanned):
            self.parameters, self.begun = event.parameters, time.monotonic()
        elif isinstance(event, events.Validated):
            self.points.append(Point(event.epoch, time.monotonic() - self.begun, event.value, event.loss))
        elif isinstance(event, events.Stopped):
            self.reason, self.seconds, self.epochs = event.reason, event.seconds, event.epoch
        elif isinstance(event, (Evaluated, LmEvaluated)):
            self.reports[event.split] = event.report
        elif isinstance(event, events.Saved):
            self.path = event.path

    def run(self, cell: str, seed: int, measures: Sequence[str]) -> Run:
        report = self.reports.get("test") or self.reports["valid"]
        scores = {
            measure: float("inf") if (value := getattr(report, measure)) is None else value for measure in measures
        }
        return Run(
            cell, seed, self.path, self.parameters, scores, self.epochs, self.seconds, tuple(self.points), self.reason
        )


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
            replace(gap, p_adjusted=p, significant=None if p is None else p < SIGNIFICANT)
            for gap, p in zip(row, adjusted, strict=True)
        ]
    return found


def _nothing(difference: float) -> bool:
    """Whether it is none: but for rounding, or between two that are too large for a number."""
    return math.isnan(difference) or abs(difference) < 1e-12


def _use_threads(count: int | None) -> None:
    """What is measured after training takes as many threads as training took."""
    if count is not None:
        import torch

        torch.set_num_threads(count)


def _gradients(cell: str, runs: Sequence[Run], splits: Splits) -> GradientByLag:
    from lstmcli.experiments.probes import gradients, joined
    from lstmcli.model_dir.directory import read_model

    records: Collection[Record] = splits.valid
    return joined(cell, [gradients(read_model(run.path), records) for run in runs if run.cell == cell])


def _recalls(
    cells: Sequence[str],
    base: str,
    run: Run,
    splits: Splits,
    distance: int,
    seeds: Sequence[int],
    stop: Callable[[], bool],
) -> Any:
    from lstmcli.experiments.probes import distances_up_to, recall, tokens
    from lstmcli.model_dir.directory import read_model

    text_N, found = tokens(read_model(run.path), splits.train), []
    for cell in cells:
        yield Measuring(f"recall over {distance} tokens: {cell}")
        one = recall(cell, base, text_N, distance, seeds, stop)
        if stop():
            break
        found.append(one)
    return distances_up_to(distance), found


def _notes(runs: Sequence[Run], order: Sequence[object], seeds: Sequence[int]) -> Iterator[str]:
    """What the runs themselves make worth saying."""
    if len(seeds) == 1:
        yield "one seed: there is no spread and no interval; --seeds 3 gives them"
    if len(runs) < len(order):
        yield f"ended early: {len(runs)} of {len(order)} runs are complete"
    for run in runs:
        if run.stopped == "diverged":
            yield f"{run.cell}, seed {run.seed}: the loss ran away; what was good before is kept"
