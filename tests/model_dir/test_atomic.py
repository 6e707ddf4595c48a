"""A model directory is written whole or not at all, and read whole while it is replaced."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from lstmcli.errors import ModelError, OutputError
from lstmcli.model_dir import atomic
from lstmcli.model_dir.directory import check_target, read_model, retry_if_replaced, write_model
from support.model_dirs import names
from support.models import description, stub_files, stub_model


def test_checking_a_target_leaves_nothing(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b" / "model", False)
    assert not names(tmp_path)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_an_unwritable_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(path: Any, *_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    for attempt in (lambda: check_target(tmp_path / "m", False), lambda: stub_model(tmp_path / "m")):
        with pytest.raises(OutputError, match="cannot be written") as caught:
            attempt()
        assert "-o" in (caught.value.hint or "")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_file_system_that_takes_no_files() -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        check_target(Path("/proc/model"), False)


@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool) -> None:
    target = tmp_path / "deep" / "model"
    if existing:
        stub_model(target)
    calls = iter([None, None, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])

    def fsync(_: int) -> None:
        if error := next(calls):
            raise error

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError, match="no space left") as caught:
        stub_model(target, force=True, seed=2)
    assert "free some space" in (caught.value.hint or "")
    if existing:
        assert names(target.parent) == {"model"}
        assert read_model(target).config["seed"] == 1
    else:
        assert not names(tmp_path)


def fail_at(monkeypatch: pytest.MonkeyPatch, *steps: BaseException | None) -> list[str]:
    """Renames fail as told, one after the other; the rest go through.  Returns what was tried."""
    real, plan, tried = Path.rename, iter(steps), []

    def rename(source: Path, target: Path) -> Path:
        tried.append(f"{source.name} > {target.name}")
        if error := next(plan, None):
            raise error
        return real(source, target)

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    return tried


def test_without_a_swap_two_renames_do(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = fail_at(monkeypatch)
    stub_model(model, force=True, seed=2)
    assert len(tried) == 2
    assert read_model(model).config["seed"] == 2
    assert names(model.parent) == {"model"}


@pytest.mark.parametrize("error", [OSError(errno.EIO, "input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", [0, 1])
def test_a_failed_rename_leaves_the_old_model(
    model: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: int
) -> None:
    fail_at(monkeypatch, *[None] * step, error)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        stub_model(model, force=True, seed=2)
    assert read_model(model).config["seed"] == 1
    assert names(model.parent) == {"model"}


def test_if_even_the_way_back_fails_the_old_model_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(errno.EIO, "input/output error")
    fail_at(monkeypatch, None, error, error)
    with pytest.raises(OutputError) as caught:
        stub_model(model, force=True, seed=2)
    (aside,) = model.parent.iterdir()
    assert str(aside) in (caught.value.hint or "")
    assert read_model(aside).config["seed"] == 1


def test_leftovers_of_a_killed_run_are_no_obstacle(model: Path) -> None:
    """In a container every run may have the same process number."""
    for suffix in ("tmp", "old"):
        leftover = model.with_name(f".model.{os.getpid()}.{suffix}")
        leftover.mkdir()
        (leftover / "half").write_text("x", encoding="utf-8")
    check_target(model, True)
    stub_model(model, force=True, seed=2)
    assert read_model(model).config["seed"] == 2
    assert not (model.with_name(f".model.{os.getpid()}.tmp")).exists()


def test_what_killed_runs_left_long_ago_is_cleared_away(tmp_path: Path) -> None:
    kept = {".model.12.old", ".model.13.tmp", ".model.v2.12.tmp", ".model.mine.tmp", "model.12.tmp"}
    for name in {*kept, ".model.12.tmp"}:
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / ".model.13.tmp")  # may be another run's, at work
    check_target(tmp_path / "model", False)
    assert names(tmp_path) == kept  # an earlier model moved aside may be the only one there is
    stub_model(tmp_path / "model")
    check_target(tmp_path / "model", True)
    assert names(tmp_path) == kept - {".model.12.old"} | {"model"}


def test_of_two_runs_to_one_place_the_second_fails(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with pytest.raises(OutputError), atomic.temporary_sibling(target):
        (target / "someone").mkdir(parents=True)
        atomic.write_directory(target, {"a": b"b"}, replace=False)
    assert names(target) == {"someone"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs Linux's swap of two directories")
def test_a_reader_sees_the_old_or_the_new_one(model: Path) -> None:
    done = threading.Event()

    def write() -> None:
        for seed in range(2, 40):
            stub_model(model, force=True, seed=seed, command="x" * seed * 50)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not done.is_set():
        assert (model / "config.json").is_file()
        seen += 1
    writer.join()
    assert seen
    assert read_model(model).config["seed"] == 39


def test_reading_is_tried_again_when_the_model_was_replaced(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.model_dir import directory

    real = directory._config_text

    def replaced_meanwhile(path: Path) -> bytes:
        text = real(path)
        if b'"seed": 1,' in text:
            files = stub_files() | {"model.onnx": b"another graph"}
            write_model(model, files, description(seed=2), force=True)
        return text

    monkeypatch.setattr(directory, "_config_text", replaced_meanwhile)
    assert read_model(model).config["seed"] == 2


def test_reading_is_tried_again_however_often_it_is_replaced(model: Path) -> None:
    """Every second directory has the number of the one before the last."""
    left = list(range(5))

    def load() -> str:
        if left:
            stub_model(model, force=True, seed=left.pop())
            stub_model(model, force=True, seed=7)
            raise ModelError("half of it is gone")
        return "whole"

    assert retry_if_replaced(model, load) == "whole"
