"""What is common to all runs of a comparison of architectures: data, seeds, budget, and the size of each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.cells import CELLS
from lstmcli.config import among, to_dict
from lstmcli.data.records import fingerprint
from lstmcli.errors import UsageError
from lstmcli.experiments.journal import checksum
from lstmcli.experiments.results import Candidate
from lstmcli.tasks import Task, task_of
from lstmcli.training.run import train

if TYPE_CHECKING:
    from lstmcli.data.records import Splits

MATCHES = ("parameters", "time", "epochs")
UNTIL_TIME = 10_000
"""Number of epochs if a time limit ends the runs."""
SIZE_TOLERANCE = 0.02
"""Maximum relative difference of parameters without a note; sizes are whole units."""


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
    """The path of a run's model."""
    return output / f"{cell}-seed{seed}"


def reference(cells: Sequence[str]) -> str:
    """The reference cell: the LSTM if it is a candidate, otherwise the first cell."""
    return "lstm" if "lstm" in cells else cells[0]


def nearest(count: Callable[[int], int], target: int) -> int:
    """The number of units, at least 1, with a parameter count nearest to ``target``; ``count`` must be increasing."""
    low, high = 1, 2
    while count(high) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < target else (low, middle)
    return low if target - count(low) <= count(high) - target else high


def candidates(config: Any, cells: Sequence[str], labels: int, *, equal_parameters: bool) -> tuple[Candidate, ...]:
    """Each cell with its size; the reference has the units in ``config``.

    Args:
        labels: number of labels of a classifier.

    Raises:
        UsageError: parameters cannot be equal: a tied language model of one layer has a fixed width.
    """
    architecture = task_of(config).architecture
    if equal_parameters:
        architecture.check_equal_parameters(config)
    base = reference(cells)
    target = architecture.parameters(config, base, config.model.hidden, labels)
    found = []
    for cell in cells:
        units = config.model.hidden
        if equal_parameters and cell != base:
            units = nearest(lambda units, cell=cell: architecture.parameters(config, cell, units, labels), target)  # type: ignore[misc]
        own = architecture.parameters(config, cell, units, labels)
        widths = architecture.widths(config, units)
        found.append(Candidate(cell, CELLS[cell].title, widths, own, own / target - 1))
    return tuple(found)


@dataclass(frozen=True)
class Plan:
    """What is common to all runs."""

    splits: Splits
    config: Any
    output: Path
    candidates: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    match: Sequence[str]

    @property
    def task(self) -> Task:
        return task_of(self.config)

    @property
    def order(self) -> list[tuple[int, Candidate]]:
        """All cells with one seed before the next seed."""
        return [(seed, candidate) for seed in self.seeds for candidate in self.candidates]

    @property
    def measures(self) -> tuple[str, ...]:
        """The metrics; the first is the most important."""
        return ("macro_f1", "accuracy") if self.splits.multilabel else self.task.architecture.MEASURES

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
        notes += self.task.architecture.NOTES
        if "parameters" in self.match:
            far = [f"{e.cell} {100 * e.off:+.1f} %" for e in self.candidates if abs(e.off) > SIZE_TOLERANCE]
            if far:
                notes.append(f"parameters are as near as whole units allow: {', '.join(far)}")
        return tuple(notes)

    def run_config(self, candidate: Candidate, seed: int) -> Any:
        """The settings of one run, without early stopping, so that the budget is equal."""
        training: dict[str, Any] = {"seed": seed, "patience": 0}
        if "time" in self.match:
            training["epochs"] = UNTIL_TIME
        return self.task.architecture.with_cell(self.config, candidate.cell, candidate.widths[0], training)

    def layer_precision(self, cell: str, precision: str, device: str) -> str:
        """The number format of a cell's layers in training: fp32 or bf16."""
        return precision if self.task.architecture.is_lowered(cell, device) else "fp32"

    @cached_property
    def data(self) -> str:
        """The fingerprint of the data, running text too, of which ``splits`` has none."""
        splits = self.splits
        return splits.fingerprint or fingerprint((splits.train, splits.valid, splits.test))

    def checksum(self, candidate: Candidate, seed: int) -> str:
        """Of what the result of a run depends on."""
        return checksum({"data": self.data, "settings": to_dict(self.run_config(candidate, seed))})

    def path(self, candidate: Candidate, seed: int) -> Path:
        """Of a run's model."""
        return model_path(self.output, candidate.cell, seed)

    def train(self, candidate: Candidate, seed: int, **how: Any) -> Any:
        """The events of one run."""
        job = self.task.module("train").job(self.splits, self.run_config(candidate, seed))
        return train(job, self.path(candidate, seed), checkpoint_every=float("inf"), **how)
