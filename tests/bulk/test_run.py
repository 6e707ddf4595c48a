"""Many files into a folder: whole or not at all, and never answered twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bulk.answering import Shouting
from lstmcli.bulk import file as module
from lstmcli.bulk import pieces
from lstmcli.bulk.answers import Answered, Failure
from lstmcli.bulk.events import Answering, Done, Event, Failed, Opened
from lstmcli.bulk.file import BulkFile
from lstmcli.bulk.folder import MANIFEST, UNFINISHED, AnswerFolder
from lstmcli.bulk.pieces import Piece
from lstmcli.bulk.run import answer_files
from lstmcli.bulk.workers import Job, Workers
from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source
from lstmcli.errors import OutputError

pytestmark = pytest.mark.timeout(120)
TASK = {"model": "one", "top": 1}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pieces", partial(pieces.pieces, rows=3))


def bulk_files(folder: Path, **texts: Iterable[str]) -> list[BulkFile]:
    files = []
    for name, lines in texts.items():
        path = folder / f"{name}.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        opened = partial(open_source, str(path), ReadConfig(), labelled=False)
        files.append(BulkFile(path, f"{name}.txt.out", opened))
    return files


def events(files: list[BulkFile], out: Path, shouting: Shouting | None = None, count: int = 2) -> list[Event]:
    return list(answer_files(files, AnswerFolder(out, TASK), shouting or Shouting(), count))


def kinds(found: list[Event], kind: type) -> list:
    return [event for event in found if isinstance(event, kind)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_are_those_of_one_worker_in_the_order_of_the_file(tmp_path: Path, count: int) -> None:
    files = bulk_files(tmp_path, a=[f"text {n}" for n in range(20)], b=["one"])
    found = events(files, tmp_path / "out", count=count)
    assert (tmp_path / "out" / "a.txt.out").read_text() == "header\n" + "".join(f"TEXT {n}\n" for n in range(20))
    assert (tmp_path / "out" / "b.txt.out").read_text() == "header\nONE\n"
    assert {(done.rows, done.before) for done in kinds(found, Done)} == {(20, False), (1, False)}
    assert not (tmp_path / "out" / UNFINISHED).exists()


def test_the_next_piece_is_read_while_the_workers_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, waited, wait = list[Piece](), list[int](), Workers.wait

    def reading(*args: Any, **options: Any) -> Iterator[Piece]:
        for piece in pieces.pieces(*args, rows=3, **options):
            read.append(piece)
            yield piece

    def waiting(workers: Workers) -> tuple[Job, Answered | Failure]:
        waited.append(len(read))
        return wait(workers)

    monkeypatch.setattr(module, "pieces", reading)
    monkeypatch.setattr(Workers, "wait", waiting)
    events(bulk_files(tmp_path, a="abcdefghi"), tmp_path / "out", count=1)
    assert waited == [2, 3, 3]


def test_a_manifest_lists_checksums(tmp_path: Path) -> None:
    events(bulk_files(tmp_path, a="xyz"), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    entry = manifest["files"]["a.txt.out"]
    assert manifest["task"] == TASK
    assert (entry["bytes"], entry["counts"]) == (len("header\nX\nY\nZ\n"), {"rows": 3})


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    log, out = tmp_path / "log", tmp_path / "out"
    files = bulk_files(tmp_path, a="abcdefg", b="hij")
    events(files, out, Shouting(str(log)))
    log.unlink()
    assert all(done.before for done in kinds(events(files, out, Shouting(str(log))), Done))
    assert not log.exists()
    (changed,) = bulk_files(tmp_path, a="abcdefX")
    (done,) = kinds(events([changed], out, Shouting(str(log))), Done)
    assert not done.before and (out / "a.txt.out").read_text().endswith("F\nX\n")


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_file_that_was_changed_is_answered_again(tmp_path: Path, damage: bytes | None) -> None:
    files, out = bulk_files(tmp_path, a="abc"), tmp_path / "out"
    events(files, out)
    whole = (out / "a.txt.out").read_bytes()
    if damage is None:
        (out / "a.txt.out").unlink()
    else:
        (out / "a.txt.out").write_bytes(damage)
    events(files, out)
    assert (out / "a.txt.out").read_bytes() == whole


def test_a_piece_that_fails_leaves_the_file_unfinished_and_the_others_kept(tmp_path: Path) -> None:
    log, out = tmp_path / "log", tmp_path / "out"
    files = bulk_files(tmp_path, a=["a", "b", "c", "refuse", "e", "f", "g"], b="h")
    found = events(files, out, Shouting(str(log)))
    (failed,), (done,) = kinds(found, Failed), kinds(found, Done)
    assert failed.error.line == 4 and done.path.name == "b.txt"
    assert not (out / "a.txt.out").exists()
    files = bulk_files(tmp_path, a=["a", "b", "c", "mended", "e", "f", "g"])
    log.unlink()
    found = events(files, out, Shouting(str(log)))
    assert log.read_text() == "3\n"  # the piece that failed, and nothing else
    assert sum(event.rows for event in kinds(found, Answering) if event.before) == 4
    assert (out / "a.txt.out").read_text() == "header\nA\nB\nC\nMENDED\nE\nF\nG\n"


def test_a_damaged_piece_is_answered_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    events(bulk_files(tmp_path, a=["a", "b", "c", "d", "e", "refuse"]), out)
    (kept,) = (out / UNFINISHED / "a.txt.out").glob("*.part")
    kept.write_bytes(kept.read_bytes()[:-1])
    events(bulk_files(tmp_path, a="abcdef"), out)
    assert (out / "a.txt.out").read_text() == "header\nA\nB\nC\nD\nE\nF\n"


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    one, other = bulk_files(tmp_path, a="a", b="b")
    missing = replace(one, path=tmp_path / "nothing")
    found = events([missing, other], tmp_path / "out")
    assert "nothing" in str(kinds(found, Failed)[0].error) and kinds(found, Done)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match=r"not empty: it holds letter\.txt"):
        AnswerFolder(tmp_path / "mine", TASK)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be used"):
        AnswerFolder(tmp_path / "file", TASK)


@pytest.mark.parametrize(("name", "value", "says"), [("model", "two", "another model"), ("top", 2, r"options \(top\)")])
def test_a_folder_has_answers_of_one_model_and_one_set_of_options(
    tmp_path: Path, name: str, value: object, says: str
) -> None:
    events(bulk_files(tmp_path, a="a"), tmp_path / "out")
    with pytest.raises(OutputError, match=says):
        AnswerFolder(tmp_path / "out", {**TASK, name: value})


def test_a_manifest_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(OutputError, match="not a manifest"):
        AnswerFolder(tmp_path, TASK)


def test_an_order_of_other_options_is_taken_while_nothing_is_finished(tmp_path: Path) -> None:
    events(bulk_files(tmp_path, a=["refuse"]), tmp_path / "out")
    AnswerFolder(tmp_path / "out", {**TASK, "top": 2})


@pytest.mark.parametrize("count", [1, 2])
def test_chained_pieces_hear_of_the_one_before_and_files_go_side_by_side(tmp_path: Path, count: int) -> None:
    files = [replace(file, chained=lambda source: True) for file in bulk_files(tmp_path, a="abcdefg", b="uvwxyz")]
    found = events(files, tmp_path / "out", count=count)
    assert (tmp_path / "out" / "a.txt.out").read_text() == "header\nA\nB\nC\nafter c\nD\nE\nF\nafter f\nG\n"
    assert (tmp_path / "out" / "b.txt.out").read_text() == "header\nU\nV\nW\nafter w\nX\nY\nZ\n"
    begun = [type(event) for event in found].index(Done)
    assert sum(isinstance(event, Opened) for event in found[:begun]) == 2


def test_a_chain_goes_on_after_the_pieces_that_are_kept(tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    for last in ("refuse", "g"):
        log.unlink(missing_ok=True)
        (file,) = bulk_files(tmp_path, a=[*"abcdef", last])
        events([replace(file, chained=lambda source: True)], out, Shouting(str(log)))
    assert log.read_text() == "1\n"
    assert (out / "a.txt.out").read_text().endswith("F\nafter f\nG\n")


def test_pieces_of_small_files_are_answered_side_by_side(tmp_path: Path) -> None:
    found = events(bulk_files(tmp_path, a="a", b="b", c="c"), tmp_path / "out", count=3)
    assert [type(event) for event in found[:3]] == [Opened] * 3


def test_a_read_covers_the_whole_file(tmp_path: Path) -> None:
    (file,) = bulk_files(tmp_path, a=[f"some text {n}" for n in range(20)])
    found = events([file], tmp_path / "out")
    assert file.path.stat().st_size - 20 < sum(e.bytes for e in kinds(found, Answering)) <= file.path.stat().st_size


def test_names_with_folders_are_folders(tmp_path: Path) -> None:
    (file,) = bulk_files(tmp_path, a="a")
    events([replace(file, name="monday/a.out")], tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [MANIFEST, "monday"]


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path) -> None:
    rest = tmp_path / "out" / UNFINISHED
    rest.mkdir(parents=True)
    (rest / ".manifest.json.1").write_text("{")
    events(bulk_files(tmp_path, a="a"), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt.out", MANIFEST]
