"""The interface between the training run and a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.tasks import Task
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.distributed import ALONE, Group
from lstmcli.training.events import CrossValidated, Event
from lstmcli.training.results import Estimate

if TYPE_CHECKING:
    from lstmcli.data.records import Splits
    from lstmcli.engine.nodes import InferenceGraph


@dataclass(frozen=True)
class Plan:
    """The length of a run, decided before its first step."""

    epochs: int
    steps: int
    estimate: Estimate
    by_clock: bool = False
    """The time limit ends training."""


@dataclass
class TrainingJob(ABC):
    """Training of one model of one task, from corpus to model directory.

    ``training/run.py`` calls the methods in the order in which they are defined here.
    """

    task: Task
    splits: Splits
    config: Any
    """The settings, an instance of the task's ``settings_class``; the job fills in the defaults that depend on data."""
    metrics: dict[str, Any] = field(default_factory=dict, init=False)
    """Reports as dicts, by split."""
    budget: Budget = field(default_factory=Budget, init=False)
    """The time of the run; a job says there how long the steps after training will take."""
    group: Group = field(default=ALONE, init=False)
    """The processes that train together; only the main one derives and saves."""

    cross_validated: CrossValidated | None = field(default=None, init=False)
    """What ``--cv`` found before."""
    log_bytes: int = field(default=0, init=False)
    """Size of the log, as it was before the preflight and when training had ended."""

    @abstractmethod
    def prepare_data(self) -> Iterator[Event]:
        """Check the corpus, train the tokenizer on the training split, encode all texts.

        Raises:
            DataError: the corpus cannot be used for training.
        """

    @property
    @abstractmethod
    def asked(self) -> Any:
        """The settings as given by the user, which must be equal when a run is resumed."""

    @property
    @abstractmethod
    def fingerprint(self) -> Any:
        """A fingerprint of the data, as JSON, which must be equal when a run is resumed."""

    @property
    @abstractmethod
    def vocab_size(self) -> int: ...

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the weights, before there are any; {}: the network is too small to be checked."""
        return {}

    @abstractmethod
    def build(self, device: str) -> Iterator[Event]:
        """Create the network and its optimizer; set ``precision`` and ``parameters``."""

    precision: str = field(default="fp32", init=False)
    parameters: int = field(default=0, init=False)

    @abstractmethod
    def preflight(self, threads: int) -> None:
        """Run the steps after training on the untrained network, to find errors early.

        Raises:
            UsageError: the network is too large for an ONNX file.
            ModelError: another step would fail after training.
        """

    @abstractmethod
    def plan(self, resumed: Snapshot | None) -> Plan:
        """Time a step and choose the number of epochs."""

    @abstractmethod
    def describe(self) -> str:
        """The architecture in one line."""

    def before_fit(self) -> Iterator[Event]:
        """Fit other parts of the model, before the network."""
        yield from ()

    @abstractmethod
    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        """Train the network; at the end it has the best weights."""

    @abstractmethod
    def weights(self) -> dict[str, NDArray[Any]]:
        """The trained weights by name."""

    @abstractmethod
    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        """Run the steps after training through ``derived``; set ``metrics`` and ``graph``.

        Args:
            finished: the run was not interrupted.
        """

    @property
    @abstractmethod
    def graph(self) -> InferenceGraph | None:
        """The ONNX graph for other programs; None if it could not be made."""

    @abstractmethod
    def fields(self) -> dict[str, Any]:
        """The task's fields of ``config.json``; see its ``manifest.py``."""

    @property
    def trial(self) -> str:
        """A command to try the new model, as ``Task.trial``; ``{path}`` is replaced by its path."""
        return self.task.trial

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """The task's files of the model directory, in addition to weights, graph, card and log."""
