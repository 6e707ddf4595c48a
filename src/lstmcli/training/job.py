"""What the shared training run asks of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.tasks import Task
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.results import Estimate

if TYPE_CHECKING:
    from lstmcli.data.records import Splits
    from lstmcli.engine.nodes import InferenceGraph


@dataclass(frozen=True)
class Plan:
    """How long a run will be, decided before its first step."""

    epochs: int
    steps: int
    estimate: Estimate
    by_clock: bool = False
    """The time limit decides when training ends."""


@dataclass
class TrainingJob(ABC):
    """One model of one task, from its corpus to the files of its directory.

    ``training/run.py`` calls the methods in the order in which they stand here.
    """

    task: Task
    splits: Splits
    config: Any
    """The settings, of the task's ``settings_class``; rules fill in what was left open."""
    metrics: dict[str, Any] = field(default_factory=dict, init=False)
    """Reports by split, as dicts."""

    @abstractmethod
    def prepare_data(self) -> Iterator[Event]:
        """Check the corpus, learn the tokenizer from its training split, turn texts into ids.

        Raises:
            DataError: there is nothing to learn from.
        """

    @property
    @abstractmethod
    def asked(self) -> Any:
        """The settings as they were asked for: what a resumed run must have in common with this one."""

    @property
    @abstractmethod
    def fingerprint(self) -> Any:
        """What the data are, as JSON: the other thing that a resumed run must have in common."""

    @property
    @abstractmethod
    def vocab_size(self) -> int: ...

    @abstractmethod
    def build(self, device: str) -> Iterator[Event]:
        """Make the network and its optimizer; sets ``precision`` and ``parameters``."""

    precision: str = field(default="fp32", init=False)
    parameters: int = field(default=0, init=False)

    @abstractmethod
    def preflight(self, threads: int) -> None:
        """Try what follows training on the untrained network.

        Raises:
            UsageError: the network is too large for an ONNX file.
            ModelError: anything else that would fail after training.
        """

    @abstractmethod
    def plan(self, resumed: Snapshot | None) -> Plan:
        """Measure a step and decide on the number of epochs."""

    @abstractmethod
    def describe(self) -> str:
        """The architecture in one line."""

    def before_fit(self) -> Iterator[Event]:
        """What is fitted beside the network."""
        yield from ()

    @abstractmethod
    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        """Train; the best weights are in the network at the end."""

    @abstractmethod
    def weights(self) -> dict[str, NDArray[Any]]:
        """The trained weights by name."""

    @abstractmethod
    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        """Make what comes beside the trained weights, each step through ``derived``; fills ``metrics`` and ``graph``.

        Args:
            finished: the run was not interrupted.
        """

    @property
    @abstractmethod
    def graph(self) -> InferenceGraph | None:
        """For other programs; None where it could not be made."""

    @abstractmethod
    def fields(self) -> dict[str, Any]:
        """The task's own part of ``config.json``; see its ``manifest.py``."""

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """The task's own files of the model directory, beside weights, graph, card and log."""
