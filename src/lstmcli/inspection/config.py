"""Settings of ``lstm inspect``."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.config import among, require

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
