"""What a search says while it goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from lstmcli.classification.events import DataRead
from lstmcli.classification.results import DataCheck
from lstmcli.cli.output.tuning import TuningLog

READ = DataRead(cast(DataCheck, SimpleNamespace(warnings=("9 rows are left out",))), ("data.csv: CSV, comma",))


@pytest.mark.parametrize("quiet", [False, True])
def test_what_was_read_is_said_once_and_warnings_in_silence_too(
    quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    log = TuningLog(quiet=quiet)
    for _ in range(2):
        log.handle(READ)
    said = capsys.readouterr().err
    assert said.count("warning: 9 rows are left out") == 1 and said.count("data.csv: CSV, comma") == (not quiet)
