"""What a person is told of unknown words: that there are some, and how else to write the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstmcli.cli import streams
from lstmcli.cli.render import count, percent, safe

if TYPE_CHECKING:
    from lstmcli.tasks.unknowns import Unknowns
    from lstmcli.text.writing import Writing

MATCH = "--match-corpus"


def about(writing: Writing) -> str:
    """How a corpus was written, in words."""
    return ", ".join(writing.habits) or "as people write"


class Warner:
    """Says each thing once, as soon as it is sure.

    Args:
        matched: the text is already written as the model's corpus was.
    """

    def __init__(self, unknowns: Unknowns, *, matched: bool, quiet: bool) -> None:
        self._unknowns, self._quiet = unknowns, quiet
        self._done = matched

    def look(self) -> None:
        """Warns, before the first answers if it can be told so early, of text that is written otherwise."""
        from lstmcli.tasks.unknowns import ENOUGH_WORDS

        if not self._done and self._unknowns.tokens >= ENOUGH_WORDS:
            self._done = True
            self._otherwise()

    def close(self) -> None:
        """Says how many words were unknown, and what was too early to say."""
        from lstmcli.tasks.unknowns import MANY

        found = self._unknowns
        if found.unknown and (found.share >= MANY or not self._quiet):
            some = ", ".join(map(repr, found.examples))
            streams.note(
                f"{'warning' if found.share >= MANY else 'note'}: {count(found.unknown, found.noun)} of "
                f"{found.tokens:,} ({percent(found.share, 2)}) {'is' if found.unknown == 1 else 'are'} unknown to the "
                f"model{safe(f': {some}' if len(found.examples) == found.unknown else f', such as {some}')}; the "
                "surprisal is that of <unk>, which may be far below that of the word itself"
            )
        if not self._done:
            self._done = True
            self._otherwise()

    def _otherwise(self) -> None:
        found = self._unknowns
        shares = found.otherwise()
        if shares is None or found.writing is None:
            return
        before, after = shares
        streams.note(
            f"warning: this text is not written as the model's corpus was ({about(found.writing)}): "
            f"{percent(before)} of its {found.noun}s are unknown, and {percent(after)} if it is written so; "
            f"{MATCH} does that"
        )
