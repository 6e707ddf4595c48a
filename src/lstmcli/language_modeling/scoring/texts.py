"""Texts that a program gives, as scoring reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lstmcli.data.records import Record
from lstmcli.language_modeling.scoring.methods import ScoringOptions
from lstmcli.language_modeling.scoring.perplexity import Text, is_carried

if TYPE_CHECKING:
    from lstmcli.tokenization.corpus_style import CorpusStyle


def texts_to_score(texts: Any, how: ScoringOptions, mode: str, corpus_style: CorpusStyle | None) -> Iterator[Text]:
    """The sources that are scored one after the other: a text each where the state goes on from line to line."""
    from lstmcli.data.memory import records

    if isinstance(texts, str):
        lines = texts.removesuffix("\n").split("\n")
        found = iter([Record(line.removesuffix("\r"), line=n) for n, line in enumerate(lines, 1)])
    else:
        found = records(texts)
    if how.match_corpus:
        assert corpus_style is not None
        found = _like_corpus(found, corpus_style)
    carried = is_carried(mode, "text", stream=how.stream, lines=how.lines)
    if isinstance(texts, str) or not (carried or how.method):
        yield Text(found, carried)
    else:
        for record in found:
            yield Text([record], carried)


def _like_corpus(records: Iterable[Record], style: CorpusStyle) -> Iterator[Record]:
    """Records with their text written as the model's corpus was."""
    for record in records:
        yield replace(record, text="\n".join(map(style.restyle, record.text.split("\n"))))
