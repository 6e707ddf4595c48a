"""What comes before the first step: options, data, and the place for the model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from lstmcli.errors import OutputError, UsageError
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING
from lstmcli.training.checkpoint import _SUFFIX, checkpoint_folder
from lstmcli.training.lock import lock_file
from lstmcli.training.start import Training, goes_on, interval
from support.models import stub_model


@pytest.fixture
def csv(tmp_path: Path) -> str:
    path = tmp_path / "data.csv"
    rows = "".join(f"good {n},yes\nbad {n},no\n" for n in range(20))
    path.write_text(f"text,label\n{rows}", encoding="utf-8")
    return str(path)


def test_the_data_decide_what_is_trained_unless_it_is_said(csv: str, tmp_path: Path) -> None:
    for given, task, found in (
        ({}, None, CLASSIFICATION),
        ({}, "lm", LANGUAGE_MODELING),
        ({"label_column": "label"}, None, CLASSIFICATION),
    ):
        with Training(csv, given, task=task, output=tmp_path / "m") as training:
            assert training.task is found and training.target == tmp_path / "m"
    with Training(csv, {}, dry_run=True) as training:
        assert training.default_place and training.target == CLASSIFICATION.default_dir


def test_options_are_looked_at_before_the_data(tmp_path: Path) -> None:
    for given, more in (({"epochs": 0}, {}), ({}, {"task": "tagging"}), ({}, {"checkpoint_every": "often"})):
        how: dict[str, Any] = more
        with pytest.raises(UsageError):
            Training(str(tmp_path / "nowhere.csv"), given, **how)


def test_the_place_is_claimed_until_the_end(csv: str, tmp_path: Path) -> None:
    target = tmp_path / "m"
    with Training(csv, {}, output=target):
        assert lock_file(target).exists()
        with pytest.raises(OutputError, match="another training"):
            Training(csv, {}, output=target)
    assert not lock_file(target).exists()


def test_a_place_that_fails_is_let_go(csv: str, tmp_path: Path) -> None:
    target = stub_model(tmp_path / "m")
    with pytest.raises(OutputError, match="a model is already there"):
        Training(csv, {}, output=target)
    assert not lock_file(target).exists()
    with Training(csv, {}, output=target, force=True):
        pass
    with Training(csv, {}, output=target, dry_run=True):
        assert not lock_file(target).exists()


def test_an_unfinished_run_is_never_begun_anew_unasked(tmp_path: Path) -> None:
    target = tmp_path / "m"
    assert not goes_on(target, resume=False, force=False)
    checkpoint_folder(target).mkdir(parents=True)
    (checkpoint_folder(target) / f"1{_SUFFIX}").write_bytes(b"")
    asked: list[Path] = []
    with pytest.raises(OutputError, match="there is an unfinished run"):
        goes_on(target, resume=False, force=False)
    assert goes_on(target, resume=False, force=False, ask=lambda place: not asked.append(place))
    assert asked == [checkpoint_folder(target)]
    assert goes_on(target, resume=True, force=False) and not goes_on(target, resume=False, force=True)
    with pytest.raises(OutputError):
        goes_on(target, resume=False, force=False, ask=lambda place: False)


def test_checkpoints_come_after_seconds_durations_or_never() -> None:
    assert (interval(30), interval("1m30s"), interval("never")) == (30.0, 90.0, math.inf)
    with pytest.raises(UsageError, match="--checkpoint-every cannot be 'x'"):
        interval("x")
