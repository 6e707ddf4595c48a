"""One training for one place at a time."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lstmcli.errors import OutputError
from lstmcli.training import lock
from lstmcli.training.lock import claimed, lock_file

HOLD = """
import sys
from pathlib import Path
from lstmcli.training.lock import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(target: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the claim until it is killed, or told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


@pytest.fixture(params=["locks", "no locks"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With ``flock`` and without it."""
    if request.param == "no locks":
        monkeypatch.setattr(lock, "_lock", lambda descriptor: None)
    return str(request.param)


def test_the_second_is_refused_and_told_which_process_it_is(kind: str, tmp_path: Path) -> None:
    with other_process(tmp_path / "m") as process:
        for _ in range(2):
            said = rf"another training \(process {process.pid}\) is writing"
            with pytest.raises(OutputError, match=said) as found, claimed(tmp_path / "m"):
                pass
        assert ("remove" in str(found.value.hint)) is (kind == "no locks")
        with claimed(tmp_path / "other"):
            pass


def test_the_claim_ends_with_its_process_however_it_ends(kind: str, tmp_path: Path) -> None:
    with other_process(tmp_path / "m") as process:
        process.kill()
        process.wait(60)
        assert lock_file(tmp_path / "m").exists()
        with claimed(tmp_path / "m"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_two_of_one_process(tmp_path: Path) -> None:
    with claimed(tmp_path / "m"), pytest.raises(OutputError, match="this process"), claimed(tmp_path / "m"):
        pass
    with claimed(tmp_path / "m"):
        pass


def test_a_claim_is_taken_over_once(tmp_path: Path) -> None:
    with claimed(tmp_path / "m", for_later=True), claimed(tmp_path / "m"):
        assert lock_file(tmp_path / "m").exists()
        with pytest.raises(OutputError), claimed(tmp_path / "m"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_names_that_lead_to_one_place_are_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with claimed(tmp_path / "real" / "m"), pytest.raises(OutputError), claimed(tmp_path / "link" / "x" / ".." / "m"):
        pass


def test_folders_made_for_it_go_again(tmp_path: Path) -> None:
    with claimed(tmp_path / "a" / "b" / "m"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with claimed(tmp_path / "m"):
        assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("dear", encoding="utf-8")
    lock_file(tmp_path / "m").symlink_to(precious)
    with claimed(tmp_path / "m"):
        pass
    assert precious.read_text(encoding="utf-8") == "dear"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process": "x"}', b'{"process": 1}', b"\xff" * 2000])
def test_a_file_that_says_nothing_stops_nobody(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_lock", lambda descriptor: None)
    lock_file(tmp_path / "m").write_bytes(content)
    with claimed(tmp_path / "m"):
        pass


def test_a_number_that_another_process_has_by_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not lock._started(os.getpid()):
        pytest.skip("no /proc here")
    monkeypatch.setattr(lock, "_lock", lambda descriptor: None)
    with other_process(tmp_path / "m") as process:
        monkeypatch.setattr(lock, "_started", lambda number: "later" if number == process.pid else "")
        with claimed(tmp_path / "m"):
            pass


def test_a_file_system_without_locks_is_known_by_its_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    for number, expected in ((errno.ENOLCK, None), (errno.EOPNOTSUPP, None), (errno.EWOULDBLOCK, False)):

        def refuse(*_: Any, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", refuse)
        with (tmp_path / "file").open("wb") as file:
            assert lock._lock(file.fileno()) is expected
