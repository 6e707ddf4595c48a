"""Training events of a length model."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.training.events import Event, Measured


@dataclass(frozen=True, slots=True)
class LinesRead(Event):
    lines: int

    def line(self) -> str:
        return f"{self.lines} lines to measure"


@dataclass(frozen=True, slots=True)
class LengthReport:
    texts: int
    mean_error: float
    """In characters."""


@dataclass(frozen=True, slots=True)
class LengthEvaluated(Measured):
    report: LengthReport

    def line(self) -> str:
        return f"{self.split}: off by {self.report.mean_error:.2f} characters"
