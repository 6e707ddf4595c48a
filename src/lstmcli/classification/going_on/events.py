"""Training events of a classifier that goes on from another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class Remembered(Event):
    """What the new model kept of what the old one knew, before the linear models are fitted to the validation rows."""

    rows: int
    before: float
    """Accuracy of the old model."""
    after: float
    replayed: bool
    """The rows are validation rows of the old model; else new ones with labels that it knew."""
    exact: bool
    """The old model did not learn from any of them, as far as is known."""

    def line(self) -> str:
        what = "old validation rows" if self.replayed else "new validation rows with old labels"
        doubt = "" if self.exact else "; the old model may have learnt from some of them, so its figure may be too good"
        accuracy = f"accuracy {100 * self.before:.2f} % before, {100 * self.after:.2f} % now"
        return f"{self.rows:,} {what}: {accuracy}{doubt}"

    def outcome(self) -> dict[str, Any]:
        return {"from": asdict(self)}
