"""Lines as they arrive: nothing waits, nothing is lost, memory stays flat."""

from __future__ import annotations

import io
import os
import queue
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.cli.io.streams import Arrivals, is_live, report_error
from lstmcli.cli.output import console
from lstmcli.cli.output.wrapping import width_of
from lstmcli.data.records import Record
from lstmcli.errors import DataError


@given(st.lists(st.integers(), max_size=200), st.integers(1, 5))
def test_everything_arrives_in_order(items: list[int], most: int) -> None:
    assert list(Arrivals(items, most)) == items


def test_what_is_there_is_ready_and_what_is_not_is_not() -> None:
    source: queue.Queue[str | None] = queue.Queue()
    arrivals = Arrivals(iter(source.get, None))
    assert not arrivals.ready()
    for item in "abc":
        source.put(item)
    items = iter(arrivals)
    assert next(items) == "a"
    wait_until(arrivals.ready)
    assert next(items) == "b" and next(items) == "c"
    assert not arrivals.ready()
    source.put(None)
    wait_until(arrivals.ready)
    assert list(items) == []


def test_an_error_comes_after_what_was_before_it() -> None:
    def items() -> Iterator[str]:
        yield "a"
        yield "b"
        raise DataError("broken", line=3)

    got = []
    with pytest.raises(DataError, match="broken"):
        for item in Arrivals(items()):
            got.append(item)
    assert got == ["a", "b"]


@pytest.mark.parametrize(("text", "limit"), [("x", 10), ("x" * 500, 2)])
def test_the_reader_does_not_run_away(text: str, limit: int) -> None:
    taken = 0

    def items() -> Iterator[Record]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield Record(text)

    arrivals = Arrivals(items(), most=10, most_weight=1000)
    wait_until(lambda: taken == limit + 1)
    time.sleep(0.05)
    assert taken == limit + 1
    assert sum(1 for _ in arrivals) == 1000


def wait_until(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_pipes_are_live_and_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert is_live(str(tmp_path / "pipe"))
    assert not is_live(str(tmp_path / "file")) and not is_live(str(tmp_path)) and not is_live("sample:reviews")
    assert not is_live(str(tmp_path / "none")) and not is_live("nul\0byte")


def test_the_reading_thread_does_not_keep_the_program_alive() -> None:
    Arrivals(iter(threading.Event().wait, None))
    (thread,) = [t for t in threading.enumerate() if t is not threading.main_thread() and t.name.endswith("(_read)")][
        -1:
    ]
    assert thread.daemon


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_reader_that_leaves_silences_talk_and_ends_data(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, name, stream)
        out = console.console(stderr=name == "stderr")
        if name == "stdout":
            with pytest.raises(BrokenPipeError):
                out.print("data")
        else:
            out.print("talk")
            out.print("more talk")
        stream.write("what is left goes nowhere")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_silences_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        out = console.console(stderr=True)
        for _ in range(3):
            console.show(out, "talk")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_reason_to_fail(closed: str) -> None:
    run = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m lstmcli --version {closed}"], capture_output=True, timeout=120
    )
    assert (run.returncode, run.stderr) == (0, b"")


def test_a_full_disk_is_said() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "lstmcli", "--help"], stdout=full, stderr=subprocess.PIPE, timeout=120
        )
    assert run.returncode == 1 and run.stderr.startswith(b"error: cannot write the output: No space left on device\n")


@pytest.mark.parametrize("in_a_window", [True, False])
def test_an_error_is_broken_between_words_in_a_window_only(in_a_window: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: in_a_window)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "30")
    message, hint = (
        "one: is a language model, and two is a classifier",
        "compare models of one task, 两个模型应属于同一任务",
    )
    report_error(message, hint)
    lines = stream.getvalue().splitlines()
    assert " ".join(lines).startswith(f"error: {message} hint: ")
    assert len(lines) > 3 if in_a_window else len(lines) == 2
    assert not in_a_window or max(map(width_of, lines)) <= 30
