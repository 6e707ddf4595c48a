"""A loss that runs away: noticed, and said with a learning rate to try instead.

What counts is the loss of the untrained network, with which every run begins.  A mean far above it is that of a network
which would do better without training; no batch is that hard.
"""

from __future__ import annotations

import math

from lstmcli.errors import LstmError
from lstmcli.training.events import Warned

MAX_RATIO = 3.0
"""The mean of the training losses that is too much, in first losses."""
MAX_VALIDATION_RATIO = 10.0
"""The same for a validation loss, which a network that has learned its texts by heart may raise some way too."""
SAFE_RATIO = 1.5
"""Up to this mean the weights are worth going back to."""
MEAN_STEPS = 20
"""Steps over which the mean forgets."""
MAX_ROLLBACKS = 3
RATE_FACTOR = 0.25
"""What a setback leaves of the learning rate."""


class DivergenceMonitor:
    """Looks at the losses of one run, in nats, the training's and the validation's alike."""

    def __init__(self, learning_rate: float, default_rate: float) -> None:
        self.learning_rate, self.default_rate = learning_rate, default_rate
        self.first = math.nan
        """The first loss, or 1 nat, if that is more; not a number before there was one."""
        self.mean = math.nan
        """An exponential moving average of the training losses."""
        self._loss = 0.0

    @property
    def is_safe(self) -> bool:
        return not self.mean > SAFE_RATIO * self.first

    def diverged(self, loss: float) -> bool:
        """Whether the training losses, of which this is the next, are no numbers or far above the first."""
        self._loss = loss
        if not math.isfinite(loss):
            return True
        if math.isnan(self.first):
            self.first = max(1.0, loss)
        if math.isnan(self.mean):  # at the start, and back there
            self.mean = self.first
        self.mean += (loss - self.mean) / MEAN_STEPS
        return self.mean > MAX_RATIO * self.first

    def diverged_in_validation(self, loss: float) -> bool:
        """Whether this loss of the validation split is not a number, or far above the first training loss."""
        self._loss = loss
        return not math.isfinite(loss) or loss > MAX_VALIDATION_RATIO * self.first

    def warning(self, step: int, kept_epoch: int) -> Warned:
        """What to say of a run that is given up.

        Args:
            kept_epoch: whose weights are kept; 0 for none.

        Raises:
            LstmError: there are no weights worth keeping.
        """
        what = f"{self._found(step)}: training has diverged at a learning rate of {self.learning_rate:g}"
        what += f", and at {self.learning_rate * RATE_FACTOR**MAX_ROLLBACKS:.2g} too"
        advice = (
            f"try --learning-rate {min(self.learning_rate * RATE_FACTOR**MAX_ROLLBACKS / 2, self.default_rate):.2g}"
        )
        if not kept_epoch:
            raise LstmError(what, hint=advice)
        return Warned(f"{what}; the weights of epoch {kept_epoch} are kept; {advice}")

    def rolled_back(self, step: int, back_to: int, factor: float) -> Warned:
        """What to say where the run goes on from an earlier step, with that factor on the learning rate."""
        before, now = self.learning_rate * factor / RATE_FACTOR, self.learning_rate * factor
        default_rate = f"; {self.default_rate:g} is usual" if now > self.default_rate else ""
        back = f"going on from step {back_to:,} with a learning rate of {now:.3g} instead of {before:.3g}"
        return Warned(f"{self._found(step)}: {back}{default_rate}")

    def _found(self, step: int) -> str:
        if math.isnan(self._loss):
            return f"the loss is not a number in step {step:,}"
        how = f"has risen to {self._loss:.3g}" if math.isfinite(self._loss) else "is infinite"
        return f"the loss {how} in step {step:,}"
