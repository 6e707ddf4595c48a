"""The presets train as a plain implementation of their papers does: the first 500 losses, without dropout."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import PRESETS, LmModelConfig
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.presets import RECIPES, preset
from lstmcli.language_modeling.trainer import LmTrainer

STEPS, B, V = 500, 4, 30


def without_dropout(model: LmModelConfig) -> LmModelConfig:
    rates = {field.name: 0.0 for field in fields(model) if "drop" in field.name}
    return replace(model, **rates, embedding=12, hidden=16)


def windows() -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """A text with a pattern, in windows of different length."""
    random = np.random.default_rng(1)
    lengths = random.integers(3, 7, STEPS)
    steps = random.integers(1, 4, (B, lengths.sum() + 1))
    text = (steps.cumsum(1) * (1 + steps % 2)) % V
    ends = lengths.cumsum()
    return [(text[:, end - n : end], text[:, end - n + 1 : end + 1]) for n, end in zip(lengths, ends, strict=True)]


class Plain(nn.Module):
    """A tied language model of plain LSTMs, or of mogrified ones, with weights of ours."""

    def __init__(self, ours: LanguageModel, mogrified: bool) -> None:
        super().__init__()
        self.mogrified = mogrified
        weights = {name: nn.Parameter(value.clone()) for name, value in ours.state_dict().items()}
        self.weights = nn.ParameterDict({name.replace(".", "_"): value for name, value in weights.items()})
        self.layers = ours.config.layers

    def weight(self, layer: int, name: str) -> Tensor:
        return self.weights[f"stack_layers_{layer}_0_{name}"]

    def cell(self, layer: int, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        if self.mogrified:
            for n in range(1, 6):
                gate = self.weight(layer, f"left{n}") @ self.weight(layer, f"right{n}")
                if n % 2:
                    x = 2 * torch.sigmoid(functional.linear(h, gate)) * x
                else:
                    h = 2 * torch.sigmoid(functional.linear(x, gate)) * h
            bias = self.weight(layer, "b")
        else:
            bias = self.weight(layer, "b_ih") + self.weight(layer, "b_hh")
        a = functional.linear(x, self.weight(layer, "w_ih")) + functional.linear(h, self.weight(layer, "w_hh")) + bias
        i, f, g, o = a.split(a.shape[-1] // 4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, x: Tensor, states: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, list[Any]]:
        outputs = []
        for step in self.weights["embedding"][x]:
            after = []
            for layer in range(self.layers):
                step, c = self.cell(layer, step, *states[layer])
                after.append((step, c))
            states = after
            outputs.append(step)
        hidden = torch.stack(outputs)
        return hidden @ self.weights["embedding"].T + self.weights["decoder_bias"], hidden, states


def plain_losses(ours: LanguageModel, name: str) -> list[float]:
    """The recipe of the paper, written down once more."""
    own = Plain(ours, mogrified=name == "mogrifier")
    if name == "awd":
        optimizer: torch.optim.Optimizer = torch.optim.SGD(own.parameters(), lr=30.0, weight_decay=1.2e-6)
        clip, bptt, alpha, beta = 0.25, 70, 2.0, 1.0
    else:
        optimizer = torch.optim.AdamW(own.parameters(), lr=2.3e-3, weight_decay=0.01)
        clip, bptt, alpha, beta = 10.0, 70, 0.0, 0.0
    base, losses = optimizer.param_groups[0]["lr"], []
    states = [(torch.zeros(B, width), torch.zeros(B, width)) for width in ours.config.widths]
    for inputs, targets in windows():
        logits, hidden, states = own(torch.from_numpy(inputs.T.copy()), states)
        states = [(h.detach(), c.detach()) for h, c in states]
        loss = functional.cross_entropy(logits.reshape(-1, V), torch.from_numpy(targets.T.copy()).reshape(-1))
        losses.append(loss.item())
        if alpha:
            loss = loss + alpha * hidden.pow(2).mean() + beta * (hidden[1:] - hidden[:-1]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(own.parameters(), clip)
        optimizer.param_groups[0]["lr"] = base * inputs.shape[1] / bptt
        optimizer.step()
    return losses


@pytest.mark.slow
@pytest.mark.parametrize("name", ["awd", "mogrifier"])
def test_the_loss_curve_is_that_of_a_plain_implementation(name: str) -> None:
    torch.manual_seed(1)
    model, train = preset(name)
    module = LanguageModel(without_dropout(model), V)
    expected = plain_losses(module, name)
    trainer, states, found = LmTrainer(module.train(), train, device="cpu", bf16=False), None, []
    for inputs, targets in windows():
        rate = trainer.learning_rate * inputs.shape[1] / train.bptt
        loss, _, states = trainer.step(inputs, targets, states, rate)
        found.append(loss)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.mean(found[-50:]) < np.mean(found[:50])


def test_presets_are_listed_with_source_and_figure() -> None:
    assert tuple(RECIPES) == PRESETS
    done = CliRunner().invoke(app, ["train", "--list-presets"])
    assert done.exit_code == 0
    for name in PRESETS:
        assert f"{name}: " in done.stdout and preset(name)
    assert "Merity et al. 2018" in done.stdout and "57.3" in done.stdout and "51.0" in done.stdout


def test_there_is_no_other_preset() -> None:
    with pytest.raises(UsageError, match="tiny, small"):
        preset("huge")
