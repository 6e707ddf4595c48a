"""What every run ends with: a model at its place, or where it could be written."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from lstmcli.errors import OutputError
from lstmcli.model_dir.directory import read_model
from lstmcli.training.checkpoint import Snapshot, checkpoint_folder, write
from lstmcli.training.preflight import check_disk_space
from lstmcli.training.run import save_model
from support.models import description, stub_files, stub_model


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def full(monkeypatch: pytest.MonkeyPatch, *places: Path) -> None:
    """No room is left under these."""
    real = Path.mkdir

    def mkdir(path: Path, *rest: Any, **more: Any) -> None:
        if any(place in path.parents for place in places):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, *rest, **more)

    monkeypatch.setattr(Path, "mkdir", mkdir)


def save(target: Path) -> OutputError:
    with pytest.raises(OutputError) as caught:
        save_model(target, stub_files(), description(seed=2), force=True)
    assert "cannot be written: no space left on device" in str(caught.value) and caught.value.path == str(target)
    return caught.value


def test_where_there_is_room_it_is_the_model(tmp_path: Path, elsewhere: Path) -> None:
    assert save_model(tmp_path / "m", stub_files(), description(), force=False) > 0
    read_model(tmp_path / "m").verify()
    assert not list(elsewhere.iterdir())


def test_where_there_is_none_it_is_kept_elsewhere(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = stub_model(tmp_path / "disk" / "m")
    full(monkeypatch, tmp_path / "disk")
    error = save(target)
    (kept,) = elsewhere.iterdir()
    assert str(kept) in (error.hint or "")
    assert (read_model(kept).config["seed"], read_model(target).config["seed"]) == (2, 1)


def test_where_there_is_none_anywhere_the_checkpoints_are_named(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "disk" / "m"
    target.parent.mkdir()
    write(checkpoint_folder(target), Snapshot({}, {}), {})
    full(monkeypatch, tmp_path / "disk", elsewhere)
    assert "continue with the same command and --resume" in (save(target).hint or "")
    shutil.rmtree(checkpoint_folder(target))
    assert (save(target).hint or "").startswith("free some space")
    assert not list(elsewhere.iterdir()) and not list(target.parent.iterdir())


def test_another_model_that_came_in_between_costs_nothing(tmp_path: Path, elsewhere: Path) -> None:
    target = stub_model(tmp_path / "m")
    with pytest.raises(OutputError, match="already there"):
        save_model(target, stub_files(), description(seed=2), force=False)
    (kept,) = elsewhere.iterdir()
    assert read_model(kept).config["seed"] == 2 and read_model(target).config["seed"] == 1


@pytest.mark.parametrize(
    ("free", "every", "said"), [(10**9, 60.0, 0), (5_500_000, 60.0, 1), (5_500_000, float("inf"), 0), (4_000, 60.0, 1)]
)
def test_too_little_room_is_said(
    free: int, every: float, said: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 0, free))
    found = list(check_disk_space(tmp_path / "deep" / "m", model_bytes=5_000_000, parameters=100_000, every=every))
    assert len(found) == said
    assert all(f"{tmp_path} has {free / 1e6:,.1f} MB of space left" in event.message for event in found)  # type: ignore[union-attr]
