"""Messages about unknown words, and about text that is written unlike the training corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lstmcli.cli.io import streams
from lstmcli.cli.output.console import percent, safe
from lstmcli.errors import UsageError
from lstmcli.inspection.results import ENCODER
from lstmcli.plural import count

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.inspection.results import Inspection
    from lstmcli.language_modeling.scoring.unknown_words import UnknownTokenCounter
    from lstmcli.tokenization.corpus_style import CorpusStyle

MATCH = "--match-corpus"


def about(corpus_style: CorpusStyle) -> str:
    """The style of a corpus as text."""
    return ", ".join(corpus_style.traits) or "ordinary text"


def say_how(corpus_style: CorpusStyle | None, quiet: bool) -> None:
    """Print how the text is rewritten.

    Raises:
        UsageError: the model has a subword tokenizer, so the style of its corpus is unknown.
    """
    if corpus_style is None:
        raise UsageError(
            f"{MATCH} applies only to word and character models", hint="leave it out: this model has no unknown words"
        )
    if not quiet:
        streams.note(f"the text is rewritten in the style of the training corpus: {about(corpus_style)}")


def prepare_records(records: Iterable[Record], corpus_style: CorpusStyle | None, bare: bool) -> Iterable[Record]:
    """Records with their text rewritten in the style of a corpus, if given; ``bare``: without columns."""
    if corpus_style is not None:
        restyle = corpus_style.restyle
        records = (replace(r, text="\n".join(map(restyle, r.text.split("\n")))) for r in records)
    return (replace(record, columns={}) for record in records) if bare else records


class Warner:
    """Prints each warning once, as early as possible.

    Args:
        matched: the text is already written like the training corpus.
    """

    def __init__(self, unknowns: UnknownTokenCounter, *, matched: bool, quiet: bool) -> None:
        self._unknowns, self._quiet = unknowns, quiet
        self._done = matched

    def check(self, *, at_end: bool = False) -> None:
        """Warn of text that is written unlike the corpus, before the first results if there is enough of it."""
        from lstmcli.language_modeling.scoring.unknown_words import ENOUGH_WORDS

        found = self._unknowns
        if self._done or (found.tokens < ENOUGH_WORDS and not at_end):
            return
        self._done = True
        shares = found.restyled_shares()
        if shares is None or found.corpus_style is None:
            return
        before, after = shares
        streams.note(
            f"warning: this text is not written like the training corpus ({about(found.corpus_style)}): "
            f"{percent(before)} of its {found.noun}s are unknown, and {percent(after)} if it is rewritten that way; "
            f"use {MATCH}"
        )

    def close(self) -> None:
        """Print how many words were unknown, and a pending warning."""
        found = self._unknowns
        say_unknown(found.unknown, found.tokens, found.noun, list(found.examples), self._quiet)
        self.check(at_end=True)


def say_unknown(unknown: int, tokens: int, noun: str, examples: list[str], quiet: bool) -> None:
    """Print how many words of a text are unknown, and what that means for surprisal; if quiet, only if many are."""
    from lstmcli.language_modeling.scoring.unknown_words import MANY

    warn = unknown >= MANY * tokens
    if not unknown or (quiet and not warn):
        return
    some = ", ".join(map(repr, examples))
    named = f": {some}" if len(examples) == unknown else f", such as {some}" if examples else ""
    streams.note(
        f"{'warning' if warn else 'note'}: {count(unknown, noun)} of {tokens:,} ({percent(unknown / tokens, 2)}) "
        f"{'is' if unknown == 1 else 'are'} unknown to the model{safe(named)}; their surprisal is that of <unk>, which "
        "may be much lower than that of the words themselves"
    )


class UnknownTokens:
    """Counts the unknown tokens of a language model in inspected texts."""

    def __init__(self) -> None:
        self._tokens = self._unknown = 0
        self._examples: dict[str, None] = {}

    def add(self, found: Inspection) -> None:
        if found.label is not None or found.part == ENCODER:  # nothing is scored
            return
        read = [token for token in found.tokens if token.end > token.start and token.text != "\n"]
        unknown = [token.text for token in read if token.unknown and token.text.strip() != "<unk>"]
        self._tokens += len(read)
        self._unknown += len(unknown)
        for text in unknown[:3]:
            if len(self._examples) < 3:
                self._examples[text.strip()] = None

    def say(self, quiet: bool) -> None:
        say_unknown(self._unknown, self._tokens, "token", list(self._examples), quiet)
