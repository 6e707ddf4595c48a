"""How a training in several processes ends."""

from __future__ import annotations

import pytest

from lstmcli.errors import LstmError
from lstmcli.training.last_words import RESUME
from lstmcli.training.launch import _outcome


@pytest.mark.parametrize(("main", "hint"), [(-15, RESUME), (143, RESUME), (1, None)])
def test_a_killed_process_is_named_and_how_to_go_on_said_once(main: int, hint: str | None) -> None:
    from torch.distributed.elastic.multiprocessing.api import RunProcsResult
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

    failures = {1: ProcessFailure(1, 11, -9, ""), 0: ProcessFailure(0, 10, main, "")}
    with pytest.raises(LstmError, match="process 1 of 2 was ended by SIGKILL") as error:
        _outcome(RunProcsResult(failures=failures), 2)
    assert error.value.hint == hint
