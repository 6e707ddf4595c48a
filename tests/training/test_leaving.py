"""Training that is torn off at any moment (a second Ctrl-C, a listener that fails) can be gone on with.

The checkpoints are written by hand here: ``checkpoint_every`` is longer than any run, so what is there was written on
the way out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstmcli.classification import fit
from lstmcli.classification.trainer import Trainer
from lstmcli.language_modeling import fit as fit_lm
from lstmcli.language_modeling.trainer import LmTrainer
from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints
from lstmcli.training.events import Event, Resumed, Step, Validated
from support.tiny import Task

SELDOM = {"checkpoint_every": 1e6}


@pytest.fixture(params=["classify", "lm"])
def task(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    return Task(request.param)


class Tearing:
    """Raises once, at the n-th call of a method, before it does its work or after."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, name: str, at: int, *, after: bool) -> None:
        original, self.calls = getattr(owner, name), 0

        def torn(*given: Any, **more: Any) -> Any:
            self.calls += 1
            if self.calls == at and not after:
                raise KeyboardInterrupt
            found = original(*given, **more)
            if self.calls == at:
                raise KeyboardInterrupt
            return found

        patch.setattr(owner, name, torn)


def torn(task: Task, output: Path) -> list[Event]:
    said: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        for event in task.run(output, **SELDOM):
            said.append(event)
    return said


def weights(output: Path) -> bytes:
    return (output / "model.safetensors").read_bytes()


def resumed(task: Task, output: Path) -> int:
    """The step that the run went on from; 0 where it began anew."""
    found = list(task.run(output, resume=True, **SELDOM))
    return next((event.step for event in found if isinstance(event, Resumed)), 0)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", ["step", "validate"])
def test_torn_off_in_the_middle(
    task: Task,
    what: str,
    after: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list(task.run(tmp_path / "whole", **SELDOM))
    runs = fit._Run if task.name == "classify" else fit_lm._Run
    owner = runs if what == "validate" else (Trainer if task.name == "classify" else LmTrainer)
    with monkeypatch.context() as patch:
        Tearing(patch, owner, what, 2 if what == "validate" else 4, after=after)
        torn(task, tmp_path / "m")
    assert has_checkpoints(checkpoint_folder(tmp_path / "m")) is (
        what == "validate"
    )  # within a step there is no state to keep
    step = resumed(task, tmp_path / "m")
    assert (step > 0) is (what == "validate")
    assert weights(tmp_path / "m") == weights(tmp_path / "whole") and not has_checkpoints(
        checkpoint_folder(tmp_path / "m")
    )


@pytest.mark.parametrize("kind", [Step, Validated])
def test_torn_off_while_a_listener_is_at_work(task: Task, kind: type, tmp_path: Path) -> None:
    list(task.run(tmp_path / "whole", **SELDOM))
    run = task.run(tmp_path / "m", **SELDOM)
    assert any(isinstance(event, kind) for event in run)
    run.close()
    assert has_checkpoints(checkpoint_folder(tmp_path / "m"))
    assert resumed(task, tmp_path / "m") > 0
    assert weights(tmp_path / "m") == weights(tmp_path / "whole")


def test_with_never_nothing_is_written_on_the_way(task: Task, tmp_path: Path) -> None:
    run = task.run(tmp_path / "m")
    assert any(isinstance(event, Step) for event in run)
    run.close()
    assert not has_checkpoints(checkpoint_folder(tmp_path / "m"))
