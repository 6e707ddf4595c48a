"""The lines of records, and their ids."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator

from lstmcli.data.records import Record
from lstmcli.errors import DataError
from lstmcli.language_modeling.corpus import Corpus, corpus_steps
from lstmcli.language_modeling.events import Tokenizing
from lstmcli.language_modeling.survey import Survey, verify_unchanged
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.training.events import Event

SECONDS_BETWEEN_REPORTS = 0.5
"""Between two events of tokenizing."""


class Lines:
    """The lines of records, re-iterable; a cell of a table may have several."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self.path = ""
        """The file of the last line."""

    def __iter__(self) -> Iterator[str]:
        for record in self._records:
            self.path = record.path
            yield from record.text.split("\n")


def tokenized(split: str, lines: Lines, found: Survey, encoder: StreamEncoder) -> Generator[Event, None, Corpus]:
    """The ids of the surveyed lines of a split; says how far it is if that takes long.

    Raises:
        DataError: the lines have changed.
    """
    steps, said = corpus_steps(verify_unchanged(lines, found), encoder, key=found.fingerprint), time.monotonic()
    while True:
        try:
            size = next(steps)
        except StopIteration as end:
            corpus: Corpus = end.value
            return corpus
        except DataError as error:
            error.path = error.path or lines.path
            raise
        if time.monotonic() - said > SECONDS_BETWEEN_REPORTS:
            said = time.monotonic()
            yield Tokenizing(split, size, found.bytes)
