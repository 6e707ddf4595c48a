"""The time that a whole run may take: ``--time``.

The limit is for everything: reading, encoding, n-grams, training, validation, reports, saving.  So training ends when
the time left is just enough for what comes after it, which is estimated from the times of the same work before.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OUTSIDE = 0.6
"""Seconds that the program takes to start and, with PyTorch, to end."""
LEAST_TRAINING = 0.25
"""Share of the limit for training, whatever else takes long."""
AHEAD = 0.02
"""The time counts where its share is so much above that of the epochs: a run that ends before its limit is the same as
without one, and what ``lstm tune`` found can be repeated exactly."""


@dataclass(frozen=True)
class Pace:
    """How fast the training has been, for those who watch it."""

    seconds: float
    left: float
    """Seconds to the end, by the epochs or by the limit."""
    limited: bool

    def expected(self, whole: int, done: float) -> int:
        """How many of the ``whole`` epochs or steps there will be, after ``done``."""
        return min(whole, math.ceil(done * (1 + self.left / self.seconds))) if self.limited else whole


@dataclass
class Budget:
    """The clock of a run; every time is in seconds."""

    limit: float = math.inf
    clock: Callable[[], float] = time.monotonic
    started: float | None = None
    """When the run began, by the clock; None: when ``begin_training`` is called, so that only training counts."""
    validation: float = 0.0
    """Time of one validation, the last of which comes after the last step."""
    after: dict[str, float] = field(default_factory=dict)
    """Estimated times of the work after training, by name."""
    _training: float = 0.0
    """When training began."""
    _earlier: float = 0.0

    def __post_init__(self) -> None:
        self.whole = self.started is not None

    def begin_training(self) -> None:
        self._training = self.clock()
        if not self.whole:
            self.started = self._training

    @property
    def spent(self) -> float:
        """Time since the run began, that of the unfinished run which it continues included."""
        return self._earlier + (0.0 if self.started is None else self.clock() - self.started)

    def continue_from(self, spent: float) -> None:
        """Count the time of the run that is continued."""
        self._earlier = spent

    @property
    def needed(self) -> float:
        """Time for everything after the last step; none where only training counts."""
        return self.validation + sum(self.after.values()) + OUTSIDE if self.whole else 0.0

    @property
    def left(self) -> float:
        """Time left for training."""
        if math.isinf(self.limit):
            return math.inf
        left = self.limit - self.spent - self.needed
        least = LEAST_TRAINING * self.limit - (self.clock() - self._training)
        return left if self._earlier else max(left, least)

    def share(self, seconds: float) -> float:
        """How much of the training is done, from 0 to 1, after training for ``seconds``; 0 without a limit."""
        left = self.left
        return 0.0 if math.isinf(left) else seconds / max(1e-9, seconds + max(0.0, left))

    def pace(self, seconds: float, progress: float) -> Pace:
        """After training for ``seconds``, with ``progress`` from 0 to 1."""
        left = min(seconds * (1 - progress) / max(progress, 1e-9), self.left)
        return Pace(seconds, max(0.0, left), not math.isinf(self.limit))

    def within(self, share: float) -> Callable[[], bool]:
        """A function that tells whether this share of the time that is left now is over."""
        if math.isinf(self.limit):
            return lambda: False
        end = self.clock() + share * max(0.0, self.limit - self.spent)
        return lambda: self.clock() >= end

    def warning(self) -> str | None:
        """What to say before training if there is little time left for it."""
        left = self.limit - self.spent - self.needed
        if not self.whole or self._earlier or left >= LEAST_TRAINING * self.limit:
            return None
        return (
            f"of the {self.limit:,.0f}s of --time, {self.spent:,.0f}s have passed, and validation, reports and saving "
            f"take about {self.needed:,.0f}s: training takes {LEAST_TRAINING * self.limit:,.0f}s, so the run is longer"
        )

    @contextmanager
    def measure(self, name: str, times: float = 1.0) -> Iterator[None]:
        """Expect ``times`` the time of the block after training, under ``name``; "validation": for a validation."""
        begin = self.clock()
        yield
        seconds = times * (self.clock() - begin)
        if name == "validation":
            self.validation = seconds
        else:
            self.after[name] = seconds


def further(epochs: float, time: float) -> float:
    """How much of the training is done, from 0 to 1, given the shares of its epochs and of its time that are over."""
    return min(1.0, time if time > epochs + AHEAD else epochs)
