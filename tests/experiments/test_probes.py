"""What the probes read: windows of the user's own text, through the tokenizer of a saved model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.records import Record
from lstmcli.experiments.probes import (
    MAX_LAG,
    average_curve,
    distances_up_to,
    gradients,
    recall,
    stream_windows,
    tokens,
    windows,
)
from lstmcli.model_dir.directory import read_model
from support.lm_models import LINES, untrained_lm
from support.models import TEXTS, untrained_model


@given(st.lists(st.integers(1, 90), min_size=1, max_size=40), st.integers(1, 100))
def test_windows_are_beginnings_of_texts_that_are_long_enough(lengths: list[int], longest: int) -> None:
    texts = [np.full((length, 2), n, np.int32) for n, length in enumerate(lengths)]
    found = windows(texts, longest)
    N, T, F = found.shape
    assert 1 <= T <= min(longest, MAX_LAG + 1, max(lengths)) and F == 2
    assert min(16, len(lengths) // 2) <= N
    assert all(lengths[row[0, 0]] >= T and (row == row[0, 0]).all() for row in found)


@given(st.integers(1, 300))
def test_windows_of_a_stream_lie_in_it(tokens: int) -> None:
    found = stream_windows(np.arange(tokens))
    assert found.shape[1] == min(tokens, MAX_LAG + 1) and 1 <= len(found) <= 32
    assert (np.diff(found, axis=1) == 1).all() and found.min() == 0 and found.max() == tokens - 1


@given(st.integers(1, 5000))
def test_distances_rise_to_the_longest(longest: int) -> None:
    found = distances_up_to(longest)
    assert found[0] == 1 and found[-1] == longest and list(found) == sorted(set(found))


def test_classifiers_and_language_models_are_measured(tmp_path: Path) -> None:
    model = read_model(untrained_model(tmp_path / "c"))
    records = [Record(text, ("good",)) for text in TEXTS]
    found = gradients(model, records)
    assert 2 <= len(found) <= 5 and (found > 0).all()  # a segment is 5 tokens
    assert len(tokens(model, records)) > 40
    untrained_lm(tmp_path / "l")
    model = read_model(tmp_path / "l")
    assert (gradients(model, [Record(line) for line in LINES * 9]) > 0).all()
    assert len(gradients(model, [Record("the cat")])) == 3  # with the line's end


def test_curves_of_seeds_are_joined_by_factors() -> None:
    assert average_curve("rnn", [np.array([1.0, 0.1]), np.array([4.0, 0.001])]).norms == pytest.approx((2, 0.01))
    assert average_curve("rnn", [np.array([1.0, 0.0])]).norms == (1.0, 0.0)


def test_recall_gives_every_cell_as_many_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.experiments import recall as task

    monkeypatch.setattr(task, "STEPS", 1)
    found = recall("rnn", "lstm", np.arange(50), 4, [1, 2], stop=lambda: True)
    assert abs(found.parameters / 8448 - 1) < 0.02 and found.units > 60
    assert [accuracy.n for accuracy in found.accuracies] == [2, 2, 2]
