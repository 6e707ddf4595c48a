"""Training events of a model that goes on from another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.plural import count
from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class Grown(Event):
    """The model has new words and labels."""

    words: int
    labels: tuple[str, ...] | None
    """None for a model without labels."""

    def line(self) -> str:
        if self.labels is None:
            return f"grown by {count(self.words, 'word')}"
        labels = f": {', '.join(self.labels[:5])}{', …' if len(self.labels) > 5 else ''}" if self.labels else ""
        return f"grown by {count(self.words, 'word')} and {count(len(self.labels), 'label')}{labels}"


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures of the old and the new model on the same texts."""

    text: str
    """old or new: validation texts of the old model, or of the new data."""
    tokens: int
    before: dict[str, float]
    """Of the old model, with the new words in its vocabulary: perplexity, and bleu of a translator."""
    after: dict[str, float]


@dataclass(frozen=True, slots=True)
class Kept(Event):
    """What the new model kept of what the old one knew, and what it learnt."""

    texts: tuple[Judged, ...]
    exact: bool
    """The old model did not learn from any of the old texts, as far as is known."""

    def line(self) -> str:
        return "\n".join(self._of(judged) for judged in self.texts)

    def _of(self, judged: Judged) -> str:
        before, after = judged.before, judged.after
        figures = f"perplexity {before['perplexity']:,.2f} before, {after['perplexity']:,.2f} now"
        if "bleu" in before:
            figures = f"BLEU {before['bleu']:.2f} before, {after['bleu']:.2f} now; {figures}"
        tokens = count(judged.tokens, "token")
        if judged.text == "new":
            return f"new validation text ({tokens}): {figures}"
        why = "" if self.exact else "; the old model may have learnt from some of it, so its figure may be too good"
        return f"old validation text ({tokens}): {figures}{why}"

    def outcome(self) -> dict[str, Any]:
        return {"from": asdict(self)}
