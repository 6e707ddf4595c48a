"""Steps after training: calibration, reports, graph, model card.

If one of them fails, the trained weights must not be lost: the failure is recorded, the model is saved without the
result, and the run ends with an error that names it.  The last checkpoint is kept, so ``--resume`` can try again.
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
"""Value of ``stopped`` in the config of a model with a failed step."""


class Derived:
    """Runs steps after training and records which failed."""

    def __init__(self) -> None:
        self._failed: dict[str, Exception] = {}

    def __bool__(self) -> bool:
        """Whether any step failed."""
        return bool(self._failed)

    def attempt(self, name: str, make: Callable[[], T]) -> T | None:
        """The result of ``make``, or None if it fails."""
        try:
            return make()
        except Exception as error:  # libraries raise exceptions of their own
            self._failed[name] = error
            return None

    def warnings(self) -> Iterator[Warned]:
        for name, error in self._failed.items():
            yield Warned(f"{name} failed: {_reason(error)}")

    def check(self, output: Path) -> None:
        """Raises LstmError if a step failed; call it after the model is saved at ``output``."""
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
