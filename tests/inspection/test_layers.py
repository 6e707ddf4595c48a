"""Summaries of gates: means, spreads, what is saturated or dead, what goes with the position."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.layers import LayerStatistics, correlations
from lstmcli.inspection.results import Layer

T, H = 8, 10


def watched(gates: dict[str, Any], states: dict[str, Any] | None = None, cut: int = T, **config: Any) -> Layer:
    states = states or {"hidden": np.zeros((T, H), np.float32)}
    watch = LayerStatistics(InspectConfig(**config), 1, 1, "forward", H)
    for part in (slice(0, cut), slice(cut, T)):
        if len(next(iter(states.values()))[part]):
            watch.add({n: v[part] for n, v in gates.items()}, {n: v[part] for n, v in states.items()})
    return watch.layer(np.arange(T))


def ordinary(seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(0.2, 0.8, (T, H)).astype(np.float32)


def test_mean_and_spread_go_over_the_units() -> None:
    values = ordinary()
    (gate,) = watched({"input": values}).gates
    assert gate.mean == pytest.approx(values.mean(axis=1).tolist())
    assert gate.spread == pytest.approx(values.std(axis=1).tolist())


def test_a_gate_that_is_always_open_or_shut_is_named() -> None:
    forget, input, candidate = ordinary(1), ordinary(2), ordinary(3) - 0.5
    forget[:, [2, 5]], forget[3, 5] = 0.95, 0.5  # unit 6 reacts once
    input[:, 0] = 0.01
    candidate[:, 1], candidate[::2, 1] = 0.97, -0.97
    candidate[:, 3] = -0.02
    for cut in (T, 3):
        found = watched({"input": input, "forget": forget, "candidate": candidate}, cut=cut).findings
        named = {(finding.gate, finding.state): finding.units for finding in found}
        assert named[("forget", "saturated")] == (3,)
        assert named[("input", "dead")] == (1,)
        assert named[("candidate", "saturated")] == (2,)
        assert named[("candidate", "dead")] == (4,)
        shares = {(finding.gate, finding.state): finding.share for finding in found}
        assert shares[("forget", "saturated")] == pytest.approx((2 * T - 1) / (T * H))


def test_a_gate_that_reacts_is_not_named() -> None:
    assert watched({"input": ordinary(), "candidate": ordinary() - 0.5}).findings == ()


def test_a_gate_that_is_open_nearly_everywhere_is_named_as_a_whole() -> None:
    values = np.full((T, H), 0.99, np.float32)
    values[np.arange(T), np.arange(T)] = 0.5  # most units react once
    (found,) = watched({"forget": values}).findings
    assert found.units == (9, 10) and found.share == pytest.approx(1 - T / (T * H))


def test_in_a_short_text_nothing_is_named() -> None:
    watch = LayerStatistics(InspectConfig(), 1, 1, "forward", H)
    watch.add({"input": np.zeros((4, H))}, {"hidden": np.zeros((4, H))})
    assert watch.layer(np.arange(4)).findings == ()


def test_units_are_tied_to_the_position_by_their_cell() -> None:
    cell, hidden = ordinary(5), ordinary(6)
    cell[:, 4], cell[:, 7], hidden[:, 1] = np.arange(T), -(np.arange(T) ** 2), np.arange(T)
    ties = watched({}, {"hidden": hidden, "cell": cell}, top_units=2).ties
    assert [(tie.unit, tie.to) for tie in ties] == [(5, "position"), (8, "position")]
    assert ties[0].strength == pytest.approx(1) and -1 < ties[1].strength < -0.9
    assert ties[0].hidden == pytest.approx(hidden[:, 4].tolist())
    without_cell = watched({}, {"hidden": hidden}, top_units=1).ties
    assert without_cell[0].unit == 2


def test_correlation_is_numpys_and_nothing_where_nothing_varies() -> None:
    values = np.random.default_rng(1).normal(size=(T, 3))
    expected = [np.corrcoef(values[:, h], np.arange(T))[0, 1] for h in range(3)]
    np.testing.assert_allclose(correlations(values, np.arange(T)), expected)
    assert correlations(np.ones((T, 2)), np.arange(T)).tolist() == [0, 0]
    assert correlations(values[:1], np.arange(1)).tolist() == [0, 0, 0]


def test_units_tied_to_the_label_are_those_that_add_most_either_way() -> None:
    watch = LayerStatistics(InspectConfig(top_units=2), 1, 1, "forward", 3)
    watch.add({}, {"hidden": np.zeros((5, 3), np.float32)})
    ties = watch.layer(np.arange(5), np.array([0.1, -3.0, 2.0])).ties
    assert [(tie.unit, tie.strength) for tie in ties if tie.to == "label"] == [(2, -3.0), (3, 2.0)]
