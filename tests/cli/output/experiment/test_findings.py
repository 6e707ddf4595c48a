"""What a comparison says of its figures: it follows from them, whichever way they fall."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.events import CharactersFitted, Evaluated, NgramsFitted
from lstmcli.cli.output.experiment.findings import gradient_words, most_left, recall_words, who_remembers
from lstmcli.cli.output.experiment.page import page
from lstmcli.cli.output.experiment.tables import sentences
from lstmcli.cli.output.training_log import TrainingLog
from lstmcli.evaluation.results import Spread
from lstmcli.experiments.differences import differences
from lstmcli.experiments.results import ArchitectureComparison, GradientByLag, Recall
from lstmcli.training import events
from support import fakes
from support.raced import raced

CELLS = ("lstm", "gru", "rnn")


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.5, 0.01, 0.1), "lstm keeps most, gru least, 50 times less"),
        ((0.01, 0.5, 0.1), "gru keeps most, lstm least, 50 times less"),
        ((0.1, 0.1, 0.5), "rnn keeps most, lstm and gru least, 5.0 times less"),
        ((0.5, 0.45, 0.1), "lstm and gru keep most, rnn least, 5.0 times less"),
        ((0.1, 0.11, 0.12), "all cells keep about as much"),
        ((0.1, 0.1, 0.1), "all cells keep about as much"),
        ((0.1, 0.0, 0.0), "lstm keeps most, gru and rnn least"),
        ((0.0, 1e-12, 0.0), "no cell has any left"),
        ((3.0, 1.0, 1.0), "lstm keeps most, gru and rnn least, 3.0 times less"),
        ((float("nan"), 1.0, 1.0), "the gradients are not all finite, so they cannot be compared"),
    ],
)
def test_who_keeps_the_gradient(shares: tuple[float, ...], said: str) -> None:
    assert most_left(dict(zip(CELLS, shares, strict=True))) == said


@given(st.lists(st.floats(0, 10), min_size=2, max_size=3))
def test_who_has_most_never_has_least(shares: list[float]) -> None:
    by_cell = dict(zip(CELLS, shares, strict=False))
    found = re.fullmatch(r"(.*) keeps? most, (.*) least.*", most_left(by_cell))
    if found:
        most, least = (re.split(", | and ", group) for group in found.groups())
        assert min(by_cell[cell] for cell in most) > max(by_cell[cell] for cell in least)
        assert max(by_cell, key=by_cell.__getitem__) in most and min(by_cell, key=by_cell.__getitem__) in least


def with_gradients(result: ArchitectureComparison, *rates: float) -> ArchitectureComparison:
    found = (
        GradientByLag(cell, tuple(rate**lag for lag in range(65))) for cell, rate in zip(CELLS, rates, strict=True)
    )
    return replace(result, gradients=tuple(found))


def test_the_page_does_not_praise_a_cell_against_its_figures() -> None:
    for rates, best, worst in (((0.99, 0.9, 0.5), "lstm", "rnn"), ((0.5, 0.9, 0.99), "rnn", "lstm")):
        result = with_gradients(raced(), *rates)
        assert re.search(f"{best} keeps most, .*{worst} least", gradient_words(result))
        text = "".join(page(result))
        assert f"{best} keeps most" in text and f"{worst} keeps most" not in text
        assert "LSTM does" not in text and "can keep it" not in text


def remembers(*means: float) -> list[Recall]:
    last = (Spread(mean, 0.01, mean, mean, 3) for mean in means)
    return [Recall(cell, 8, 99, (spread,)) for cell, spread in zip(CELLS, last, strict=False)]


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ((1.0, 0.96, 0.13), "lstm and gru remember, rnn does not remember"),
        ((0.12, 0.1, 1.0), "rnn remembers, lstm and gru do not remember"),
        ((0.6, 0.5, 0.4), "lstm, gru and rnn remember in part"),
        ((0.6, 1.0, 0.0), "gru remembers, lstm remembers in part, rnn does not remember"),
        ((0.1, 0.1, 0.1), "lstm, gru and rnn do not remember"),
        ((1.0, 1.0, 1.0), "lstm, gru and rnn remember"),
    ],
)
def test_who_remembers(means: tuple[float, ...], said: str) -> None:
    assert who_remembers(remembers(*means), 0.125) == said
    result = replace(raced(), recalls=tuple(remembers(*means)), distances=(9,))
    assert recall_words(result).endswith(said)


@pytest.mark.parametrize("task", ["classify", "lm"])
def test_the_verdict_turns_round_with_the_scores(task: str) -> None:
    result = raced(task, cells=("lstm", "rnn"))
    measure = result.measure
    verdicts = {}
    for name, (one, other) in {"as is": (0, 1), "turned": (1, 0), "tied": (0, 0)}.items():
        own = {run.seed: run.scores for run in result.runs if run.cell == ("lstm", "rnn")[one]}
        theirs = {run.seed: run.scores for run in result.runs if run.cell == ("lstm", "rnn")[other]}
        runs = [replace(run, scores=(own if run.cell == "lstm" else theirs)[run.seed]) for run in result.runs]
        turned = replace(result, runs=tuple(runs), gaps=tuple(differences(("lstm", "rnn"), "lstm", runs)))
        (verdicts[name],) = sentences(turned)
        assert measure in ("accuracy", "perplexity")
    assert "lstm is" in verdicts["as is"] and "rnn is" in verdicts["turned"] and "no difference" in verdicts["tied"]


def test_what_cannot_be_compared_is_no_victory() -> None:
    result = raced("lm", cells=("lstm", "rnn"), seeds=1)
    runs = [replace(run, scores={**run.scores, "perplexity": float("inf")}) for run in result.runs]
    (said,) = sentences(replace(result, runs=tuple(runs), gaps=tuple(differences(("lstm", "rnn"), "lstm", runs))))
    assert "no comparison" in said and "ahead" not in said
    rounding = [
        replace(run, scores={**run.scores, "perplexity": 80 + 1e-14 * (run.cell == "rnn")}) for run in result.runs
    ]
    (said,) = sentences(
        replace(result, runs=tuple(rounding), gaps=tuple(differences(("lstm", "rnn"), "lstm", rounding)))
    )
    assert said.endswith("no difference")


def test_bands_are_explained_where_there_are_any() -> None:
    assert "The band is" in "".join(page(raced()))
    assert "The band" not in "".join(page(raced(seeds=1, recalls=(), distances=())))
    assert "one of 8 cues;" in "".join(page(raced()))


@pytest.mark.parametrize(("alone", "said"), [(0.99, True), (0.2, False), (fakes.REPORT.accuracy, False)])
def test_an_ngram_model_that_does_better_alone_is_said(
    alone: float, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    log = TrainingLog(default_place=True, quiet=False, splits=fakes.SPLITS)
    log.handle(NgramsFitted(2, 100, 1.0, 0.1, alone))
    log.handle(events.Stopped("finished", 3.0, 3, 12.0, "59 validation texts cannot tell"))
    log.handle(Evaluated("valid", fakes.REPORT))
    shown = " ".join(capsys.readouterr().err.split())
    assert "epoch 3 are kept: 59 validation texts cannot tell" in shown
    assert "network and 2-gram model combined" in shown
    assert ("the 2-gram model by itself is right on" in shown) == said


def test_every_model_of_the_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    log = TrainingLog(default_place=True, quiet=False, splits=fakes.SPLITS)
    log.handle(NgramsFitted(2, 100, 1.0, 0.1, 0.5))
    log.handle(CharactersFitted(5, 100, 0.1, 0.5))
    log.handle(Evaluated("valid", fakes.REPORT))
    assert "network, 2-gram model and character model combined" in " ".join(capsys.readouterr().err.split())
