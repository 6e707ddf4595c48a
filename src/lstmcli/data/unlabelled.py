"""Texts without labels (``--unlabelled``), for a classifier that learns from few labelled ones."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.data.beside import left_out_note, open_beside
from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.locate import Located
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.errors import NoDataError
from lstmcli.plural import count


def add_unlabelled(splits: Splits, files: Sequence[str | Located]) -> None:
    """Add the texts of files to ``splits.unlabelled``, each once, without those of validation and test data.

    Raises:
        DataError: a file cannot be read.
        NoDataError: there is no text in it.
    """
    if not files:
        return
    judged = texts_of(splits.valid, splits.test)
    seen, found, notes = set[bytes](), list[Record](), []
    for file in files:
        source = open_beside(file, splits, ReadConfig())
        texts = [record.text for record in source if record.text.strip()]
        if not texts:
            raise NoDataError("there is no text in it", path=source.path)
        keys = list(map(same_text, texts))
        left_out = left_out_note(sum(key in judged for key in keys))
        for key, text in zip(keys, texts, strict=True):
            if key not in judged and key not in seen:
                seen.add(key)
                found.append(Record(text))
        notes.append(f"unlabelled: {source.path}, {count(len(texts), 'text')}{left_out}")
    splits.unlabelled, splits.notes = found, (*splits.notes, *notes)
    splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test, found))
