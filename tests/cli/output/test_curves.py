"""The curves of a run as SVG."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lstmcli.cli.output.curves import POINTS, CurveFile, drawing, plots
from lstmcli.errors import OutputError
from lstmcli.training import events

LOSSES = [(n / 100, 2 - n / 1000) for n in range(1, 1001)]
VALID = [events.Validated(n, n, 1.0 / n, "accuracy", n / 10, n / 10, True) for n in range(1, 9)]


def test_both_losses_and_the_score_are_drawn() -> None:
    loss, score = plots(LOSSES, VALID)
    assert [series.name for series in loss.series] == ["training", "validation"] and score.title == "Accuracy"
    assert len(loss.series[0].points) == POINTS and score.percent
    text = drawing("a <run> & more", [loss, score], best=8)
    root = ElementTree.fromstring(text)
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert names.count("polyline") == 3 and "a <run> & more" in root.itertext() and "kept" in root.itertext()
    numbers = [float(x) for points in re.findall('points="([^"]*)"', text) for x in re.split("[ ,]+", points.strip())]
    assert all(0 <= number <= 640 for number in numbers)


def test_a_run_without_points_is_an_empty_drawing() -> None:
    assert plots([(1.0, float("nan"))], []) == []
    ElementTree.fromstring(drawing("nothing", []))


def test_a_file_that_cannot_be_written_any_more_costs_no_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = CurveFile(tmp_path / "curves.svg")

    def full(*_: object) -> None:
        raise OutputError("cannot be written: no space left on device", path="curves.svg")

    monkeypatch.setattr("lstmcli.cli.output.curves.write_whole", full)
    for event in VALID:
        file.handle(event)
    assert capsys.readouterr().err.count("no space left on device") == 1
