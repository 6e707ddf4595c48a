"""A training run that trains nothing, and the splits it would have read."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstmcli.classification.events import Calibrated, DataRead, Evaluated, NgramsFitted, TokenizerReady
from lstmcli.classification.results import ClassReport, ClassScore, DataCheck, SplitCheck
from lstmcli.data.records import Record, Splits
from lstmcli.training import events
from lstmcli.training.results import Estimate

SPLITS = Splits(
    train=[Record("fine", ("good",)), Record("dull", ("bad",))],
    valid=[Record("fine too", ("good",))],
    test=[],
    notes=("reviews.csv: csv, utf-8",),
    warnings=("reviews.csv: 2 lines hold damaged bytes",),
)

CHECK = DataCheck(
    splits=(
        SplitCheck("train", 1200, 1, 3, {"good": 700, "bad\x1b[31m": 500}, 34, 1210),
        SplitCheck("valid", 133, 0, 0, {"good": 80, "bad\x1b[31m": 53}, 33, 800),
    ),
    labels=("bad\x1b[31m", "good"),
    multilabel=False,
    leaked={"valid": 2},
    conflicting=4,
    majority_label="good",
    majority_share=0.6015,
    warnings=("one text in 400 is empty",),
)

REPORT = ClassReport(
    n=133,
    accuracy=0.90977,
    macro_f1=0.9,
    weighted_f1=0.91,
    macro_precision=0.9,
    macro_recall=0.9,
    classes=(ClassScore("bad\x1b[31m", 0.9, 0.88, 0.89, 53), ClassScore("好评", 0.92, 0.93, 0.925, 80)),
    labels=("bad\x1b[31m", "好评"),
    confusion=((47, 6), (6, 74)),
    confused=((0, 1, 6), (1, 0, 6)),
    ece=0.021,
    loss=0.31,
)


def plan(command: str = "lstm train reviews.csv") -> events.RunPlanned:
    return events.RunPlanned(
        command, "bidirectional LSTM 96", 123456, 3, 120, "cpu", 2, "fp32", 1, Estimate(75.0, 300_000_000, 4_200_000)
    )


def step(n: int) -> events.Step:
    return events.Step(n, 120, n / 40, 3, 1.0 / n, 2e-3, 0.8, 3210.0, n / 10, (120 - n) / 10)


def run(
    job: Any,
    output: Path,
    *,
    force: bool = False,
    command: str = "",
    stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
    checkpoint_every: float = 60.0,
    started: float | None = None,
    group: object = None,
    interrupt: signal.Signals | None = None,
) -> Iterator[events.Event]:
    """Every kind of event once or more; sends itself a signal half way when asked to."""
    yield DataRead(CHECK, SPLITS.notes)
    yield TokenizerReady("word", 4321, 0.024, 18.2, 300)
    yield events.Warned("3 of 4,321 words start from vectors")
    yield plan(command)
    yield NgramsFitted(2, 9876, 2.0, 0.2, 0.88)
    reason = "finished"
    for epoch in (1, 2, 3):
        for n in range(1, 41):
            yield step((epoch - 1) * 40 + n)
            if stop():
                reason = "interrupted"
                break
        yield events.Validated(epoch, epoch * 40, 0.3, "accuracy", 0.9 - epoch / 100, 0.89, epoch == 1)
        if interrupt and epoch == 2:
            signal.raise_signal(interrupt)
        if reason == "interrupted":
            break
    yield events.Stopped(reason, 3.0, 1, 12.0)
    yield Calibrated(0.8, 0.05, 0.021)
    yield Evaluated("valid", REPORT)
    yield NgramsFitted(2, 10_123, 2.0, 0.2, None)
    yield events.Saved(str(output), 4_100_000, 14.2)
