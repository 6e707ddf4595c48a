"""Detect divergence, and suggest a lower learning rate.

Losses are compared with the first one, that of the untrained network.  A mean far above it means that training makes
the network worse; a hard batch alone cannot cause it.
"""

from __future__ import annotations

import math

from lstmcli.errors import DivergedError
from lstmcli.training.events import Warned

MAX_RATIO = 3.0
"""Training has diverged when the mean training loss exceeds this multiple of the first loss."""
MAX_VALIDATION_RATIO = 10.0
"""The same for the validation loss, which also rises through overfitting."""
SAFE_RATIO = 1.5
"""A state is safe to roll back to if the mean loss is at most this multiple of the first loss."""
MEAN_STEPS = 20
"""Time constant of the moving average of the loss, in steps."""
MAX_ROLLBACKS = 3
RATE_FACTOR = 0.25
"""Factor on the learning rate at each rollback."""


class DivergenceMonitor:
    """Monitors the training and validation losses of one run, in nats."""

    def __init__(self, learning_rate: float, default_rate: float) -> None:
        self.learning_rate, self.default_rate = learning_rate, default_rate
        self.first = math.nan
        """The first loss, at least 1 nat; NaN before the first step."""
        self.mean = math.nan
        """An exponential moving average of the training losses."""
        self._loss = 0.0

    @property
    def is_safe(self) -> bool:
        return not self.mean > SAFE_RATIO * self.first

    def diverged(self, loss: float) -> bool:
        """Whether training has diverged: the next training loss is not finite, or the mean is far above the first."""
        self._loss = loss
        if not math.isfinite(loss):
            return True
        if math.isnan(self.first):
            self.first = max(1.0, loss)
        if math.isnan(self.mean):  # at the start, or after a rollback to the start
            self.mean = self.first
        self.mean += (loss - self.mean) / MEAN_STEPS
        return self.mean > MAX_RATIO * self.first

    def diverged_in_validation(self, loss: float) -> bool:
        """Whether a validation loss is not finite, or far above the first training loss."""
        self._loss = loss
        return not math.isfinite(loss) or loss > MAX_VALIDATION_RATIO * self.first

    def warning(self, step: int, kept_epoch: int) -> Warned:
        """The warning for a run that ends by divergence.

        Args:
            kept_epoch: the epoch whose weights are kept; 0 for none.

        Raises:
            DivergedError: no weights are kept.
        """
        what = f"{self._found(step)}: training has diverged at a learning rate of {self.learning_rate:g}"
        what += f", and at {self.learning_rate * RATE_FACTOR**MAX_ROLLBACKS:.2g} too"
        advice = (
            f"try --learning-rate {min(self.learning_rate * RATE_FACTOR**MAX_ROLLBACKS / 2, self.default_rate):.2g}"
        )
        if not kept_epoch:
            raise DivergedError(what, hint=advice)
        return Warned(f"{what}; the weights of epoch {kept_epoch} are kept; {advice}")

    def rolled_back(self, step: int, back_to: int, factor: float) -> Warned:
        """The warning for a rollback to an earlier step, with ``factor`` on the learning rate."""
        before, now = self.learning_rate * factor / RATE_FACTOR, self.learning_rate * factor
        default_rate = f"; {self.default_rate:g} is usual" if now > self.default_rate else ""
        back = f"continuing from step {back_to:,} with a learning rate of {now:.3g} instead of {before:.3g}"
        return Warned(f"{self._found(step)}: {back}{default_rate}")

    def _found(self, step: int) -> str:
        if math.isnan(self._loss):
            return f"the loss is not a number in step {step:,}"
        how = f"has risen to {self._loss:.3g}" if math.isfinite(self._loss) else "is infinite"
        return f"the loss {how} in step {step:,}"
