"""Whatever fails after training costs what it makes, never the training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstmcli.classification import finish, train
from lstmcli.classification.evaluate import Evaluator
from lstmcli.engine.nodes import InferenceGraph
from lstmcli.errors import DataError, LstmError, OutputError
from lstmcli.language_modeling import train as train_lm
from lstmcli.language_modeling.train import LanguageModelJob
from lstmcli.model_dir.directory import CARD, GRAPH, read_model
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training import run
from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event, Resumed, Step, Stopped, Warned
from support.tiny import Task


@pytest.fixture(params=["classify", "lm"])
def task(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    return Task(request.param)


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError("it broke")


def ended(*_: Any, **__: Any) -> Any:
    """As a second SIGTERM does."""
    raise SystemExit(143)


Patch = pytest.MonkeyPatch
Break = Callable[[Patch, Callable[..., Any]], None]


def cards(patch: Patch, how: Callable[..., Any]) -> None:
    patch.setattr("lstmcli.classification.card.card", how)
    patch.setattr("lstmcli.language_modeling.card.card", how)


def graphs(patch: Patch, how: Callable[..., Any]) -> None:
    patch.setattr(InferenceGraph, "serialise", how)


def reports(patch: Patch, how: Callable[..., Any]) -> None:
    patch.setattr(Evaluator, "reports", how)
    patch.setattr(train_lm, "_report", how)


def scales(patch: Patch, how: Callable[..., Any]) -> None:
    patch.setattr(Evaluator, "calibrate", how)
    patch.setattr(LanguageModelJob, "_try_int8", how)


def saving(patch: Patch, how: Callable[..., Any]) -> None:
    patch.setattr(run, "write_model", how)


def weights(output: Path) -> bytes:
    return (output / "model.safetensors").read_bytes()


def finished_by_resuming(task: Task, output: Path, whole: Path) -> None:
    """The same command with --resume trains nothing and ends with the model that there should have been."""
    found = list(task.run(output, resume=True, force=True))
    assert [event for event in found if isinstance(event, Resumed)]
    assert not [event for event in found if isinstance(event, Step)]
    assert [event.reason for event in found if isinstance(event, Stopped)] == ["finished"]
    assert weights(output) == weights(whole)
    ours, theirs = (read_model(place) for place in (output, whole))
    assert ours.config["metrics"] == theirs.config["metrics"] and ours.config["stopped"] == "finished"
    assert sorted(ours.config["files"]) == sorted(theirs.config["files"]) and (output / CARD).exists()
    assert not has_checkpoints(checkpoint_folder(output))


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        (cards, ["the model card"]),
        (graphs, [GRAPH]),
        (reports, ["the report on valid", "the report on test"]),
        (scales, []),
    ],
    ids=["card", "graph", "reports", "calibration"],
)
def test_a_step_that_fails_costs_what_it_makes(
    task: Task, fault: Break, lacks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(task.run(tmp_path / "whole"))
    said: list[Event] = []
    with monkeypatch.context() as patch:
        fault(patch, broken)
        with pytest.raises(LstmError, match="saved, but without") as error:
            for event in task.run(tmp_path / "m"):
                said.append(event)
    for name in lacks:
        assert name in error.value.message
        assert any("ValueError: it broke" in e.message and name in e.message for e in said if isinstance(e, Warned))
    assert str(checkpoint_folder(tmp_path / "m")) in str(error.value.hint) and "--resume" in str(error.value.hint)
    model = read_model(tmp_path / "m")
    model.verify()
    assert weights(tmp_path / "m") == weights(tmp_path / "whole") and model.config["stopped"] == "incomplete"
    finished_by_resuming(task, tmp_path / "m", tmp_path / "whole")


@pytest.mark.parametrize("fault", [cards, graphs, reports, saving], ids=["card", "graph", "reports", "saving"])
def test_a_run_that_is_ended_after_training_loses_nothing(
    task: Task, fault: Break, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(task.run(tmp_path / "whole"))
    with monkeypatch.context() as patch:
        fault(patch, ended)
        with pytest.raises(SystemExit):
            list(task.run(tmp_path / "m"))
    assert not (tmp_path / "m").exists() and has_checkpoints(checkpoint_folder(tmp_path / "m"))
    finished_by_resuming(task, tmp_path / "m", tmp_path / "whole")


def test_a_graph_that_cannot_be_made_later_still_leaves_a_classifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lstmcli.classification import graph
    from lstmcli.classification.predict import Classifier

    monkeypatch.setattr(train, "preflight_classifier", lambda *_: None)
    with monkeypatch.context() as patch:
        patch.setattr(graph, "classifier_graph", broken)
        with pytest.raises(LstmError, match="without the graph"):
            list(Task("classify").run(tmp_path / "m"))
    assert Classifier(tmp_path / "m", threads=1).probabilities(["red"]).shape == (1, 2)


def test_a_graph_that_cannot_be_made_is_known_before_training(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lstmcli.classification import graph
    from lstmcli.language_modeling import graph as lmgraph

    monkeypatch.setattr(graph, "classifier_graph", broken)
    monkeypatch.setattr(lmgraph, "language_model_graph", broken)
    said: list[Event] = []
    with pytest.raises(ValueError, match="it broke"):
        said.extend(task.run(tmp_path / "m"))
    assert not (tmp_path / "m").exists() and not has_checkpoints(checkpoint_folder(tmp_path / "m"))
    assert not [event for event in said if isinstance(event, Step)]


def test_a_network_too_large_for_an_onnx_file(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.training import preflight

    monkeypatch.setattr(preflight, "MAX_BYTES", 1000)
    with pytest.raises(LstmError, match="an ONNX file holds 2 GB at most") as error:
        list(task.run(tmp_path / "m"))
    assert error.value.exit_code == 2 and "--hidden" in str(error.value.hint)


def test_a_tokenizer_that_cannot_be_read_again(task: Task, tmp_path: Path, monkeypatch: Patch) -> None:
    def refuse(*_: Any) -> Any:
        raise DataError("its rules make a text very much longer")

    monkeypatch.setattr(TextEncoder, "from_json", refuse)
    monkeypatch.setattr(StreamEncoder, "from_json", refuse)
    said: list[Event] = []
    with pytest.raises(
        LstmError, match="could not be used after training: its tokenizer cannot be read again: its rules"
    ):
        said.extend(task.run(tmp_path / "m"))
    assert not [event for event in said if isinstance(event, Step)] and not (tmp_path / "m").exists()


def test_another_training_for_the_same_place(task: Task, tmp_path: Path) -> None:
    first = task.run(tmp_path / "m")
    for event in first:
        if isinstance(event, Step):
            break
    with pytest.raises(OutputError, match="another training"):
        list(task.run(tmp_path / "m"))
    list(first)
    read_model(tmp_path / "m").verify()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "cache") == ["m"]


def test_what_failed_is_named() -> None:
    derived = Derived()
    assert derived.attempt("one", lambda: 1) == 1 and not derived
    derived.check(Path("m"))
    assert derived.attempt("two", broken) is None and derived.attempt("three", lambda: [][1]) is None
    with pytest.raises(LstmError, match="m: saved, but without two and three"):
        derived.check(Path("m"))
    with pytest.raises(SystemExit):
        derived.attempt("four", ended)
    assert finish.Finished(None).scale == 1.0
