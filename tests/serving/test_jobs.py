"""The worker: what comes together is answered together, in turns, and one request cannot spoil another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from lstmcli.serving.jobs import ITEMS, Job, StreamJob, Worker

SECONDS = 30


class Kept:
    """Keeps the answer."""

    def __init__(self) -> None:
        self.abandoned = False
        self.events: list[Any] = []
        self.answer: Any = None
        self._ready = threading.Event()

    def event(self, event: Any) -> None:
        self.events.append(event)

    def done(self, results: list[Any]) -> None:
        self.answer = results
        self._ready.set()

    def failed(self, error: BaseException) -> None:
        self.answer = error
        self._ready.set()

    def wait(self) -> Any:
        assert self._ready.wait(SECONDS)
        return self.answer


class Held:
    """A worker that is kept busy until ``release``, so that what is submitted comes together."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.worker = Worker("test", self.batches.append)
        self._release = threading.Event()
        self._first, self._held = Kept(), threading.Event()
        self.worker.submit(Job("first", ["x"], self._hold, self._first))
        assert self._held.wait(SECONDS)

    def _hold(self, items: Sequence[str]) -> list[str]:
        self._held.set()
        assert self._release.wait(SECONDS)
        return list(items)

    def release(self) -> None:
        self._release.set()
        assert self._first.wait() == ["x"]


def upper(items: Sequence[str]) -> list[str]:
    return [item.upper() for item in items]


def test_what_comes_together_is_one_batch_and_each_gets_its_own() -> None:
    held = Held()
    kept = [Kept() for _ in range(5)]
    for number, listener in enumerate(kept):
        held.worker.submit(Job("same", [f"a{number}", f"b{number}"], upper, listener))
    held.release()
    assert [listener.wait() for listener in kept] == [[f"A{n}", f"B{n}"] for n in range(5)]
    assert held.batches == [1, 10]


def test_other_options_are_another_batch() -> None:
    held = Held()
    first, second = Kept(), Kept()
    held.worker.submit(Job("one", ["a"], upper, first))
    held.worker.submit(Job("two", ["b"], lambda items: [item * 2 for item in items], second))
    held.release()
    assert (first.wait(), second.wait()) == (["A"], ["bb"])


def test_a_long_request_does_not_keep_a_short_one_waiting() -> None:
    held = Held()
    order: list[str] = []

    class Noted(Kept):
        def done(self, results: list[Any]) -> None:
            order.append(results[0])
            super().done(results)

    long, short = Noted(), Noted()
    held.worker.submit(Job("same", ["l"] * (3 * ITEMS), upper, long))
    held.worker.submit(Job("other", ["s"], upper, short))
    held.release()
    assert long.wait() == ["L"] * (3 * ITEMS)
    assert order == ["S", "L"]
    assert max(held.batches) <= ITEMS


def test_a_failure_is_that_of_one_request() -> None:
    held = Held()

    def picky(items: Sequence[str]) -> list[str]:
        if "bad" in items:
            raise ValueError("bad")
        return list(items)

    good, bad = Kept(), Kept()
    held.worker.submit(Job("same", ["good"], picky, good))
    held.worker.submit(Job("same", ["bad"], picky, bad))
    held.release()
    assert good.wait() == ["good"]
    assert isinstance(bad.wait(), ValueError)


def test_nobody_computes_for_a_request_that_is_given_up() -> None:
    held = Held()
    gone, there = Kept(), Kept()
    gone.abandoned = True
    asked: list[str] = []

    def noting(items: Sequence[str]) -> list[str]:
        asked.extend(items)
        return list(items)

    held.worker.submit(Job("same", ["gone"], noting, gone))
    held.worker.submit(Job("same", ["there"], noting, there))
    held.release()
    there.wait()
    assert asked == ["there"]


def counting(items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Three events for each item, in rounds; the last is its result."""
    for n in range(3):
        for place, (text, _) in enumerate(items):
            yield place, f"{text}{n}"


def stream(text: str, listener: Kept) -> StreamJob:
    return StreamJob("same", [(text, (1, 0))], counting, lambda event: event.endswith("2"), 1, listener)


def test_streams_grow_side_by_side_and_others_are_answered_meanwhile() -> None:
    held = Held()
    first, second, short = Kept(), Kept(), Kept()
    held.worker.submit(stream("a", first))
    held.worker.submit(stream("b", second))
    held.worker.submit(Job("short", ["s"], upper, short))
    held.release()
    assert first.wait() == [(0, "a2")]
    assert second.wait() == [(0, "b2")]
    assert short.wait() == ["S"]
    assert [event for _, event in first.events] == ["a0", "a1", "a2"]
    assert held.batches[:2] == [1, 2]


def test_the_end_comes_after_all_answers() -> None:
    worker, kept = Worker("test"), [Kept() for _ in range(20)]
    for listener in kept:
        worker.submit(Job("same", ["a"], upper, listener))
    worker.stop(SECONDS)
    assert [listener.answer for listener in kept] == [["A"]] * 20
