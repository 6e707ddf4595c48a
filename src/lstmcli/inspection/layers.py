"""Statistics of the gates and states of a layer.

Shapes: T tokens, H units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.results import (
    DEAD,
    ENOUGH_TOKENS,
    MAX_VALUES,
    SATURATED,
    Finding,
    Gate,
    Layer,
    Tie,
    Trail,
    Unit,
)
from lstmcli.inspection.telling import correlations, largest_change, telling_order

Floats = NDArray[np.floating[Any]]
MAX_TRAILS = 300_000
"""Values of the hidden state, tokens times units, up to which every unit's is kept."""


class LayerStatistics:
    """Accumulates statistics of one layer and direction over pieces of a text.

    Memory for a long text is proportional to the tokens, not to tokens times units, unless ``top_units`` is requested.
    """

    def __init__(self, config: InspectConfig, layer: int, layers: int, direction: str, units: int) -> None:
        self._config, self._about, self._units = config, (layer, layers, direction), units
        self._gates: dict[str, _GateSummary] = {}
        self._norms: dict[str, list[Floats]] = {}
        self._chosen: dict[str, list[Floats]] = {}
        self._all: dict[str, list[Floats]] = {}
        self._trails: list[Floats] | None = None if config.units else []

    def add(self, gates: dict[str, Floats], states: dict[str, Floats]) -> None:
        """Add the next tokens: gates and states by name, each [T, H]."""
        for name, values_TH in gates.items():
            self._gates.setdefault(name, _GateSummary(candidate=name == "candidate")).add(values_TH)
        for name, values_TH in reversed(states.items()):
            self._norms.setdefault(name, []).append(np.linalg.norm(values_TH, axis=1))
            if self._config.top_units:
                self._all.setdefault(name, []).append(values_TH)
        if self._trails is not None:
            self._trails.append(states["hidden"])
            if sum(part.size for part in self._trails) > MAX_TRAILS:
                self._trails = None
        columns = [unit - 1 for unit in self._config.units]
        for name, values_TH in (*gates.items(), *reversed(states.items())):
            self._chosen.setdefault(name, []).append(values_TH[:, columns])

    def layer(self, place_T: NDArray[np.int64], contributions_H: Floats | None = None) -> Layer:
        """The statistics.

        Args:
            place_T: position of each token in its segment.
            contributions_H: contribution of each unit to the score of the label; only for a classifier's last layer.
        """
        layer, layers, direction = self._about
        chosen = {name: np.concatenate(values) for name, values in self._chosen.items()}
        return Layer(
            layer,
            layers,
            direction,
            self._units,
            gates=tuple(gate.result(name) for name, gate in self._gates.items()),
            norms={name: _numbers(np.concatenate(values)) for name, values in self._norms.items()},
            chosen=tuple(
                Unit(unit, {name: _numbers(values[:, i]) for name, values in chosen.items()})
                for i, unit in enumerate(self._config.units)
            ),
            trails=tuple(self._trails_of(contributions_H)),
            ties=tuple(self._ties(place_T, contributions_H)) if self._config.top_units else (),
            findings=tuple(found for name, gate in self._gates.items() for found in gate.findings(name, len(place_T))),
        )

    def _trails_of(self, weight_H: Floats | None) -> list[Trail]:
        if not self._trails:
            return []
        hidden_TH = np.concatenate(self._trails)
        at_H = largest_change(hidden_TH)
        order = telling_order(hidden_TH, weight_H).tolist()
        return [Trail(u + 1, int(at_H[u]), _numbers(hidden_TH[:, u])) for u in order]

    def _ties(self, place_T: NDArray[np.int64], contributions_H: Floats | None) -> list[Tie]:
        states = {name: np.concatenate(values) for name, values in self._all.items()}
        hidden_TH = states["hidden"]
        result = []
        enough = len(place_T) >= ENOUGH_TOKENS
        position_H = correlations(states.get("cell", hidden_TH), place_T) if enough else None
        strengths = {"label": contributions_H, "position": position_H}
        for to, strength_H in strengths.items():
            if strength_H is not None:
                order = np.argsort(-abs(strength_H), kind="stable")[: self._config.top_units]
                result += [Tie(int(u) + 1, to, float(strength_H[u]), _numbers(hidden_TH[:, u])) for u in order]
        return result


class _GateSummary:
    """Mean and standard deviation of a gate at each token, and minimum and maximum of each unit."""

    def __init__(self, candidate: bool) -> None:
        self._candidate = candidate
        self._mean: list[Floats] = []
        self._spread: list[Floats] = []
        self._least_H: Any = np.inf
        self._most_H: Any = -np.inf
        self._above = self._below = self._values = 0

    def add(self, values_TH: Floats) -> None:
        self._mean.append(values_TH.mean(axis=1, dtype=np.float64))
        self._spread.append(values_TH.std(axis=1, dtype=np.float64))
        size_TH = abs(values_TH) if self._candidate else values_TH
        self._least_H = np.minimum(self._least_H, size_TH.min(axis=0))
        self._most_H = np.maximum(self._most_H, size_TH.max(axis=0))
        self._above += int((size_TH > SATURATED).sum())
        self._below += int((size_TH < DEAD).sum())
        self._values += size_TH.size

    def result(self, name: str) -> Gate:
        return Gate(name, _numbers(np.concatenate(self._mean)), _numbers(np.concatenate(self._spread)))

    def findings(self, name: str, tokens: int) -> list[Finding]:
        if tokens < ENOUGH_TOKENS:
            return []
        found = [
            Finding(name, "saturated", _units(self._least_H > SATURATED), self._above / self._values),
            Finding(name, "dead", _units(self._most_H < DEAD), self._below / self._values),
        ]
        return [finding for finding in found if finding.units or finding.share >= MAX_VALUES]


def _units(which_H: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple((np.flatnonzero(which_H) + 1).tolist())


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
