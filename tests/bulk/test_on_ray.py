"""The same answers from a cluster; skipped where Ray is not installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from bulk.answering import Shouting
from bulk.test_run import TASK, bulk_files, events, kinds
from lstmcli.bulk import on_ray
from lstmcli.bulk.events import Answering, Done, Event, Failed
from lstmcli.bulk.file import BulkFile
from lstmcli.bulk.folder import AnswerFolder
from lstmcli.bulk.on_ray import HERE, answer_files_on_ray
from lstmcli.bulk.workers import TRIES
from lstmcli.errors import ModelError, UsageError

pytestmark = pytest.mark.timeout(600)
on_a_cluster = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_ray, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed") as caught:
        on_ray.check_installed()
    assert caught.value.hint == 'pip install "lstmcli[ray]"'


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    import ray

    with pytest.MonkeyPatch.context() as patch:  # its workers import what these tests do
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        on_ray.connect(HERE)
        yield
        ray.shutdown()


def long_file(tmp_path: Path, **texts: str) -> list[BulkFile]:
    """Files of which each text is a piece of its own: the last of them is an order."""
    files = bulk_files(tmp_path, **{name: [f"{n}" + "x" * 600_000 for n in range(5)] for name in texts})
    for file, last in zip(files, texts.values(), strict=True):
        with file.path.open("a") as lines:
            lines.write(f"{last}\n")
    return files


def on_cluster(files: list[BulkFile], out: Path, shouting: Shouting | None = None) -> list[Event]:
    return list(answer_files_on_ray(files, AnswerFolder(out, TASK), shouting or Shouting(), 2, HERE))


def content(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


@on_a_cluster
@pytest.mark.slow
def test_an_address_without_a_cluster_is_named() -> None:
    with pytest.raises(UsageError, match=r"no Ray cluster at '127\.0\.0\.1:1'"):
        on_ray.connect("127.0.0.1:1")


@on_a_cluster
@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_answers_are_those_of_workers_byte_for_byte(tmp_path: Path) -> None:
    files = long_file(tmp_path, a="end", b="end")
    files[1] = replace(files[1], chained=lambda source: True)
    assert len(kinds(on_cluster(files, tmp_path / "ray"), Done)) == 2
    events(files, tmp_path / "plain")
    assert content(tmp_path / "ray") == content(tmp_path / "plain")
    assert all(done.before for done in on_cluster(files, tmp_path / "ray"))


@on_a_cluster
@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("chained", [False, True])
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, chained: bool) -> None:
    (file,) = long_file(tmp_path, a=f"die once {tmp_path / 'm'}")
    files = [replace(file, chained=lambda source: chained)]
    (done,) = kinds(on_cluster(files, tmp_path / "ray"), Done)
    assert done.rows == 6 and (tmp_path / "m").exists()
    assert (tmp_path / "ray" / "a.txt.out").read_text().count("\n") == (9 if chained else 7)


@on_a_cluster
@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("chained", [False, True])
def test_a_piece_that_fails_is_told_and_the_others_are_kept(tmp_path: Path, chained: bool) -> None:
    (file,) = long_file(tmp_path, a="refuse")
    file = replace(file, chained=lambda source: chained)
    (failed,) = kinds(on_cluster([file], tmp_path / "ray"), Failed)
    assert failed.error.message == "this text is refused" and failed.error.line == 6
    file.path.write_text(file.path.read_text().replace("refuse", "mended"))
    found = on_cluster([file], tmp_path / "ray")
    (done,) = kinds(found, Done)
    assert done.rows == 6 and done.rows_before == 4  # two texts make a piece
    assert sum(event.rows for event in kinds(found, Answering)) == 6


@on_a_cluster
@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_what_ends_all_is_told(tmp_path: Path) -> None:
    files = long_file(tmp_path, a="die")
    with pytest.raises(ModelError, match="no model here"):
        on_cluster(files, tmp_path / "closed", Shouting(opens=False))
    (failed,) = kinds(on_cluster(files, tmp_path / "dead"), Failed)
    assert f"a worker ended, {TRIES} times" in failed.error.message and failed.error.line == 5
