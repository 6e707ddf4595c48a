"""A sparse optimiser for embedding tables, with an exact moving average.

A batch uses a few hundred rows of a table of tens of thousands.  A dense optimiser would read and write the whole table
four times per step; the cost of a step here is proportional to the rows of the batch.

Dense Adam keeps moving a row for about ten steps after its last gradient, through the first moment.  A sparse update
cannot, so there is no first moment: the row makes the whole move at once, with the same sum.  (A first moment that is
updated only with the row makes rare rows learn ten times slower and costs accuracy.)  The average is exact: between
updates the distance of a row's average to the row shrinks by the product of the decays.

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
    """Adam without a first moment (beta1 = 0; Kingma & Ba 2015), with decoupled weight decay, by rows.

    It also keeps an exponential moving average of the table.
    """

    _SAVED = ("table", "second", "average", "seen", "log_decay_at_update")

    def __init__(self, table_RE: Tensor, *, decay: float, beta2: float = 0.999, eps: float = 1e-8) -> None:
        self.table, self.decay, self.beta2, self.eps = table_RE, decay, beta2, eps
        self.second = torch.zeros_like(table_RE)
        self.average = table_RE.clone()
        self.seen = torch.zeros(len(table_RE), dtype=torch.bool, device=table_RE.device)
        self.log_decay_at_update = torch.zeros(len(table_RE), dtype=torch.float64, device=table_RE.device)
        """Value of ``log_decay`` when a row was last updated."""
        self.log_decay = 0.0
        self.step_count = 0

    @torch.no_grad()
    def step(self, rows_U: Tensor, gradient_UE: Tensor, rate: float, average_decay: float) -> None:
        """Update the rows ``rows_U``, which must be distinct."""
        self.step_count += 1
        second = self.second.index_select(0, rows_U)
        second.mul_(self.beta2).addcmul_(gradient_UE, gradient_UE, value=1 - self.beta2)
        self.second.index_copy_(0, rows_U, second)
        old = self.table.index_select(0, rows_U)
        average_before = self.average.index_select(0, rows_U)
        average_before.sub_(old).mul_(self._remaining(rows_U)).add_(old)  # after the previous step
        scale = (1 - self.beta2**self.step_count) ** 0.5
        new = old * (1 - rate * self.decay)
        new.addcdiv_(gradient_UE, second.sqrt_().div_(scale).add_(self.eps), value=-rate)
        self.table.index_copy_(0, rows_U, new)
        self.average.index_copy_(0, rows_U, average_before.sub_(new).mul_(average_decay).add_(new))
        self.log_decay += math.log(max(average_decay, 1e-30))
        self.log_decay_at_update[rows_U] = self.log_decay
        self.seen[rows_U] = True

    def _remaining(self, rows: Tensor | slice) -> Tensor:
        """Product of the decays since the rows were last updated, [U, 1]."""
        return (self.log_decay - self.log_decay_at_update[rows]).exp().float()[:, None]

    @torch.no_grad()
    def current_average(self) -> Tensor:
        """The moving average of the whole table after the last step, [R, E]."""
        return self.table + (self.average - self.table) * self._remaining(slice(None))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of the table and the optimiser's state."""
        saved = {name: getattr(self, name).cpu().numpy().copy() for name in self._SAVED}
        return saved | {"log_decay": np.array(self.log_decay), "step_count": np.array(self.step_count)}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore what ``arrays`` returned."""
        for name in self._SAVED:
            getattr(self, name).copy_(torch.from_numpy(arrays[name]))
        self.log_decay, self.step_count = float(arrays["log_decay"]), int(arrays["step_count"])


class Average:
    """Exponential moving average of a module's dense parameters (after Polyak & Juditsky 1992)."""

    def __init__(self, parameters: list[nn.Parameter]) -> None:
        self.parameters = parameters
        self.values = [p.detach().clone() for p in parameters]

    @torch.no_grad()
    def update(self, decay: float) -> None:
        torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], 1 - decay)


@contextmanager
def swapped(parameters: list[nn.Parameter], values: list[Tensor]) -> Iterator[None]:
    """Use other weights in the module inside the block."""
    own = [p.data for p in parameters]
    try:
        for p, value in zip(parameters, values, strict=True):
            p.data = value
        yield
    finally:
        for p, value in zip(parameters, own, strict=True):
            p.data = value


def optimizer_arrays(optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter]) -> dict[str, NDArray[Any]]:
    """Copies of an optimiser's state of each parameter, named ``number.name``."""
    return {
        f"{i}.{name}": value.detach().cpu().numpy().copy()
        for i, parameter in enumerate(parameters)
        for name, value in optimizer.state[parameter].items()
        if isinstance(value, Tensor)
    }


def load_optimizer(
    optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Restore the state that ``optimizer_arrays`` returned.  Raises ValueError for arrays of another shape."""
    for i, parameter in enumerate(parameters):
        head = f"{i}."
        own = {name.removeprefix(head): value for name, value in arrays.items() if name.startswith(head)}
        if any(value.dtype.kind != "f" or value.shape not in ((), parameter.shape) for value in own.values()):
            raise ValueError("the shapes of its optimizer's state")
        optimizer.state[parameter] = {
            name: torch.from_numpy(value.copy()).to(parameter.device) for name, value in own.items()
        }
