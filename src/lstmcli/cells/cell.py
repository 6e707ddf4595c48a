"""What a recurrent cell is: named weights, a state, and the equations of one step.

Equations are written once, on anything that supports the tensor operations below: ``nn/cells.py`` runs them on
tensors, ``inspection/reference.py`` on arrays, and ``engine/scan.py`` turns the same lines into nodes of an ONNX graph.
They may use ``+ - * / @``, ``abs``, ``.T`` of a weight, ``sigmoid()``, ``tanh()``, ``exp()``, ``log()``, ``sqrt()``,
``chunk(n, -1)`` and ``mean(-1, keepdim=True)``.

Shapes: N rows, T time steps, E inputs, H units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, NamedTuple, TypeAlias

Array: TypeAlias = Any
"""A tensor, or a value of a graph in the making."""
State: TypeAlias = tuple[Array, ...]
Weights: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True)
class Weight:
    """The shape of a weight and how it begins.

    ==========  ====================================================================================
    input       a matrix; each gate's part begins by Glorot & Bengio (2010)
    recurrent   a matrix from h to h; each gate's part begins orthogonal; weight-drop acts on these
    bias        a vector; each gate's part begins as its value in ``init``
    norm        likewise, of a normalisation, whose scale must not be drawn at random
    ==========  ====================================================================================
    """

    role: Literal["input", "recurrent", "bias", "norm"]
    shape: tuple[int, ...]
    gates: int = 1
    """Parts that are stacked in a matrix, one for each gate."""
    init: tuple[float, ...] = (0.0,)


class StepTrace(NamedTuple):
    """One step, opened: every value [N, H]."""

    gates: dict[str, Array]
    state: State
    """What is carried on; the first is h, which the layer shows."""


@dataclass(frozen=True)
class Cell:
    name: str
    """As in ``--cell``."""
    title: str
    """As in a sentence."""
    states: tuple[str, ...]
    """Names of what is carried from step to step; the first is h, which the layer shows."""
    weights: Callable[[int, int], dict[str, Weight]]
    """Inputs E and units H to the weights by name, in the order in which they are drawn."""
    read: Callable[[Array, Weights], Array]
    """The part of a step that needs no state, for all steps at once: x [..., E] to what ``step`` takes."""
    step: Callable[[Array, State, Weights], StepTrace]
    """What ``read`` gave for one step, and the state, to gates and the state after."""
    int8: bool = False
    """ONNX Runtime has it in eight bits."""

    def reference(self, x: Array, state: State, weights: Weights) -> StepTrace:
        """One step from its input x [N, E] and its state, each part [N, H]."""
        return self.step(self.read(x, weights), state, weights)

    def count(self, inputs: int, hidden: int) -> int:
        """Parameters of one layer in one direction."""
        return sum(prod(weight.shape) for weight in self.weights(inputs, hidden).values())
