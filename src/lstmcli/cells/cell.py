"""A recurrent cell: named weights, a state, and the equations of one step.

The equations are written once, for any type that supports the tensor operations below: ``nn/cells.py`` runs them on
PyTorch tensors, ``inspection/reference.py`` on NumPy arrays, and ``engine/scan.py`` records them as ONNX nodes.  They
may use ``+ - * / @``, ``abs``, ``.T`` of a weight, ``sigmoid()``, ``tanh()``, ``exp()``, ``log()``, ``sqrt()``,
``chunk(n, -1)``, ``mean(-1, keepdim=True)``, ``clamp(least)``, ``reshape(-1, …)`` and ``.shape`` of a vector of
weights.

Shapes: N rows, T time steps, E inputs, H units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, NamedTuple, TypeAlias

Array: TypeAlias = Any
"""A PyTorch tensor, a NumPy array, or a value of an ONNX graph under construction."""
State: TypeAlias = tuple[Array, ...]
Weights: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True)
class Weight:
    """The shape of a weight and how it is initialized, by its role.

    ==========  =======================================================================================
    input       a matrix; each gate's block is drawn as in Glorot & Bengio (2010)
    recurrent   a matrix from h to h; each gate's block is orthogonal; weight-drop applies to these
    bias        a vector; each gate's block is filled with its value in ``init``
    norm        as bias, for the scale or shift of a normalisation and for others never initialized randomly
    ==========  =======================================================================================
    """

    role: Literal["input", "recurrent", "bias", "norm"]
    shape: tuple[int, ...]
    gates: int = 1
    """Number of gate blocks stacked along the first axis."""
    init: tuple[float, ...] = (0.0,)


class StepTrace(NamedTuple):
    """The intermediate values of one step."""

    gates: dict[str, Array]
    """Each [N, H]."""
    state: State
    """The new state; the first part is h, the layer's output."""


@dataclass(frozen=True)
class Cell:
    name: str
    """The value of ``--cell``."""
    title: str
    """The name in running text."""
    states: tuple[str, ...]
    """Names of the parts of the state; the first is h, the layer's output."""
    weights: Callable[[int, int], dict[str, Weight]]
    """From E inputs and H units to the weights by name, in the order in which they are initialized."""
    read: Callable[[Array, Weights], Array]
    """The part of a step that needs no state, for all steps at once: x [..., E] to the input of ``step``."""
    step: Callable[[Array, State, Weights], StepTrace]
    """From the output of ``read`` at one step and the state to the gates and the new state."""
    int8: bool = False
    """ONNX Runtime has an int8 kernel for it."""
    bf16: bool = False
    """PyTorch has a bf16 kernel for it on CPUs; layers of other cells are computed in fp32 there."""
    sizes: Callable[[int], tuple[int, ...]] | None = None
    """From H units to the size of each part of the state; None if each has H."""

    def state_sizes(self, hidden: int) -> dict[str, int]:
        """The size of each part of the state of a layer in one direction, by name."""
        sizes = self.sizes(hidden) if self.sizes else (hidden,) * len(self.states)
        return dict(zip(self.states, sizes, strict=True))

    def is_lowered(self, device: str) -> bool:
        """Whether bf16 applies to its layers on cpu or cuda."""
        return self.bf16 or device != "cpu"

    def vectors(self, hidden: int) -> int:
        """Number of the parts of the state that have a number for each unit."""
        return sum(size == hidden for size in self.state_sizes(hidden).values())

    def reference(self, x: Array, state: State, weights: Weights) -> StepTrace:
        """One step from the input x [N, E] and the state, each part [N, its size]."""
        return self.step(self.read(x, weights), state, weights)

    def count(self, inputs: int, hidden: int) -> int:
        """Number of parameters of one layer in one direction."""
        return sum(prod(weight.shape) for weight in self.weights(inputs, hidden).values())
