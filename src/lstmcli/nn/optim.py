"""An optimiser that touches only the embedding rows a batch holds, and a moving average that keeps up.

A batch uses some hundred rows of a table of tens of thousands.  A dense optimiser would read and write
the whole table four times a step; here a step costs what its rows cost.

A dense Adam goes on moving a rare row for some ten steps after its one gradient, through the first
moment.  Resting rows cannot; so there is no first moment here and the row makes its whole move at once,
which is the same sum.  (With a resting first moment rare rows learn ten times slower, and it shows.)
The average needs no approximation: a resting row's average closes in on it by a power of the decay.

Shapes: R rows of the table, U rows in the batch, E embedding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class RowAdam:
    """Adam without first moment (beta1 = 0; Kingma & Ba 2015), with decoupled weight decay, row by row.

    It also keeps the exponential moving average of the table.
    """

    _SAVED = ("table", "second", "average", "seen", "log_decay_at_update")

    def __init__(self, table_RE: Tensor, *, decay: float, beta2: float = 0.999, eps: float = 1e-8) -> None:
        self.table, self.decay, self.beta2, self.eps = table_RE, decay, beta2, eps
        self.second = torch.zeros_like(table_RE)
        self.average = table_RE.clone()
        self.seen = torch.zeros(len(table_RE), dtype=torch.bool, device=table_RE.device)
        self.log_decay_at_update = torch.zeros(len(table_RE), dtype=torch.float64, device=table_RE.device)
        """The sum of the log decays of all steps up to the one that a row's average was last brought to."""
        self.log_decay = 0.0
        self.step_count = 0

    @torch.no_grad()
    def step(self, rows_U: Tensor, gradient_UE: Tensor, rate: float, average_decay: float) -> None:
        """One update of the rows ``rows_U``, which must be distinct."""
        self.step_count += 1
        second = self.second[rows_U].mul_(self.beta2).addcmul_(gradient_UE, gradient_UE, value=1 - self.beta2)
        self.second[rows_U] = second
        old = self.table[rows_U]
        average_before = old + (self.average[rows_U] - old) * self._remaining(rows_U)  # as of the last step
        scale = (1 - self.beta2**self.step_count) ** 0.5
        new = old * (1 - rate * self.decay)
        new.addcdiv_(gradient_UE, second.sqrt_().div_(scale).add_(self.eps), value=-rate)
        self.table[rows_U] = new
        self.average[rows_U] = new + (average_before - new) * average_decay
        self.log_decay += math.log(max(average_decay, 1e-30))
        self.log_decay_at_update[rows_U] = self.log_decay
        self.seen[rows_U] = True

    def _remaining(self, rows: Tensor | slice) -> Tensor:
        """What is left of the distance between a resting row and its average: the decays since, multiplied."""
        return (self.log_decay - self.log_decay_at_update[rows]).exp().float()[:, None]

    @torch.no_grad()
    def current_average(self) -> Tensor:
        """The average of the whole table as of now: [R, E]."""
        return self.table + (self.average - self.table) * self._remaining(slice(None))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of the table and of all that the next step depends on."""
        saved = {name: getattr(self, name).cpu().numpy().copy() for name in self._SAVED}
        return saved | {"log_decay": np.array(self.log_decay), "step_count": np.array(self.step_count)}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Back to where ``arrays`` was called."""
        for name in self._SAVED:
            getattr(self, name).copy_(torch.from_numpy(arrays[name]))
        self.log_decay, self.step_count = float(arrays["log_decay"]), int(arrays["step_count"])


class Average:
    """Exponential moving average of a module's dense parameters (Polyak & Juditsky 1992, with a window)."""

    def __init__(self, parameters: list[nn.Parameter]) -> None:
        self.parameters = parameters
        self.values = [p.detach().clone() for p in parameters]

    @torch.no_grad()
    def update(self, decay: float) -> None:
        torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], 1 - decay)


@contextmanager
def swapped(parameters: list[nn.Parameter], values: list[Tensor]) -> Iterator[None]:
    """The module with other weights for a while."""
    own = [p.data for p in parameters]
    try:
        for p, value in zip(parameters, values, strict=True):
            p.data = value
        yield
    finally:
        for p, value in zip(parameters, own, strict=True):
            p.data = value


def optimizer_arrays(optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter]) -> dict[str, NDArray[Any]]:
    """Copies of what an optimiser remembers of each parameter, as ``number.name``."""
    return {
        f"{i}.{name}": value.detach().cpu().numpy().copy()
        for i, parameter in enumerate(parameters)
        for name, value in optimizer.state[parameter].items()
        if isinstance(value, Tensor)
    }


def load_optimizer(
    optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Makes an optimiser remember what another did."""
    for i, parameter in enumerate(parameters):
        head = f"{i}."
        own = {name.removeprefix(head): value for name, value in arrays.items() if name.startswith(head)}
        optimizer.state[parameter] = {
            name: torch.from_numpy(value.copy()).to(parameter.device) for name, value in own.items()
        }
