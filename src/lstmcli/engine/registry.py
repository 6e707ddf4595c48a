"""The registry of engines, which run saved models, and the choice of an engine for a model.

To add an engine, write one file and add a line to ``ENGINES``.  The file is a module of a task's package whose
``open_session`` creates a session from settings and weights.  An engine with other behaviour, such as declining some
models, is a subclass of ``Engine`` in a file of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lstmcli.cells import CELLS
from lstmcli.errors import UsageError
from lstmcli.nn.config import DEVICES

if TYPE_CHECKING:
    from lstmcli.tasks import Task

VARIABLE = "LSTM_ENGINE"
"""Environment variable with the engine to use for all models that it can run."""
AUTO = "auto"
"""For generation: the inexact engine that training found good enough, if any, otherwise the default engine."""
STEPS = "onnx"
"""The exact engine that generates by default: the fastest for one token at a time."""


@dataclass(frozen=True)
class Engine:
    """One way to run saved weights."""

    name: str
    """The value of ``--engine``."""
    title: str
    module: str
    """The module of a task's package that opens sessions with this engine."""
    exact: bool = True
    """Results differ from PyTorch's only by rounding."""
    scores: bool = True
    """It may score text with a language model: results do not depend on the batch, exact or not."""
    devices: tuple[str, ...] = ("cpu",)
    spreads: bool = False
    """One run uses all threads efficiently, so runs are not concurrent with one thread each."""

    def declines(self, task: Task, settings: Any) -> str:
        """Why this engine cannot run a model with these settings; empty if it can."""
        if not task.has_module(self.module):
            return f"{self.title} does not run {task.plural}"
        return ""

    def describe(self) -> str:
        """What it is here, for ``lstm info``."""
        return f"{self.title}, {self.level()}" if self.level() else self.title

    def level(self) -> str:
        """The vector instructions that were chosen for this processor; empty if the engine does not say."""
        return ""

    def open(self, task: Task, settings: Any, weights: Mapping[str, Any], *, device: str, threads: int | None) -> Any:
        """A session of the task's kind, such as ``engine.session.Session`` for a language model.

        Args:
            weights: checked against the settings.
            device: one of ``devices``.
            threads: None uses all cores.

        Raises:
            ModelError: the engine cannot load the network.
        """
        return task.module(self.module).open_session(self, settings, weights, device=device, threads=threads)


class Int8(Engine):
    """int8 weights, for some cells only."""

    def declines(self, task: Task, settings: Any) -> str:
        return super().declines(task, settings) or why_not_int8(settings.model.cell)


def why_not_int8(cell: str) -> str:
    """Why a cell cannot run with int8 weights; empty if it can."""
    if CELLS[cell].int8:
        return ""
    return f"int8 runs plain LSTMs only, and this model is a {CELLS[cell].title}"


class Native(Engine):
    """The kernel of this package: plain LSTMs, where it was built."""

    def declines(self, task: Task, settings: Any) -> str:
        if reason := super().declines(task, settings):
            return reason
        if settings.model.cell != "lstm":
            return f"{self.title} runs plain LSTMs only, and this model is a {CELLS[settings.model.cell].title}"

        from lstmcli.engine.native import library

        return "" if library() else f"{self.title} was not built for this machine"

    def level(self) -> str:
        from lstmcli.engine.native import library

        found = library()
        return found.level if found else ""


ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Native("native", "the kernel of lstm", "native_session"),
        Native("fast", "the kernel of lstm in sixteen bits", "native_session", exact=False),
        Engine("onnx", "ONNX Runtime", "onnx_session"),
        Int8("int8", "ONNX Runtime in eight bits", "onnx_session", exact=False, scores=False),
        Engine("torch", "PyTorch", "torch_session", devices=("cpu", "cuda"), spreads=True),
    )
}
"""By name.  The default is the first exact engine that supports the device and does not decline the model."""


def engine_names(*, scoring: bool = False) -> tuple[str, ...]:
    """The valid values of ``--engine``; with ``scoring`` for scoring text with a language model."""
    return tuple(engine.name for engine in ENGINES.values() if engine.scores or not scoring)


def check_engine(name: str | None, device: str, *, scoring: bool = False, auto: bool = False) -> None:
    """Fail early on a choice that is invalid for every model.

    Args:
        name: None leaves the choice to ``choose_engine``.
        auto: allow ``auto`` as a name.

    Raises:
        UsageError: an unknown engine or device, or a device that the engine does not support.
    """
    names = ((AUTO,) if auto else ()) + engine_names(scoring=scoring)
    for what, given, known in (("engine", name, names), (VARIABLE, os.environ.get(VARIABLE), engine_names())):
        if given and given not in known:
            raise UsageError(f"{what} must be one of {', '.join(known)}, not {given!r}")
    if device not in DEVICES:
        raise UsageError(f"device must be one of {', '.join(DEVICES)}, not {device!r}")
    if name and name != AUTO and not _has(ENGINES[name], device):
        other = next(engine.name for engine in ENGINES.values() if _has(engine, device))
        raise UsageError(f"the {name} engine runs on the CPU, not on {device}", hint=f"add --engine {other}")


def choose_engine(
    task: Task,
    settings: Any,
    name: str | None = None,
    device: str = AUTO,
    *,
    scoring: bool = False,
    prefer: str | None = None,
) -> Engine:
    """The engine that runs a model.

    An engine that the user names is used or fails.  An engine that is only preferred is skipped silently if it cannot
    run the model on the device.

    Args:
        name: the user's choice; None for none.
        scoring: engines that may score text with a language model only.
        prefer: the engine to use if neither the user nor ``LSTM_ENGINE`` names one.

    Raises:
        UsageError: as ``check_engine``; the chosen engine declines the model; or no engine runs it.
    """
    check_engine(name, device, scoring=scoring)
    if name:
        if reason := ENGINES[name].declines(task, settings):
            raise UsageError(reason, hint="leave --engine out")
        return ENGINES[name]
    found = usual_engine(task, settings, device, scoring=scoring, prefer=prefer)
    if found is None:
        raise UsageError(f"no engine runs this model on {device}", hint="leave --device out")
    return found


def usual_engine(
    task: Task, settings: Any, device: str = AUTO, *, scoring: bool = False, prefer: str | None = None
) -> Engine | None:
    """As ``choose_engine`` without a name; None if no engine runs the model."""
    for engine in _candidates(os.environ.get(VARIABLE), prefer):
        if (engine.scores or not scoring) and _has(engine, device) and not engine.declines(task, settings):
            return engine
    return None


def _candidates(*preferred: str | None) -> Iterator[Engine]:
    """The preferred engines, then all exact ones in the order of the registry."""
    yield from (ENGINES[name] for name in preferred if name)
    yield from (engine for engine in ENGINES.values() if engine.exact)


def _has(engine: Engine, device: str) -> bool:
    return device in (AUTO, *engine.devices)
