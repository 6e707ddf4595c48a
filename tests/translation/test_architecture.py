"""Cells and sizes of translators, for comparisons of architectures."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest

from lstmcli.cells import CELLS
from lstmcli.experiments.plan import candidates
from lstmcli.translation.architecture import parameters, widths, with_cell
from lstmcli.translation.config import ATTENTIONS, TranslatorConfig, TranslatorModelConfig
from lstmcli.translation.shapes import translator_shapes

CONFIG = TranslatorConfig(model=TranslatorModelConfig(hidden=16, embedding=6, layers=2))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_parameters_are_those_of_the_weights_but_for_the_vocabulary(cell: str, attention: str) -> None:
    config = replace(CONFIG, model=replace(CONFIG.model, attention=attention))
    model = replace(config.model, cell=cell, hidden=24)
    shapes = translator_shapes(model, 11)
    own = sum(prod(shape) for name, shape in shapes.items() if name not in ("embedding", "bias"))
    assert parameters(config, cell, 24, 0) == own


def test_units_are_even_and_parameters_about_equal() -> None:
    config = TranslatorConfig(model=TranslatorModelConfig(hidden=128, embedding=32))
    found = candidates(config, list(CELLS), 0, equal_parameters=True)
    assert all(each.widths[0] % 2 == 0 and abs(each.off) < 0.03 for each in found)
    assert widths(CONFIG, 7) == (8, 8) and widths(CONFIG, 1) == (2, 2)


def test_every_run_is_validated_with_the_metric_that_is_compared() -> None:
    found = with_cell(CONFIG, "gru", 9, {"seed": 3, "patience": 0})
    assert (found.model.cell, found.model.hidden, found.train.metric, found.train.seed) == ("gru", 10, "chrf", 3)
