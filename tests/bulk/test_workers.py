"""Workers that answer, stumble and die."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulk.answering import Shouting
from lstmcli.bulk import workers as module
from lstmcli.bulk.answers import Answered, Asked, Failure
from lstmcli.bulk.pieces import pieces
from lstmcli.bulk.workers import TRIES, Job, Workers
from lstmcli.data.records import Record
from lstmcli.errors import DataError, LstmError, ModelError, UsageError

pytestmark = pytest.mark.timeout(120)


def answers(texts: list[str], count: int = 2, why: list[str] | None = None) -> dict[int, str]:
    """The answer, or the error, of each piece of one text."""
    records = [Record(text, line=n, path="a.txt") for n, text in enumerate(texts, 1)]
    with Workers(Shouting(), count) as workers:
        found = dict(answered(workers, jobs(records)))
        (why if why is not None else []).extend(workers.notes)
    assert sorted(found) == list(range(len(texts)))
    return {n: a.data.decode() if isinstance(a, Answered) else str(a.error) for n, a in found.items()}


def jobs(records: list[Record]) -> list[Job]:
    return [Job(None, piece, Asked(piece.records, piece.head.number == 0)) for piece in pieces(records, "k", rows=1)]


def answered(workers: Workers, waiting: list[Job]) -> Iterator[tuple[int, Answered | Failure]]:
    while waiting or workers.busy:
        while waiting and workers.free:
            workers.give(waiting.pop(0))
        job, found = workers.wait()
        yield job.piece.head.number, found


@pytest.mark.parametrize("count", [1, 3])
def test_all_pieces_are_answered(count: int) -> None:
    found = answers([f"text {n}" for n in range(7)], count)
    assert found == {n: ("header\n" if n == 0 else "") + f"TEXT {n}\n" for n in range(7)}


def test_a_worker_that_dies_is_replaced_and_its_piece_answered(tmp_path) -> None:
    why: list[str] = []
    found = answers(["a", f"die once {tmp_path / 'mark'}", "b"], why=why)
    assert found[1].startswith("DIE ONCE") and found[2] == "B\n"
    assert len(why) == 1 and "SIGKILL" in why[0]


def test_a_piece_that_kills_every_worker_is_given_up_and_named() -> None:
    why: list[str] = []
    found = answers(["a", "die", "b", "c"], why=why)
    assert [found[0], found[2], found[3]] == ["header\nA\n", "B\n", "C\n"]
    assert found[1].startswith("a.txt, line 2: a worker ended by SIGKILL") and f"{TRIES} times" in found[1]
    assert len(why) == TRIES - 1


def test_our_own_errors_are_not_tried_again_and_others_are() -> None:
    why: list[str] = []
    found = answers(["refuse", "stumble", "a"], why=why)
    assert found[0] == "a.txt, line 1: this text is refused"
    assert "ZeroDivisionError: oh" in found[1] and found[2] == "A\n"
    assert len(why) == TRIES - 1


def test_a_refused_piece_keeps_the_kind_of_its_error() -> None:
    with Workers(Shouting(), 1) as workers:
        ((_, failure),) = answered(workers, jobs([Record("refuse", line=9, path="f")]))
    assert isinstance(failure, Failure) and isinstance(failure.error, DataError)
    assert (failure.error.path, failure.error.line) == ("f", 9)


def test_a_model_that_cannot_be_opened_ends_all() -> None:
    with Workers(Shouting(opens=False), 2) as workers, pytest.raises(ModelError, match="no model here") as caught:
        list(answered(workers, jobs([Record("a"), Record("b")])))
    assert caught.value.hint == "train one"


def test_a_package_that_is_missing_in_a_worker_ends_all() -> None:
    with Workers(Shouting(), 2) as workers, pytest.raises(UsageError, match="'no-such-package' is not installed"):
        list(answered(workers, jobs([Record("a"), Record("miss")])))


def test_there_are_as_many_workers_as_fit_into_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "peak_memory", lambda: 0)
    with Workers(Shouting(), 1) as workers:
        list(answered(workers, jobs([Record("a")])))
        (one,) = (worker.memory for worker in workers._workers)
    assert one > 1 << 20
    with Workers(Shouting(), 4, int(2.5 * one)) as workers:
        found = list(answered(workers, jobs([Record(f"{n}") for n in range(9)])))
        assert len(found) == 9 and len(workers._workers) == 2
        assert workers.notes == [f"2 of the workers fit into {2.5 * one / 2**20:,.0f} MiB"]
    with Workers(Shouting(), 4, one // 2) as workers, pytest.raises(LstmError, match=r"one worker takes .* more than"):
        list(answered(workers, jobs([Record("a")])))
