"""What is made of trained weights: calibration, reports, graph, card.

None of it is worth a training.  A step that fails is noted, the model is saved with what there is, and the run ends
with an error that says what is missing; the checkpoint of the end of training stays, for ``--resume`` to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from lstmcli.errors import LstmError
from lstmcli.training.checkpoint import checkpoint_folder
from lstmcli.training.events import Warned

T = TypeVar("T")
INCOMPLETE = "incomplete"
"""What ``stopped`` says in the config of a model that lacks something."""


class Derived:
    """Notes which steps after training failed."""

    def __init__(self) -> None:
        self._failed: dict[str, Exception] = {}

    def __bool__(self) -> bool:
        """Whether any did."""
        return bool(self._failed)

    def attempt(self, name: str, make: Callable[[], T]) -> T | None:
        """What ``make`` returns, or None where it fails."""
        try:
            return make()
        except Exception as error:  # each library has its own, and none of them is worth a training
            self._failed[name] = error
            return None

    def warnings(self) -> Iterator[Warned]:
        for name, error in self._failed.items():
            yield Warned(f"{name} failed: {_reason(error)}")

    def check(self, output: Path) -> None:
        """Raises LstmError where a step failed; the model at ``output`` is saved by now."""
        if self._failed:
            kept = checkpoint_folder(output)
            hint = f"the trained weights are safe in {kept}: the same command with --resume tries again"
            first = next(iter(self._failed.values()))
            raise LstmError(f"saved, but without {_listed(list(self._failed))}", path=output, hint=hint) from first


def _reason(error: Exception) -> str:
    if isinstance(error, LstmError):
        return error.message
    if isinstance(error, MemoryError):
        return "out of memory"
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
