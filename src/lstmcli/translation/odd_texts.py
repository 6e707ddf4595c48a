"""Warnings about texts unlike a translator's training data: longer, or in another script or language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record
from lstmcli.data.scripts import scripts
from lstmcli.errors import IN_MEMORY, DataError
from lstmcli.plural import are, count, have
from lstmcli.tokenization.ids import Ids
from lstmcli.translation.side_profile import SideProfile

MOST = 0.5
"""Share of the letters of a text in unknown scripts above which it is odd."""
ENOUGH_WORDS, FACTOR = 8, 4
"""Words of one side that are found, and how many times as many as of the other, before a side is named."""


def cut_short(n: int, noun: str = "text") -> str:
    """That so many texts were longer than a translator reads."""
    return f"{count(n, noun)} {are(n)} too long, and the end was left out"


@dataclass
class OddTexts:
    """Collects what is odd about the texts of one side."""

    own: SideProfile
    other: SideProfile = field(default_factory=SideProfile)
    """Of the other side, to recognise texts that belong there."""
    side: str = "source"
    truncated: int = 0
    """Texts whose end was left out."""
    long: int = 0
    longest: int = 0
    first_long: str = ""
    strange: int = 0
    first_strange: str = ""
    texts: int = 0
    _strange_scripts: Counter[str] = field(default_factory=Counter)
    _own_words: int = 0
    _other_words: int = 0

    def __post_init__(self) -> None:
        own, other = set(self.own.words), set(self.other.words)
        self._own_only, self._other_only = own - other, other - own

    def add(self, record: Record, text: str, ids: Ids, *, truncated: bool = False) -> None:
        """Note the next text and its ids."""
        self.texts += bool(text)
        self.truncated += truncated
        if not truncated and self.own.longest and len(ids) > self.own.longest:
            self.long += 1
            self.longest = max(self.longest, len(ids))
            self.first_long = self.first_long or where(record)
        if self.own.scripts:
            letters = scripts([text])
            unknown = {name: times for name, times in letters.items() if name not in self.own.scripts}
            if sum(unknown.values()) > MOST * sum(letters.values()):
                self.strange += 1
                self.first_strange = self.first_strange or where(record)
                self._strange_scripts.update(unknown)
        if self._other_only:
            words = text.lower().split()
            self._own_words += sum(word in self._own_only for word in words)
            self._other_words += sum(word in self._other_only for word in words)

    def warnings(self) -> Iterator[str]:
        """What there is to say of all texts so far."""
        noun = {"source": "text", "target": "target"}[self.side]
        if self.truncated:
            yield cut_short(self.truncated, noun)
        if self.long:
            yield (
                f"{count(self.long, noun)} {are(self.long)} longer than any {self.side} in training "
                f"({self.own.longest:,} tokens; the longest here {self.longest:,}"
                f"{_first(self.first_long, self.long)}): "
                "the model leaves parts out of such texts, or repeats itself"
            )
        if self.strange:
            found = " and ".join(name for name, _ in self._strange_scripts.most_common(3))
            yield (
                f"{count(self.strange, noun)} {have(self.strange)} letters of a script that no {self.side} in training "
                f"has ({found}; known: {', '.join(self.own.scripts)}{_first(self.first_strange, self.strange)}): "
                f"the model cannot know {'it' if self.strange == 1 else 'them'}"
            )
        if self.looks_like_other_side():
            other = "targets" if self.side == "source" else "sources"
            hint = (
                "is this the right file, and the right direction?"
                if self.side == "source"
                else "are the sides in the right order?"
            )
            yield f"the {noun}s look like the {other} of the training data, not like its {self.side}s: {hint}"

    def looks_like_other_side(self) -> bool:
        """Whether the words, or the scripts, are those of the other side."""
        if self._other_words >= ENOUGH_WORDS and self._other_words >= FACTOR * max(1, self._own_words):
            return True
        odd = bool(self._strange_scripts) and set(self._strange_scripts) <= set(self.other.scripts)
        return odd and 2 * self.strange > self.texts


def profiles(config: Mapping[str, Any]) -> tuple[SideProfile, SideProfile]:
    """The profiles of sources and targets in ``config.json``."""
    sides = config.get("sides")
    sides = sides if isinstance(sides, Mapping) else {}
    return SideProfile.read(sides.get("source")), SideProfile.read(sides.get("target"))


def check_columns(columns: Sequence[str], trained: ReadConfig, path: str) -> None:
    """Raises ``DataError`` if the text is in the column that held the translations in training."""
    target = trained.target_column
    if target and tuple(columns) == (target,) and not target.isdecimal() and target not in trained.text_columns:
        source = ", ".join(trained.text_columns)
        raise DataError(
            f"has no column {source!r}, and {target!r} held the translations in training",
            path=path,
            hint=f"to translate it all the same: --text-column {target}",
        )


def where(record: Record) -> str:
    """The place of a record for a message; empty if it has none."""
    return f"{record.path}, line {record.line}" if record.line and record.path not in ("", IN_MEMORY) else ""


def _first(where: str, times: int) -> str:
    return f"; {'the first' if times > 1 else 'it'} is {where}" if where else ""
