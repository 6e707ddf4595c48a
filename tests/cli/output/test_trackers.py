"""Runs followed by TensorBoard and MLflow."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lstmcli.cli.output.trackers import MLFLOW_VARIABLES, Following, MLflow, TensorBoard
from lstmcli.errors import OutputError, UsageError
from lstmcli.training import events
from lstmcli.training.results import Estimate


@dataclass
class Report:
    accuracy: float = 0.5
    n: int = 4
    labels: tuple[str, ...] = ("a",)
    good: bool = True


def run(reason: str = "finished") -> list[events.Event]:
    """The events of a short run."""
    plan = ("lstm train x", "LSTM", 9, 1, 2, "cpu", 1, "fp32", 1, Estimate(1.0, 2, 3))
    return [
        events.RunPlanned(*plan),
        *(events.Step(n, 2, n / 2, 1, 1.0 / n, 0.1, 2.0, 3.0, 1.0, 1.0) for n in (1, 2)),
        events.Validated(1, 2, 0.7, "accuracy", 0.6, 0.6, True),
        events.Stopped(reason, 1.0, 1, 2.0),
        events.Measured("test", Report()),
        events.Saved("m", 10, 3.0),
    ]


@dataclass
class Recorder:
    """A tracker that remembers, and breaks when it is told to."""

    name: str = "the record"
    breaks: str = ""
    known: dict[str, str] = field(default_factory=dict)
    scalars: list[tuple[str, float, int]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def settings(self, values: Mapping[str, str]) -> None:
        self.known = dict(values)

    def scalar(self, name: str, value: float, step: int) -> None:
        if name == self.breaks:
            raise RuntimeError("Disk is full\nand more")
        self.scalars.append((name, value, step))

    def flush(self) -> None:
        pass

    def saved(self, path: str, size: int) -> None:
        self.known |= {"path": path, "size": str(size)}

    def close(self, status: str) -> None:
        self.ended.append(status)


def follow(*trackers: Any, reason: str = "finished") -> None:
    with Following(trackers, {"hidden": 8}) as following:
        for event in run(reason):
            following.handle(event)


def test_settings_curves_and_results() -> None:
    record = Recorder()
    follow(record)
    assert record.known["hidden"] == "8" and record.known["command"] == "lstm train x"
    assert record.scalars[:1] == [("train/loss", 1.0, 1)] and ("train/loss", 0.5, 2) in record.scalars
    assert record.scalars[-4:] == [
        ("valid/loss", 0.7, 2),
        ("valid/accuracy", 0.6, 2),
        ("final/test/accuracy", 0.5, 2),
        ("final/test/n", 4.0, 2),
    ]
    assert record.ended == ["FINISHED"]
    assert (record.known["path"], record.known["size"]) == (str(Path("m").absolute()), "10")


def test_how_a_run_ended() -> None:
    record = Recorder()
    follow(record, reason="interrupted")
    with pytest.raises(ValueError), Following([record], {}) as following:
        following.handle(run()[0])
        raise ValueError
    assert record.ended == ["KILLED", "FAILED"]


def test_a_tracker_that_fails_is_left_out_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    broken, whole = Recorder(breaks="valid/loss"), Recorder()
    follow(broken, whole)
    assert capsys.readouterr().err.count("warning: the record can no longer be written: disk is full\n") == 1
    assert not broken.ended and whole.ended == ["FINISHED"]


def test_tensorboard_reads_settings_and_curves(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    follow(TensorBoard(tmp_path / "runs"))
    found = accumulator.EventAccumulator(str(tmp_path / "runs")).Reload()
    assert [each.value for each in found.Scalars("train/loss")] == [1.0, 0.5]
    assert found.Scalars("final/test/accuracy")[0].step == 2
    (table,) = found.Tensors("settings")
    assert table.tensor_proto.string_val[0].startswith(b"| setting | value |\n| --- | --- |\n| hidden | 8 |\n")


class Client:
    """What MLflow's client does, as far as it is used."""

    calls: list[tuple[Any, ...]]
    tags: dict[str, str]

    def __init__(self) -> None:
        Client.calls = []

    def get_experiment_by_name(self, name: str) -> None:
        if name == "no":
            raise RuntimeError("connection refused")

    def create_experiment(self, name: str) -> str:
        return f"id of {name}"

    def create_run(self, key: str, tags: Any) -> Any:
        Client.tags = dict(tags)
        found = ModuleType("run")
        found.info = ModuleType("info")  # type: ignore[attr-defined]
        found.info.run_id = f"run of {key}"
        return found

    def log_batch(self, run: str, metrics: Any = (), params: Any = ()) -> None:
        Client.calls.append((run, [each[:2] for each in metrics], dict(params)))

    def set_tag(self, run: str, name: str, value: str) -> None:
        Client.tags[name] = value

    def set_terminated(self, run: str, status: str) -> None:
        Client.calls.append((run, status))


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mlflow", "mlflow.entities", "mlflow.tracking"):
        module = ModuleType(name)
        module.Metric, module.Param, module.MlflowClient = (  # type: ignore[attr-defined]
            lambda *values: values,
            lambda *values: values,
            Client,
        )
        monkeypatch.setitem(sys.modules, name, module)
    for name in MLFLOW_VARIABLES:
        monkeypatch.setenv(name, "0")


def test_mlflow_gets_a_run_of_the_experiment(mlflow: None) -> None:
    follow(MLflow("news"))
    first, *batches, (run_id, status) = Client.calls
    assert first[0] == run_id == "run of id of news" and first[2]["hidden"] == "8" and status == "FINISHED"
    sent = [pair for _, pairs, _ in batches for pair in pairs]
    assert Client.tags["model_bytes"] == "10" and Client.tags["mlflow.user"]
    assert len(batches) == 2 and sent[0] == ("train/loss", 1.0) and sent[-2] == ("final/test/accuracy", 0.5)


def test_mlflow_that_cannot_be_used(mlflow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(OutputError, match=r"MLflow cannot use http://127\.0\.0\.1:9: connection refused"):
        MLflow("no")
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(UsageError, match="--mlflow needs MLflow") as caught:
        MLflow("news")
    assert caught.value.hint == "pip install 'lstmcli[mlflow]'"
