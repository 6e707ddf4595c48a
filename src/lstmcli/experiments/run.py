"""Compare architectures: train each cell with the same data, tokenizer, seeds and budget.

Each run is a normal ``training.run.train`` and leaves a model.  All cells are trained with one seed before the next
seed, so an interrupted comparison is still balanced.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from lstmcli.errors import DivergedError, Interrupted, OutputError, UsageError
from lstmcli.experiments import events as experiment
from lstmcli.experiments.differences import differences, summaries
from lstmcli.experiments.journal import Journal, checksum
from lstmcli.experiments.plan import Plan, candidates, check_cells, check_match, reference
from lstmcli.experiments.results import ArchitectureComparison, GradientByLag, Point, Recall, Run
from lstmcli.nn.device import use_threads
from lstmcli.training import events

if TYPE_CHECKING:
    from lstmcli.data.records import Splits

Stop: TypeAlias = Callable[[], bool]


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
    resume: bool = False,
    command: str = "",
    stop: Stop = lambda: False,
) -> Iterator[events.Event]:
    """Train each cell with each seed and compare the results; the last event contains all of them.

    When ``stop`` returns true, the current run is discarded and the complete ones are compared.  The same happens if a
    model cannot be written; the error is raised after the last event.  A run that diverges is left out, with a warning
    and a note.

    Args:
        seeds: number of seeds, starting with the one in ``config``.
        match: what is equal for all cells, from ``MATCHES``.
        distance: the longest distance of the recall task; None omits it.
        resume: the complete runs in ``output`` are kept, and only the others trained.

    Raises:
        UsageError: invalid cells, budget or sizes; ``resume``, and what is there is of other data or settings.
        Interrupted: ``stop`` returned true before a run was complete.
        DivergedError: every run diverged.
        DataError, OutputError: as ``training.run.train``.
    """
    check_cells(cells)
    check_match(match)
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, not {seeds}")
    base = reference(cells)
    labels = len({label for record in splits.train for label in record.labels}) if splits.labelled else 0
    sizes = candidates(config, cells, labels, equal_parameters="parameters" in match)
    plan = Plan(splits, config, output, sizes, tuple(range(config.train.seed, config.train.seed + seeds)), match)
    journal = Journal(output, resume=resume)
    journal.check({plan.checksum(candidate, seed) for seed, candidate in plan.order})
    yield experiment.ComparisonPlanned(sizes, plan.budget, plan.measure, plan.metric)

    runs, diverged, failure = yield from _run_all(plan, journal, force=force or resume, command=command, stop=stop)
    complete = len(runs) + len(diverged) == len(plan.order)
    if not runs:
        if complete:
            raise DivergedError(f"every run diverged; {diverged[0]}", hint="give a lower --learning-rate")
        raise Interrupted("ended before a run was complete: nothing to compare")

    use_threads(config.train.threads)  # measure with as many threads as were used for training
    yield experiment.Measuring("gradients by lag")
    gradients = [_gradients(cell, runs, splits) for cell in cells if any(run.cell == cell for run in runs)]
    recalls: list[Recall] = []
    distances: tuple[int, ...] = ()
    if distance is not None and not stop():
        distances, recalls = yield from _recalls(plan, journal, base, runs[0], distance, stop)
    found = _compared(
        *(plan, base, runs),
        notes=(*plan.notes, *_notes(runs, plan, diverged)),
        source=source or splits.path,
        gradients=tuple(gradients),
        distances=distances,
        recalls=tuple(recalls),
        command=command,
        interrupted=not complete or stop(),
    )
    yield experiment.ComparisonEnded(found)
    if failure is not None:
        raise failure


def _compared(plan: Plan, base: str, runs: Sequence[Run], **more: Any) -> ArchitectureComparison:
    """The results of the runs; ``more``: the other fields."""
    from lstmcli.experiments.recall import CUES

    cells = [candidate.cell for candidate in plan.candidates]
    return ArchitectureComparison(
        task=plan.task.name,
        match=tuple(plan.match),
        budget=plan.budget,
        split="test" if plan.splits.test else "valid",
        measure=plan.measure,
        metric=plan.metric,
        seeds=plan.seeds,
        reference=base,
        entrants=plan.candidates,
        runs=tuple(runs),
        standings=tuple(summaries(cells, runs)),
        gaps=tuple(differences(cells, base, runs)),
        chance=1 / CUES,
        **more,
    )


class _Done(NamedTuple):
    """What came of all runs."""

    runs: list[Run]
    """Those with a model."""
    diverged: list[str]
    """What is to be said of each without one."""
    failure: OutputError | None = None
    """Why the rest was not run."""


def _run_all(
    plan: Plan, journal: Journal, *, force: bool, command: str, stop: Stop
) -> Generator[events.Event, None, _Done]:
    """Train every cell with every seed that the journal does not have.

    Raises:
        OutputError: the first model could not be written.
    """
    runs, diverged = list[Run](), list[str]()
    for number, (seed, candidate) in enumerate(plan.order, 1):
        of = plan.checksum(candidate, seed)
        if kept := journal.run(of, plan.path(candidate, seed)):
            runs.append(kept)
            yield experiment.RunEnded(kept, kept=True)
            continue
        if said := journal.diverged(of):  # it would again
            diverged.append(said)
            continue
        if stop():
            break
        yield experiment.RunBegun(candidate.cell, seed, number, len(plan.order))
        log = _Log()
        try:
            with closing(plan.train(candidate, seed, force=force, command=command, stop=stop)) as run:
                for event in run:
                    log.handle(event)
                    yield event
        except DivergedError as error:
            diverged.append(f"{candidate.cell}, seed {seed}: {error}")
            yield events.Warned(f"{diverged[-1]}; it is left out; {error.hint}")
            journal.add_diverged(of, diverged[-1])
            continue
        except OutputError as error:
            if not runs:
                raise
            return _Done(runs, diverged, error)
        if log.reason == "interrupted":
            break
        runs.append(log.run(candidate.cell, seed, plan))
        journal.add(of, runs[-1])
        yield experiment.RunEnded(runs[-1])
    return _Done(runs, diverged)


@dataclass
class _Log:
    """Collects what a comparison needs from the events of one run."""

    points: list[Point] = field(default_factory=list)
    started: float = 0.0
    seconds: float = 0.0
    epochs: float = 0.0
    reason: str = ""
    parameters: int = 0
    path: str = ""
    precision: str = ""
    device: str = ""
    reports: dict[str, Any] = field(default_factory=dict)

    def handle(self, event: events.Event) -> None:
        if isinstance(event, events.RunPlanned):
            self.parameters, self.started = event.parameters, time.monotonic()
            self.precision, self.device = event.precision, event.device
        elif isinstance(event, events.Validated):
            self.points.append(Point(event.epoch, time.monotonic() - self.started, event.value, event.loss))
        elif isinstance(event, events.Stopped):
            self.reason, self.seconds, self.epochs = event.reason, event.seconds, event.epoch
        elif isinstance(event, events.Measured):
            self.reports[event.split] = event.report
        elif isinstance(event, events.Saved):
            self.path = event.path

    def run(self, cell: str, seed: int, plan: Plan) -> Run:
        report = self.reports.get("test") or self.reports["valid"]
        values = {measure: getattr(report, measure) for measure in plan.measures}
        scores = {measure: float("inf") if value is None else value for measure, value in values.items()}
        return Run(
            cell=cell,
            seed=seed,
            path=self.path,
            parameters=self.parameters,
            scores=scores,
            epochs=self.epochs,
            seconds=self.seconds,
            points=tuple(self.points),
            stopped=self.reason,
            precision=plan.layer_precision(cell, self.precision, self.device),
        )


def _gradients(cell: str, runs: Sequence[Run], splits: Splits) -> GradientByLag:
    from lstmcli.experiments.probes import average_curve, gradients
    from lstmcli.model_dir.directory import read_model

    return average_curve(cell, [gradients(read_model(run.path), splits.valid) for run in runs if run.cell == cell])


def _recalls(
    plan: Plan, journal: Journal, base: str, run: Run, distance: int, stop: Stop
) -> Generator[experiment.Measuring, None, tuple[tuple[int, ...], list[Recall]]]:
    """Train each cell on the recall task; returns the distances and the results."""
    from lstmcli.experiments.probes import distances_up_to, recall, tokens
    from lstmcli.model_dir.directory import read_model

    text_N, found = tokens(read_model(run.path), plan.splits.train), list[Recall]()
    task = checksum([base, distance, plan.seeds, text_N.tolist()])
    for cell in (candidate.cell for candidate in plan.candidates):
        of = checksum([cell, task])
        if kept := journal.recall(of):
            found.append(kept)
            continue
        yield experiment.Measuring(f"recall over {distance} tokens: {cell}")
        one = recall(cell, base, text_N, distance, plan.seeds, stop)
        if stop():
            break
        journal.add(of, one)
        found.append(one)
    return distances_up_to(distance), found


def _notes(runs: Sequence[Run], plan: Plan, diverged: Sequence[str]) -> Iterator[str]:
    """Caveats that follow from the runs."""
    if len(plan.seeds) == 1:
        yield "one seed: there is no spread and no interval; --seeds 3 gives them"
    if len(runs) + len(diverged) < len(plan.order):
        yield f"ended early: {len(runs)} of {len(plan.order)} runs are complete; --resume trains the others"
    lowered = dict.fromkeys(run.cell for run in runs if run.precision == "bf16")
    if lowered and any(run.precision == "fp32" for run in runs):
        yield f"layers computed in bf16: {', '.join(lowered)}; the others in fp32; --precision fp32 treats all alike"
    for run in runs:
        if run.stopped == "diverged":
            yield f"{run.cell}, seed {run.seed}: the loss ran away; what was good before is kept"
    yield from (f"left out: {each}" for each in diverged)
