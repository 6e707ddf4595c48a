"""Texts without labels (``--unlabelled``), for a classifier that learns from few labelled ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstmcli.data.beside import left_out_note, open_beside
from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.locate import Located
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.data.stored import gathered, kept_in_file
from lstmcli.errors import NoDataError
from lstmcli.plural import count


def add_unlabelled(splits: Splits, files: Sequence[str | Located]) -> None:
    """Add the texts of files to ``splits.unlabelled``, each once, without those of validation and test data.

    Raises:
        DataError: a file cannot be read.
        NoDataError: there is no text in it.
        OutputError: the texts are many, and cannot be written to a file.
    """
    if not files:
        return
    judged = texts_of(splits.valid, splits.test)
    seen, notes = set[bytes](), list[str]()

    def texts() -> Iterator[Record]:
        for file in files:
            source, read, left_out = open_beside(file, splits, ReadConfig()), 0, 0
            for record in source:
                if not record.text.strip():
                    continue
                read += 1
                key = same_text(record.text)
                if key in judged:
                    left_out += 1
                elif key not in seen:
                    seen.add(key)
                    yield Record(record.text)
            if not read:
                raise NoDataError("there is no text in it", path=source.path)
            notes.append(f"unlabelled: {source.path}, {count(read, 'text')}{left_out_note(left_out)}")

    found = gathered(texts())
    splits.unlabelled, splits.notes = found, (*splits.notes, *notes, *kept_in_file(found))
    splits.unlabelled_fingerprint = fingerprint((found,))
