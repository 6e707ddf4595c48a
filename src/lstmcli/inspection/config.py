"""Settings of ``lstm inspect``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstmcli.config import among, check_types, require

SIDES = ("source", "target")
"""The sides of a translator."""
NEIGHBOURS = 10
"""Nearest neighbours of a word, unless another number is asked for."""
DIRECTIONS: tuple[str, ...] = ("forward", "backward", "both")


@dataclass(frozen=True)
class InspectConfig:
    """What to show; layers and units are counted from 1."""

    layer: int | None = None
    """The layer to show; 0: all; None: the last."""
    direction: str = "forward"
    """forward, backward or both."""
    units: tuple[int, ...] = ()
    """Units to show individually."""
    top_units: int = 0
    """Number of units to show that contribute most to the label, or correlate most with the position."""
    label: str | None = None
    """The label of interest; None: the predicted label."""
    gates: bool = True
    """Compute gates and states."""
    why: bool = False
    """Compute word attributions by leaving out one word at a time."""

    def __post_init__(self) -> None:
        require(self.layer is None or self.layer >= 0, f"layer must be 1 or more, not {self.layer}")
        among("direction", self.direction, DIRECTIONS)
        for unit in self.units:
            require(unit >= 1, f"unit must be 1 or more, not {unit}")
        require(self.top_units >= 0, f"top-units must be 1 or more, not {self.top_units}")


def from_options(given: Mapping[str, Any], *, gates: bool = True) -> InspectConfig:
    """The config from options by name; None, or a missing one, is the default.

    Args:
        gates: compute gates and states.

    Raises:
        UsageError: an option is out of range or has the wrong type.
    """
    units = given.get("unit") or ()
    units = (units,) if isinstance(units, int) else tuple(units)
    layer = 0 if given.get("layer") == "all" else given.get("layer")
    values = {name: given[name] for name in ("direction", "top_units", "label", "why") if given.get(name) is not None}
    values |= {"layer": layer, "units": tuple(dict.fromkeys(units))}
    check_types(values, InspectConfig)
    return InspectConfig(gates=gates, **values)


OPTIONS = frozenset({"layer", "direction", "unit", "top_units", "label", "why"})
"""Names that ``from_options`` knows."""
