"""Texts without labels (``--unlabelled``), for a classifier that learns from few labelled ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text
from lstmcli.data.locate import Located, locate
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.data.sources import open_parts
from lstmcli.errors import NoDataError
from lstmcli.plural import are, count


def add_unlabelled(splits: Splits, files: Sequence[str | Located]) -> None:
    """Add the texts of files to ``splits.unlabelled``, each once, without those of validation and test data.

    Raises:
        DataError: a file cannot be read.
        NoDataError: there is no text in it.
    """
    if not files:
        return
    judged = {same_text(record.text) for part in (splits.valid, splits.test) for record in part}
    seen, found, notes = set[bytes](), list[Record](), []
    trained = splits.read or ReadConfig()
    for file in files:
        located = locate(file, ReadConfig(), whole=True)
        parts = located.choose("train" if "train" in located.splits else None)
        prefer = replace(trained, input_format=None)
        source = open_parts(located.name, parts, ReadConfig(), labelled=False, prefer=prefer)
        texts = [record.text for record in source if record.text.strip()]
        if not texts:
            raise NoDataError("there is no text in it", path=located.name)
        keys = list(map(same_text, texts))
        left_out = sum(key in judged for key in keys)
        for key, text in zip(keys, texts, strict=True):
            if key not in judged and key not in seen:
                seen.add(key)
                found.append(Record(text))
        rest = f"; {left_out:,} {are(left_out)} in validation or test and left out" if left_out else ""
        notes.append(f"unlabelled: {located.name}, {count(len(texts), 'text')}{rest}")
    splits.unlabelled, splits.notes = found, (*splits.notes, *notes)
    splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test, found))
