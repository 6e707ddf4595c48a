"""The estimated cost of a training run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    seconds: float
    memory_bytes: int
    model_bytes: int
