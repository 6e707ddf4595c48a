"""The gradient by lag: autograd by hand on a small model, the closed form of a linear case, and what vanishes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.experiments.gradients import classifier_gradients, gradient_by_lag, language_model_gradients
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.nn.stack import Direction, Stack

T, N, E, H = 7, 3, 4, 5


@pytest.mark.parametrize("cell", CELLS)
def test_it_equals_autograd_through_the_reference_step(cell: str) -> None:
    torch.manual_seed(1)
    stack = Stack(cell, E, [H], bidirectional=False)
    x_TNE = torch.randn(T, N, E)
    (direction,) = stack.layers[0]  # type: ignore[misc]
    weights = dict(direction.named_parameters())
    expected = np.zeros((T, N))
    for n in range(N):
        for lag in range(T):
            steps = [x_TNE[t, n][None].clone() for t in range(T)]
            changed = steps[T - 1 - lag].requires_grad_()

            def last(x: torch.Tensor, t: int = T - 1 - lag, steps: list[torch.Tensor] = steps) -> torch.Tensor:
                state = tuple(torch.zeros(1, size) for size in CELLS[cell].state_sizes(H).values())
                for now, step in enumerate(steps):
                    state = CELLS[cell].reference(x if now == t else step, state, weights).state
                return state[0][0]

            jacobian_HE = torch.autograd.functional.jacobian(last, changed).reshape(H, E)  # type: ignore[no-untyped-call]
            expected[lag, n] = np.sqrt((jacobian_HE.norm(dim=1) ** 2).mean().item())
    assert gradient_by_lag(stack, x_TNE) == pytest.approx(expected.mean(1), rel=1e-4)


def test_a_plain_network_that_halves_its_state_halves_the_gradient() -> None:
    stack = Stack("rnn", 1, [1], bidirectional=False)
    (direction,) = stack.layers[0]  # type: ignore[misc]
    assert isinstance(direction, Direction)
    with torch.no_grad():
        direction.w_ih.fill_(1.0), direction.w_hh.fill_(0.5)  # type: ignore[operator]
    found = gradient_by_lag(stack, torch.zeros(6, 2, 1))
    assert found == pytest.approx([0.5**lag for lag in range(6)])


def test_of_both_directions_the_forward_one_is_measured_and_wide_layers_are_sampled() -> None:
    torch.manual_seed(0)
    both = Stack("gru", E, [H], bidirectional=True)
    one = Stack("gru", E, [H], bidirectional=False)
    one.layers[0][0].load_state_dict(both.layers[0][0].state_dict())  # type: ignore[index]
    x_TNE = torch.randn(T, N, E)
    assert gradient_by_lag(both, x_TNE) == pytest.approx(gradient_by_lag(one, x_TNE), rel=1e-5)
    wide = gradient_by_lag(Stack("lstm", E, [150], bidirectional=False), x_TNE)
    assert wide.shape == (T,) and (wide > 0).all()


def test_saved_models_are_measured_without_their_dropout() -> None:
    torch.manual_seed(0)
    config = ClassifierModelConfig(embedding=E, hidden=H)  # with the usual dropouts
    weights = Classifier(config, 30, 2).tensors()
    ids = np.random.default_rng(0).integers(2, 30, (N, T, 3))
    assert (
        classifier_gradients(weights, config, 2, ids).tolist() == classifier_gradients(weights, config, 2, ids).tolist()
    )
    lm = replace(LmModelConfig(), embedding=E, hidden=H, layers=2)
    weights = LanguageModel(lm, 30).tensors()
    first, second = (language_model_gradients(weights, lm, 30, ids[..., 0]) for _ in range(2))
    assert first.tolist() == second.tolist() and len(first) == T
