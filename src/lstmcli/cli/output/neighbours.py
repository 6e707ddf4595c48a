"""Writers of nearest neighbours: a layout for programs, and a table for each word for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from lstmcli.cli.io.streams import window_width
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.predictions import fit
from lstmcli.cli.output.writer import Layout, Row, Shape, Writer, inside, stream
from lstmcli.inspection.results import Neighbour, Neighbours


def _rows(found: Neighbours) -> Iterator[Row]:
    for each in found.neighbours:
        yield {"word": found.word, "neighbour": each.word, "similarity": each.similarity}


NEIGHBOURS = Layout(
    Shape(Neighbours, "word", inside("neighbours", [Shape(Neighbour)])),
    rows=_rows,
    numbers=".4f",
    columns_without_rows=("word", "neighbour", "similarity"),
)


def writer(format: str, out: TextIO, *, header: bool | None = None) -> Writer[Neighbours]:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``."""
    return TableWriter(out) if format == "table" else stream(NEIGHBOURS, format, out, header=header)


class TableWriter(Writer[Neighbours]):
    """Each word, and its neighbours below it with their similarity."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._width = out, window_width()
        self._first = True

    def write(self, found: Neighbours) -> None:
        lines = [safe(found.word), *(f"  {each.similarity:6.3f}  {safe(each.word)}" for each in found.neighbours)]
        blank = "" if self._first else "\n"
        self._first = False
        self._out.write(blank + "".join(f"{fit(line, self._width).rstrip()}\n" for line in lines))
