"""Sources of text, opened as streams of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from lstmcli.data.columns import Chosen, choose_columns, listed
from lstmcli.data.config import ReadConfig
from lstmcli.data.locate import Opener, locate
from lstmcli.data.records import Record
from lstmcli.data.table import Table, cell_labels, cell_text
from lstmcli.errors import DataError

_FORMAT_NAMES = {
    "text": "plain text, one text a line",
    "csv": "CSV",
    "tsv": "TSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
    "fasttext": "fastText lines",
    "folder": "a folder per class",
    "sample": "built-in sample",
    "hub": "Hub data set",
}


@dataclass
class Source:
    """What was detected in one source, and its records, read as they are asked for.

    A file can be iterated again, a pipe only once.
    """

    path: str
    format: str
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    label_column: str | None
    labelled: bool
    multilabel: bool
    """As far as the first rows tell."""
    notes: tuple[str, ...]
    _tables: Sequence[tuple[Table, Chosen]] = field(repr=False)
    _separator: str | None = None
    _keep: bool = False

    @property
    def warnings(self) -> list[str]:
        """What was odd about the text; filled while it is read."""
        return [warning for table, _ in self._tables for warning in table.warnings]

    def __iter__(self) -> Iterator[Record]:
        for table, chosen in self._tables:
            yield from _records(table, chosen, self._separator, self._keep)


def open_source(
    spec: str,
    read: ReadConfig,
    *,
    labelled: bool | None,
    keep_columns: bool = False,
    stdin: BinaryIO | None = None,
    prefer: ReadConfig | None = None,
) -> Source:
    """Open ``spec``: a path, ``-``, ``sample:NAME``, or the name of a Hub data set.

    Of a source with splits it opens the one that ``read.split`` names, or else the test split.

    Args:
        labelled: True wants labels and fails without; None takes them where they are; False looks for none.
        stdin: what ``-`` reads; None: the program's own.
        prefer: columns that the model was trained on, taken where the source has them.

    Raises:
        DataError: there is no such source, or it cannot be read as asked.
        UsageError: an unknown format, encoding or delimiter.
    """
    # Labels are never in plain text, so a pipe that must have them is read whole to see what it holds.
    located = locate(spec, read, stdin=stdin, whole=labelled is True and read.input_format is None)
    parts = located.choose(read.split)
    return open_parts(located.name, parts, read, labelled=labelled, keep_columns=keep_columns, prefer=prefer)


def open_parts(
    name: str,
    parts: Sequence[Opener],
    read: ReadConfig,
    *,
    labelled: bool | None,
    keep_columns: bool = False,
    prefer: ReadConfig | None = None,
) -> Source:
    """The tables that make up one split, one after the other, as a source."""
    tables = []
    for part in parts:
        table = part(read, labelled, prefer)
        tables.append((table, choose_columns(table, read, name, labelled=labelled, prefer=prefer)))
    table, chosen = tables[0]
    label = chosen.label_column
    many = read.label_separator is not None or (
        label is not None and any(isinstance(row.get(label), list) for row in table.sample)
    )
    if table.format == "fasttext":
        many = any(len(row["labels"]) > 1 for row in table.sample)
    return Source(
        path=name,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        text_columns=chosen.text_columns,
        label_column=label,
        labelled=label is not None,
        multilabel=many,
        notes=(_note(name, table, chosen),),
        _tables=tables,
        _separator=read.label_separator,
        _keep=keep_columns,
    )


def _note(name: str, table: Table, chosen: Chosen) -> str:
    """'reviews.csv: CSV, comma, UTF-8; text from 'review', label from 'sentiment'."""
    what = ", ".join([_FORMAT_NAMES[table.format], *table.notes])
    if table.format in ("text", "fasttext", "folder"):
        return f"{name}: {what}"
    label = f"label from {chosen.label_column!r}" if chosen.label_column else "no label column"
    return f"{name}: {what}; text from {listed(chosen.text_columns)}, {label}"


def _records(table: Table, chosen: Chosen, separator: str | None, keep: bool) -> Iterator[Record]:
    names, label = chosen.text_columns, chosen.label_column
    for line, path, cells in table.rows():
        if not cells:  # an empty line of JSON Lines
            yield Record("", (), line, path)
            continue
        try:
            text = cell_text(cells[names[0]]) if len(names) == 1 else "\n".join(cell_text(cells[n]) for n in names)
            labels = cell_labels(cells.get(label), separator) if label else ()
        except KeyError as error:
            raise DataError(
                f"this row has no {error.args[0]!r}; it has {listed(cells)}",
                path=path,
                line=line or None,
                hint="every row needs its text, null for none",
            ) from error
        except TypeError as error:
            raise DataError(
                f"a text or label is a {error}, not a string, a number or a list of them",
                path=path,
                line=line or None,
                hint="name other columns with --text-column and --label-column",
            ) from error
        except RecursionError as error:  # from Python 3.12 on JSON is read deeper than functions can call one another
            raise DataError("a text is a list nested too deep", path=path, line=line or None) from error
        yield Record(text, labels, line, path, dict(cells) if keep else {})
