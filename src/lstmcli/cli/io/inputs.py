"""The inputs of a command: ``--text``, files and stdin, in order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from lstmcli.cli.io import streams
from lstmcli.cli.output.console import safe
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from lstmcli.data.locate import Located
    from lstmcli.data.records import Record
    from lstmcli.data.sources import Source


def specs(files: list[str] | None, texts: list[str] | None) -> list[str]:
    """The sources named on the command line; stdin if there are none.

    Raises:
        UsageError: there is no input, or stdin is closed.
    """
    found = list(files or [])
    if not found and not texts:
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("no input", hint='name a file, pipe text in, or give one with --text "…"')
        found = ["-"]
    if "-" in found and sys.stdin is None:
        raise UsageError("stdin (`-`) is closed")
    return found


def with_licence_warning(records: Iterable[Record], format: str) -> Iterable[Record]:
    """The same records, with a warning on stderr at the first line of a book's licence, because it is scored too."""
    if format != "text":
        return records

    from lstmcli.data.books.notices import marked

    def warn(record: Record, library: str) -> None:
        where = f"{safe(record.path)}: line {record.line}" if record.path else "a line"
        streams.note(
            f"warning: {where} is part of the licence text that {library} adds to books; it is scored too: "
            "remove it to score the book alone"
        )

    return marked(records, warn)


def with_table_warning(records: Iterable[Record], trained: ReadConfig) -> Iterator[Record]:
    """The same records, with a warning on stderr if the first line is one of a table like the training data."""
    for n, record in enumerate(records):
        if n == 0 and (form := _table_format(record.text, set(trained.text_columns))):
            streams.note(
                f"warning: the first line, {safe(record.text[:60])!r}, looks like one of a table, and a pipe is read "
                f"as a text a line: add --input-format {form} for a table"
            )
        yield record


def _table_format(line: str, columns: set[str]) -> str | None:
    """The format of a table that has these columns, if this is its first line."""
    if not columns:
        return None
    if line.startswith("{"):
        with suppress(ValueError):
            row = json.loads(line)
            return "jsonl" if isinstance(row, dict) and columns.issubset(row) else None
    for delimiter, form in (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv")):
        cells = [cell.strip('"\ufeff') for cell in line.split(delimiter)]
        if len(cells) > 1 and columns.issubset(cells) and not any(cell.startswith(" ") for cell in cells):
            return form
    return None


class Input(NamedTuple):
    """The records of one source."""

    records: Iterable[Record]
    ready: Callable[[], bool] | None
    """For records that arrive over time: whether the next one is available without waiting."""
    name: str
    """Empty for ``--text``."""
    format: str
    """As ``Source.format``."""


def _is_live(spec: str | Located) -> bool:
    return isinstance(spec, str) and streams.is_live(spec)


class Inputs:
    """The inputs of a command, in order: the texts of ``--text``, then files and stdin.

    Args:
        as_files: each text is a source with one record per line; otherwise all texts are one source, one record each.
            Lines are counted through all texts.
    """

    def __init__(
        self,
        specs: Sequence[str | Located],
        texts: list[str],
        read: ReadConfig,
        *,
        prefer: ReadConfig,
        labelled: bool | None,
        paired: bool = False,
        keep_columns: bool = False,
        as_files: bool = False,
        quiet: bool,
    ) -> None:
        self._texts, self._read, self._as_files, self._quiet = texts, read, as_files, quiet
        self._how: dict[str, Any] = {"prefer": prefer, "labelled": labelled, "keep_columns": keep_columns}
        self._how["paired"] = paired
        # Files are opened now, so that errors come before the first result; a pipe is opened when its turn comes.
        self._sources = [(spec, None if _is_live(spec) else self._open(spec)) for spec in specs]

    def _open(self, spec: str | Located) -> Source:
        from lstmcli.data.sources import open_source

        stdin = streams.stdin() if spec == "-" else None
        source = open_source(spec, self._read, stdin=stdin, **self._how)
        if not self._quiet and source.format != "text":
            for note in source.notes:
                streams.note(safe(note))
        return source

    @property
    def opened(self) -> list[Source]:
        """The sources that are open already: all but pipes."""
        return [source for _, source in self._sources if source is not None]

    def __iter__(self) -> Iterator[Input]:
        from lstmcli.data.records import Record

        if self._as_files:
            first = 1
            for text in self._texts:
                lines = text.removesuffix("\n").split("\n")
                records = [Record(line.removesuffix("\r"), line=n) for n, line in enumerate(lines, first)]
                first += len(lines)
                yield Input(records, lambda: True, "", "text")
        elif self._texts:
            yield Input([Record(text) for text in self._texts], lambda: True, "", "text")
        for spec, opened in self._sources:
            source = opened or self._open(spec)
            if opened is None:
                arrivals = streams.Arrivals(source)
                texts = arrivals if source.format != "text" else with_table_warning(arrivals, self._how["prefer"])
                yield Input(texts, arrivals.ready, source.path, source.format)
            else:
                yield Input(source, None, source.path, source.format)
            for warning in source.warnings:
                streams.note(f"warning: {safe(warning)}")
