"""The lines of records, and their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lstmcli.data.records import Record
from lstmcli.errors import DataError
from lstmcli.language_modeling.corpus import Corpus, Survey, build_corpus, verify_unchanged
from lstmcli.tokenization.stream_encoder import StreamEncoder


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


def corpus_of(lines: Lines, found: Survey, encoder: StreamEncoder) -> Corpus:
    """The ids of surveyed lines.  Raises: DataError, if the lines have changed."""
    try:
        return build_corpus(verify_unchanged(lines, found), encoder, key=found.fingerprint)
    except DataError as error:
        error.path = error.path or lines.path
        raise
