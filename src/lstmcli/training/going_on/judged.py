"""Old and new validation texts, judged by the old model and by the new one: what was lost, and what was gained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from lstmcli.training.derived import Derived
from lstmcli.training.going_on.events import Judged, Kept

Figures = Callable[[str], dict[str, float]]
"""The figures of the present weights on a split."""


class BeforeAndAfter:
    """Figures of some splits before training and after it."""

    def __init__(self, splits: Mapping[str, str], tokens: Mapping[str, int], *, exact: bool) -> None:
        """
        Args:
            splits: "old" or "new" to the name of the split.
            tokens: of each split.
            exact: whether the old model did not learn from the old texts.
        """
        self._splits, self._tokens, self._exact = dict(splits), dict(tokens), exact
        self._before: dict[str, dict[str, float]] = {}
        self._kept: Kept | None = None

    def measure(self, figures: Figures) -> None:
        """Before training."""
        self._before = {text: figures(split) for text, split in self._splits.items()}

    def compare(self, derived: Derived, figures: Figures) -> Iterator[Kept]:
        """After training.  Yields one event, unless the figures cannot be computed."""

        def compared() -> Kept:
            rows = (
                Judged(text, self._tokens[split], self._before[text], figures(split))
                for text, split in self._splits.items()
            )
            return Kept(tuple(rows), self._exact)

        self._kept = derived.attempt("what was forgotten", compared)
        if self._kept is not None:
            yield self._kept

    def fields(self) -> dict[str, Any]:
        """What ``config.json`` says of it, after ``compare``."""
        return {} if self._kept is None else {"kept": asdict(self._kept)}
