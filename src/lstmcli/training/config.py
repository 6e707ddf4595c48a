"""Settings and checks that the training of every task shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lstmcli.config import among, fraction, require, within
from lstmcli.errors import UsageError

SCHEDULES: tuple[str, ...] = ("linear", "cosine", "onecycle", "constant")
"""What ``schedule.rate`` knows."""
PRECISIONS: tuple[str, ...] = ("auto", "fp32", "bf16")
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is fitted: the part that does not depend on the task."""

    SCHEDULES: ClassVar[tuple[str, ...]] = SCHEDULES

    epochs: int | None = None
    """None: by the size of the corpus."""
    batch_size: int = 32
    learning_rate: float | None = None
    """None: by the optimizer."""
    schedule: str = "linear"
    """Shape of the learning rate after warm-up."""
    warmup: float = 0.1
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Largest gradient norm; 0 sets no limit."""
    patience: int | None = None
    """Validations without an improvement after which training ends; 0 never ends early; None: by the schedule."""
    valid_fraction: float | None = None
    """Share of the training rows held out when no validation file is given; None: a twentieth, but at least 200 rows
    where that is no more than a tenth, and at most 2,000."""
    time_limit: float | None = None
    """Seconds that training may take."""
    precision: str = "auto"
    seed: int = 1
    threads: int | None = None
    device: str = "auto"
    deterministic: bool = False
    """Refuse what would make a second run differ: the clock, and sums in any order on a GPU."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "threads"):
            within(name.replace("_", "-"), getattr(self, name), 1)
        for name in ("weight_decay", "clip", "patience"):
            within(name.replace("_", "-"), getattr(self, name), 0)
        within("seed", self.seed, 0, MAX_SEED)
        rate, share, limit = self.learning_rate, self.valid_fraction, self.time_limit
        require(rate is None or 0 < rate < math.inf, f"learning-rate must be a number above 0, not {rate}")
        among("schedule", self.schedule, self.SCHEDULES)
        among("precision", self.precision, PRECISIONS)
        fraction("warmup", self.warmup)
        require(share is None or 0.0 < share < 1.0, f"valid-fraction must be above 0 and below 1, not {share}")
        require(limit is None or limit > 0, f"time must be above 0, not {limit}")
        if self.deterministic and limit is not None:
            message = "--deterministic and a limit of time contradict each other: no clock runs twice alike"
            raise UsageError(message, hint="say how long with --epochs")
