"""The reference cells of ``lstmcli.cells`` in NumPy on saved weights, with all gates; for inspection, not for speed.

The equations are the ones that training and the ONNX graphs are tested against.  The part that needs no state is
computed for all steps at once, the rest step by step.

Shapes: T time steps, N rows, E inputs, H units a direction, D directions, K = D * H, C labels, P poolings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS

Floats = NDArray[np.floating[Any]]
State = tuple[Floats, ...]
"""The state of a layer, each part [N, its size]; the first is h."""
_STATES = {"h": "hidden", "c": "cell"}
"""The parts of the state that are shown, by their names in the equations."""


class Trace(NamedTuple):
    """Gates and states of one layer and direction at every step, each [T, N, H]."""

    gates: dict[str, Floats]
    """By name, in the order of the equations; empty for an RNN."""
    states: dict[str, Floats]
    """hidden and, if the cell has one of H numbers, cell."""


class NumpyTensor(np.ndarray[Any, Any]):
    """A NumPy array with the methods of ``cells/cell.py``."""

    def sigmoid(self) -> Any:
        return 0.5 * (np.tanh(0.5 * self) + 1)  # exp would overflow

    def tanh(self) -> Any:
        return np.tanh(self)

    def exp(self) -> Any:
        return np.exp(self)

    def log(self) -> Any:
        return np.log(self)

    def sqrt(self) -> Any:
        return np.sqrt(self)

    def clamp(self, least: Any) -> Any:
        return np.maximum(self, least)

    def chunk(self, n: int, axis: int) -> list[Any]:
        return np.split(self, n, axis)

    def mean(  # type: ignore[override]
        self, axis: Any = None, keepdim: bool = False, **more: Any
    ) -> Any:
        return super().mean(axis, **{"keepdims": keepdim, **more})


def numpy_tensor(values: Any) -> NumpyTensor:
    return np.asarray(values, np.float32).view(NumpyTensor)


class ReferenceStack:
    """The recurrent stack of a saved model."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[Any]],
        cell: str,
        widths: Sequence[int],
        directions: int,
        *,
        residual: bool = False,
        part: str = "stack",
    ) -> None:
        """``weights`` by name, as in ``model.safetensors``; ``part`` is the first of their names; ``widths`` and
        ``residual`` as in ``nn/stack.py``.  Raises: KeyError."""
        self._residual = residual
        self.cell, self.widths, self.directions = CELLS[cell], tuple(widths), directions
        self._weights = [
            [self._own(weights, f"{part}.layers.{layer}.{direction}.") for direction in range(directions)]
            for layer in range(len(widths))
        ]

    def _own(self, weights: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NumpyTensor]:
        names = self.cell.weights(1, 1)
        return {name: numpy_tensor(weights[prefix + name]) for name in names}

    def read(
        self, x_TNE: Floats, lengths_N: NDArray[np.int64], states: Sequence[State] | None = None
    ) -> tuple[list[list[Trace]], list[State]]:
        """The trace of every layer, bottom to top, in each direction, and the final state of forward layers.

        Values beyond a row's length are undefined.

        Args:
            states: the initial state of forward layers; zeros by default.
        """
        T, N = x_TNE.shape[:2]
        t = np.arange(T)[:, None]
        back_TN = np.where(t < lengths_N, lengths_N - 1 - t, t)
        rows = np.arange(N)
        found: list[list[Trace]] = []
        after: list[State] = []
        for layer, H in enumerate(self.widths):
            zero = tuple(np.zeros((N, size), np.float32) for size in self.cell.state_sizes(H).values())
            forward, state = self._pass(self._weights[layer][0], x_TNE, states[layer] if states else zero)
            traces = [forward]
            if self.directions == 2:
                backward, _ = self._pass(self._weights[layer][1], x_TNE[back_TN, rows], zero)
                traces.append(Trace(*({name: v[back_TN, rows] for name, v in part.items()} for part in backward)))
            found.append(traces)
            after.append(state)
            y_TNE = np.concatenate([trace.states["hidden"] for trace in traces], axis=-1)
            x_TNE = x_TNE + y_TNE if layer and self._residual else y_TNE
        return found, after

    def _pass(self, weights: dict[str, NumpyTensor], x_TNE: Floats, state: State) -> tuple[Trace, State]:
        own: State = tuple(numpy_tensor(part) for part in state)
        gates: dict[str, list[Any]] = {}
        states: dict[str, list[Any]] = {_STATES[name]: [] for name in self.cell.states if name in _STATES}
        for read in self.cell.read(numpy_tensor(x_TNE), weights):
            trace = self.cell.step(read, own, weights)
            own = trace.state
            for name, value in trace.gates.items():
                gates.setdefault(name, []).append(value)
            for name, part in zip(self.cell.states, own, strict=True):
                if name in _STATES:
                    states[_STATES[name]].append(part)
        return Trace(_stacked(gates), _stacked(states)), own


def _stacked(values: dict[str, list[Any]]) -> dict[str, Floats]:
    return {name: np.asarray(np.stack(steps)) for name, steps in values.items()}


def contributions(
    weights: Mapping[str, NDArray[Any]], poolings: Sequence[str], h_TK: Floats, directions: int
) -> Floats:
    """Contribution of each unit of a classifier's last layer to each logit of the network, [C, K].

    The logit is their sum plus ``head.bias``, because pooling and the linear head treat units separately.

    Args:
        poolings: as in ``nn/pooling.py``, in the order of the head's columns.
        h_TK: the last layer's states of a text, segments concatenated.
    """
    pooled_PK = np.stack([_pool(kind, weights, h_TK, directions) for kind in poolings])
    head_CPK = np.asarray(weights["head.weight"], np.float32).reshape(-1, *pooled_PK.shape)
    return np.asarray((head_CPK * pooled_PK).sum(axis=1))


def _pool(kind: str, weights: Mapping[str, NDArray[Any]], h_TK: Floats, directions: int) -> Floats:
    """The pooled state, [K]."""
    if kind == "max":
        return np.asarray(h_TK.max(axis=0))
    if kind == "mean":
        return np.asarray(h_TK.mean(axis=0))
    if kind == "attention":
        score_T = np.tanh(h_TK) @ np.asarray(weights["pooling.query"], np.float32)
        share_T = np.exp(score_T - score_T.max())
        return np.asarray(share_T @ h_TK / share_T.sum())
    half = h_TK.shape[1] // directions
    return np.concatenate([h_TK[-1, :half], h_TK[0, half:]])
