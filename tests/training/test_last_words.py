"""Which process is missing is said, and by one process only."""

from __future__ import annotations

import pytest

from lstmcli.errors import DataError
from lstmcli.training import last_words
from lstmcli.training.last_words import LastWords, LostProcess


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[LastWords]:
    """Of three processes with one store."""
    from torch.distributed import HashStore

    monkeypatch.setattr(last_words, "PATIENCE", 0.2)
    store = HashStore()
    return [LastWords(rank, 3, store) for rank in range(3)]


def test_a_process_that_said_why_it_ends_is_quoted(words: list[LastWords]) -> None:
    words[2].say(DataError("no such file", path="rows.csv"))
    assert "process 2 of 3 has ended: rows.csv: no such file" in str(words[0].lost("gradients", 0.0, 60.0))


def test_a_process_that_is_gone_is_named(words: list[LastWords]) -> None:
    words[2].lost("gradients", 0.0, 60.0)  # it waits, too
    assert "process 1 of 3 has ended without a word" in str(words[0].lost("gradients", 0.0, 60.0))


def test_a_process_that_does_not_answer_in_time_is_named(words: list[LastWords]) -> None:
    words[1].lost("gradients", 60.0, 60.0)
    found = words[0].lost("gradients", 60.0, 60.0)
    assert "process 2 of 3 has not answered for 60s: no gradients from it" in str(found)
    assert "--resume" in str(found.hint)


def test_only_the_main_process_reports_what_all_have_found(words: list[LastWords]) -> None:
    error = DataError("no such file")
    words[0].say(error)
    assert words[1].is_told(DataError("no such file")) and words[1].is_told(LostProcess("the main one has ended"))
    assert not words[1].is_told(DataError("it is empty")) and not words[0].is_told(error)


def test_a_training_in_one_process_has_nobody_to_tell() -> None:
    alone = LastWords(0, 1, None)
    alone.say(DataError("no such file"))
    assert not alone.is_told(DataError("no such file"))
