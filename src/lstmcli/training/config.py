"""Training settings shared by all tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lstmcli.config import among, fraction, require, within
from lstmcli.errors import UsageError
from lstmcli.nn.config import DEVICES

SCHEDULES: tuple[str, ...] = ("linear", "cosine", "onecycle", "constant")
"""Learning rate schedules of ``schedule.rate``."""
PRECISIONS: tuple[str, ...] = ("auto", "fp32", "bf16")
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class TrainingConfig:
    """Training settings that do not depend on the task."""

    SCHEDULES: ClassVar[tuple[str, ...]] = SCHEDULES

    epochs: int | None = None
    """None: depends on the size of the corpus."""
    batch_size: int = 32
    learning_rate: float | None = None
    """None: depends on the optimizer."""
    schedule: str = "linear"
    """Learning rate schedule after warm-up."""
    warmup: float = 0.1
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Maximum gradient norm; 0 disables clipping."""
    patience: int | None = None
    """Validations without improvement after which training stops; 0: never; None: depends on the schedule."""
    valid_fraction: float | None = None
    """Share of the training rows held out when there is no validation file; None: a twentieth, but at least 200 rows
    if that is at most a tenth, and at most 2,000."""
    time_limit: float | None = None
    """Maximum time of the whole run in seconds."""
    precision: str = "auto"
    seed: int = 1
    threads: int | None = None
    device: str = "auto"
    deterministic: bool = False
    """Refuse anything nondeterministic: time limits, and GPU kernels that sum in arbitrary order."""

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
        among("device", self.device, DEVICES)
        fraction("warmup", self.warmup)
        require(share is None or 0.0 < share < 1.0, f"valid-fraction must be above 0 and below 1, not {share}")
        require(limit is None or limit > 0, f"time must be above 0, not {limit}")
        if self.deterministic and limit is not None:
            message = "--deterministic and a time limit contradict each other: no two runs take the same time"
            raise UsageError(message, hint="set the length with --epochs")
