"""Processes of one start find each other in a store in which earlier ones left their keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from torch._C._distributed_c10d import HashStore, Store

from lstmcli.training.rendezvous import fresh

LIMIT = 60.0


def start(store: Store, world: int, timeout: float = LIMIT) -> list[Store]:
    """What the processes of a start get, which come in any order."""
    with ThreadPoolExecutor(world) as pool:
        found = [pool.submit(fresh, store, rank, world, timeout) for rank in reversed(range(world))]
        return [each.result(LIMIT) for each in reversed(found)]


@pytest.mark.parametrize("world", [2, 5])
def test_no_start_sees_what_another_wrote(world: int) -> None:
    store = HashStore()
    for number in range(3):
        parts = start(store, world)
        assert not parts[-1].check(["address"])
        parts[0].set("address", str(number))
        assert {part.get("address") for part in parts} == {str(number).encode()}


def test_a_start_that_ended_half_way_harms_no_later_one_of_fewer_processes() -> None:
    store = HashStore()
    with ThreadPoolExecutor(2) as pool:
        lost = [pool.submit(fresh, store, rank, 3, 0.3) for rank in (0, 2)]
        with pytest.raises(TimeoutError, match="process 1 of 3 did not come"):
            lost[0].result(LIMIT)
        lost[1].exception(LIMIT)
    parts = start(store, 2)
    parts[1].set("address", "new")
    assert parts[0].get("address") == b"new"


def test_without_the_main_process_nobody_waits_for_ever() -> None:
    store = HashStore()
    start(store, 2)
    with pytest.raises(TimeoutError, match="process 0 did not answer"):
        fresh(store, 1, 2, 0.1)
