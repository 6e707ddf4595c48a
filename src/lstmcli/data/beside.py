"""Sources that a classifier learns from beside its labelled data: teachers, and texts without labels."""

from __future__ import annotations

from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.locate import Located, locate
from lstmcli.data.records import Splits
from lstmcli.data.sources import Source, open_parts
from lstmcli.plural import are


def open_beside(file: str | Located, splits: Splits, read: ReadConfig) -> Source:
    """A source, read as the labelled data were where that fits.  Raises: DataError."""
    located = locate(file, read, whole=True)
    parts = located.choose("train" if "train" in located.splits else None)
    prefer = replace(splits.read or ReadConfig(), input_format=None)
    return open_parts(located.name, parts, read, labelled=False, prefer=prefer)


def left_out_note(number: int) -> str:
    """Texts that judge the model are not learnt from."""
    return f"; {number:,} {are(number)} in validation or test and left out" if number else ""
