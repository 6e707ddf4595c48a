"""Learning rate schedules, as a share of the peak, over ``progress`` from 0 to 1.

They depend on progress, not on steps, so a run with a time limit completes its schedule too.
"""

from __future__ import annotations

import math


def rate(schedule: str, progress: float, warmup: float) -> float:
    """The learning rate at ``progress`` as a share of its peak: linear warm-up over ``warmup``, then

    * linear: linear decay to 0;
    * cosine: cosine decay to 0 (Loshchilov & Hutter 2017);
    * onecycle: cosine from 1/25 up to 1 over at least 0.3, then down to 1e-4 (Smith & Topin 2018);
    * constant: no decay.
    """
    if schedule == "onecycle":
        rise = max(warmup, 0.3)
        if progress < rise:
            return _cosine(1 / 25, 1.0, progress / rise)
        return _cosine(1.0, 1e-4, (progress - rise) / (1 - rise))
    if progress < warmup:
        return progress / warmup
    if schedule == "constant":
        return 1.0
    left = (1 - progress) / (1 - warmup)
    return left if schedule == "linear" else _cosine(1.0, 0.0, 1 - left)


def average_decay(epochs: float, per_epoch: int, step: int) -> float:
    """The decay of a moving average of the weights over so many epochs of ``per_epoch`` steps: less at first, so that
    the initial weights are soon forgotten; 0 if there is no average."""
    span = max(1.0, epochs * per_epoch)
    return min(1 - 1 / span, step / (step + 10)) if epochs else 0.0


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(1.0, progress))) / 2
