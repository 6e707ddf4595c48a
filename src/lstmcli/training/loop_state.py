"""The progress of a training loop, as a checkpoint has it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lstmcli.config import MAX_COUNT, fits


@dataclass
class LoopState:
    """The progress of a run."""

    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch",)
    """Fields that a rollback does not restore."""
    MAY_BE_NAN: ClassVar[tuple[str, ...]] = ("first", "mean")

    step: int = 0
    seen: int = 0
    kept_epoch: int = 0
    """The epoch whose weights are kept; 0 for none."""
    factor: float = 1.0
    """Factor on the learning rate after plateaus and rollbacks."""
    rollbacks: int = 0
    first: float = math.nan
    mean: float = math.nan
    """The first loss and the moving average; see ``divergence.py``."""
    seconds: float = 0.0
    spent: float = 0.0
    """Seconds of the whole run; ``seconds`` are those of training."""
    epoch_rng: dict[str, Any] = field(default_factory=dict)
    """State of the random generator before the order of this epoch was drawn; empty before that."""
    ended: str = ""
    """Why training ended; empty while it runs.  If set, a resumed run only repeats the steps after training."""


def check_state(state: LoopState, values: Mapping[str, Any]) -> None:
    """Raises ValueError for values from disk that the state cannot have."""
    for name, default in vars(state).items():
        value = values.get(name, default)
        ok = type(value) is type(default)
        if isinstance(default, float):
            ok = (fits(value, float) and abs(value) < MAX_COUNT) or (name in state.MAY_BE_NAN and value != value)
        elif isinstance(default, int):
            ok = ok and 0 <= value <= MAX_COUNT
        elif isinstance(default, list):
            ok = ok and all(fits(item, float) and math.isfinite(item) for item in value)
        elif default is None:
            ok = value is None or (
                isinstance(value, list) and [fits(item, float) for item in value] == [True, False, True]
            )
        if not ok:
            raise ValueError(f"{name}: {value!r:.100}")
