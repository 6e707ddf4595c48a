"""Checkpoints: written whole, the last two kept, and read only if every byte is as it was written."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmcli.errors import OutputError, UsageError
from lstmcli.training.checkpoint import (
    Checkpoints,
    Snapshot,
    check_folder,
    differences,
    has_checkpoints,
    read_latest,
    write,
)
from lstmcli.training.resume import resume_from_checkpoint

reuse_tmp_path = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def snapshot(step: int) -> Snapshot:
    return Snapshot({"weights.0": np.arange(step, step + 6, dtype=np.float32)}, {"step": step, "中文": [1.5, None]})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def latest(folder: Path) -> int:
    found, _ = read_latest(folder)
    assert found is not None
    return int(found.values["step"])


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "m.unfinished"
    assert not has_checkpoints(folder) and read_latest(folder) == (None, [])
    for step in range(1, 5):
        write(folder, snapshot(step), {"run": {"seed": 1}})
        found, broken = read_latest(folder)
        assert found is not None and not broken
        assert found.values == snapshot(step).values | {"run": {"seed": 1}}
        assert found.part("weights")["0"].tolist() == snapshot(step).arrays["weights.0"].tolist()
    assert names(folder) == ["00000003.checkpoint", "00000004.checkpoint"] and has_checkpoints(folder)


@reuse_tmp_path
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_one_that_is_torn_or_altered_is_passed_over(tmp_path: Path, place: float, bit: int, cut: bool) -> None:
    folder = tmp_path / "m.unfinished"
    for step in (1, 2):
        write(folder, snapshot(step), {})
    path = folder / names(folder)[-1]
    data = bytearray(path.read_bytes())
    at = int(place * len(data))
    data[at] ^= 1 << bit
    path.write_bytes(data[:at] if cut else data)
    found, broken = read_latest(folder)
    assert found is not None and found.values["step"] == 1 and broken == [path]
    write(folder, snapshot(3), {})
    assert latest(folder) == 3


def test_one_that_finds_no_room_leaves_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "m.unfinished"
    for step in (1, 2):
        write(folder, snapshot(step), {})
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    full(monkeypatch)
    for place in (folder, tmp_path / "other.unfinished"):
        with pytest.raises(OutputError, match="no checkpoint can be written: no space left on device"):
            write(place, snapshot(3), {})
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert names(tmp_path) == ["m.unfinished"]


def test_a_run_goes_on_without_and_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "m.unfinished"
    checkpoints = Checkpoints(folder, every=0.0)
    checkpoints.take(snapshot(1))
    assert not checkpoints.pop_warnings()
    with monkeypatch.context() as patch:
        full(patch)
        for step in (2, 3):
            checkpoints.take(snapshot(step))
    (warning,) = checkpoints.pop_warnings()
    assert "no space left on device; training continues" in warning.message and not checkpoints.pop_warnings()
    assert latest(folder) == 1
    checkpoints.take(snapshot(4))
    assert "can be written again" in checkpoints.pop_warnings()[0].message
    assert latest(folder) == 4


def test_a_checkpoint_leaves_the_model_its_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small one of the trained weights fitted, and then the model did not."""
    checkpoints = Checkpoints(tmp_path / "m.unfinished", reserve=10_000)
    for total, free, written in ((10**6, 10_100, False), (10**6, 20_000, True), (0, 0, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, t=total, f=free: shutil._ntuple_diskusage(t, 0, f))
        checkpoints.take(snapshot(1), last=True)
        assert has_checkpoints(tmp_path / "m.unfinished") == written
        warned = "".join(warning.message for warning in checkpoints.pop_warnings())
        assert ("the model needs the space that is left; training continues" in warned) is not written
        checkpoints.clear()


@given(
    one=st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
    two=st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
)
def test_differences_are_named(one: dict[str, int], two: dict[str, int]) -> None:
    found = differences({"config": one, "seed": 1}, {"config": two, "seed": 1})
    assert found == sorted(f"config.{name}" for name in {*one, *two} if one.get(name) != two.get(name))


def test_a_planted_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    folder, victim = tmp_path / "m.unfinished", tmp_path / "victim"
    victim.write_text("precious")
    folder.mkdir()
    for name in ("00000001.tmp", "00000002.checkpoint", "00000003.tmp"):
        (folder / name).symlink_to(victim)
    for step in (1, 2, 3):
        write(folder, snapshot(step), {})
    assert victim.read_text() == "precious" and latest(folder) == 3


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "m.unfinished", tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    for attempt in (lambda: write(folder, snapshot(1), {}), lambda: check_folder(folder)):
        with pytest.raises(OutputError, match="is a link"):
            attempt()
    assert names(elsewhere) == [] and folder.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make folders of other users")
def test_a_folder_of_another_user_is_refused_before_training(tmp_path: Path) -> None:
    folder = tmp_path / "m.unfinished"
    write(folder, snapshot(1), {"run": {}})
    os.chown(folder, 54322, 54322)
    for attempt in (
        lambda: write(folder, snapshot(2), {}),
        lambda: resume_from_checkpoint(tmp_path / "m", {}, [], resume=True, every=60.0),
    ):
        with pytest.raises(OutputError, match="another user"):
            attempt()
    assert names(folder) == ["00000001.checkpoint"]
    resume_from_checkpoint(tmp_path / "m", {}, [], resume=False, every=float("inf"))  # nothing is written there


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_a_checkpoint_of_another_user_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "m.unfinished"
    for step in (1, 2):
        write(folder, snapshot(step), {})
    os.chown(folder / "00000002.checkpoint", 54322, 54322)
    assert latest(folder) == 1


def test_a_run_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    old, new = {"config": {"read": {}, "seed": 1}}, {"config": {"read": {"labels": []}, "seed": 1}}
    values = {"step": 1, "epochs": 1, "seconds": 1.0}
    Checkpoints(tmp_path / "m.unfinished", every=0.0, run=old).take(Snapshot(snapshot(1).arrays, values))
    with pytest.raises(UsageError, match="is of another version of lstm") as raised:
        resume_from_checkpoint(tmp_path / "m", new, [], resume=True, every=60.0)
    assert raised.value.hint == "start again with --force"
