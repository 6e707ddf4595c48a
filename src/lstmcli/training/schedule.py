"""Learning rates over a run, as a share of the peak; ``progress`` runs from 0 to 1.

Progress rather than steps: under a time budget the rate still reaches its end when the time does.
"""

from __future__ import annotations

import math


def rate(schedule: str, progress: float, warmup: float) -> float:
    """The learning rate at ``progress`` as a share of its peak: a linear rise over ``warmup``, then

    * linear: straight down to 0;
    * cosine: half a cosine down to 0 (Loshchilov & Hutter 2017);
    * onecycle: cosine both ways, from 1/25 up to 1 and down to 1e-4, the rise a third at least (Smith & Topin 2018);
    * constant: stays.
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


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(1.0, progress))) / 2
