"""How many threads there are to be had, and what happens where there are too few."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from lstmcli import threads
from lstmcli.errors import LstmError


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in threads._ONE_THREAD:
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(threads, "_limited", False)
    monkeypatch.setattr(threads, "address_room", lambda: None)


class Limited(threading.Thread):
    """A thread of a system that starts two more."""

    left = 2

    def start(self) -> None:
        if Limited.left == 0:
            raise RuntimeError("can't start new thread")
        Limited.left -= 1
        super().start()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limited, "left", 2)
    monkeypatch.setattr(threads.threading, "Thread", Limited)
    monkeypatch.setattr(threads, "cores", lambda: 4)


def test_threads_are_started_at_once_and_none_is_left() -> None:
    before = threading.active_count()
    assert threads.startable(5) == 5
    assert threads.startable(0) == 0
    assert threading.active_count() == before


def test_as_many_as_the_system_gives(few: None) -> None:
    before = threading.active_count()
    assert threads.startable(5) == 2
    assert threading.active_count() == before


def test_one_thread_where_there_are_too_few(few: None) -> None:
    assert threads.limit_to_one()
    for name, value in threads._ONE_THREAD.items():
        assert os.environ[name] == value
    assert not threads.limit_to_one()  # said once


def test_nothing_changes_where_there_are_enough() -> None:
    before = threads.cores()
    assert not threads.limit_to_one()
    assert threads.cores() == before >= 1
    assert all(os.environ[name] == "" for name in threads._ONE_THREAD)


def test_one_core_is_used_once_threads_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_limited", True)
    assert threads.cores() == 1


def test_too_many_threads_asked_for(few: None) -> None:
    with pytest.raises(LstmError, match="4 threads") as refused:
        threads.check_threads(4)
    assert "ulimit -u" in (refused.value.hint or "")
    threads.check_threads(1)


@pytest.mark.parametrize(("room", "found"), [(1 << 20, 0), (-5, 0), (1 << 30, 4), (1 << 40, 1000)])
def test_nothing_is_tried_under_a_limit_on_addresses(monkeypatch: pytest.MonkeyPatch, room: int, found: int) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(threads, "address_room", lambda: room)
    monkeypatch.setattr(threads.threading, "Thread", fail)
    assert threads.startable(1000) == found


@pytest.mark.parametrize(("room", "limited"), [(1 << 30, True), (1 << 34, False)])
def test_one_thread_where_addresses_are_few(monkeypatch: pytest.MonkeyPatch, room: int, limited: bool) -> None:
    monkeypatch.setattr(threads, "address_room", lambda: room)
    assert threads.limit_to_one() == limited


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on addresses")
def test_a_limit_on_addresses_is_seen() -> None:
    code = (
        "import resource; from lstmcli import threads; print(threads.address_room(), end=' '); "
        "resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33)); print(2**32 < threads.address_room() < 2**33)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "None True\n", done.stderr
