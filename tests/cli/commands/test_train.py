"""``lstm train`` as it talks, ends and is ended; the training itself is faked."""

from __future__ import annotations

import functools
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock
from xml.etree import ElementTree

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from lstmcli.classification.events import DataRead
from lstmcli.cli.app import app
from lstmcli.cli.io.asking import which_label
from lstmcli.cli.io.signals import Stop
from lstmcli.cli.output import console
from lstmcli.cli.output.progress import LINE_EVERY, Progress
from lstmcli.cli.output.training_log import TrainingLog
from lstmcli.language_modeling.config import LmConfig, LmModelConfig
from lstmcli.language_modeling.train import LanguageModelJob
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.training import events
from support import fakes
from support.schemas import conforms

Train = Callable[..., Result]


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Train:
    """Runs ``lstm train reviews.csv …`` with a faked reader and a faked training loop."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    asked: dict[str, Any] = {}

    def load(source: str, *_: object, **more: Any) -> Any:
        asked.update(source=source, **more)
        return fakes.SPLITS

    def run(*arguments: str, fake: Any = fakes.run, splits: Any = load) -> Result:
        monkeypatch.setattr("lstmcli.data.splits.load_splits", splits)
        monkeypatch.setattr("lstmcli.training.run.train", fake)
        result = CliRunner().invoke(app, ["train", "reviews.csv", *arguments])
        result.asked = asked  # type: ignore[attr-defined]
        return result

    return run


def test_a_run_is_told_on_stderr_and_stdout_stays_empty(train: Train) -> None:
    result = train()
    assert (result.exit_code, result.stdout) == (0, "")
    said = result.stderr
    for part in (
        "reviews.csv: csv, utf-8",
        "warning: reviews.csv: 2 lines hold damaged bytes",
        "warning: one text in 400 is empty",
        "would be right for 60.2 %",
        "word tokenizer: 4,321 tokens",
        "123,456 parameters",
        "3 epochs, 120 steps, fp32 on cpu, threads: 2, seed 1",
        "estimate: 1m 15s, 300.0 MB of memory, a model of 4.2 MB",
        "2-gram model: 9,876 features, weight 2.0, accuracy 88.0 % on validation by itself",
        "2-gram model fitted again with the validation rows: 10,123 features, weight 2.0",
        "epoch 1: validation loss 0.3000, accuracy 89.00 % (best so far)",
        "confidence scaled by 0.80: calibration error 5.0 % before, 2.1 % after",
        "validation: accuracy 90.98 %",
        f"saved {Path('lstm-model/classifier')}, 4.1 MB",
        'try: lstm classify --text "…"',
    ):
        assert part in said, part
    assert "\x1b" not in said


def test_json_is_one_object_on_stdout(train: Train) -> None:
    result = train("--format", "json", "-o", "m")
    (found,) = conforms("train", result.stdout)
    assert found["path"] == "m" and found["stopped"] == "finished" and found["best_epoch"] == 1
    assert found["valid"]["accuracy"] == fakes.REPORT.accuracy
    assert found["plan"]["command"] == "lstm train reviews.csv --format json -o m"
    assert found["labels"] == list(fakes.CHECK.labels)


def test_quiet_says_warnings_only(train: Train) -> None:
    result = train("--quiet")
    assert result.stdout == ""
    assert all(line.startswith("warning: ") for line in result.stderr.splitlines())
    assert len(result.stderr.splitlines()) == 3


def test_events_are_lines_of_json_on_stderr(train: Train) -> None:
    result = train("--log-format", "json")
    assert result.exit_code == 0 and result.stdout == ""
    found = [json.loads(line)["event"] for line in result.stderr.splitlines()]
    assert [found.count(name) for name in ("data_read", "run_planned", "stopped", "saved")] == [1, 1, 1, 1]
    assert {"step", "validated"} <= set(found)
    quiet = train("--log-format", "json", "--quiet", "--force")
    assert {json.loads(line)["event"] for line in quiet.stderr.splitlines()} <= {"warned"}


def test_the_next_command_names_another_place(train: Train) -> None:
    assert "lstm classify -m 'my model' --text" in train("-o", "my model").stderr


def test_the_reader_is_asked_as_the_options_say(train: Train) -> None:
    asked = train("--valid", "v.csv", "--test", "t.csv", "--valid-fraction", "0.3", "--seed", "5").asked  # type: ignore[attr-defined]
    assert asked == {
        "source": "reviews.csv",
        "paired": None,
        "valid": "v.csv",
        "test": "t.csv",
        "valid_fraction": 0.3,
        "seed": 5,
        "labelled": None,
        "ask": which_label,
        "prefer": None,
    }


def test_a_dry_run_ends_at_the_plan(train: Train, tmp_path: Path) -> None:
    result = train("--dry-run")
    assert result.exit_code == 0
    assert "estimate:" in result.stderr and "epoch 1" not in result.stderr and "saved" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_dry_run_does_not_mind_a_model_that_is_there(train: Train, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    assert train("-o", "m", "--dry-run").exit_code == 0
    result = train("-o", "m")
    assert result.exit_code == 1 and "--force" in result.stderr
    assert train("-o", "m", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("option", "task"), [("--pooling=max", "lm"), ("--bptt=9", "classify"), ("--preset=tiny", "classify")]
)
def test_an_option_that_changes_nothing_is_refused(train: Train, option: str, task: str) -> None:
    result = train("--task", task, option)
    assert result.exit_code == 2 and option.split("=")[0] in result.stderr and "does not apply" in result.stderr


def test_an_option_of_either_task_waits_for_the_data(train: Train) -> None:
    """Labels are found: what is said of language models is out of place."""
    result = train("--bptt", "9")
    assert result.exit_code == 2 and "--bptt does not apply to a classifier" in result.stderr


def test_options_that_no_task_has_together(train: Train) -> None:
    assert train("--bptt", "9", "--pooling", "max").exit_code == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_the_best_model_and_sets_the_exit_code(train: Train, number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    result = train("--format", "json", fake=functools.partial(fakes.run, interrupt=number))
    assert result.exit_code == code
    assert "interrupted: the best model so far is kept" in result.stderr and "saved" in result.stderr
    assert json.loads(result.stdout)["stopped"] == "interrupted"
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_ends_at_once(train: Train) -> None:
    def stubborn(*_: object, **more: Any) -> Any:
        yield fakes.plan()
        signal.raise_signal(signal.SIGINT)
        assert more["stop"]()
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")

    result = train(fake=stubborn)
    assert (result.exit_code, result.stdout) == (130, "")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminals that hang up here")
def test_a_terminal_that_goes_asks_however_often_it_says_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with Stop() as stop:
            stop.gentle = True
            for _ in range(3):
                signal.raise_signal(signal.SIGHUP)
            assert stop.signal == signal.SIGHUP
            with pytest.raises(SystemExit, match=str(128 + signal.SIGTERM)):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
        with Stop(), pytest.raises(SystemExit, match=str(128 + signal.SIGHUP)):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", Stop.SIGNALS)
def test_a_signal_that_is_ignored_when_training_starts_stays_ignored(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)  # SIGHUP by nohup, SIGINT by a script that starts a job with &
    try:
        with Stop() as stop:
            signal.raise_signal(number)
            assert not stop.asked()
        assert signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_before_training_starts_the_first_signal_ends(train: Train, number: signal.Signals, code: int) -> None:
    def reading(*_: object, **__: object) -> Any:
        yield DataRead(fakes.CHECK, ())
        signal.raise_signal(number)
        raise AssertionError("not reached")

    assert train(fake=reading).exit_code == code


def test_stop_gives_the_handlers_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Stop() as stop:
        stop.gentle = True
        signal.raise_signal(signal.SIGINT)
        assert stop.asked()
    assert signal.getsignal(signal.SIGINT) == before


def plain(width: int = 80, **more: Any) -> Console:
    return Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, **more)


def text_of(out: Console) -> str:
    return out.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_plain_lines_about_steps_come_at_most_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("lstmcli.cli.output.progress.time.monotonic", lambda: now)
    out = plain()
    with Progress(out) as progress:
        for n in range(1, 121):
            now += 0.5
            progress.handle(fakes.step(n))
    lines = text_of(out).splitlines()
    assert 1 < len(lines) <= 60 / LINE_EVERY + 1
    assert lines[0].startswith("epoch 0.03 of 3  step 1 of 120  loss 1.0000  learning rate 2.00e-03  gradient 0.80")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_panel_fits_the_window(width: int, encoding: str) -> None:
    raw = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    progress = Progress(Console(file=raw, width=width, height=24, force_terminal=True, markup=False))
    for n in range(1, 4500):
        progress.handle(fakes.step(n))
    progress.handle(events.Validated(2, 80, 0.3, "accuracy", 0.91, 0.912, True))
    out = plain(width)
    out.print(progress)
    shown = text_of(out)
    assert all(len(line) <= width for line in shown.splitlines())
    flat = " ".join(shown.replace("│", " ").split())
    for part in ("epoch", "left", "loss 0.0", "91.0 %", "91.2 %", "3,210 texts/s", "2.0e-03", "0.80"):
        assert part in flat, part
    if encoding != "utf-8":
        assert "▁" not in shown and "█" not in shown


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Console(file=io.StringIO(), force_terminal=True)
    with Progress(out) as progress:
        assert progress.live is None


def test_the_panel_goes_when_training_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = Console(file=io.StringIO(), width=80, force_terminal=True, markup=False)
    monkeypatch.setattr(console, "console", lambda **_: out)
    with TrainingLog(default_place=True, quiet=False, splits=fakes.SPLITS) as telling:
        for event in fakes.run(None, Path("m")):
            telling.handle(event)
            if isinstance(event, events.Step) and event.step == 2:
                assert telling.progress.live is not None and telling.progress.live.is_started
    assert telling.progress.live is not None and not telling.progress.live.is_started
    assert "saved m" in text_of(out)


def test_what_a_backward_model_is_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    model = LmModelConfig(backward=True)
    trial = LanguageModelJob(LANGUAGE_MODELING, fakes.SPLITS, LmConfig(model=model), LmConfig(model=model)).trial
    log = TrainingLog(default_place=True, quiet=False, splits=fakes.SPLITS, task=LANGUAGE_MODELING, trial=trial)
    log.handle(events.Saved("a model", 1, 1.0))
    assert "try: lstm train data.csv --init-from FORWARD --init-from 'a model'" in capsys.readouterr().err


def test_tensorboard_gets_the_curves(train: Train, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    assert train("--tensorboard", "runs").exit_code == 0
    assert list((tmp_path / "runs").iterdir())


def test_the_curves_are_drawn(train: Train, tmp_path: Path) -> None:
    assert train("--plot", "curves.svg").exit_code == 0
    text = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg") and "training" in text and "validation" in text
    assert train("--plot", "curves.svg", "--force").exit_code == 0  # its own file may be replaced
    (tmp_path / "other.svg").write_text("<svg/>")
    for name in ("other.svg", "nowhere/curves.svg", "."):
        assert train("--plot", name, splits=None).exit_code == 1


def test_tensorboard_that_is_not_there_is_said_before_anything_is_read(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    result = train("--tensorboard", "runs", splits=None)
    assert result.exit_code == 2 and "pip install 'lstmcli[tensorboard]'" in result.stderr
    assert not Path("runs").exists()


def test_the_target_is_checked_before_anything_is_read(train: Train, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = train("-o", "file", splits=None)
    assert result.exit_code == 1 and "is a file" in result.stderr
    if os.geteuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        assert train("-o", "locked/m", splits=None).exit_code == 1


def fake_tensorboard(monkeypatch: pytest.MonkeyPatch, writer: Any) -> None:
    names = ("summary.writer.event_file_writer", "compat.proto.event_pb2", "compat.proto.summary_pb2")
    names += ("compat.proto.tensor_pb2", "compat.proto.tensor_shape_pb2", "compat.proto.types_pb2")
    for name in names:
        module = ModuleType(name)
        module.EventFileWriter = writer  # type: ignore[attr-defined]
        for each in ("Event", "Summary", "SummaryMetadata", "TensorProto", "TensorShapeProto", "DT_STRING"):
            setattr(module, each, MagicMock())
        monkeypatch.setitem(sys.modules, f"tensorboard.{name}", module)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_is_no_place_for_curves(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = MagicMock()
    fake_tensorboard(monkeypatch, writer)
    os.mkfifo(tmp_path / "runs")
    result = train("--tensorboard", "runs", splits=None)
    assert result.exit_code == 1 and "runs: is not a folder" in result.stderr, result.stderr
    assert not writer.called


def test_curves_that_find_no_room_cost_no_training(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a writer in the place of TensorBoard's, which hands on what its thread could not write."""

    class Full:
        def __init__(self, folder: str, **_: object) -> None:
            pass

        def add_event(self, event: object) -> None:
            raise OSError(28, "No space left on device")

    fake_tensorboard(monkeypatch, Full)
    result = train("--tensorboard", "runs")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("TensorBoard events can no longer be written: no space left on device") == 1
