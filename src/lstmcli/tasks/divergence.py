"""A loss that runs away: noticed, and said with a learning rate to try instead."""

from __future__ import annotations

import math

from lstmcli.errors import LstmError
from lstmcli.events import Warned

EXPLODED = 1000.0
"""A loss of this many times the first one is of no use any more, and will not come back."""
MOST_SETBACKS = 3
LOWER = 0.25
"""What a setback leaves of the learning rate."""


class Watch:
    """Looks at the losses of one run, in nats, the training's and the validation's alike."""

    def __init__(self, learning_rate: float, usual: float) -> None:
        self.learning_rate, self.usual = learning_rate, usual
        self.limit = math.nan
        """The loss that is too much, once there has been one."""
        self._loss = 0.0

    def diverged(self, loss: float) -> bool:
        """Whether this loss is not a number, or far above the first one (or 1 nat, if that is more)."""
        if math.isnan(self.limit) and math.isfinite(loss):
            self.limit = EXPLODED * max(1.0, loss)
        self._loss = loss
        return not (math.isfinite(loss) and loss <= self.limit)

    def warning(self, step: int, kept_epoch: int) -> Warned:
        """What to say of it.

        Args:
            kept_epoch: whose weights are kept; 0 for none.

        Raises:
            LstmError: there are no weights worth keeping.
        """
        what = f"the loss is {self._found} in step {step:,}: training has diverged at a learning rate of"
        advice = f"try --learning-rate {min(self.learning_rate / 10, self.usual):g}"
        if not kept_epoch:
            raise LstmError(f"{what} {self.learning_rate:g}", hint=advice)
        return Warned(f"{what} {self.learning_rate:g}; the weights of epoch {kept_epoch} are kept; {advice}")

    def setback(self, step: int, back_to: int) -> Warned:
        """What to say where the run goes on from an earlier step."""
        return Warned(
            f"the loss is {self._found} in step {step:,}: going on from step {back_to:,} "
            f"at {LOWER:.0%} of the learning rate"
        )

    @property
    def _found(self) -> str:
        return f"{self._loss:.3g}" if math.isfinite(self._loss) else "not a number"
