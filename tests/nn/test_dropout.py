"""What each dropout drops, keeps, and leaves equal in expectation."""

from __future__ import annotations

import torch

from lstmcli.nn.cells import CELLS, initialize, sequence
from lstmcli.nn.dropout import locked_dropout, weight_drop, word_dropout


def test_a_locked_mask_is_the_same_at_every_step_and_other_for_every_text() -> None:
    torch.manual_seed(0)
    y = locked_dropout(torch.ones(6, 40, 50), 0.3, training=True)
    assert torch.equal(y, y[:1].expand_as(y))
    assert len({tuple(row.tolist()) for row in y[0]}) == 40


def test_locked_dropout_keeps_the_expectation() -> None:
    torch.manual_seed(0)
    y = locked_dropout(torch.ones(1, 400, 400), 0.3, training=True)
    assert set(y.unique().tolist()) == {0.0, float(torch.tensor(1 / 0.7))}
    assert abs(float(y.mean()) - 1) < 0.01


def test_weight_drop_keeps_the_expectation() -> None:
    torch.manual_seed(0)
    dropped = weight_drop(torch.ones(400, 400), 0.5, training=True)
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert abs(float(dropped.mean()) - 1) < 0.02


def test_word_dropout_leaves_padding_and_the_rest_of_the_words() -> None:
    torch.manual_seed(0)
    ids = torch.randint(0, 50, (100, 200))
    dropped = word_dropout(ids, 0.25, 1, training=True)
    changed = dropped != ids
    assert torch.all(dropped[ids == 0] == 0)
    assert torch.all(dropped[changed] == 1)
    share = float(changed.sum() / (ids > 1).sum())
    assert abs(share - 0.25) < 0.02


def test_nothing_is_dropped_outside_training_or_at_rate_zero() -> None:
    x, ids = torch.randn(3, 4, 5), torch.arange(12).view(3, 4)
    for rate, training in ((0.5, False), (0.0, True)):
        assert locked_dropout(x, rate, training) is x
        assert torch.equal(weight_drop(x, rate, training), x)
        assert word_dropout(ids, rate, 1, training) is ids


def test_some_unit_of_every_row_is_kept_so_that_layer_norm_has_gradients() -> None:
    torch.manual_seed(1)
    x_TNE = torch.ones(30, 400, 4, requires_grad=True)
    dropped = locked_dropout(x_TNE, 0.7, training=True)
    assert (dropped != 0).any(-1).all() and (dropped == 0).all(-1).sum() == 0
    cell = CELLS["layernorm"]
    weights = {name: initialize(weight) for name, weight in cell.weights(4, 4).items()}
    start = tuple(torch.zeros(1, 400, 4) for _ in cell.states)
    sequence(cell, dropped, start, weights, True)[0].sum().backward()
    assert x_TNE.grad is not None and x_TNE.grad.isfinite().all()
