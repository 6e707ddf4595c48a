"""Checkpoints that no run wrote, with checksums that fit: passed over, or refused with a sentence; never a fault."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from fuzz.mutate import changed_value
from lstmcli.training import checkpoint
from lstmcli.training.checkpoint import MAGIC, Checkpoints, Snapshot, read_latest
from support.refusing import GOOD, SMALL, lstm

OPTIONS = {
    "classify": SMALL,
    "lm": ("--epochs=1", "--embedding=6", "--hidden=4", "--batch-size=4", "--bptt=8", "--threads=1", "--device=cpu"),
}
Values = dict[str, Any]


class Unfinished:
    """A run that was not finished, and can be again and again."""

    def __init__(self, folder: Path, task: str) -> None:
        self.folder, self.task = folder, task
        self.good, self.target = folder / "good.csv", folder / "m"
        self.good.write_text(GOOD, encoding="utf-8")
        self.unfinished = folder / "m.unfinished"

    def train(self, *more: str) -> Any:
        arguments = ("train", self.good, "-o", self.target, f"--task={self.task}", "--seed=1")
        return lstm(*arguments, *OPTIONS[self.task], *more)

    def snapshot(self) -> Snapshot:
        """The snapshot of the middle of the run, read anew."""
        found, _ = read_latest(self.folder / "kept")
        assert found is not None
        return found

    def resume_from(self, data: bytes) -> Any:
        for place in (self.unfinished, self.target):
            shutil.rmtree(place, ignore_errors=True)
        self.unfinished.mkdir()
        (self.unfinished / "00000001.checkpoint").write_bytes(data)
        return self.train("--resume")


def sealed(body: bytes) -> bytes:
    return MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def written(arrays: dict[str, Any], values: Any) -> bytes:
    text = values if isinstance(values, str) else json.dumps(values)
    return sealed(save({name: np.asarray(value, order="C") for name, value in arrays.items()}, {"values": text}))


@pytest.fixture(scope="module", params=["classify", "lm"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Unfinished:
    found = Unfinished(tmp_path_factory.mktemp("hostile"), request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "clear", lambda self: None)
        patch.setattr(Checkpoints, "due", lambda self: True)
        patch.setattr(checkpoint, "KEPT", 1000)
        result = found.train("--checkpoint-every=1s")
        assert result.exit_code == 0, result.stderr
    first = sorted(found.unfinished.iterdir())[1]
    (found.folder / "kept").mkdir()
    shutil.move(first, found.folder / "kept" / "00000001.checkpoint")
    snapshot = found.snapshot()
    assert not snapshot.values["ended"] and snapshot.values["step"]
    result = found.resume_from(written(snapshot.arrays, snapshot.values))
    assert result.exit_code == 0 and "resuming from step" in result.stderr, result.stderr
    return found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        sealed(b""),
        sealed(b"\xff" * 8),
        sealed((2**40).to_bytes(8, "little") + b"{}"),
        written({}, "[" * 100_000),
        written({}, "[]"),
        written({}, "9" * 5000),
        written({}, '{"step": '),
    ],
    ids=["empty", "magic", "no body", "all ones", "long", "deep", "list", "digits", "cut"],
)
def test_what_cannot_be_read_is_passed_over(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "00000001.checkpoint"
    path.write_bytes(data)
    assert read_latest(tmp_path) == (None, [path])


def test_without_one_that_can_be_read_training_starts_anew(run: Unfinished) -> None:
    result = run.resume_from(written({}, "[" * 100_000))
    assert result.exit_code == 0, result.stderr
    assert "damaged; the previous checkpoint is used" in result.stderr and "training from the start" in result.stderr


def _set(name: str, value: Any) -> Callable[[Snapshot], None]:
    return lambda snapshot: snapshot.values.__setitem__(name, value)


def _array(change: Callable[[Any], Any]) -> Callable[[Snapshot], None]:
    def changed(snapshot: Snapshot) -> None:
        name = "kept.0"
        snapshot.arrays[name] = change(snapshot.arrays[name])

    return changed


@pytest.mark.parametrize(
    "change",
    [
        *(_set("step", value) for value in (-1, 10**400, 1.5, True, None, "1", [])),
        *(_set("seconds", value) for value in (-1.0, math.nan, math.inf, "1", None)),
        *(_set("spent", value) for value in (-1.0, math.nan, "1", None)),
        *(_set("epochs", value) for value in (0, -1, 2**40, "1", None)),
        *(_set("factor", value) for value in (math.nan, math.inf, "1")),
        *(_set("rng", value) for value in ({}, [], {"bit_generator": "x"})),
        *(_set("log", value) for value in ("x", [1], None)),
        *(_set("changed", value) for value in ("x", [None])),
        *(_set("run", value) for value in (None, [])),
        _set("epoch_rng", 7),
        _set("ended", 7),
        _array(lambda value: value[:1]),
        _array(lambda value: value.reshape(-1)[:3]),
        lambda snapshot: snapshot.arrays.clear(),
        lambda snapshot: snapshot.arrays.pop("random"),
        lambda snapshot: snapshot.values.clear(),
    ],
)
def test_what_no_run_writes_is_refused(run: Unfinished, change: Callable[[Snapshot], None]) -> None:
    snapshot = run.snapshot()
    change(snapshot)
    result = run.resume_from(written(snapshot.arrays, snapshot.values))
    assert result.exit_code == 4, result.stderr
    assert "m.unfinished: the checkpoint cannot be used: " in result.stderr.replace("\n", ""), result.stderr
    assert "hint: start again with --force" in result.stderr


def test_weights_that_are_not_finite_end_with_a_sentence(run: Unfinished) -> None:
    snapshot = run.snapshot()
    for value in snapshot.arrays.values():
        if value.dtype.kind == "f":
            value[...] = math.nan
    result = run.resume_from(written(snapshot.arrays, snapshot.values))
    assert "unexpected" not in result.stderr and "Traceback" not in result.stderr, result.stderr


def check_changes(run: Unfinished, seed: int) -> None:
    draw = Random(seed)
    snapshot = run.snapshot()
    values = {k: changed_value(draw, value) if draw.random() < 0.15 else value for k, value in snapshot.values.items()}
    arrays = dict(snapshot.arrays)
    name = draw.choice(sorted(arrays))
    arrays[name] = draw.choice((np.atleast_1d(arrays[name])[..., :1], arrays[name].astype(np.int64), arrays[name] * 2))
    result = run.resume_from(written(arrays, values))
    assert result.exit_code in (0, 1, 2, 3, 4), result.stderr
    assert "unexpected" not in result.stderr and "Traceback" not in result.stderr, (seed, result.stderr)


@pytest.mark.parametrize("seed", range(6))
def test_any_change_ends_well_or_with_a_sentence(run: Unfinished, seed: int) -> None:
    check_changes(run, seed)


@pytest.mark.slow
def test_many_changes_end_well_or_with_a_sentence(run: Unfinished) -> None:
    for seed in range(1000, 1300):
        check_changes(run, seed)
