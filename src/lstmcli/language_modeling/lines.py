"""The lines of records, and their ids."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from lstmcli.data.records import Record
from lstmcli.data.stored import IN_MEMORY
from lstmcli.errors import DataError
from lstmcli.language_modeling.corpus import Corpus, corpus_steps
from lstmcli.language_modeling.survey import Survey, Unchanged
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.training.distributed import ALONE, Group
from lstmcli.training.events import Event
from lstmcli.training.tokenize import kept, said


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


def tokenized(
    split: str, lines: Lines, found: Survey, encoder: StreamEncoder, group: Group = ALONE
) -> Generator[Event, None, Corpus]:
    """The ids of the surveyed lines of a split; says how far it is if that takes long.

    Raises:
        DataError: the lines have changed.
    """
    steps = corpus_steps(Unchanged(lines, found), encoder, key=found.fingerprint, group=group)
    try:
        corpus = yield from said(split, steps, found.bytes)
    except DataError as error:
        error.path = error.path or lines.path
        raise
    if split == "train" and corpus.path is not None and found.bytes > IN_MEMORY:
        yield kept()
    return corpus
