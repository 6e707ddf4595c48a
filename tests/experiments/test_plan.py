"""Sizes: as many parameters as whole units allow, held against the modules themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.errors import UsageError
from lstmcli.experiments.plan import SIZE_TOLERANCE, candidates, nearest, reference
from lstmcli.language_modeling.config import LmConfig, LmModelConfig
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.nn.stack import count_parameters


@given(st.integers(1, 5), st.integers(0, 50), st.integers(0, 20_000))
def test_the_nearest_count_is_found(square: int, linear: int, target: int) -> None:
    def count(units: int) -> int:
        return square * units * units + linear * units

    found = nearest(count, target)
    assert found >= 1
    assert all(abs(count(found) - target) <= abs(count(other) - target) for other in (max(1, found - 1), found + 1))


def test_the_reference_is_the_lstm_or_the_first() -> None:
    assert (reference(["rnn", "lstm"]), reference(["rnn", "gru"])) == ("lstm", "rnn")


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_classifiers_of_all_cells_have_as_many_parameters(bidirectional: bool, layers: int) -> None:
    model = ClassifierModelConfig(
        embedding=64, hidden=64, layers=layers, bidirectional=bidirectional, pooling=("max", "attention")
    )
    found = candidates(ClassifierConfig(model=model), tuple(CELLS), 5, equal_parameters=True)
    assert found[0].cell == "lstm" and found[0].widths == (64,) * layers and found[0].off == 0
    for entrant in found:
        module = Classifier(replace(model, cell=entrant.cell, hidden=entrant.widths[0]), 10, 5)
        assert count_parameters(module) - module.embedding.numel() == entrant.parameters
        assert abs(entrant.off) < SIZE_TOLERANCE


@settings(max_examples=20)
@given(st.sampled_from(sorted(CELLS)), st.integers(60, 110), st.integers(2, 3))  # below, one unit is too much
def test_language_models_too(cell: str, width: int, layers: int) -> None:
    model = LmModelConfig(embedding=width, hidden=width, layers=layers)
    lstm, other = candidates(LmConfig(model=model), ("lstm", cell), 0, equal_parameters=True)
    module = LanguageModel(replace(model, cell=cell, hidden=other.widths[0]), 30)
    assert count_parameters(module.stack) == other.parameters
    assert other.widths[-1] == width and abs(other.off) < SIZE_TOLERANCE
    assert other.parameters / lstm.parameters - 1 == other.off


def test_equal_units_are_left_as_they_are() -> None:
    found = candidates(ClassifierConfig(), ("rnn", "gru"), 2, equal_parameters=False)
    assert {entrant.widths for entrant in found} == {(96,)}
    assert found[0].off == 0 and found[1].off == pytest.approx(2, abs=0.1)


def test_one_layer_that_is_as_wide_as_its_embedding_cannot_be_matched() -> None:
    config = LmConfig(model=LmModelConfig(layers=1))
    with pytest.raises(UsageError) as caught:
        candidates(config, ("lstm", "rnn"), 0, equal_parameters=True)
    assert "--layers 2" in str(caught.value.hint)
    assert candidates(config, ("lstm", "rnn"), 0, equal_parameters=False)[1].widths == (256,)
