"""The display of a side-by-side training: in a terminal, in any window, and quiet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from lstmcli.cli.output.experiment.live import LiveDisplay
from lstmcli.experiments.events import ComparisonEnded, ComparisonPlanned, Measuring, RunBegun, RunEnded
from lstmcli.training import events
from support.fakes import SPLITS, plan, step
from support.raced import raced

RESULT = raced(seeds=2)
EVENTS: list[events.Event] = [
    ComparisonPlanned(RESULT.entrants, RESULT.budget, RESULT.measure, RESULT.metric),
    RunBegun("lstm", 1, 1, 4),
    plan(),
    step(1),
    events.Warned("the loss ran away"),
    events.Validated(1, 40, 0.6, "accuracy", 0.7, 0.7, True),
    step(60),
    events.Validated(2, 80, 0.5, "accuracy", 0.8, 0.8, True),
    RunEnded(RESULT.runs[0]),
    RunBegun("rnn", 1, 2, 4),
    events.Warned("the loss ran away"),
    events.Validated(1, 40, 0.6, "accuracy", 0.6, 0.6, True),
    Measuring("gradients by lag"),
]


def told(console: Console, *, quiet: bool = False) -> Any:
    with LiveDisplay(SPLITS, by_time=False, quiet=quiet) as shown:
        shown.out = shown.log.out = console
        for event in EVENTS:
            assert shown.handle(event) is None
            console.print(shown) if shown.live else None
        assert shown.handle(ComparisonEnded(RESULT)) is RESULT
    assert shown.live is None
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [100, 60, 40, 20])
def test_the_live_display_fits_its_window(width: int) -> None:
    out = Console(
        file=io.StringIO(), force_terminal=True, width=width, height=24, color_system=None, legacy_windows=False
    )
    shown = LiveDisplay(SPLITS, by_time=False, quiet=False)
    shown.out = shown.log.out = out
    shown.planned = EVENTS[0]  # type: ignore[assignment]
    for event in EVENTS[1:]:
        shown.handle(event)
        with out.capture() as captured:
            out.print(shown)
        lines = captured.get().splitlines()
        assert max(map(cell_len, lines)) <= width and len(lines) < 24
    if width >= 40:
        assert "measuring: gradients by lag" in captured.get() and "A lstm 90.40 %" in captured.get()


def test_a_terminal_is_left_clean_and_warnings_stay_once() -> None:
    out = Console(file=io.StringIO(), force_terminal=True, width=80, height=30, color_system=None)
    text = told(out)
    assert "run 1 of 4: lstm, seed 1" in text and text.count("warning: the loss ran away") == 1


def test_plain_lines_and_quiet() -> None:
    text = told(Console(file=io.StringIO(), width=80))
    assert "run 2 of 4: rnn, seed 1\n" in text and "lstm, seed 1, epoch 2: validation accuracy 80.00 %\n" in text
    assert "\x1b" not in text and "━" not in text
    assert told(Console(file=io.StringIO(), width=80), quiet=True) == "warning: the loss ran away\n"
