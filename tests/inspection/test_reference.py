"""The reference cells in numpy against torch: torch.nn's modules by hand, and our own stack for every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.inspection.reference import ReferenceStack, contributions
from lstmcli.nn.stack import Stack

T, N, E, H = 9, 3, 5, 4
LENGTHS = np.array([9, 1, 6])


def arrays(module: nn.Module) -> dict[str, Any]:
    return {f"stack.{name}": value.detach().numpy() for name, value in module.state_dict().items()}


def close(found: Any, expected: Any) -> None:
    torch.testing.assert_close(torch.as_tensor(np.asarray(found)), torch.as_tensor(expected), atol=1e-6, rtol=1e-5)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(T, N, E, generator=torch.Generator().manual_seed(1))


def test_states_and_gates_are_those_of_torch_lstm_run_by_hand(x: torch.Tensor) -> None:
    torch.manual_seed(2)
    theirs = nn.LSTM(E, H, num_layers=2)
    weights = {}
    for layer in range(2):
        for ours, name in {"w_ih": "weight_ih", "w_hh": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}.items():
            weights[f"stack.layers.{layer}.0.{ours}"] = getattr(theirs, f"{name}_l{layer}").detach().numpy()
    found, after = ReferenceStack(weights, "lstm", [H, H], 1).read(x.numpy(), np.full(N, T))
    with torch.no_grad():
        expected, (h_LNH, c_LNH) = theirs(x)
        close(found[1][0].states["hidden"], expected)
        for layer in range(2):
            close(after[layer][0], h_LNH[layer])
            close(after[layer][1], c_LNH[layer])
        h = c = torch.zeros(N, H)
        for t in range(T):  # the first layer, with the matrices of torch's own module
            a = x[t] @ theirs.weight_ih_l0.T + theirs.bias_ih_l0 + h @ theirs.weight_hh_l0.T + theirs.bias_hh_l0
            i, f, g, o = a.chunk(4, dim=1)  # the order that its documentation gives
            gates = {"input": i.sigmoid(), "forget": f.sigmoid(), "candidate": g.tanh(), "output": o.sigmoid()}
            for name, value in gates.items():
                close(found[0][0].gates[name][t], value)
            c = gates["forget"] * c + gates["input"] * gates["candidate"]
            h = gates["output"] * c.tanh()
            close(found[0][0].states["cell"][t], c)
            close(found[0][0].states["hidden"][t], h)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_every_cell_is_what_was_trained(cell: str, bidirectional: bool, x: torch.Tensor) -> None:
    torch.manual_seed(3)
    stack = Stack(cell, E, [H, H], bidirectional).eval()
    with torch.no_grad():
        expected = stack(x, torch.from_numpy(LENGTHS))
    found, _ = ReferenceStack(arrays(stack), cell, [H, H], 2 if bidirectional else 1).read(x.numpy(), LENGTHS)
    hidden = np.concatenate([trace.states["hidden"] for trace in found[-1]], axis=-1)
    for n, length in enumerate(LENGTHS):
        close(hidden[:length, n], expected[:length, n])


@pytest.mark.parametrize("cell", CELLS)
def test_a_pass_may_be_cut_anywhere(cell: str, x: torch.Tensor) -> None:
    torch.manual_seed(4)
    stack = ReferenceStack(arrays(Stack(cell, E, [H, H], False)), cell, [H, H], 1)
    whole, last = stack.read(x.numpy(), np.full(N, T))
    first, middle = stack.read(x.numpy()[:4], np.full(N, 4))
    rest, end = stack.read(x.numpy()[4:], np.full(N, T - 4), middle)
    for layer in range(2):
        for name, values in whole[layer][0].gates.items():
            close(np.concatenate([first[layer][0].gates[name], rest[layer][0].gates[name]]), values)
        for part, expected in zip(end[layer], last[layer], strict=True):
            close(part, expected)


@pytest.mark.parametrize("pooling", ["max", "mean", "last", "attention"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_what_units_add_is_the_logit_but_for_the_bias(pooling: str, bidirectional: bool) -> None:
    torch.manual_seed(5)
    config = ClassifierModelConfig(embedding=E, hidden=H, bidirectional=bidirectional, pooling=(pooling, "mean"))
    module = Classifier(config, 20, 3).eval()
    if pooling == "attention":
        nn.init.normal_(module.pooling.query)
    ids = torch.randint(2, 20, (1, 2, 6, 1))
    lengths = torch.tensor([[6, 4]])
    with torch.no_grad():
        expected = module(ids, lengths)[0] - module.head.bias
        h = module.stack(module.embed(ids), lengths.reshape(-1)).numpy()
    weights = {name: value.detach().numpy() for name, value in module.state_dict().items()}
    joined = np.concatenate([h[:6, 0], h[:4, 1]])
    added = contributions(weights, config.pools, joined, 2 if bidirectional else 1)
    assert added.shape == (3, H * (2 if bidirectional else 1))
    close(added.sum(axis=1), expected)


def test_weights_that_are_not_there_are_named() -> None:
    with pytest.raises(KeyError, match=r"stack\.layers\.0\.0\."):
        ReferenceStack({}, "lstm", [H], 1)
