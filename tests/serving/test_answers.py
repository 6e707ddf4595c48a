"""What a request waits for: the answers of its job, no longer than it may."""

from __future__ import annotations

import asyncio

import pytest

from lstmcli.serving.answers import Waiting
from lstmcli.serving.errors import Refusal


def test_a_job_is_given_up_when_its_time_is_over_however_slow_its_reader_is() -> None:
    async def read() -> None:
        waiting = Waiting(1e9)
        waiting.event("in time")
        waiting._deadline = 0.0
        waiting.event("too late")
        assert waiting.abandoned
        assert await waiting.next() == ("event", "in time")
        with pytest.raises(Refusal, match="takes longer"):
            await waiting.next()

    asyncio.run(read())


def test_an_answer_that_was_made_in_time_is_given_whole_to_a_slow_reader() -> None:
    async def read() -> None:
        waiting = Waiting(1e9)
        waiting.event("in time")
        waiting.done(["whole"])
        await asyncio.sleep(0)
        waiting._deadline = 0.0
        assert [kind async for kind, _ in waiting.events()] == ["event", "done"]

    asyncio.run(read())
